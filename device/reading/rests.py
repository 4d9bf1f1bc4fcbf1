"""What crashed the scanner rests for a while.

A crash inside a C library cannot be caught: the process dies, systemd starts another, and the
same code may still be held up. So the attempt that is about to run is written into /run before
each call; whoever starts next finds its name there and leaves it out for a minute, and after its
third crash for a day. Only names of attempts are written, never anything about a picture.
"""

import os
from pathlib import Path
from typing import Protocol

import msgspec

_S = 1_000_000_000
NAME, RESTS = "attempt", "attempt.rests"
WIDTH = 32
"""Bytes of the mark: the longest name of an attempt fits."""
FIRST_S, LATER_S = 60, 24 * 3600
MANY = 3


class Marks(Protocol):
    """Where the running attempt is marked."""

    @property
    def resting(self) -> tuple[str, ...]:
        """Return the attempts that have crashed since the machine started."""
        ...

    def enter(self, name: str) -> None:
        """Say that this attempt is about to be made."""
        ...

    def leave(self) -> None:
        """Say that no attempt is being made."""
        ...

    def rests(self, name: str, up_ns: int) -> bool:
        """Say whether this attempt is to be left out for now."""
        ...


class NoMarks:
    """For pictures on a desk, where a crash is seen by whoever sits there."""

    @property
    def resting(self) -> tuple[str, ...]:
        """Return none."""
        return ()

    def enter(self, name: str) -> None:
        """Mark nothing."""

    def leave(self) -> None:
        """Mark nothing."""

    def rests(self, name: str, up_ns: int) -> bool:
        """Leave nothing out."""
        del name, up_ns
        return False


class Rest(msgspec.Struct, frozen=True):
    """How often an attempt crashed, and until when it rests."""

    crashes: int
    until_ns: int


class Rests:
    """Marks in /run, which a restart of the process outlives and one of the machine does not."""

    def __init__(self, run: Path, up_ns: int) -> None:
        """See what the last process died of; `up_ns` is now."""
        self._rests_path = run / RESTS
        self._resting = _load(self._rests_path)
        self._file = os.open(
            run / NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        died_in = os.pread(self._file, WIDTH, 0).decode("ascii", "replace").strip("\0 ")
        self.leave()
        if died_in.isascii() and died_in:
            self._count(died_in, up_ns)

    def close(self) -> None:
        """End; twice is harmless."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    @property
    def resting(self) -> tuple[str, ...]:
        """Return the attempts that have crashed since the machine started."""
        return tuple(self._resting)

    def enter(self, name: str) -> None:
        """Write the name; one call into memory, before the library's."""
        os.pwrite(self._file, name.encode("ascii")[:WIDTH].ljust(WIDTH, b"\0"), 0)

    def leave(self) -> None:
        """Write that nothing runs."""
        os.pwrite(self._file, bytes(WIDTH), 0)

    def rests(self, name: str, up_ns: int) -> bool:
        """Say whether it crashed lately."""
        rest = self._resting.get(name)
        return rest is not None and up_ns < rest.until_ns

    def _count(self, name: str, up_ns: int) -> None:
        before = self._resting.get(name)
        crashes = 1 if before is None else before.crashes + 1
        rest_s = LATER_S if crashes >= MANY else FIRST_S
        self._resting[name] = Rest(crashes, up_ns + rest_s * _S)
        temporary = self._rests_path.with_suffix(".new")
        temporary.write_bytes(msgspec.json.encode(self._resting))
        temporary.replace(self._rests_path)


def _load(path: Path) -> dict[str, Rest]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Rest])
    except (OSError, msgspec.MsgspecError):
        return {}
