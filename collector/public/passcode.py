"""The pass as people take it with them: on the page, as a picture, and on paper.

Only what has the form of our own pass is drawn: nobody prints somebody else's text here.
"""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

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


def svg(text: str) -> str:
    """Return the path of a code's modules in an SVG whose unit is one module."""
    rows = passcards.modules(text)
    return "".join(
        f"M{place},{number}h1v1h-1z"
        for number, row in enumerate(rows)
        for place, dark in enumerate(row)
        if dark
    )


def png(text: str) -> bytes:
    """Return the code as a picture, with its quiet zone."""
    code = QRCode(
        error_correction=ERROR_CORRECT_M, border=4, box_size=PIXELS, mask_pattern=passcards.MASK
    )
    code.add_data(text)
    code.make(fit=True)
    out = io.BytesIO()
    code.make_image().save(out)
    return out.getvalue()


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
