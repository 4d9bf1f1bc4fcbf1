"""zxing-cpp, the engine that reads most codes for the least time.

It knows pictures and QR codes (Micro QR and rectangular ones too), and nothing about which
attempt is worth making when.
"""

import zxingcpp

from device.flow import Luma

Corners = tuple[tuple[int, int], ...]
Found = list[tuple[bytes, Corners]]

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""One format: all of them together take ten times as long. zxing counts Micro QR among them."""


def read(luma: Luma) -> Found:
    """Return the codes zxing's defaults see; inverted, rotated and mirrored ones included."""
    return _values(
        zxingcpp.read_barcodes(
            luma,
            formats=_QR,
            text_mode=zxingcpp.TextMode.Plain,
        )
    )


def read_upright(luma: Luma) -> Found:
    """Return what is seen without the search for light codes on dark; about 0.8 of the time."""
    return _values(
        zxingcpp.read_barcodes(
            luma,
            formats=_QR,
            text_mode=zxingcpp.TextMode.Plain,
            try_invert=False,
        )
    )


def read_fast(luma: Luma) -> Found:
    """Return what one pass sees, without turning, shrinking or inverting."""
    return _values(
        zxingcpp.read_barcodes(
            luma,
            formats=_QR,
            text_mode=zxingcpp.TextMode.Plain,
            try_rotate=False,
            try_downscale=False,
            try_invert=False,
        )
    )


def read_histogram(luma: Luma) -> Found:
    """Return what is seen with one threshold for each row rather than for each neighbourhood."""
    return _values(
        zxingcpp.read_barcodes(
            luma,
            formats=_QR,
            text_mode=zxingcpp.TextMode.Plain,
            binarizer=zxingcpp.Binarizer.GlobalHistogram,
        )
    )


def _values(barcodes: list[zxingcpp.Barcode]) -> Found:
    # `.bytes` is what the code holds; `.text` is a guess at its charset.
    return [(each.bytes, _corners(each.position)) for each in barcodes if each.bytes]


def _corners(position: zxingcpp.Position) -> Corners:
    points = (
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    )
    return tuple((point.x, point.y) for point in points)
