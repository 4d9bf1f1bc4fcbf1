"""What runs on a gate is whole at every moment, whoever brings what and when the power fails."""

import dataclasses
import hashlib
import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.errors import ReleaseFailed
from device.update.bundle import PYTHON
from device.update.shelf import Shelf
from device.update.update import Update
from wire import release
from wire.keys import Use, entry
from wire.release import Release, Wheel

ROOT = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CARD = "card"
WITHIN_S = 60.0


class PowerCut(BaseException):
    """Nothing is done any more: no `except` and no `finally` of the program's own counts on it."""


@dataclasses.dataclass
class Gate:
    """A card with a release, and services that say how they fare with which."""

    folder: Path
    bad: frozenset[str] = frozenset()
    """Releases with which the door does not work."""
    stillborn: frozenset[str] = frozenset()
    started: list[str] = dataclasses.field(default_factory=list)
    made: list[str] = dataclasses.field(default_factory=list)

    def can_run(self) -> bool:
        return (self.opt / "trial").resolve().name not in self.stillborn

    def restart(self) -> None:
        self.started.append(self.running)

    def are_well(self, within_s: float) -> bool:
        assert within_s == WITHIN_S
        return self.running not in self.bad

    def make(self, folder: Path, wheels: list[Path]) -> None:
        assert all(each.read_bytes().startswith(b"wheel") for each in wheels)
        (folder / "bin").mkdir()
        (folder / "bin/python").write_text("whole")
        self.made.append(folder.name)

    @property
    def opt(self) -> Path:
        return self.folder / "opt"

    @property
    def brought(self) -> Path:
        return self.folder / "release"

    @property
    def running(self) -> str:
        return (self.opt / "current").resolve().name

    @property
    def proven(self) -> str:
        return (self.opt / "proven").resolve().name

    def is_whole(self) -> bool:
        """Say whether both links lead to a release that is whole."""
        ends = [(self.opt / each / "bin/python") for each in ("current", "proven")]
        return all(each.exists() and each.read_text() == "whole" for each in ends)

    def releases(self) -> list[str]:
        return sorted(each.name for each in (self.opt / "releases").iterdir())

    def said(self) -> str:
        return (self.brought / "result.txt").read_text()

    def run(self, shelf: Shelf | None = None) -> bool:
        parts = (shelf or Shelf(self.opt), self.brought, self.folder / "keys", self)
        return Update(*parts, self.make, WITHIN_S).run()


@pytest.fixture(autouse=True)
def no_real_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine's disk be; what is asked of it is counted all the same."""
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(os, "fsync", lambda _fd: None)


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return new_gate(tmp_path)


def new_gate(folder: Path) -> Gate:
    gate = Gate(folder)
    (gate.opt / "releases" / CARD / "bin").mkdir(parents=True)
    (gate.opt / "releases" / CARD / "bin/python").write_text("whole")
    (gate.opt / "current").symlink_to(Path("releases") / CARD)
    (gate.opt / "proven").symlink_to("current")
    gate.brought.mkdir()
    keys = folder / "keys"
    keys.mkdir()
    root = entry(ROOT.public_key(), Use.ROOT)
    (keys / "root.json").write_text(
        f'{{"kid":"{root.kid}","use":"{root.use}","public":"{root.public}"}}'
    )
    return gate


def bring(
    gate: Gate, version: int, key: Ed25519PrivateKey = ROOT, python: str = PYTHON, parts: int = 2
) -> None:
    """Lay a release where it is looked for."""
    wheels = []
    for number in range(parts):
        name, data = f"part{number}-1-py3-none-any.whl", f"wheel {number}".encode()
        (gate.brought / name).write_bytes(data)
        wheels.append(Wheel(name, len(data), hashlib.sha256(data).hexdigest()))
    made = Release(version, f"0.{version}", python, 1_790_000_000_000, tuple(wheels))
    (gate.brought / "release.json").write_bytes(release.pack(made, key))


def test_a_release_that_works_runs_from_then_on(gate: Gate) -> None:
    bring(gate, 1)
    assert gate.run()
    assert (gate.running, gate.proven, gate.started) == ("1", "1", ["1"])
    assert gate.is_whole()
    left = sorted(each.name for each in gate.brought.iterdir())
    assert left == ["release.accepted.json", "result.txt"]
    assert "1" in gate.said()
    assert not (gate.opt / "trial").is_symlink()


def test_two_releases_are_kept_and_no_more(gate: Gate) -> None:
    for version in (1, 2, 3):
        bring(gate, version)
        assert gate.run()
    assert gate.releases() == ["2", "3"]


def test_a_release_with_which_the_door_does_not_work_is_left_again(gate: Gate) -> None:
    gate.bad = frozenset({"2"})
    for version in (1, 2):
        bring(gate, version)
        gate.run()
    assert (gate.running, gate.proven, gate.started) == ("1", "1", ["1", "2", "1"])
    assert gate.releases() == ["1"]
    assert gate.said().startswith("release-failed: ")


def test_one_that_cannot_start_is_never_switched_to(gate: Gate) -> None:
    gate.stillborn = frozenset({"1"})
    bring(gate, 1)
    assert not gate.run()
    assert (gate.running, gate.started, gate.releases()) == (CARD, [], [CARD])
    assert gate.said().startswith("release-failed: ")


def test_the_same_or_an_older_release_is_refused(gate: Gate) -> None:
    bring(gate, 5)
    gate.run()
    for version in (5, 4):
        bring(gate, version)
        assert not gate.run()
        assert gate.said().startswith("release-refused: ")
    assert (gate.running, gate.made) == ("5", ["5"])


def another_signature(gate: Gate) -> None:
    bring(gate, 1, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))


def another_python(gate: Gate) -> None:
    bring(gate, 1, python="3.99")


def torn_manifest(gate: Gate) -> None:
    bring(gate, 1)
    path = gate.brought / "release.json"
    path.write_bytes(path.read_bytes()[:-40])


def torn_wheel(gate: Gate) -> None:
    bring(gate, 1)
    (gate.brought / "part1-1-py3-none-any.whl").write_bytes(b"wheel")


def changed_wheel(gate: Gate) -> None:
    bring(gate, 1)
    (gate.brought / "part1-1-py3-none-any.whl").write_bytes(b"wheel X")


def missing_wheel(gate: Gate) -> None:
    bring(gate, 1)
    (gate.brought / "part0-1-py3-none-any.whl").unlink()


def linked_wheel(gate: Gate) -> None:
    bring(gate, 1)
    path = gate.brought / "part0-1-py3-none-any.whl"
    path.replace(gate.folder / "elsewhere")
    path.symlink_to(gate.folder / "elsewhere")


def linked_manifest(gate: Gate) -> None:
    bring(gate, 1)
    path = gate.brought / "release.json"
    path.replace(gate.folder / "elsewhere")
    path.symlink_to(gate.folder / "elsewhere")


def dangling_manifest(gate: Gate) -> None:
    (gate.brought / "release.json").symlink_to("nowhere")


def folder_for_a_manifest(gate: Gate) -> None:
    (gate.brought / "release.json").mkdir()


def no_root(gate: Gate) -> None:
    bring(gate, 1)
    (gate.folder / "keys/root.json").unlink()


@pytest.mark.parametrize(
    "trick",
    [
        another_signature,
        another_python,
        torn_manifest,
        torn_wheel,
        changed_wheel,
        missing_wheel,
        linked_wheel,
        linked_manifest,
        dangling_manifest,
        folder_for_a_manifest,
        no_root,
    ],
)
def test_what_is_no_release_for_this_gate_is_laid_aside_with_words(
    gate: Gate, trick: Callable[[Gate], None]
) -> None:
    trick(gate)
    assert not gate.run()
    assert (gate.running, gate.started, gate.made) == (CARD, [], [])
    assert gate.releases() == [CARD]
    assert gate.said().startswith("release-refused: ")
    assert not (gate.brought / "release.json").is_symlink()
    assert not (gate.brought / "release.json").exists()
    assert gate.run()  # looked at once


def test_a_full_card_is_said_and_what_ran_runs(gate: Gate) -> None:
    def full(_folder: Path, _wheels: list[Path]) -> None:
        raise OSError(28, "No space left on device")

    bring(gate, 1)
    parts = (Shelf(gate.opt), gate.brought, gate.folder / "keys", gate)
    assert not Update(*parts, full, WITHIN_S).run()
    assert (gate.running, gate.releases()) == (CARD, [CARD])
    assert gate.said().startswith("storage-unusable: ")


def test_a_current_release_outside_the_shelf_is_not_touched(gate: Gate) -> None:
    (gate.opt / "current").unlink()
    (gate.opt / "current").symlink_to("/")
    bring(gate, 1)
    assert not gate.run()
    assert gate.said().startswith("release-failed: ")
    with pytest.raises(ReleaseFailed):
        _ = Shelf(gate.opt).current


class Cut:
    """Cuts the power before the call of that number to anything that changes the card."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        self.left, self.is_on = number, True
        for owner, name in (
            (Path, "replace"),
            (Path, "unlink"),
            (Path, "symlink_to"),
            (Path, "mkdir"),
            (Path, "chmod"),
            ("os", "fsync"),
            ("os", "sync"),
            ("shutil", "rmtree"),
        ):
            self._cover(monkeypatch, owner, name)

    def _cover(self, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        target = __import__(owner) if isinstance(owner, str) else owner
        real = getattr(target, name)

        def counted(*words: object, **named: object) -> object:
            self.count()
            return real(*words, **named)

        monkeypatch.setattr(target, name, counted)

    def count(self) -> None:
        if not self.is_on:
            return
        if self.left == 0:
            raise PowerCut
        self.left -= 1


def dark(gate: Gate, number: int) -> bool:
    """Run until the power fails before that change; say whether it did."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        cut = Cut(monkeypatch, number)
        try:
            gate.run()
        except PowerCut:
            return True
        finally:
            cut.is_on = False
    return False


@pytest.mark.parametrize("is_good", [True, False])
def test_a_power_cut_at_any_change_leaves_a_gate_that_starts_and_ends_what_was_begun(
    tmp_path_factory: pytest.TempPathFactory, *, is_good: bool
) -> None:
    cuts = 0
    for number in itertools.count():
        gate = gate_with_a_past(tmp_path_factory.mktemp("card"))
        gate.bad = frozenset() if is_good else frozenset({"2"})
        bring(gate, 2)
        if not dark(gate, number):
            break
        cuts += 1
        assert gate.is_whole(), number
        gate.run()  # the power is back
        assert gate.is_whole(), number
        assert gate.proven == gate.running in ({"1", "2"} if is_good else {"1"})
        assert len(gate.releases()) <= 2
        assert (gate.brought / "result.txt").exists()
        assert not (gate.opt / "trial").is_symlink()
        bring(gate, 3)
        assert gate.run(), number
        assert gate.running == gate.proven == "3"
    assert cuts > 20


def gate_with_a_past(folder: Path) -> Gate:
    made = new_gate(folder)
    bring(made, 1)
    made.run()
    return made
