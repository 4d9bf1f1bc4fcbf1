"""The names in a journal's folder, and what is found there at a start.

0000000000000001.json    a sealed segment, named by its first seq
0000000000000257.open    the open segment; the one after it may be there already
spare                    a file of a segment's size, ready to become the next one
cursor.json              how far the collector has confirmed
ballast                  space kept back for a full card
lock                     held by the one scanner that writes
*.bad                    a segment that could not be read, set aside
retired-*                a journal that was given up, with the records that still wait
"""

import os
import re
from pathlib import Path

import msgspec

SEALED, OPEN, BAD = ".json", ".open", ".bad"
SPARE, CURSOR, BALLAST, LOCK = "spare", "cursor.json", "ballast", "lock"
RETIRED, RETIRED_MARK = "retired-", "retired.json"
_SEGMENT = re.compile(r"(\d{16})(\.json|\.open)")


class Named(msgspec.Struct, frozen=True, order=True):
    """A segment file: sorted by first seq, a sealed one before its open twin."""

    first: int
    suffix: str

    def within(self, folder: Path) -> Path:
        """Return the path of the file in `folder`."""
        return folder / f"{self.first:016d}{self.suffix}"


def segments(folder: Path) -> list[Named]:
    """Return the segment files of a journal, in sequence."""
    matches = map(_SEGMENT.fullmatch, os.listdir(folder))  # noqa: PTH208  (names alone: thousands)
    return sorted(Named(int(each[1]), each[2]) for each in matches if each)


def set_aside(path: Path) -> Path:
    """Give a damaged segment a second name that nothing reads; return it."""
    name, number = path.name + BAD, 1
    while (path.parent / name).exists():
        if (path.parent / name).samefile(path):  # set aside before a power cut
            return path.parent / name
        number += 1
        name = f"{path.name}.{number}{BAD}"
    (path.parent / name).hardlink_to(path)
    return path.parent / name
