"""Space kept back, so that a full card can still be tidied.

Sealing a segment, moving the cursor and saying "stop" all need a little room. When the card is
full the ballast is let go for them; new scans are refused until there is room for it again.
"""

from pathlib import Path

from device.errors import JournalFull
from device.journal.appendlog import prepare


class Ballast:
    """A file of zeros of a fixed size, there or let go."""

    def __init__(self, path: Path, size: int) -> None:
        """Keep `size` bytes at `path`."""
        self._path = path
        self._size = size

    @property
    def held(self) -> bool:
        """Say whether the space is kept back."""
        return self._path.exists() and self._path.stat().st_size == self._size

    def release(self) -> None:
        """Let the space go; harmless when repeated."""
        self._path.unlink(missing_ok=True)

    def take(self) -> bool:
        """Try to take the space back; say whether it is held."""
        if not self.held:
            try:
                prepare(self._path, self._size)
            except JournalFull:
                self.release()
                return False
        return True
