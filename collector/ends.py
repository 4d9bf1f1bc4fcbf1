"""What of the authority ends soon: read from the file of dates that it leaves beside the roster.

Months ahead, because the next keys take two people. A file that is missing or damaged says nothing,
and stops nothing.
"""

from pathlib import Path

import msgspec

from wire.record import Millis

NAME = "expiry.json"
SOON_MS = 75 * 86_400_000
LIMIT = 64 * 1024
MOST = 20


class End(msgspec.Struct, frozen=True):
    """A key or a certificate, and its end."""

    what: str
    until: Millis


class Ends(msgspec.Struct, frozen=True):
    """All of an authority's."""

    ends: tuple[End, ...]


def known(path: Path) -> tuple[End, ...] | None:
    """Return what the file says; None if there is none that can be read."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(LIMIT), type=Ends).ends
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def soon(path: Path, now_ms: int) -> tuple[End, ...]:
    """Return what has ended or ends soon, the next first."""
    due = [each for each in known(path) or () if each.until - now_ms <= SOON_MS]
    return tuple(sorted(due, key=lambda each: each.until))[:MOST]
