"""What is signed to be printed: only where it can be drawn, and has room.

A pass or a card is in its register before it is signed; one that could not be printed would be
good for whoever learns of it, and nobody would know its number to withdraw it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioning import files, picture

ONCE, EACH = 128 * 1024, 16 * 1024
"""Bytes of a sheet with its fonts, and of each code on it, at the most."""


@contextmanager
def room(path: Path, count: int) -> Iterator[Callable[[bytes], None]]:
    """See that so many codes can be drawn and kept at `path`; lend what puts them there.

    They are signed in the block. Raises FontMissing, FileUnusable.
    """
    picture.font_files(picture.FONT_FOLDER)
    with files.room(path, files.PRIVATE, ONCE + count * EACH) as put:
        yield put
