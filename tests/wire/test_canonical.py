"""One spelling for every document."""

import contextlib
import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.canonical import canonical, parse, read
from wire.errors import WireError
from wire.record import Scan
from wire.state import State

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
documents = st.dictionaries(texts, values, max_size=5)


@given(documents)
def test_what_is_spelled_is_read_again(document: dict[str, Any]) -> None:
    assert parse(canonical(document)) == document


def slow(document: dict[str, Any]) -> bytes:
    """Spell as any JSON library can be told to."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


@given(documents | st.dictionaries(texts, texts | st.integers() | st.booleans() | st.none()))
def test_the_quick_way_and_the_slow_way_spell_the_same(document: dict[str, Any]) -> None:
    assert canonical(document) == slow(document)


def test_every_character_is_spelled_the_same_by_both_ways() -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert canonical({"a": "".join(characters)}) == slow({"a": "".join(characters)})
    keys = dict.fromkeys(characters[::97], 1)
    assert canonical(keys) == slow(keys)


@given(documents, st.randoms())
def test_the_order_of_keys_and_the_white_space_change_no_spelling(
    document: dict[str, Any], chance: random.Random
) -> None:
    keys = list(document)
    chance.shuffle(keys)
    other = json.dumps({key: document[key] for key in keys}, indent=2).encode()
    assert canonical(parse(other)) == canonical(document)


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_a_document_or_an_error(data: bytes) -> None:
    with contextlib.suppress(WireError):
        assert isinstance(parse(data), dict)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'"text"',
        b"{",
        b"{}{}",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e999}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\ud800"}',
        b'{"\\udc00":1}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xff"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":' + b"[" * 100_000,
        b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
        b'{"a":"' + b"x" * (256 * 1024) + b'"}',
    ],
    ids=lambda data: str(data[:12]),
)
def test_bombs_and_freaks_are_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        parse(data)


@pytest.mark.parametrize(
    "value",
    ["\ud800", {"\udfff": 1}, float("nan"), float("-inf"), 10**5000],
    ids=["surrogate", "surrogate-key", "nan", "infinity", "long"],
)
def test_what_json_cannot_spell_is_refused(value: object) -> None:
    with pytest.raises(WireError):
        canonical({"a": value})


def test_a_document_too_deep_to_spell_is_refused_at_any_depth() -> None:
    """The reader may have been a few calls nearer to the limit than the writer is."""
    document: dict[str, Any] = {}
    for _ in range(200_000):
        document = {"a": document}
    with pytest.raises(WireError):
        canonical(document)
    while document:  # taken apart by hand: freeing it at once would recurse as deep
        document = document["a"]


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (Scan, {"t": "NguyenVanMau"}),
        (Scan, {"t": "scan", "seq": "NguyenVanMau"}),
        (Scan, {"t": "scan", "seq": 1, "boot": "b", "up": 1, "wall": 1, "clock": "NguyenVanMau"}),
        (
            Scan,
            {"t": "scan", "seq": 1, "boot": "b", "up": 1, "wall": 1, "clock": "NguyenVanMau' at"},
        ),
        (State, {"online": "NguyenVanMau"}),
        (State, {"v": 10**40}),
        (State, {}),
    ],
)
def test_a_complaint_never_quotes_the_document(kind: type, document: dict[str, Any]) -> None:
    with pytest.raises(WireError) as refused:
        read(kind, document)
    assert "Mau" not in str(refused.value)
    assert "000" not in str(refused.value)


def test_a_complaint_names_the_field() -> None:
    class Both(msgspec.Struct):
        state: State

    with pytest.raises(WireError, match=r"at `\$\.state\.v`"):
        read(
            Both, {"state": {"online": True, "scanning": True, "incarnation": 1, "wall": 1, "v": 2}}
        )
