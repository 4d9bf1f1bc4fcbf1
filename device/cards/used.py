"""Which control cards were obeyed, so that none is obeyed twice, also after a power cut.

A number is on the card before what it asks for is done. Numbers of cards that ran out long ago are
dropped when the file grows, by a time that is surely past.
"""

import os
import struct
import zlib
from pathlib import Path

import structlog

from device.errors import GateError
from device.journal.disk import replace
from device.plainfile import sync_folder
from wire.controlcard import CTI_BYTES

log = structlog.get_logger()

NAME = "used-cards"
MOST = 4096
_BODY = struct.Struct(f"<{CTI_BYTES}sq")  # number, when the card runs out (s since 1970)
_LINE = struct.Struct(f"<{_BODY.size}sI")  # body and its CRC


class UsedCards:
    """The numbers, in a small file that only grows at its end."""

    def __init__(self, folder: Path, name: str = NAME) -> None:
        """Keep it in `folder`, as `name`."""
        self._path = folder / name
        self._until: dict[bytes, int] = {}

    def begin(self, past_s: int) -> None:
        """Read what is stored; drop what ran out before `past_s` if there is much."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            data = self._path.read_bytes() if self._path.exists() else b""
            self._read(data)
            whole = len(self._until) * _LINE.size == len(data)
            if not whole or len(self._until) > MOST:
                self._until = {n: till for n, till in self._until.items() if till >= past_s}
                replace(self._path, b"".join(map(_spelled, self._until, self._until.values())))
        except (OSError, GateError) as error:
            log.error("used-cards.unread", detail=str(error))  # noqa: TRY400  (said, not debugged)

    def look(self) -> None:
        """Read what is stored and leave it as it is: another process writes it."""
        try:
            self._read(self._path.read_bytes())
        except FileNotFoundError:
            pass
        except OSError as error:
            log.error("used-cards.unread", detail=error.strerror)  # noqa: TRY400  (said, not debugged)

    def __contains__(self, number: bytes) -> bool:
        """Say whether the card of that number was obeyed before."""
        return number in self._until

    def add(self, number: bytes, expires: int) -> bool:
        """Mark a card as used, durably; say whether that could be done."""
        try:
            fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o640)
            try:
                whole = os.write(fd, _spelled(number, expires)) == _LINE.size
                if not whole:
                    os.ftruncate(fd, os.fstat(fd).st_size // _LINE.size * _LINE.size)
                os.fsync(fd)
            finally:
                os.close(fd)
            sync_folder(self._path.parent)
        except OSError as error:
            log.error("used-cards.unwritten", detail=error.strerror)  # noqa: TRY400
            return False
        self._until[number] = expires
        return whole

    def _read(self, data: bytes) -> None:
        damaged = 0
        for body, check in _LINE.iter_unpack(data[: len(data) - len(data) % _LINE.size]):
            if zlib.crc32(body) == check:
                number, until = _BODY.unpack(body)
                self._until[number] = until
            else:
                damaged += 1
        if damaged:
            log.error("used-cards.damaged", lines=damaged)


def _spelled(number: bytes, expires: int) -> bytes:
    body = _BODY.pack(number, expires)
    return _LINE.pack(body, zlib.crc32(body))
