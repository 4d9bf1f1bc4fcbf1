"""A journal's short life, stopped at every one of its calls to the card.

Three ways: the process is killed before the call; the power goes behind it; the call, or every one
from there on, fails. What was green must be there at the next start, and no number used twice.
"""

import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from device.errors import GateError
from faults import clock, strace
from faults.card import Card
from faults.children import Child
from faults.outcome import Job, Outcome
from faults.script import Played, collected, greens, lines, moment, opened, play, read
from wire.head import last_of
from wire.record import What

END_S = 30.0
STOPPED = b"stopped by SIGSTOP"
"""In strace's log, once the process stands still."""


class Point(msgspec.Struct, frozen=True):
    """One call."""

    name: str
    number: int
    """The how-manieth of its name."""


class Stage(msgspec.Struct):
    """Where plays are played, one after another."""

    job: Job
    card: Card
    played: int = 0

    def fresh(self) -> Played:
        """Return an empty place for a play, on an empty card."""
        self.played += 1
        beside = self.job.folder / str(self.played)
        beside.mkdir()
        gun = beside / "gun"
        os.mkfifo(gun)
        self.card.take_out()
        self.card.format(8)
        self.card.put_in()
        return Played(
            self.card.at / "journal", beside / "run", beside / "trace", gun, broken=self.job.broken
        )

    def start(self, where: Played) -> Child:
        """Start the play; it waits for `fire`."""
        return self.job.nursery.start(where.trace.with_name("log"), play, where)


@contextlib.contextmanager
def stage(job: Job) -> Iterator[Stage]:
    """Prepare a card; forget it afterwards."""
    job.folder.mkdir(parents=True)
    card = Card(job.folder / "card.img", job.folder / "card")
    try:
        yield Stage(job, card)
    finally:
        card.close()
        shutil.rmtree(job.folder, ignore_errors=True)


def fire(where: Played) -> None:
    """Let a play begin."""
    if where.gun is not None:
        where.gun.write_bytes(b"")


def points(on: Stage) -> list[Point]:
    """Return every call that an undisturbed play makes to the card."""
    where = on.fresh()
    child = on.start(where)
    log = where.trace.with_name("calls")
    with strace.attached(child.pid, log, f"trace={','.join(strace.STORAGE)}"):
        fire(where)
        status = child.wait(END_S)
    if status != 0:
        msg = f"the undisturbed play ended with {status}"
        raise RuntimeError(msg)
    found = strace.counted(log)
    return [Point(name, n) for name, times in found.items() for n in range(1, times + 1)]


def kills(job: Job) -> Outcome:
    """Kill before each call, and cut the power behind each.

    The calls are shared out over `count` batches.
    """
    outcome = Outcome()
    with stage(job) as on:
        for number, point in enumerate(points(on)):
            if number % job.count == job.number:
                _at(on, point, "signal=KILL", _killed, outcome)
                _at(on, point, "signal=STOP", _cut, outcome)
    return outcome


def errors(job: Job) -> Outcome:
    """Let each call fail, once and for good, as a bad and as a full card; shared out likewise."""
    outcome = Outcome()
    with stage(job) as on:
        for number, point in enumerate(points(on)):
            if number % job.count == job.number:
                for code in ("EIO", "ENOSPC"):
                    _at(on, point, f"error={code}", _ended, outcome)
                    _at(on, point, f"error={code}", _ended, outcome, for_good=True)
    return outcome


def _at(
    on: Stage,
    point: Point,
    what: str,
    end: Callable[[Stage, Child, Path], bool],
    outcome: Outcome,
    *,
    for_good: bool = False,
) -> None:
    where = on.fresh()
    child = on.start(where)
    when = f"{point.number}+" if for_good else str(point.number)
    inject = f"inject={point.name}:{what}:when={when}"
    log = where.trace.with_name("calls")
    with strace.attached(child.pid, log, f"trace={','.join(strace.STORAGE)}", inject):
        fire(where)
        happened = end(on, child, log)
    child.kill()
    if not happened:
        outcome.odd.append(f"nothing happened at {point}: {what}, status {child.status}")
    outcome.took(f"{NAMES[what]} {point.name}{' and every later one' if for_good else ''}")
    if end is _cut:
        shutil.rmtree(where.run, ignore_errors=True)  # it lies in memory
    judge(where, f"{what} at {point.name} {when}", outcome)
    shutil.rmtree(where.trace.parent)


NAMES = {
    "signal=KILL": "killed before",
    "signal=STOP": "power cut behind",
    "error=EIO": "EIO at",
    "error=ENOSPC": "ENOSPC at",
}


def _killed(_on: Stage, child: Child, _log: Path) -> bool:
    return child.wait(END_S) == -signal.SIGKILL


def _cut(on: Stage, child: Child, log: Path) -> bool:
    """Cut the power as soon as the process stands still."""
    stopped = clock.until(lambda: STOPPED in log.read_bytes() or not child.running, END_S)
    on.card.cut()
    still = child.running
    child.kill()
    on.card.take_out()
    on.card.put_in()
    return stopped and still


def _ended(_on: Stage, child: Child, _log: Path) -> bool:
    return child.wait(END_S) is not None


def judge(where: Played, what: str, outcome: Outcome) -> None:
    """Start again on the same card; see that all is there, and that it goes on."""
    green, outcome.starts = greens(where), outcome.starts + 1
    outcome.greens += len(green)
    kept = collected(where)
    try:
        with opened(where, []) as journal:
            journal.note(What.START, moment(1000))
            for turn in range(40):
                journal.tend(moment(1001 + turn / 4))
            held = read(where, kept)
            names = {str(each["journal"]) for each in lines(where.trace) if "green" in each}
            if names - {journal.journal}:
                outcome.odd.append(f"{what}: another journal was begun")
            last = journal.last
    except GateError as error:
        outcome.failed_starts += 1
        outcome.odd.append(f"{what}: {error}")
        return
    spoken = [n for each in kept + held for n in range(each["seq"], last_of(each) + 1)]
    if sorted(spoken) != list(range(1, last + 1)):
        outcome.odd.append(f"{what}: the numbers are {sorted(spoken)}")
    declared = [each for each in kept + held if each["t"] == "missing"]
    if declared:
        outcome.odd.append(f"{what}: records were declared missing")
    scans = {each["seq"] for each in kept + held if each["t"] == "scan"}
    outcome.green_lost += len(set(green) - scans)
    outcome.duplicated += len(spoken) - len(set(spoken)) + len(green) - len(set(green))
