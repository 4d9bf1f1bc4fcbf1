"""The gate's one place for time: the only file that asks the system what time it is.

A Pi has no battery clock, so the wall clock is a guess until a time server has been heard. Every
record therefore carries three things: the boot, the time since that boot, and the wall clock with
how far it may be believed.
"""

import ctypes
import time
from pathlib import Path

from device.flow import Instant
from wire.record import ClockState

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
BOOT_DIGITS = 8
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""Touched by systemd's time service with every answer of a time server."""
FRESH_S = 86_400
"""So long after an answer the clock is off by a few seconds at the most."""
STA_UNSYNC = 0x0040
TIME_ERROR = 5


class Timex(ctypes.Structure):
    """The head of Linux's `struct timex` (adjtimex(2)); the rest is room for the kernel."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


class SystemClock:
    """This machine's clocks, as the system has them; what to believe of them is not known here."""

    def __init__(self, *, vouched: bool = False, synchronised: Path = SYNCHRONISED) -> None:
        """With `vouched`, configuration says that this machine's clock is right."""
        self._vouched = vouched
        self._synchronised = synchronised
        self.boot = BOOT_ID.read_text().strip().replace("-", "")[:BOOT_DIGITS]
        """First digits of the boot id."""
        self._libc = ctypes.CDLL(None, use_errno=True)

    def read(self) -> tuple[int, int]:
        """Return the time since boot in ns, and the wall clock in ms since 1970, UTC."""
        return up_ns(), time.time_ns() // 1_000_000

    def now(self) -> Instant:
        """Return this moment as the system has it, for a desk or a lamp."""
        up, wall_ms = self.read()
        clock = ClockState.UNSYNCED if self.served() is None else ClockState.SYNCED
        return Instant(up, wall_ms, ClockState.VOUCHED if self._vouched else clock, self.boot)

    def served(self) -> int | None:
        """Return when the time service heard a time server, in ns by the wall clock, if lately.

        0 where only the kernel says that it is kept in step; None where nobody says so. As a
        service the gate may not ask the kernel, which would let it set the clock as well.
        """
        try:
            answered_ns = self._synchronised.stat().st_mtime_ns
        except OSError:
            answered_ns = 0
        if answered_ns and 0 <= time.time_ns() - answered_ns < FRESH_S * 10**9:
            return answered_ns
        return 0 if self._kept() else None

    def _kept(self) -> bool:
        """Say whether the kernel is kept in step, where it may be asked."""
        found = Timex()
        state = self._libc.adjtimex(ctypes.byref(found))
        return state not in (-1, TIME_ERROR) and not found.status & STA_UNSYNC


def up_ns() -> int:
    """Return CLOCK_BOOTTIME: nanoseconds since boot, sleep included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def sleep(seconds: float) -> None:
    """Wait; handed to sources that keep a pace."""
    time.sleep(seconds)


def set_wall(wall_ms: int) -> None:
    """Set the wall clock; raise OSError where this process may not."""
    time.clock_settime_ns(time.CLOCK_REALTIME, wall_ms * 1_000_000)
