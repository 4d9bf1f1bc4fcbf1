"""The names in a journal's folder, and what is found there at a start.

identity.json            which journal this is
0000000000000001.json    a sealed segment, named by its first seq
0000000000000257.open    the open segment; the one after it may be there already
spare                    zeros, ready to become the next segment
cursor.json              how far the collector has confirmed
ballast                  space kept back for a full card
*.bad                    a segment that could not be read, set aside
"""

import re
from pathlib import Path

import msgspec

SEALED, OPEN = ".json", ".open"
SPARE, CURSOR, BALLAST, LOCK = "spare", "cursor.json", "ballast", "lock"
_SEGMENT = re.compile(r"(\d{16})\.(json|open)")


class Named(msgspec.Struct, frozen=True, order=True):
    """A segment file: sorted by first seq, a sealed one before its open twin."""

    first: int
    suffix: str

    def within(self, folder: Path) -> Path:
        """Return the path of the file in `folder`."""
        return folder / f"{self.first:016d}{self.suffix}"


def segments(folder: Path) -> list[Named]:
    """Return the segment files of a journal, in sequence."""
    found = (_SEGMENT.fullmatch(each.name) for each in folder.iterdir())
    return sorted(Named(int(each[1]), "." + each[2]) for each in found if each)
