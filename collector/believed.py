"""Up to which moment time is believed when something is deleted by it.

A server's clock that jumps to 2099 would take along what must stay. Retention holds the clock
against the gates and its own last run (collector/retention/doubt.py), and leaves in a small file by
which time it was last believed. Whoever else deletes goes no further than the time that has surely
passed since, by the clock that never steps. What is not believed is not deleted.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from collector import clock
from collector.plainfile import write

LIMIT = 4096
MODE = 0o644
"""Every process that deletes reads it, whoever it runs as; it tells nothing but the time."""
LONG_MS = 2 * 86_400_000
"""Retention is run every day: if time is not believed for so long, something is wrong."""


DOUBTED = "clock-doubted"
"""What is told where it is not believed. A code, so never renamed."""


class Said(msgspec.Struct, frozen=True):
    """What retention says of the clock."""

    at_ms: int = 0
    """The wall clock at the last run by which it was believed; 0 if it never was."""
    up_ms: int = 0
    """How long the machine had been up then."""
    doubt: str = ""
    """Why it was not believed at the last run of all; nothing if it was."""


class Believed:
    """The file as it now stands; without one, or with a damaged one, no time is believed."""

    def __init__(self, path: Path, up_ms: Callable[[], int] = clock.since_boot_ms) -> None:
        """Take the file, and the clock that never steps; nothing is read yet."""
        self._path, self._up_ms = path, up_ms

    def over_ms(self, now_ms: int) -> int:
        """Return the moment up to which what is over may be deleted: now, if that is believed.

        Later than what has surely passed it never is, whatever the wall clock says.
        """
        return min(now_ms, self._surely_ms(self.said()))

    def is_doubted(self, now_ms: int) -> bool:
        """Say whether a clock that was believed once is not believed now.

        Where it never was, nothing is old enough to be missed: nobody need be told.
        """
        said = self.said()
        behind_ms = now_ms - self._surely_ms(said)
        return said.at_ms > 0 and (bool(said.doubt) or abs(behind_ms) > LONG_MS)

    def said(self) -> Said:
        """Return what retention has said last."""
        try:
            return msgspec.json.decode(self._path.read_bytes()[:LIMIT], type=Said)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return Said()

    def note(self, said: Said) -> None:
        """Write down what retention says. Raises StoreUnusable."""
        write(self._path, msgspec.json.encode(said), MODE)

    def _surely_ms(self, said: Said) -> int:
        """Return the moment that has surely come since the clock was believed.

        The clock that never steps begins anew with each start of the machine: if it shows less than
        it did, so long has passed at least.
        """
        up_ms = self._up_ms()
        return said.at_ms + (up_ms - said.up_ms if up_ms >= said.up_ms else up_ms)
