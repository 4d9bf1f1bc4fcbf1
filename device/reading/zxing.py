"""zxing-cpp, the engine that reads most codes for the least time.

It knows pictures and QR codes (Micro QR and rectangular ones too), and nothing about which
attempt is worth making when.
"""

import msgspec
import zxingcpp

from device.flow import Form, Luma

Corners = tuple[tuple[int, int], ...]


class Code(msgspec.Struct, frozen=True):
    """What an engine read."""

    text: bytes
    corners: Corners
    form: Form = Form.QR

    def __repr__(self) -> str:
        """Say nothing of the text, so that no log or traceback says who stood at the door."""
        return f"<Code of {len(self.text)} bytes>"


Found = list[Code]

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""One format: all of them together take ten times as long. zxing counts Micro QR among them."""
_SMALL = {zxingcpp.BarcodeFormat.MicroQRCode, zxingcpp.BarcodeFormat.RMQRCode}


def read(luma: Luma) -> Found:
    """Return the codes zxing's defaults see; inverted, rotated and mirrored ones included."""
    return _read(luma)


def read_upright(luma: Luma) -> Found:
    """Return what is seen without the search for light codes on dark; about 0.8 of the time."""
    return _read(luma, inverted=False)


def read_fast(luma: Luma) -> Found:
    """Return what one pass sees, without turning, shrinking or inverting; half the time."""
    return _read(luma, turned=False, inverted=False)


def read_inverted_too(luma: Luma) -> Found:
    """Return what one pass sees, and one for light codes on dark."""
    return _read(luma, turned=False)


def read_histogram(luma: Luma) -> Found:
    """Return what one pass sees with a threshold for each row, not for each neighbourhood."""
    return _read(luma, turned=False, inverted=False, binarizer=zxingcpp.Binarizer.GlobalHistogram)


def read_binary(luma: Luma) -> Found:
    """Return what one pass sees in a picture of black and white that somebody else made."""
    return _read(luma, turned=False, inverted=False, binarizer=zxingcpp.Binarizer.BoolCast)


def unread(luma: Luma) -> list[Corners]:
    """Return where zxing sees the marks of a code that it cannot read."""
    seen = zxingcpp.read_barcodes(luma, formats=_QR, try_invert=False, return_errors=True)
    return [_corners(each.position) for each in seen if not each.valid]


def _read(
    luma: Luma,
    *,
    turned: bool = True,
    inverted: bool = True,
    binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage,
) -> Found:
    """Read; `turned` looks turned and shrunk as well, `inverted` for light codes on dark."""
    barcodes = zxingcpp.read_barcodes(
        luma,
        formats=_QR,
        text_mode=zxingcpp.TextMode.Plain,
        try_rotate=turned,
        try_downscale=turned,
        try_invert=inverted,
        binarizer=binarizer,
    )
    # `.bytes` is what the code holds; `.text` is a guess at its charset.
    return [
        Code(each.bytes, _corners(each.position), _form(each)) for each in barcodes if each.bytes
    ]


def _form(barcode: zxingcpp.Barcode) -> Form:
    # The binding does not say that a code is one part of several; ZBar does.
    return Form.MICRO if barcode.format in _SMALL else Form.QR


def _corners(position: zxingcpp.Position) -> Corners:
    points = (
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    )
    return tuple((point.x, point.y) for point in points)
