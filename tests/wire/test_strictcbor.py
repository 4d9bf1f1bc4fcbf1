"""The part of CBOR that a pass is made of."""

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import WireError
from wire.strictcbor import MAX_DEPTH, read

texts = st.text(st.characters(exclude_categories=["Cs"]))
leaves = st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=300) | texts
items = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(leaves, inner, max_size=3),
    max_leaves=8,
)


def depth(item: object) -> int:
    """Return how many arrays and maps stand in one another."""
    inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return isinstance(item, dict | list) + max((depth(each) for each in inner), default=0)


def ordered(item: Any) -> Any:  # noqa: ANN401  (an item of any kind)
    """Return the item with its maps in the order of their spelled keys."""
    if isinstance(item, list):
        return [ordered(each) for each in item]
    if isinstance(item, dict):
        return {key: ordered(item[key]) for key in sorted(item, key=cbor2.dumps)}
    return item


@given(items)
def test_what_another_spells_is_read(item: object) -> None:
    data = cbor2.dumps(ordered(item))
    if depth(item) <= MAX_DEPTH:
        assert read(data) == item
    else:
        with pytest.raises(WireError):
            read(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_one_spelling_or_an_error(data: bytes) -> None:
    try:
        item = read(data)
    except WireError:
        return
    assert cbor2.dumps(ordered(item)) == data


@pytest.mark.parametrize(
    "data",
    [
        "",
        "0000",  # something follows
        "1817",  # 23 in two bytes
        "190018",
        "1a00000100",
        "1b0000000000000001",
        "1c",  # reserved
        "5f41614162ff",  # of indefinite length
        "bf0102ff",
        "9f01ff",
        "a201010102",  # a key twice
        "a202000100",  # keys out of order
        "a18001",  # a key that is an array
        "a1a001",
        "a1f601",
        "f4",
        "f6",
        "f7",  # undefined
        "e0",
        "fb7ff8000000000000",
        "f97e00",
        "c11a514b67b0",  # a time
        "c249010000000000000000",  # an integer of any length
        "c5821b7fffffffffffffff01",  # two to the power of more than memory
        "d8236261 2b",  # a regular expression
        "d81c81d81d00",  # a list that holds itself
        "61ff",  # not UTF-8
        "63edA080",  # a lone surrogate
        "4261",  # cut short
        "5bffffffffffffffff00",
        "9bffffffffffffffff00",
        "bbffffffffffffffff0001",
        "818181818101",  # too deep
        "81" * 600,
        "a100" * 300,
    ],
    ids=lambda data: data[:16],
)
def test_everything_else_is_refused(data: str) -> None:
    with pytest.raises(WireError):
        read(bytes.fromhex(data))
