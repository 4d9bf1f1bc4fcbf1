"""The collector's one clock; everything else is given the time as a value or a callable."""

import time


def wall_ms() -> int:
    """Return the wall clock in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def steady_s() -> float:
    """Return seconds on a clock that never steps; only differences mean something."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Do nothing for so long."""
    time.sleep(seconds)
