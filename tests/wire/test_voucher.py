"""The root's word for the key for enrolment, and answers that lean on it."""

import base64

import msgspec
import pytest

from tests.wire.samples import ENROLMENT, ENTRIES, KEYS, seed
from tests.wire.test_keyring import MADE
from wire import enrolment, keyring, voucher
from wire.canonical import canonical, parse
from wire.errors import SignatureInvalid, WireError
from wire.keys import Use

ROOT, KEY = ENTRIES[Use.ROOT], KEYS[Use.ENROL]
UNTIL_S = 2_000_000_000
WORD = voucher.vouch(KEY.public_key(), UNTIL_S, KEYS[Use.ROOT])
RING = keyring.pack(MADE, KEYS[Use.ROOT])
ANSWER = enrolment.pack_online(ENROLMENT, KEY, WORD, RING)


def test_a_voucher_names_the_key_and_its_end_in_a_hundred_and_one_bytes() -> None:
    found = voucher.vouched(WORD, ROOT)
    assert found == msgspec.structs.replace(ENTRIES[Use.ENROL], until=UNTIL_S * 1000)
    assert len(WORD) == voucher.BYTES == 101


@pytest.mark.parametrize("place", range(101))
def test_a_voucher_with_one_byte_changed_is_none(place: int) -> None:
    changed = bytearray(WORD)
    changed[place] ^= 1
    with pytest.raises(WireError):
        voucher.vouched(bytes(changed), ROOT)


@pytest.mark.parametrize("data", [b"", WORD[:-1], WORD + b"\0"])
def test_what_is_too_short_or_too_long_is_no_voucher(data: bytes) -> None:
    with pytest.raises(WireError):
        voucher.vouched(data, ROOT)


def test_another_authoritys_voucher_counts_for_nothing() -> None:
    foreign = voucher.vouch(KEY.public_key(), UNTIL_S, KEYS[Use.POLICY])
    with pytest.raises(SignatureInvalid):
        voucher.vouched(foreign, ROOT)


def test_an_answer_over_the_network_is_believed_for_the_roots_voucher() -> None:
    found = enrolment.unpack(ANSWER, ROOT)
    assert (found.gate, found.place) == (ENROLMENT.gate, ENROLMENT.place)


def test_whom_to_believe_and_to_whom_to_seal_is_never_the_enrolment_keys_to_say() -> None:
    """Who steals that key can enrol gates; he cannot make them believe keys of his own."""
    found = enrolment.unpack(ANSWER, ROOT)
    assert (found.keys, found.seal, found.ca) == (MADE.keys, MADE.seal, MADE.ca)
    assert found.keys != ENROLMENT.keys


def altered(**changes: object) -> bytes:
    return canonical(parse(ANSWER) | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"voucher": ""},
        {"voucher": "?"},
        {"keyring": ""},
        {"keyring": RING.decode().replace('"version":7', '"version":8')},
        {"voucher": base64.b64encode(voucher.vouch(KEY.public_key(), 1, KEYS[Use.ROOT])).decode()},
    ],
)
def test_an_answer_with_half_of_the_roots_word_or_after_its_end_is_refused(
    changes: dict[str, object],
) -> None:
    with pytest.raises(WireError):
        enrolment.unpack(altered(**changes), ROOT)


@pytest.mark.parametrize("use", [each for each in Use if each is not Use.ENROL])
def test_no_other_key_answers_with_the_enrolment_keys_voucher(use: Use) -> None:
    with pytest.raises(WireError):
        enrolment.unpack(enrolment.pack_online(ENROLMENT, KEYS[use], WORD, RING), ROOT)


def test_the_samples_are_not_all_one_key() -> None:
    assert seed(Use.ENROL) != seed(Use.ROOT)
