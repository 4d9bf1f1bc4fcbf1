"""Sealed fields open in their place, with the authority's key, and nowhere else."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import FIELDS, SEAL, VAULT, corrupted, seed
from wire.errors import WireError
from wire.keys import SealKey
from wire.sealing import DataKey, open_data_key, place, seal_key

PLACES = [
    place("g1", "j1", 7),
    place("g1", "j1", 8),
    place("g1", "j2", 7),
    place("g2", "j1", 7),
    place("g1", "j17", 7),
    b"",
]


def test_places_are_told_apart() -> None:
    assert len(set(PLACES)) == len(PLACES)


@given(st.dictionaries(st.text(max_size=5), st.text(st.characters(exclude_categories=["Cs"]))))
def test_the_vault_reads_what_the_gate_sealed(fields: dict[str, Any]) -> None:
    key = DataKey.fresh()
    try:
        sealed = key.seal(fields, PLACES[0])
    except WireError:  # a lone surrogate in a name
        return
    assert open_data_key(key.sealed_to(SEAL), VAULT).open(sealed, PLACES[0]) == fields


def test_fields_moved_to_another_record_do_not_open() -> None:
    key = DataKey(seed("data"))
    sealed = key.seal(FIELDS, PLACES[0])
    for elsewhere in PLACES[1:]:
        with pytest.raises(WireError):
            key.open(sealed, elsewhere)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(WireError):
        DataKey.fresh().open(DataKey.fresh().seal(FIELDS, PLACES[0]), PLACES[0])
    with pytest.raises(WireError):
        open_data_key(DataKey.fresh().sealed_to(SEAL), X25519PrivateKey.generate())


@given(st.data())
def test_a_changed_bit_never_opens(data: st.DataObject) -> None:
    key = DataKey(seed("data"))
    bit = 1 << data.draw(st.integers(0, 7))
    sealed = key.seal(FIELDS, PLACES[0])
    at = data.draw(st.integers(0, len(base64.b64decode(sealed)) - 1))
    with pytest.raises(WireError):
        key.open(corrupted(sealed, at, bit), PLACES[0])
    to_vault = key.sealed_to(SEAL)
    at = data.draw(st.integers(0, len(base64.b64decode(to_vault)) - 1))
    with pytest.raises(WireError):
        open_data_key(corrupted(to_vault, at, bit), VAULT)


@given(
    st.text(max_size=60) | st.binary(max_size=90).map(lambda raw: base64.b64encode(raw).decode())
)
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        DataKey(seed("data")).open(text, PLACES[0])
    with pytest.raises(WireError):
        open_data_key(text, VAULT)


def test_the_same_fields_are_never_sealed_alike() -> None:
    key = DataKey(seed("data"))
    assert len({key.seal(FIELDS, PLACES[0]) for _ in range(50)}) == 50
    assert len({key.sealed_to(SEAL) for _ in range(5)}) == 5


def test_the_words_are_not_in_the_sealed_bytes() -> None:
    sealed = base64.b64decode(DataKey(seed("data")).seal(FIELDS, PLACES[0]))
    assert b"name" not in sealed
    assert "Mẫu".encode() not in sealed


@pytest.mark.parametrize("public", ["", "?", "AAAA", base64.b64encode(bytes(32)).decode()])
def test_a_sealing_key_that_is_none_is_refused(public: str) -> None:
    with pytest.raises(WireError):
        DataKey.fresh().sealed_to(SealKey(SEAL.kid, public))


def test_a_sealing_key_is_named_like_any_other() -> None:
    assert seal_key(VAULT.public_key()) == SEAL
    assert len(bytes.fromhex(SEAL.kid)) == 8
