"""Receipts, enrolments and requests: what is signed, by whom, and for what."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import ENROLMENT, ENTRIES, KEYS, RECEIPT, RING
from wire import enrolment, receipt
from wire.canonical import canonical, parse, read
from wire.errors import SignatureInvalid, WireError
from wire.keys import KeyEntry, Keyring, Signed, Use, entry, load_public, opened, sign, unbase64

Read = Callable[[bytes], object]

ROOT = ENTRIES[Use.ROOT]
SPELLED: dict[str, tuple[bytes, Read]] = {
    "receipt": (
        receipt.pack(RECEIPT, KEYS[Use.RECEIPT]),
        lambda data: receipt.unpack(data, RING),
    ),
    "enrolment": (
        enrolment.pack(ENROLMENT, KEYS[Use.ROOT]),
        lambda data: enrolment.unpack(data, ROOT),
    ),
    "request": (
        enrolment.pack_request("-----BEGIN-----", KEYS[Use.RECORDS]),
        enrolment.unpack_request,
    ),
}
every = pytest.mark.parametrize(("data", "unpack"), SPELLED.values(), ids=SPELLED)


def test_what_was_signed_is_read_again() -> None:
    assert SPELLED["receipt"][1](SPELLED["receipt"][0]) == RECEIPT
    assert SPELLED["enrolment"][1](SPELLED["enrolment"][0]) == ENROLMENT
    assert receipt.claimed(SPELLED["receipt"][0]) == RECEIPT
    request = enrolment.unpack_request(SPELLED["request"][0])
    assert (request.csr, request.records) == ("-----BEGIN-----", ENTRIES[Use.RECORDS])


@every
@given(chance=st.data())
def test_a_changed_byte_never_opens(data: bytes, unpack: Read, chance: st.DataObject) -> None:
    at = chance.draw(st.integers(0, len(data) - 1))
    value = chance.draw(st.integers(0, 255).filter(lambda each: each != data[at]))
    with pytest.raises(WireError):
        unpack(data[:at] + bytes([value]) + data[at + 1 :])


@every
def test_no_character_of_a_signature_has_another_spelling(data: bytes, unpack: Read) -> None:
    """The last character of base64 has bits to spare, which a lax reader ignores."""
    start = data.index(b'"sig":"') + 7
    end = data.index(b'"', start)
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    for at in range(start, end):
        for letter in set(letters) - {data[at]} if at > end - 5 else {data[at] ^ 1}:
            with pytest.raises(WireError):
                unpack(data[:at] + bytes([letter]) + data[at + 1 :])


@every
@given(chance=st.data())
def test_a_part_of_it_never_opens(data: bytes, unpack: Read, chance: st.DataObject) -> None:
    with pytest.raises(WireError):
        unpack(data[: chance.draw(st.integers(0, len(data) - 1))])


@every
@given(noise=st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes, unpack: Read, noise: bytes) -> None:
    for each in (noise, b'{"doc":' + noise + b',"kid":"","sig":""}'):
        with pytest.raises(WireError):
            unpack(each)
    with pytest.raises(WireError):
        unpack(data + noise.strip() + b"x")


@every
@pytest.mark.parametrize(
    "change",
    [
        {"doc": []},
        {"doc": {}},
        {"kid": 5},
        {"kid": "NguyenVanMau"},
        {"kid": "\n"},
        {"sig": ""},
        {"sig": "AAAA"},
        {"sig": "é"},
        {"sig": "A A="},
        {"sig": None},
    ],
    ids=str,
)
def test_a_wrong_envelope_is_refused_without_a_quotation(
    data: bytes, unpack: Read, change: dict[str, Any]
) -> None:
    with pytest.raises(WireError) as refused:
        unpack(json.dumps({**parse(data), **change}).encode())
    assert "Mau" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("use", [each for each in Use if each is not Use.RECEIPT])
def test_a_receipt_signed_by_a_key_of_another_use_never_opens(use: Use) -> None:
    with pytest.raises(SignatureInvalid):
        receipt.unpack(receipt.pack(RECEIPT, KEYS[use]), RING)


@pytest.mark.parametrize("use", [each for each in Use if each is not Use.ROOT])
def test_an_enrolment_is_signed_by_the_root_alone(use: Use) -> None:
    data = enrolment.pack(ENROLMENT, KEYS[use])
    for root in (ROOT, ENTRIES[use]):  # even if such a key were taken for the root
        with pytest.raises(SignatureInvalid):
            enrolment.unpack(data, root)


def test_a_signature_for_one_thing_is_none_for_another() -> None:
    document = {"gate": "g1"}
    signed = read(Signed, sign(document, "receipt", KEYS[Use.RECEIPT]))
    assert opened(signed, "receipt", Use.RECEIPT, RING) == document
    for context in ("policy", "receip", "receipt\0", "", "enrolment"):
        with pytest.raises(SignatureInvalid):
            opened(signed, context, Use.RECEIPT, RING)


def test_a_key_entered_for_another_use_opens_nothing() -> None:
    """The same key under another use is another key."""
    ring = Keyring([entry(KEYS[Use.RECEIPT].public_key(), Use.POLICY)])
    with pytest.raises(SignatureInvalid):
        receipt.unpack(SPELLED["receipt"][0], ring)
    with pytest.raises(SignatureInvalid):
        receipt.unpack(SPELLED["receipt"][0], Keyring([]))


def test_a_request_proves_that_its_sender_holds_the_key() -> None:
    document = parse(SPELLED["request"][0])["doc"]
    for forged in (
        sign(document, enrolment.REQUEST_CONTEXT, KEYS[Use.ROOT]),  # another's signature
        sign(document, enrolment.CONTEXT, KEYS[Use.RECORDS]),
        sign(
            {**document, "records": {**document["records"], "use": "root"}},
            enrolment.REQUEST_CONTEXT,
            KEYS[Use.RECORDS],
        ),
    ):
        with pytest.raises(WireError):
            enrolment.unpack_request(canonical(forged))


@pytest.mark.parametrize(
    "change", [{"high": -1}, {"high": 2**53}, {"v": 2}, {"time": 0.5}, {"want": [[0, 1]]}], ids=str
)
def test_a_receipt_of_another_form_is_refused_though_signed(change: dict[str, Any]) -> None:
    document = {**parse(SPELLED["receipt"][0])["doc"], **change}
    data = canonical(sign(document, receipt.CONTEXT, KEYS[Use.RECEIPT]))
    for unpack in (lambda each: receipt.unpack(each, RING), receipt.claimed):
        with pytest.raises(WireError):
            unpack(data)


def test_a_kid_belongs_to_its_key() -> None:
    good = ENTRIES[Use.POLICY]
    with pytest.raises(WireError, match="does not belong") as refused:
        Keyring([KeyEntry("NguyenVanMau", good.use, good.public)])
    assert "Mau" not in str(refused.value)
    for public in ("", "AAAA", "?"):
        with pytest.raises(WireError):
            Keyring([KeyEntry(good.kid, good.use, public)])
    with pytest.raises(WireError):
        load_public(b"short")


@given(st.text(max_size=40) | st.binary(max_size=30).map(lambda raw: raw.hex()))
def test_base64_has_one_spelling(text: str) -> None:
    try:
        raw = unbase64(text)
    except WireError:
        return
    assert len(raw) == len(text) // 4 * 3 - text.count("=")


@pytest.mark.parametrize(
    "text", ["AB==", "AAB=", "AA", "AA=A", "AAAA\n", " AAAA", "AA-_", "\ud800"]
)
def test_a_lax_spelling_of_base64_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        unbase64(text)
