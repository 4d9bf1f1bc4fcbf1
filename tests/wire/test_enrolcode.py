"""Enrolment codes: what is read as one, and whose word counts."""

from typing import Any

import base45
import cbor2
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from qrcode.constants import ERROR_CORRECT_L
from qrcode.main import QRCode

from tests.wire.samples import ENROL_CODE, ENROL_UNTIL_S, ENTRIES, KEYS, VOUCHED
from wire import controlcard, cosesign
from wire.enrolcode import (
    LONGEST_S,
    MAX_CHARS,
    PREFIX,
    RESERVED,
    WAYS,
    Code,
    Network,
    issue,
    parse,
)
from wire.errors import SignatureInvalid, WireError
from wire.keys import Use
from wire.voucher import vouch

SIGNER, ROOT = KEYS[Use.ENROL], ENTRIES[Use.ROOT]
TEXT = issue(ENROL_CODE, VOUCHED, SIGNER)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
SITE, WORD = -70020, -70021

words = st.characters(categories=["L", "N", "P", "S"])
networks = (
    st.builds(
        Network,
        kind=st.just("wifi"),
        name=st.text(words, min_size=1, max_size=8),
        passphrase=st.just("")
        | st.text(
            st.characters(codec="ascii", min_codepoint=32, max_codepoint=126),
            min_size=8,
            max_size=63,
        ),
        country=st.sampled_from(["VN", "LA", "KH"]),
    )
    | st.builds(
        Network, kind=st.just("4g"), name=st.from_regex(r"[a-z0-9.-]{1,30}", fullmatch=True)
    )
    | st.just(Network("ethernet"))
)
codes = st.builds(
    Code,
    number=st.binary(min_size=8, max_size=8),
    gate=st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True).filter(
        lambda name: name not in RESERVED
    ),
    place=st.text(words, min_size=1, max_size=20),
    ways=st.sampled_from(list(WAYS.values())),
    wiring=st.sampled_from(["", "relay-door"]),
    address=st.sampled_from(["a.example", "10.0.0.1:8443", "[fd00::1]:8443"]),
    pin=st.binary(min_size=16, max_size=16),
    network=networks,
    issued=st.just(1_790_000_000),
    expires=st.integers(1_790_000_001, ENROL_UNTIL_S),
)


def forged(claims: object, key: Ed25519PrivateKey = SIGNER) -> str:
    """Sign claims as they are, whatever they say."""
    return cosesign.spell(PREFIX, cbor2.dumps(claims, canonical=True), key)


def claims(**change: object) -> dict[int, Any]:
    """Return the claims of the sample, changed."""
    found = cbor2.loads(cbor2.loads(base45.b45decode(TEXT[4:].encode())).value[2])
    numbers = {"exp": 4, "iat": 6, "cti": 7, "site": SITE, "word": WORD}
    return {**found, **{numbers[name]: value for name, value in change.items()}}


@given(codes)
def test_what_is_issued_is_read_and_verified(code: Code) -> None:
    found = parse(issue(code, VOUCHED, SIGNER))
    assert found.claims == code
    found.verify(ROOT)


def test_a_code_without_a_network_names_no_server() -> None:
    none = msgspec.structs.replace(ENROL_CODE, network=Network("none"), address="", pin=b"")
    assert parse(issue(none, VOUCHED, SIGNER)).claims == none
    with pytest.raises(WireError):
        issue(msgspec.structs.replace(none, network=Network("ethernet")), VOUCHED, SIGNER)


def test_a_code_fits_a_phone_held_at_arms_length() -> None:
    drawn = QRCode(error_correction=ERROR_CORRECT_L)
    drawn.add_data(TEXT)
    drawn.make(fit=True)
    assert drawn.version is not None
    assert drawn.version <= 15
    assert set(TEXT) <= set(ALPHABET)
    drawn = QRCode(version=15, error_correction=ERROR_CORRECT_L)
    drawn.add_data("A" * MAX_CHARS)
    drawn.make(fit=False)  # raises if it does not fit


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_no_code_makes_a_gate_of_a_services_name(name: str) -> None:
    """The broker goes by the name in the certificate: that gate would have the service's rights."""
    with pytest.raises(WireError):
        issue(msgspec.structs.replace(ENROL_CODE, gate=name), VOUCHED, SIGNER)


@pytest.mark.parametrize("use", [each for each in Use if each is not Use.ENROL])
def test_a_key_made_for_something_else_makes_no_code(use: Use) -> None:
    found = parse(issue(ENROL_CODE, VOUCHED, KEYS[use]))
    with pytest.raises(SignatureInvalid):
        found.verify(ROOT)


def test_a_key_that_another_root_vouches_for_makes_no_code() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    word = vouch(SIGNER.public_key(), ENROL_UNTIL_S, stranger)
    with pytest.raises(WireError):
        parse(issue(ENROL_CODE, word, SIGNER)).verify(ROOT)


def test_no_code_outlives_the_key_that_signed_it() -> None:
    late = msgspec.structs.replace(ENROL_CODE, issued=ENROL_UNTIL_S - 10, expires=ENROL_UNTIL_S + 1)
    with pytest.raises(SignatureInvalid):
        parse(issue(late, VOUCHED, SIGNER)).verify(ROOT)


def test_a_card_is_no_code_and_a_code_no_card() -> None:
    card = controlcard.Card(bytes(8), "identify", "*", 1, 2)
    with pytest.raises(WireError):
        parse(PREFIX + controlcard.issue(card, SIGNER)[4:])
    with pytest.raises(WireError):
        controlcard.parse(controlcard.PREFIX + TEXT[4:])


def test_a_passphrase_is_not_said_when_a_code_is_printed() -> None:
    found = parse(TEXT)
    said = f"{found!r} {found.claims!r} {found.claims.network!r}"
    assert said == "<Parsed code> <Code> <Network: wifi>"


def test_no_part_of_a_code_is_one() -> None:
    for length in range(len(TEXT)):
        with pytest.raises(WireError):
            parse(TEXT[:length])


def test_no_changed_character_is_let_through() -> None:
    for at in range(len(PREFIX), len(TEXT)):
        changed = TEXT[:at] + ("0" if TEXT[at] != "0" else "1") + TEXT[at + 1 :]
        with pytest.raises(WireError):
            parse(changed).verify(ROOT)


GOOD_SITE: list[Any] = claims()[SITE]


@pytest.mark.parametrize(
    ("at", "value"),
    [
        *((0, ""), (0, "Cổng"), (0, "a" * 41), (0, 7)),
        *((1, ""), (1, " "), (1, "a\nb"), (1, "a" * 101)),
        *((2, 0), (2, 4), (2, "in")),
        *((3, "../x"), (3, None)),
        *((4, ""), (4, "http://x"), (4, "a b"), (4, "a:123456")),
        *((5, b""), (5, bytes(15)), (5, "0" * 16)),
        *((6, []), (6, ["ethernet", 1]), (6, ["wifi", "", "", "VN"]), (6, ["wifi", "a", "", "vn"])),
        *((6, ["wifi", "a", "1234567", "VN"]), (6, ["wifi", "a\n", "", "VN"]), (6, ["4g", "a b"])),
        *((6, ["wifi", "a" * 33, "", "VN"]), (6, ["wifi", "a", "12345678\n", "VN"]), (6, ["x"])),
    ],
)
def test_a_site_of_the_wrong_form_is_no_code(at: int, value: object) -> None:
    site = [*GOOD_SITE]
    site[at] = value
    with pytest.raises(WireError):
        parse(forged(claims(site=site)))


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 0},
        {"exp": ENROL_CODE.issued + LONGEST_S + 1},
        {"iat": ENROL_CODE.expires},
        {"cti": bytes(7)},
        {"cti": "12345678"},
        {"site": GOOD_SITE[:-1]},
        {"site": [*GOOD_SITE, 1]},
        {"site": "x"},
        {"word": bytes(100)},
        {"word": "x" * 101},
    ],
)
def test_claims_of_the_wrong_form_are_no_code(change: dict[str, object]) -> None:
    parse(forged(claims()))
    with pytest.raises(WireError):
        parse(forged(claims(**change)))


def test_a_claim_more_or_less_is_no_code() -> None:
    for wrong in ({**claims(), 1: 1}, {k: v for k, v in claims().items() if k != WORD}, [1], 1):
        with pytest.raises(WireError):
            parse(forged(wrong))


@given(st.text() | st.text(ALPHABET) | st.binary().map(lambda raw: base45.b45encode(raw).decode()))
def test_any_text_is_a_code_or_an_error(text: str) -> None:
    for each in (text, PREFIX + text):
        with pytest.raises(WireError):
            parse(each)


@pytest.mark.parametrize(
    "change",
    [
        {"ways": tuple(reversed(ENROL_CODE.ways))},
        {"network": Network("ethernet", name="said for nothing")},
    ],
)
def test_what_would_be_read_as_something_else_is_not_signed(change: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        issue(msgspec.structs.replace(ENROL_CODE, **change), VOUCHED, SIGNER)
