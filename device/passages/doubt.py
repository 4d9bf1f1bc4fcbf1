"""Passages that were granted and not yet made, at a door that can tell when somebody went through.

A granted passage that nobody makes is cancelled; at a door without such an input nothing is ever
in doubt. Kept in memory only: a process that restarts in those seconds believes that all passed.
"""

from collections import deque

import msgspec

from device.passages.inside import Last

_S = 1_000_000_000


class Granted(msgspec.Struct, frozen=True):
    """An accepted scan, and how to take it back."""

    seq: int
    subject: bytes | None
    before: Last | None
    """The subject's last passage before this one."""
    after: Last | None
    number: bytes | None
    """Of a pass for so many entries, if one was used up."""
    expires: int
    until_ns: int = 0


class Doubts:
    """The passages that somebody may still make."""

    def __init__(self, within_s: float | None) -> None:
        """Wait `within_s` for somebody to pass; None where the door has no such input."""
        self._within_ns = None if within_s is None else int(within_s * _S)
        self._granted: deque[Granted] = deque()

    def __bool__(self) -> bool:
        """Say whether any is in doubt."""
        return bool(self._granted)

    def grant(self, granted: Granted, up_ns: int) -> None:
        """Begin to wait for a passage."""
        if self._within_ns is not None:
            until_ns = up_ns + self._within_ns
            self._granted.append(msgspec.structs.replace(granted, until_ns=until_ns))

    def pass_one(self, up_ns: int) -> None:
        """Somebody went through: the first of those who still may. Nobody, if none may."""
        for each in self._granted:
            if each.until_ns >= up_ns:
                self._granted.remove(each)
                return

    def lapse(self, up_ns: int) -> tuple[Granted, ...]:
        """Return the passages that were not made in time, once."""
        late = []
        while self._granted and self._granted[0].until_ns < up_ns:
            late.append(self._granted.popleft())
        return tuple(late)
