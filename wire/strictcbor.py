"""The part of CBOR that a pass is made of, read strictly.

A general decoder obeys whoever made the code: a tag may ask it to compile a regular expression or
to parse a mail, and one value has many spellings. Here are integers, byte strings, texts, arrays
and maps, each in its one deterministic spelling (RFC 8949, section 4.2), and nothing else.
"""

from wire.errors import WireError

MAX_DEPTH = 4
"""More than any pass needs; a claim may hold a map of maps."""

Item = int | bytes | str | list["Item"] | dict[int | bytes | str, "Item"]

_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


def read(data: bytes) -> Item:
    """Read exactly one item; raise WireError for anything else, such as bytes after its end."""
    item, end = _item(data, 0, MAX_DEPTH)
    if end != len(data):
        msg = "bytes after the end of an item"
        raise WireError(msg)
    return item


def _item(data: bytes, at: int, depth: int) -> tuple[Item, int]:
    major, argument, at = _head(data, at)
    match major:
        case 0:
            return argument, at
        case 1:
            return -1 - argument, at
        case 2:
            return _run(data, at, argument), at + argument
        case 3:
            return _text(_run(data, at, argument)), at + argument
        case 4 if depth:
            return _array(data, at, argument, depth - 1)
        case 5 if depth:
            return _map(data, at, argument, depth - 1)
    msg = "an item of a kind, or so deep, as no pass has"
    raise WireError(msg)


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the kind of the item at `at`, its argument, and where the argument ends."""
    major, low = divmod(_run(data, at, 1)[0], 32)
    if low < 24:
        return major, low, at + 1
    width = _WIDTHS.get(low)
    if width is None:
        msg = "an item without a definite length"
        raise WireError(msg)
    argument = int.from_bytes(_run(data, at + 1, width), "big")
    if argument < (24 if width == 1 else 1 << 4 * width):
        msg = "an item that has a shorter spelling"
        raise WireError(msg)
    return major, argument, at + 1 + width


def _run(data: bytes, at: int, length: int) -> bytes:
    if length > len(data) - at:
        msg = "cut short"
        raise WireError(msg)
    return data[at : at + length]


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        msg = "a text that is not UTF-8"
        raise WireError(msg) from error


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[Item, int]:
    items: list[Item] = []
    for _ in range(count):  # ends with the data, whatever the count claims
        item, at = _item(data, at, depth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[Item, int]:
    """Read a map whose keys are sorted by their bytes, so that none can be there twice."""
    items: dict[int | bytes | str, Item] = {}
    before = b""
    for _ in range(count):
        key, end = _item(data, at, 0)
        if isinstance(key, list | dict) or data[at:end] <= before:
            msg = "a map whose keys are out of order or twice there"
            raise WireError(msg)
        before = data[at:end]
        items[key], at = _item(data, end, depth)
    return items, at
