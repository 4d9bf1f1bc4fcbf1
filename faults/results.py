"""What was counted so far, for one commit and one seed; a run that was stopped goes on from it."""

import subprocess
from pathlib import Path

import msgspec

from faults.outcome import Outcome
from faults.plan import BY_NAME, FAMILIES, FIGURES

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".cache/faults"


class Results(msgspec.Struct):
    """Every finished batch."""

    commit: str
    seed: int
    machine: str = ""
    date: str = ""
    seconds: float = 0.0
    batches: dict[str, dict[int, Outcome]] = {}
    """By family and number."""

    @property
    def path(self) -> Path:
        """Return where they are kept."""
        return FOLDER / f"{self.commit}-{self.seed}.json"

    def save(self) -> None:
        """Keep them, whole or not at all."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".new")
        partial.write_bytes(msgspec.json.format(msgspec.json.encode(self)))
        partial.rename(self.path)

    def put(self, family: str, number: int, outcome: Outcome) -> None:
        """Take in a finished batch."""
        self.batches.setdefault(family, {})[number] = outcome
        self.save()

    def left(self, *, quick: bool, only: list[str]) -> list[tuple[str, int]]:
        """Return the batches that are still to be done."""
        return [
            (family.name, number)
            for family in FAMILIES
            if not only or family.name in only
            for number in range(family.quick if quick else family.full)
            if number not in self.batches.get(family.name, {})
        ]

    def sums(self) -> dict[str, Outcome]:
        """Return each family's batches added up."""
        found = {}
        for family in FAMILIES:
            done = self.batches.get(family.name, {})
            if done:
                found[family.name] = total = Outcome()
                for each in done.values():
                    total.add(each)
        return found

    def figures(self) -> dict[str, int]:
        """Return the last line."""
        found = dict.fromkeys(FIGURES, 0)
        found |= {"green_lost": 0, "duplicated": 0, "failed_starts": 0}
        for name, total in self.sums().items():
            if BY_NAME[name].figure:
                found[BY_NAME[name].figure] += total.tried
            found["green_lost"] += total.green_lost
            found["duplicated"] += total.duplicated
            found["failed_starts"] += total.failed_starts
        return found

    def odd(self) -> list[str]:
        """Return what else did not hold."""
        return [f"{name}: {each}" for name, total in self.sums().items() for each in total.odd]

    @property
    def holds(self) -> bool:
        """Say whether every promise held in all that was tried."""
        return all(total.holds for total in self.sums().values())


def load(seed: int) -> Results:
    """Return what there is for this commit and seed, or nothing yet."""
    fresh = Results(commit=commit(), seed=seed)
    try:
        return msgspec.json.decode(fresh.path.read_bytes(), type=Results)
    except (OSError, msgspec.MsgspecError):
        return fresh


def commit() -> str:
    """Name the state of the checkout: its commit, and whether files differ from it."""
    head = _git("rev-parse", "--short=12", "HEAD") or "unknown"
    return f"{head}+changes" if _git("status", "--porcelain", "--untracked-files=no") else head


def _git(*words: str) -> str:
    asked = ["git", "-C", str(ROOT), *words]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip()
