"""The gate's one place for time: the only file that asks the system what time it is.

A Pi has no battery clock, so the wall clock is a guess until a time server has been heard. Every
record therefore carries three things: the boot, the time since that boot, and the wall clock with
how far it may be believed.
"""

import ctypes
import time
from pathlib import Path

import msgspec

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
    """The Clock port on Linux."""

    def __init__(self, *, vouched: bool = False, synchronised: Path = SYNCHRONISED) -> None:
        """With `vouched`, configuration says that this machine's clock is right."""
        self._vouched = vouched
        self._synchronised = synchronised
        self._boot = BOOT_ID.read_text().strip().replace("-", "")[:BOOT_DIGITS]
        self._libc = ctypes.CDLL(None, use_errno=True)

    def now(self) -> Instant:
        """Return this moment."""
        return Instant(up_ns(), time.time_ns() // 1_000_000, self._state(), self._boot)

    def at(self, captured_ns: int) -> Instant:
        """Return the moment at which the time since boot was `captured_ns`, just past."""
        now = self.now()
        passed_ms = max(0, now.up_ns - captured_ns) // 1_000_000
        return msgspec.structs.replace(now, up_ns=captured_ns, wall_ms=now.wall_ms - passed_ms)

    def _state(self) -> ClockState:
        if self._vouched:
            return ClockState.VOUCHED
        return ClockState.SYNCED if self._served() or self._kept() else ClockState.UNSYNCED

    def _served(self) -> bool:
        """Say whether the time service has heard a time server lately.

        As a service the gate may not ask the kernel, which would let it set the clock as well.
        """
        try:
            age_s = time.time() - self._synchronised.stat().st_mtime
        except OSError:
            return False
        return 0 <= age_s < FRESH_S

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
