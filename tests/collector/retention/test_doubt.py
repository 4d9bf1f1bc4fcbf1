"""When the server's clock is not believed."""

import msgspec
import pytest

from collector.ledger.entries import Run, Witness
from collector.localday import DAY_MS
from collector.retention.doubt import Doubt, doubt
from wire.record import ClockState

NOW = 1_790_000_000_000
HOUR = 3_600_000


def run(at_ms: int, up_ms: int = 0, boot: str = "b1") -> Run:
    return Run(at_ms, boot, up_ms)


def gates(*ahead: int) -> tuple[Witness, ...]:
    """Return gates by how far their clocks were before the server's when they were heard."""
    return tuple(
        Witness(f"g{n}", NOW - HOUR + each, NOW - HOUR, ClockState.SYNCED)
        for n, each in enumerate(ahead)
    )


def echoes(*ahead: int) -> tuple[Witness, ...]:
    """Return gates that have their time from our receipts."""
    heard = gates(*ahead)
    return tuple(msgspec.structs.replace(each, clock=ClockState.ANCHORED) for each in heard)


YESTERDAY = run(NOW - DAY_MS, 5 * DAY_MS)
TODAY = run(NOW, 6 * DAY_MS)


@pytest.mark.parametrize(
    ("last", "now", "witnesses", "why"),
    [
        (YESTERDAY, TODAY, gates(0, 0), None),
        (YESTERDAY, TODAY, (), None),
        (run(NOW + 2 * DAY_MS), TODAY, gates(0), Doubt.BACK),
        (run(NOW + 2 * DAY_MS, 0, "b0"), TODAY, gates(0), Doubt.BACK),
        (run(NOW + DAY_MS // 2, 0, "b0"), TODAY, gates(0), None),
        (run(NOW - 3 * DAY_MS, 5 * DAY_MS), TODAY, gates(0), Doubt.MOVED),
        (run(NOW - 3 * DAY_MS, 3 * DAY_MS), TODAY, gates(0), None),
        (run(NOW - 3 * DAY_MS, 3 * DAY_MS), TODAY, (), Doubt.UNSURE),
        (run(NOW, 0), TODAY, gates(0), Doubt.MOVED),
        (run(NOW - 3 * DAY_MS, 0, "b0"), TODAY, gates(0), None),
        (run(NOW - 3 * DAY_MS, 0, "b0"), TODAY, (), Doubt.UNSURE),
        (None, TODAY, (), Doubt.UNSURE),
        (None, TODAY, gates(0), None),
        (YESTERDAY, TODAY, gates(-2 * DAY_MS), Doubt.GATES),
        (YESTERDAY, TODAY, gates(2 * DAY_MS), Doubt.GATES),
        (YESTERDAY, TODAY, gates(2 * DAY_MS, -2 * DAY_MS, 0), Doubt.GATES),
        (YESTERDAY, TODAY, gates(2 * DAY_MS, 0), None),
        (YESTERDAY, TODAY, gates(-40 * DAY_MS, 0, 0), None),
        (YESTERDAY, TODAY, gates(DAY_MS, -DAY_MS), None),
        (None, TODAY, echoes(0, 0), Doubt.UNSURE),
        (run(NOW - 3 * DAY_MS, 0, "b0"), TODAY, echoes(0, 0), Doubt.UNSURE),
        (run(NOW - 3 * DAY_MS, 0, "b0"), TODAY, (*echoes(0, 0), *gates(0)), None),
        (YESTERDAY, TODAY, echoes(0, 0), None),
        (YESTERDAY, TODAY, echoes(2 * DAY_MS), Doubt.GATES),
        (YESTERDAY, TODAY, (*echoes(0, 0), *gates(2 * DAY_MS)), Doubt.GATES),
    ],
)
def test_the_clock_is_held_against_the_last_run_and_the_gates(
    last: Run | None, now: Run, witnesses: tuple[Witness, ...], why: Doubt | None
) -> None:
    assert doubt(last, now, witnesses) is why
