"""The CBOR that a health certificate may hold, whoever encoded it.

More is read here than in our own passes (wire/strictcbor.py): floats, dates, items of indefinite
length and roundabout spellings all occur in good certificates. What a general decoder would do for
a hostile one is not: no tag asks it to compile an expression, no key is there twice, and depth and
number of items have an end.
"""

import struct

from wire.errors import WireError

MAX_DEPTH = 12
MAX_ITEMS = 2048
"""A certificate has about sixty."""

Item = int | float | bool | bytes | str | list["Item"] | dict[int | str, "Item"] | None

_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE: dict[int, bool | None] = {20: False, 21: True, 22: None}
_TAGS = frozenset({0, 1, 18, 61})
"""Date as text, date as number, COSE_Sign1, CWT: each says no more than its place does."""
_INDEFINITE = 31
_BREAK = 0xFF


def read(data: bytes) -> Item:
    """Read exactly one item, tags left out; raise WireError for anything else."""
    reader = _Reader(data)
    item = reader.item(MAX_DEPTH)
    if reader.at != len(data):
        msg = "bytes after the end of an item"
        raise WireError(msg)
    return item


class _Reader:
    """Goes through the bytes once."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data
        self._left = MAX_ITEMS

    def item(self, depth: int) -> Item:
        self._left -= 1
        if not depth or self._left < 0:
            msg = "more items, or deeper ones, than a certificate has"
            raise WireError(msg)
        major, low = divmod(self._take(1)[0], 32)
        if major == 7:
            return self._simple(low)
        if low == _INDEFINITE:
            return self._open(major, depth - 1)
        return self._definite(major, self._argument(low), depth - 1)

    def _definite(self, major: int, argument: int, depth: int) -> Item:
        match major:
            case 0 | 1:
                return -1 - argument if major else argument
            case 2:
                return self._take(argument)
            case 3:
                return _text(self._take(argument))
            case 4:
                return [self.item(depth) for _ in range(argument)]  # ends with the data
            case 5:
                return self._map(argument, depth)
        if argument not in _TAGS:
            msg = "a tag that no certificate has"
            raise WireError(msg)
        return self.item(depth)

    def _map(self, count: int | None, depth: int) -> Item:
        """Read `count` pairs, or without a count up to the break."""
        found: dict[int | str, Item] = {}
        while not self._ended() if count is None else len(found) < count:
            key = self.item(min(depth, 1))  # nothing that holds something else
            if not isinstance(key, int | str) or isinstance(key, bool) or key in found:
                msg = "a map with a key that is none, or that is there twice"
                raise WireError(msg)
            found[key] = self.item(depth)
        return found

    def _open(self, major: int, depth: int) -> Item:
        """Read an item of indefinite length."""
        match major:
            case 2:
                return b"".join(self._runs(2))
            case 3:
                return _text(b"".join(self._runs(3)))
            case 4:
                found = []
                while not self._ended():
                    found.append(self.item(depth))
                return found
            case 5:
                return self._map(None, depth)
        msg = "an item that can't be of indefinite length"
        raise WireError(msg)

    def _runs(self, major: int) -> list[bytes]:
        found = []
        while not self._ended():
            self._left -= 1
            kind, low = divmod(self._take(1)[0], 32)
            if kind != major or self._left < 0:
                msg = "a string of pieces that do not belong together"
                raise WireError(msg)
            found.append(self._take(self._argument(low)))
        return found

    def _ended(self) -> bool:
        if self._data[self.at : self.at + 1] != bytes([_BREAK]):
            return False
        self.at += 1
        return True

    def _simple(self, low: int) -> Item:
        if low in _FLOATS:
            value: float = struct.unpack(_FLOATS[low], self._take(_WIDTHS[low]))[0]
            return value
        if low not in _SIMPLE:
            msg = "a value that no certificate has"
            raise WireError(msg)
        return _SIMPLE[low]

    def _argument(self, low: int) -> int:
        if low < 24:
            return low
        if low not in _WIDTHS:
            msg = "an item whose length can't be told"
            raise WireError(msg)
        return int.from_bytes(self._take(_WIDTHS[low]), "big")

    def _take(self, length: int) -> bytes:
        if length > len(self._data) - self.at:
            msg = "cut short"
            raise WireError(msg)
        self.at += length
        return self._data[self.at - length : self.at]


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        msg = "a text that is not UTF-8"
        raise WireError(msg) from error
