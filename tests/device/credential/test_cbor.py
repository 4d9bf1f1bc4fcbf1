"""CBOR as health certificates hold it."""

import contextlib

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.credential import cbor
from wire.errors import WireError

items = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=30)
    | st.binary(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-9, 9) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(items)
def test_what_another_library_writes_is_read(item: cbor.Item) -> None:
    assert cbor.read(cbor2.dumps(item)) == item


@pytest.mark.parametrize(
    ("spelled", "item"),
    [
        ("1801", 1),
        ("1b0000000000000001", 1),
        ("f93c00", 1.0),
        ("fa3f800000", 1.0),
        ("9f0102ff", [1, 2]),
        ("bf6161f5ff", {"a": True}),
        ("5f41614162ff", b"ab"),
        ("7f61c341a9ff", None),
        ("7f61616162ff", "ab"),
        ("7f", None),
        ("c06161", "a"),
        ("c101", 1),
        ("d83d8101", [1]),
        ("f6", ...),
        ("f7", None),
        ("f0", None),
        ("ff", None),
        ("1c", None),
        ("1f", None),
        ("df01", None),
        ("5f4161", None),
        ("5f6161ff", None),
        ("5f5f4161ffff", None),
        ("61ff", None),
        ("a2010101 02".replace(" ", ""), None),
        ("bf01010102ff", None),
        ("a1f501", None),
        ("a1410101", None),
        ("a1800 1".replace(" ", ""), None),
        ("d8236161", None),
        ("0101", None),
        ("", None),
        ("62 61".replace(" ", ""), None),
        ("81" * 12, None),
        ("80" + "00", None),
    ],
)
def test_each_spelling_is_read_or_refused(spelled: str, item: object) -> None:
    raw = bytes.fromhex(spelled)
    if item is None:
        with pytest.raises(WireError):
            cbor.read(raw)
    else:
        assert cbor.read(raw) == (None if item is ... else item)


def test_depth_and_number_of_items_have_an_end() -> None:
    deep = b"\x81" * (cbor.MAX_DEPTH - 1)
    cbor.read(deep + b"\x00")
    cbor.read(b"\x99\x07\xff" + bytes(cbor.MAX_ITEMS - 1))
    for raw in (
        deep + b"\x81\x00",
        b"\x99\x08\x00" + bytes(cbor.MAX_ITEMS),
        b"\xbf" * 50_000,
        b"\xa1" * 50_000,
        b"\xc0" * 50_000,
        b"\x5f" + b"\x40" * 50_000,
    ):
        with pytest.raises(WireError):
            cbor.read(raw)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(WireError):
        cbor.read(raw)
