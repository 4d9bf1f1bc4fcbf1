"""The collector's one clock; everything else is given the time as a value or a callable."""

import time
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")


def wall_ms() -> int:
    """Return the wall clock in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def steady_s() -> float:
    """Return seconds on a clock that never steps; only differences mean something."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Do nothing for so long."""
    time.sleep(seconds)


def since_boot_ms() -> int:
    """Return milliseconds since this machine was started, those that it slept among them."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def boot() -> str:
    """Return a name for this start of the machine."""
    return BOOT.read_text(encoding="ascii").strip()
