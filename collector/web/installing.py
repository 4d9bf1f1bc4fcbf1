"""What the pages of installation show, as values: how far a gate has come, and what its lamps say.

Pure: no request, no clock, no HTML.
"""

import enum
from collections.abc import Sequence

import msgspec

from collector.counter import Line
from wire.canonical import parse, read
from wire.errors import WireError
from wire.joining import Step, Trouble
from wire.keys import Signed
from wire.selftest import Report


class Stage(enum.StrEnum):
    """What a technician waits for, one after the other."""

    SHOWN = "shown"
    CERTIFIED = "certified"
    TESTED = "tested"
    REPORTED = "reported"


DONE = {
    Stage.SHOWN: frozenset({Step.JOINING, Step.ENROLLED, Step.TESTING, Step.REPORTED}),
    Stage.CERTIFIED: frozenset({Step.ENROLLED, Step.TESTING, Step.REPORTED}),
    Stage.TESTED: frozenset({Step.REPORTED}),
    Stage.REPORTED: frozenset({Step.REPORTED}),
}
LIGHTS: dict[Trouble, tuple[int, int]] = {
    Trouble.BUTTON: (2, 1),
    Trouble.FOREIGN: (2, 2),
    Trouble.EXPIRED: (2, 3),
    Trouble.USED: (2, 4),
    Trouble.PASSPHRASE: (3, 1),
    Trouble.NO_WIFI: (3, 2),
    Trouble.NO_NETWORK: (3, 3),
    Trouble.PORTAL: (3, 4),
    Trouble.SERVER_FOREIGN: (3, 5),
    Trouble.SILENT: (3, 6),
    Trouble.FAULT: (4, 1),
}
"""How the gate shows each on its lamps, long ones and short ones: a gate without a network can say
it in no other way."""


class StageLine(msgspec.Struct, frozen=True):
    """One of them."""

    stage: Stage
    done: bool
    now: bool


class Progress(msgspec.Struct, frozen=True):
    """How one gate has come along."""

    number: str
    gate: str
    place: str
    stages: tuple[StageLine, ...]
    used: bool
    expired: bool
    trouble: str
    passed: bool | None
    report: Report | None

    @property
    def over(self) -> bool:
        """Say whether nothing more will come."""
        return self.passed is not None or (self.expired and not self.used)


class Tally(msgspec.Struct, frozen=True):
    """How many gates are where."""

    waiting: int = 0
    """Their code was not used yet; if it has run out, they need another."""
    going: int = 0
    """Being installed, or something is not good."""
    done: int = 0


def tally(lines: Sequence[Progress]) -> Tally:
    """Count gates, each by the newest of its codes; `lines` begin with the newest."""
    newest: dict[str, Progress] = {}
    for line in lines:
        newest.setdefault(line.gate, line)
    done = sum(each.passed is True for each in newest.values())
    waiting = sum(not each.used for each in newest.values())
    return Tally(waiting, len(newest) - waiting - done, done)


def progress(line: Line, now_ms: int) -> Progress:
    """Return how the gate of a code has come along."""
    done = [line.step is not None and line.step in DONE[stage] for stage in Stage]
    waits = next((at for at, each in enumerate(done) if not each), None)
    stages = tuple(
        StageLine(stage, each, at == waits)
        for at, (stage, each) in enumerate(zip(Stage, done, strict=True))
    )
    return Progress(
        *(line.number, line.gate, line.place, stages, line.used),
        expired=now_ms >= line.expires_ms,
        trouble=line.trouble or "",
        passed=line.passed,
        report=_report(line.report),
    )


def _report(data: bytes) -> Report | None:
    """Read a report whose signature the enrolment process has checked."""
    try:
        return read(Report, read(Signed, parse(data)).doc) if data else None
    except WireError:
        return None
