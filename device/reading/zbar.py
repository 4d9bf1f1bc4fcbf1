"""ZBar through pyzbar's wrapper: the second opinion, good at screens and coarse codes.

pyzbar's own `decode` guesses charsets (it garbles Vietnamese) and raises ValueError on a
structured-append code. So the calls below it are made here: one scanner kept, QR codes only, the
bytes as they are in the code, and no question about orientation. Those bytes are believed only
if they are UTF-8: in ZBar's binary mode a kanji segment comes out in another charset than the
code's own.
"""

from ctypes import string_at
from typing import Any

import numpy as np

from device.errors import DecoderMissing
from device.flow import Form, Luma
from device.reading.zxing import Code, Corners, Found

try:
    from pyzbar import wrapper
except ImportError as error:  # the shared library is Debian's and comes apart from pyzbar
    _msg = "the library libzbar is not installed"
    raise DecoderMissing(_msg) from error

_Pointer = Any
"""A pointer into the library, opaque here."""
_GREY = 808466521
"""The four-letter code `Y800`: 8-bit luma."""
_ALL, _PARTIAL, _QRCODE = 0, 1, 64
_ENABLE, _BINARY = 0, 4
"""pyzbar calls config 4 `NUM`, after an older header; in ZBar 0.23 it is BINARY."""


class ZBar:
    """One scanner, kept. Not for use by two threads at once."""

    def __init__(self) -> None:
        """Make the scanner: QR codes only, bytes as they are."""
        self._scanner = wrapper.zbar_image_scanner_create()
        wrapper.zbar_image_scanner_set_config(self._scanner, _ALL, _ENABLE, 0)
        wrapper.zbar_image_scanner_set_config(self._scanner, _QRCODE, _ENABLE, 1)
        wrapper.zbar_image_scanner_set_config(self._scanner, _QRCODE, _BINARY, 1)

    def __del__(self) -> None:
        """Give the scanner back to the library, which does not do so by itself."""
        scanner, self._scanner = getattr(self, "_scanner", None), None
        if scanner and wrapper is not None:
            wrapper.zbar_image_scanner_destroy(scanner)

    def read(self, luma: Luma) -> Found:
        """Return the codes ZBar sees, as exact bytes; a part of a split code as what it is."""
        pixels = np.ascontiguousarray(luma)
        height, width = pixels.shape
        image = wrapper.zbar_image_create()
        try:
            wrapper.zbar_image_set_format(image, _GREY)
            wrapper.zbar_image_set_size(image, width, height)
            # No copy: `pixels` outlives the image, which is destroyed below.
            wrapper.zbar_image_set_data(image, pixels.ctypes.data, pixels.size, None)
            if wrapper.zbar_scan_image(self._scanner, image) <= 0:
                return []
            return _symbols(image)
        finally:
            wrapper.zbar_image_destroy(image)


def _symbols(image: _Pointer) -> Found:
    found: Found = []
    symbol = wrapper.zbar_image_first_symbol(image)
    while symbol:
        # The type is the first field of the symbol; a structured-append part is PARTIAL.
        kind = symbol.contents.type
        if kind in {_QRCODE, _PARTIAL}:
            size = wrapper.zbar_symbol_get_data_length(symbol)
            text = string_at(wrapper.zbar_symbol_get_data(symbol), size)
            if text and _is_utf8(text):
                form = Form.QR if kind == _QRCODE else Form.PART
                found.append(Code(text, _corners(symbol), form))
        symbol = wrapper.zbar_symbol_next(symbol)
    return found


def _corners(symbol: _Pointer) -> Corners:
    points = [
        (wrapper.zbar_symbol_get_loc_x(symbol, n), wrapper.zbar_symbol_get_loc_y(symbol, n))
        for n in range(wrapper.zbar_symbol_get_loc_size(symbol))
    ]
    # ZBar goes round the other way: top left, bottom left, bottom right, top right.
    return tuple(points[:1] + points[:0:-1])


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
