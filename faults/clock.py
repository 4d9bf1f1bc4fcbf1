"""The suite's one place for time: it looks at the real clock from outside the programs."""

import select
import time
from collections.abc import Callable

STEP_S = 0.01


def up_ns() -> int:
    """Return CLOCK_BOOTTIME, which the gates use too."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def wall_ms() -> int:
    """Return what this machine takes for the time of day."""
    return time.time_ns() // 1_000_000


def nap(seconds: float) -> None:
    """Wait; not by `sleep`, which under a clock that libfaketime fakes ends with an error."""
    select.select([], [], [], max(0.0, seconds))


def until(happened: Callable[[], bool], patience_s: float) -> bool:
    """Wait for something that another process does; say whether it did in time."""
    end_ns = up_ns() + int(patience_s * 1e9)
    while not happened():
        if up_ns() > end_ns:
            return False
        nap(STEP_S)
    return True
