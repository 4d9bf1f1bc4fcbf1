"""What the gate knows of the time, in a small file from which it goes on.

On the card: the latest time that was told by somebody who counts, written at most once an hour, so
that a clock that ran wild leaves nothing behind and the card is not worn out. In /run: what holds
in this boot, for the next process.
"""

from pathlib import Path

import msgspec
import structlog

from device import plainfile

log = structlog.get_logger()

NAME = "time.json"
LIMIT = 4_096


class Anchor(msgspec.Struct, frozen=True):
    """A time that was told."""

    wall_ms: int
    boot: str
    up_ms: int
    """The time since that boot at which it was told."""
    lo: int | None = None
    hi: int | None = None
    """What receipts had proved by then; see bounds.py."""
    system: int = 0
    """What the system's wall clock was ahead of the time since boot, in ms."""
    served: int | None = None
    """The last answer of a time server."""
    mistrusted: int | None = None
    """One that somebody has stepped the clock after."""


class SavedTime:
    """Keeps it; never raises."""

    def __init__(self, folder: Path | None) -> None:
        """Keep it in `folder`; without one nothing is kept."""
        self._path = None if folder is None else folder / NAME
        self._lost = False

    def load(self) -> Anchor | None:
        """Return what was kept; None if there is nothing that can be read."""
        if self._path is None:
            return None
        try:
            data = plainfile.read(self._path, LIMIT)
            return None if data is None else msgspec.json.decode(data, type=Anchor)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError):
            log.error("time.damaged")  # noqa: TRY400  (the gate goes on from an older time)
            return None

    def keep(self, anchor: Anchor) -> None:
        """Put it on stable storage, whole or not at all."""
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            plainfile.write(self._path, msgspec.json.encode(anchor))
        except OSError as error:
            if not self._lost:
                log.error("time.unsaved", detail=error.strerror)  # noqa: TRY400
            self._lost = True
        else:
            self._lost = False
