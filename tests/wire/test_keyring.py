"""The ring that the root signs: what may be in it, and who may say so."""

import msgspec
import pytest

from tests.wire.samples import ENTRIES, KEYS, VAULT
from wire import keyring
from wire.canonical import canonical
from wire.errors import SignatureInvalid, WireError
from wire.keyring import LIMIT, MAX_KEYS, KeyList
from wire.keys import KeyEntry, Keyring, Use, entry, kid_of, raw_public, sign
from wire.sealing import seal_key

ROOT = Keyring([ENTRIES[Use.ROOT]])
IN_RING = tuple(each for use, each in ENTRIES.items() if use not in keyring.NEVER)
MADE = KeyList(7, 1000, IN_RING, seal_key(VAULT.public_key()), "-----BEGIN CERTIFICATE-----")


def test_a_ring_is_read_as_it_was_signed() -> None:
    assert keyring.unpack(keyring.pack(MADE, KEYS[Use.ROOT]), ROOT) == MADE


@pytest.mark.parametrize("use", [each for each in Use if each is not Use.ROOT])
def test_no_key_but_the_root_signs_a_ring(use: Use) -> None:
    for ring in (ROOT, Keyring(tuple(ENTRIES.values()))):
        with pytest.raises(SignatureInvalid):
            keyring.unpack(keyring.pack(MADE, KEYS[use]), ring)


def test_an_enrolment_signed_by_the_root_is_no_ring() -> None:
    data = canonical(sign(msgspec.to_builtins(MADE), "enrolment", KEYS[Use.ROOT]))
    with pytest.raises(SignatureInvalid):
        keyring.unpack(data, ROOT)


def many() -> tuple[KeyEntry, ...]:
    return IN_RING * (MAX_KEYS // len(IN_RING) + 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"keys": ()},
        {"keys": tuple(each for each in IN_RING if each.use is not Use.RECEIPT)},
        *({"keys": (*IN_RING, ENTRIES[use])} for use in keyring.NEVER),
        {"keys": many()},
        {"keys": (*IN_RING, msgspec.structs.replace(IN_RING[0], kid="0" * 16))},
        {"ca": "x" * LIMIT},
        {"version": 0},
    ],
)
def test_a_ring_that_would_do_harm_is_neither_signed_nor_read(changes: dict[str, object]) -> None:
    bad = msgspec.structs.replace(MADE, **changes)
    data = canonical(sign(msgspec.to_builtins(bad), keyring.CONTEXT, KEYS[Use.ROOT]))
    with pytest.raises(WireError):
        keyring.unpack(data, ROOT)
    if "version" not in changes:
        with pytest.raises(WireError):
            keyring.pack(bad, KEYS[Use.ROOT])


@pytest.mark.parametrize(("at_ms", "good"), [(None, True), (0, True), (999, True), (1000, False)])
def test_a_key_that_has_ended_signs_nothing_more(at_ms: int | None, *, good: bool) -> None:
    key = KEYS[Use.CARD]
    ring = Keyring([entry(key.public_key(), Use.CARD, 1000)], at_ms)
    signature = key.sign(b"message")
    if good:
        ring.verify(kid_of(raw_public(key)), Use.CARD, signature, b"message")
    else:
        with pytest.raises(SignatureInvalid, match="ended"):
            ring.verify(kid_of(raw_public(key)), Use.CARD, signature, b"message")


def test_a_key_without_an_end_is_spelled_as_it_always_was() -> None:
    assert msgspec.to_builtins(ENTRIES[Use.CARD]).keys() == {"kid", "use", "public"}
