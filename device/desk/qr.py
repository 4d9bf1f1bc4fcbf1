"""The modules of a code, for whatever draws it."""

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData

QUIET = 4
"""Light modules around a code."""


def modules(text: str) -> list[list[bool]]:
    """Return the rows of a pass's code, true for dark, with the quiet zone."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(QRData(text.encode(), mode=MODE_ALPHA_NUM), optimize=0)
    code.make(fit=True)
    return [[bool(dark) for dark in row] for row in code.get_matrix()]
