"""Which topics the broker may still keep for us: what is gone is taken back, after a restart too.

Our account cannot read, so what was written is remembered here: a topic is noted before it is
written, and struck out when the broker has said that it is empty.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from collector.errors import StateUnwritable
from collector.plainfile import put

MAX_BYTES = 4 * 1024 * 1024
MODE = 0o640


class Told:
    """The file."""

    def __init__(self, path: Path) -> None:
        """Take the path; its folder is made."""
        self._path = path
        self._topics = _read(path)

    @property
    def topics(self) -> frozenset[str]:
        """Return all that the broker may keep."""
        return self._topics

    def note(self, added: Iterable[str] = (), struck: Iterable[str] = ()) -> None:
        """Change the list; it is on the disk when this returns. Raises StateUnwritable."""
        wanted = (self._topics | {*added}) - {*struck}
        if wanted == self._topics:
            return
        try:
            self._path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            put(self._path, msgspec.json.encode(sorted(wanted)), MODE)
        except OSError as error:
            msg = f"home_assistant.state: {self._path}: {error.strerror or error}"
            raise StateUnwritable(msg) from error
        self._topics = frozenset(wanted)


def _read(path: Path) -> frozenset[str]:
    """Return what was noted; a file that is torn or of somebody else tells nothing."""
    try:
        with path.open("rb") as file:
            return frozenset(msgspec.json.decode(file.read(MAX_BYTES), type=list[str]))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return frozenset()
