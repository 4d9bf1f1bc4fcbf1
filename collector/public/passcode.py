"""The pass as people take it with them: on the page, as a picture, and on paper.

Only what has the form of our own pass is drawn: nobody prints somebody else's text here.
"""

import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from collector.export import passcards
from collector.export.passcards import Card
from wire import gatepass
from wire.errors import WireError

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
PIXELS = 12
"""Of one module: sharp on a telephone, and large enough to be printed."""
PRACTICE = "LUYỆN TẬP · PRACTICE"

Draw = Callable[[str], bytes]


def is_pass(text: str) -> bool:
    """Say whether a text has the form of our own pass."""
    try:
        gatepass.parse(text)
    except WireError:
        return False
    return True


def ending(text: str) -> str:
    """Return the last four characters of a pass's number, as it is told on the telephone."""
    return gatepass.parse(text).claims.number.hex()[-4:]


def svg(text: str) -> tuple[int, str]:
    """Return a code's side in modules, quiet zone and all, and the path of its dark ones."""
    rows = passcards.modules(text)
    path = "".join(
        f"M{begins},{number}h{ends - begins}v1h{begins - ends}z"
        for number, row in enumerate(rows)
        for begins, ends in passcards.runs(row)
    )
    return len(rows) + 2 * passcards.QUIET, path


def png(text: str) -> bytes:
    """Return the code as a picture of one bit a pixel, with its quiet zone."""
    rows = passcards.modules(text)
    side = (len(rows) + 2 * passcards.QUIET) * PIXELS
    white, edge = "1" * side, "1" * (passcards.QUIET * PIXELS)
    quiet = [white] * (passcards.QUIET * PIXELS)
    drawn = [edge + "".join("01"[not dark] * PIXELS for dark in row) + edge for row in rows]
    lines = [*quiet, *(line for line in drawn for _ in range(PIXELS)), *quiet]
    packed = b"".join(b"\0" + _bits(line) for line in lines)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(packed)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _bits(line: str) -> bytes:
    """Return a line of pixels, eight to a byte, the rest of the last one filled up."""
    count = -(-len(line) // 8)
    return int(line.ljust(count * 8, "0"), 2).to_bytes(count)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf(text: str, *, practice: bool = False) -> bytes:
    """Return the pass on a page, large and as a card for a wallet; one of practice says so."""
    claims = gatepass.parse(text).claims
    until = datetime.fromtimestamp(claims.expires, UTC).astimezone(LOCAL)
    lines = (
        *((PRACTICE,) if practice else ()),
        "Mã QR tự khai báo",
        "Self-declared pass",
        f"Đến / Until {until:%d/%m/%Y %H:%M}",
        f"Số / No. …{claims.number.hex()[-4:]}",
    )
    return passcards.single(Card(text, lines))
