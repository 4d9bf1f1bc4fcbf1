"""docs/reliability.md, written from what was counted."""

import json
import platform
from datetime import UTC, datetime
from pathlib import Path

from faults import clock
from faults.outcome import Outcome
from faults.plan import FAMILIES
from faults.results import ROOT, Results

PATH = ROOT / "docs/reliability.md"
HEAD = """\
# What was broken, and what was lost

Written by `make faults`; do not edit it by hand (the words are in `faults/report.py`).

A scan counts as lost if somebody saw green and the collector's ledger does not have the scan. It
counts twice if one green has two records. Both are counted from outside the programs: greens are
lines that are written beside the card at the moment the journal says yes, or levels that the pins
themselves wrote down; records are read from the ledger's file and opened with the vault's key, so
that each is matched by a number that nobody could guess.
"""
TAIL = """\
## What is simulated, and what is not

- The power cut is the file system's own shutdown call on ext4 (`noatime,commit=300`) on a loop
  device: what no flush has put on the card is gone, at once, and the same card is put in again. The
  programs are the real ones. A card that lies about its flush is not simulated; no program can
  help against one.
- Programs are started by a fork from a process that has everything loaded, which is what makes
  thousands of starts affordable. What they do from there on is the command line's own `gate run`,
  `gate uplink`, `collector intake` and `python -m broker`. Under a false clock each has an
  interpreter of its own.
- In three of four power cuts the camera, the reader and the judge are left out: the smallest
  scanner (`faults/writer.py`) drives the gate's own journal as fast as the card takes it. In one of
  four it is `gate run`, from the drawn frame to the pins.
- What a thief finds is asked of the whole card of the gate's state, its logs, its folders for
  temporary files, and everything that crossed the broker. `/run` lies in memory and is gone with
  the power; that nothing stands there in clear is looked at, but who seizes a gate with its power
  on has the key to the tags of who was just read. Memory that was swapped out to a card is not
  looked at: a gate is to have no swap on its card.
- No real Raspberry Pi and no real memory card has taken part.

## That it would be noticed

`tests/lanes/faults` breaks the journal on purpose and asks that greens be counted as lost: no
flush; green before the record; everything stored taken for confirmed; a start that begins one
number too low; every journal of one name. A suite that does not see these proves nothing.

## Again

    make faults             # all of it; goes on where it was stopped, for one commit and seed
    make faults QUICK=1     # the part that CI does
    make faults ARGS="--only chaos --seed 7"

Results are kept in `.cache/faults/COMMIT-SEED.json`. It needs root, in a network and with mounts of
its own.
"""
SAYS = {
    "powercuts": "The power cut at a random instant while scans are stored and sent",
    "doorcuts": "The same with the whole scanner: greens are levels on the pins",
    "chaos": "kill -9 of broker, intake, uplinks and scanners under load; the broker keeps nothing",
    "points": "A journal's life killed before, and cut behind, every call to the card",
    "errors": "The same with EIO and ENOSPC at every call, once and for good",
    "card trouble": "A card that is slow, stands still, is full, or has gone read-only",
    "links": "A line that drops, delays, goes silent or lies half open",
    "damage": "Bits flipped, blocks of zeros, files torn, at random places of a card",
    "swaps": "An empty card put in, the old one put back, an old copy of it put in",
    "stolen": "A card stolen, after a day and after a crash: what of anybody can be found",
    "clocks": "Clocks ten years ahead, ten years back, an hour ahead, an hour back",
}


def write(found: Results) -> None:
    """Write the report."""
    PATH.write_text(rendered(found), encoding="utf-8")


def rendered(found: Results) -> str:
    """Return the report's text."""
    sums = found.sums()
    lines = [HEAD, f"- Date: {found.date}", f"- Machine: {found.machine}"]
    lines += [f"- Commit: {found.commit}", f"- Seed: {found.seed}"]
    lines += [f"- Time: {found.seconds / 60:.0f} minutes", ""]
    lines += ["```json", json.dumps(found.figures()), "```", ""]
    lines += ["| | tried | of | greens | lost | twice | starts | failed |", _rule(8)]
    for family in FAMILIES:
        total = sums.get(family.name, Outcome())
        done = len(found.batches.get(family.name, {}))
        lines.append(
            f"| {SAYS[family.name]} | {total.tried:,} | {done} of {family.full} batches "
            f"| {total.greens:,} | {total.green_lost} | {total.duplicated} "
            f"| {total.starts:,} | {total.failed_starts} |"
        )
    lines += ["", *_declared(sums), "## What was tried, how often", "", "| | times |", _rule(2)]
    for total in sums.values():
        lines += [f"| {way} | {times:,} |" for way, times in sorted(total.ways.items())]
    odd = found.odd()
    lines += ["", "## What did not hold", "", *(f"- {each}" for each in odd or ["Nothing."]), ""]
    return "\n".join([*lines, TAIL])


def _declared(sums: dict[str, Outcome]) -> list[str]:
    damaged = sums.get("damage", Outcome())
    return [
        f"Of {damaged.greens:,} greens on cards that were then damaged,",
        f"{damaged.declared:,} could not be read again. Each was declared missing, signed, or its",
        f"whole journal was said to be given up; {damaged.green_lost} went without a word, and",
        f"{damaged.duplicated} became somebody else's.",
        "",
    ]


def _rule(columns: int) -> str:
    return "|---" + "|---:" * (columns - 1) + "|"


def machine() -> str:
    """Say what this machine is."""
    cores = 0
    name = platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        cores += line.startswith("processor")
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
    return f"{name}, {cores} cores, Linux {platform.release()}, Python {platform.python_version()}"


def today() -> str:
    """Return the day, UTC."""
    return datetime.fromtimestamp(clock.wall_ms() / 1000, UTC).strftime("%Y-%m-%d")
