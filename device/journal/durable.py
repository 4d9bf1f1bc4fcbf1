"""How far the uplink may read: the journal's durable end, in a small file in /run.

It is written after each flush. Were the uplink to read up to the end of the file instead, it could
send a record that a power cut then unmakes, and the next person would get the same seq.
"""

import os
import zlib
from pathlib import Path

import msgspec
import structlog

from device.journal.disk import write_all

log = structlog.get_logger()

NAME = "durable"
LIMIT = 256


class End(msgspec.Struct, frozen=True):
    """The last record that is on stable storage."""

    journal: str
    seq: int
    confirmed: int
    """The last record a receipt of the collector covers, as the scanner checked it."""


class DurableEnd:
    """The scanner's side: says how far it is."""

    def __init__(self, run: Path) -> None:
        """Open the file in `run`, which is emptied at every boot."""
        self._fd = os.open(run / NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o640)
        self._length = min(os.fstat(self._fd).st_size, LIMIT)
        self._lost = False

    def publish(self, end: End) -> None:
        """Say it in one write, over all that stood there before.

        Where that fails the door goes on: the record is stored, and the next word tells of it too.
        """
        text = spell(end)
        try:
            write_all(self._fd, text.ljust(self._length), 0)
        except OSError as error:
            if not self._lost:
                log.error("durable.lost", detail=error.strerror)  # noqa: TRY400
            self._lost = True
            return
        self._lost = False
        self._length = len(text)

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def spell(end: End) -> bytes:
    """Return the line: the checksum tells a reader that it did not catch the line half written."""
    text = f"{end.journal} {end.seq} {end.confirmed}"
    return f"{zlib.crc32(text.encode()):08x} {text}\n".encode()


def read(run: Path) -> End | None:
    """Return the durable end, or None if the scanner has not said it since boot, or just now."""
    try:
        with (run / NAME).open("rb") as file:
            data = file.read(LIMIT)
    except OSError:
        return None
    match data.decode(errors="replace").split():
        case [_, journal, seq, confirmed] if seq.isdecimal() and confirmed.isdecimal():
            end = End(journal, int(seq), int(confirmed))
            return end if spell(end) == data.rstrip(b" ") else None
        case _:
            return None
