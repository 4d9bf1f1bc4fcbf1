"""How many pixels a picture file claims to have, before any of them is unpacked.

A file of a few kilobytes can claim a billion pixels. The formats read here are those of phones,
cameras and scanners: PNG, JPEG, WebP, TIFF, BMP and GIF. It unpacks nothing.
"""

import struct

MAX_PIXELS = 100_000_000

_JPEG_SIZES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
"""Markers that begin a frame header."""


def pixels(data: bytes) -> int | None:
    """Return width times height as the file's header says; None if it is no known picture."""
    for magic, size in _SIZES:
        if data.startswith(magic):
            try:
                width, height = size(data)
            except (struct.error, IndexError, ValueError):
                return None
            return abs(width) * abs(height) or None
    return None


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _bmp(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<ii", data, 18)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int]:
    at = 2
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1  # fill bytes
        if data[at] != 0xFF:
            msg = "no marker where one must be"
            raise ValueError(msg)
        if data[at + 1] in _JPEG_SIZES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]


def _webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if data[8:12] != b"WEBP":
        msg = "another RIFF file"
        raise ValueError(msg)
    if kind == b"VP8X":
        raw = data[24:30]
        return 1 + int.from_bytes(raw[:3], "little"), 1 + int.from_bytes(raw[3:], "little")
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _tiff(data: bytes) -> tuple[int, int]:
    order = "<" if data[:2] == b"II" else ">"
    at = struct.unpack_from(order + "I", data, 4)[0]
    sides = {}
    for entry in range(struct.unpack_from(order + "H", data, at)[0]):
        start = at + 2 + 12 * entry
        tag, kind = struct.unpack_from(order + "HH", data, start)
        if tag in {256, 257}:
            form = order + ("H" if kind == 3 else "I")
            sides[tag] = struct.unpack_from(form, data, start + 8)[0]
    if len(sides) < 2:
        msg = "no width and height"
        raise ValueError(msg)
    return sides[256], sides[257]


_SIZES = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8\xff", _jpeg),
    (b"RIFF", _webp),
    (b"II*\x00", _tiff),
    (b"MM\x00*", _tiff),
    (b"BM", _bmp),
    (b"GIF8", _gif),
)
