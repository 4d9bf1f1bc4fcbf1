"""The district's own pass."""

import base45
import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import ENTRIES, ENTRIES_PASS, FULL_PASS, KEYS, PLAIN_PASS, RING
from wire import cosesign
from wire.errors import SignatureInvalid, WireError
from wire.gatepass import MAX_CHARS, MAX_ENTRIES, PREFIX, Pass, issue, parse
from wire.keys import Keyring, Use, entry

ISSUER = KEYS[Use.PASS_SEEN]
TEXT = issue(FULL_PASS, ISSUER)
KID = bytes.fromhex(ENTRIES[Use.PASS_SEEN].kid)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

times = st.integers(0, 2**40 - 1)
passes = st.builds(
    Pass,
    number=st.binary(min_size=8, max_size=8),
    holder=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=32),
    issued=times,
    expires=times,
    not_before=times,
    status=st.none() | st.integers(0, 2**32 - 1),
    entries=st.none() | st.integers(1, MAX_ENTRIES),
)


def spelled(message: bytes) -> str:
    """Return bytes as the text of a code."""
    return PREFIX + base45.b45encode(message).decode()


def signed(body: bytes, protected: bytes | None = None, key: Ed25519PrivateKey = ISSUER) -> str:
    """Sign claims as they are spelled, whatever they are."""
    head = cbor2.dumps({1: -8, 4: KID}) if protected is None else protected
    signature = key.sign(cbor2.dumps(["Signature1", head, b"", body]))
    return spelled(cbor2.dumps(cbor2.CBORTag(18, [head, {}, body, signature])))


def refused(text: str) -> bool:
    """Say whether a pass is none, or not signed as it should be."""
    try:
        parse(text).verify(RING)
    except WireError:
        return True
    return False


@given(passes)
def test_what_is_issued_is_read_and_verified(claims: Pass) -> None:
    found = parse(issue(claims, ISSUER))
    assert found.claims == claims
    assert found.verify(RING) is Use.PASS_SEEN


@pytest.mark.parametrize("use", list(Use))
def test_only_a_key_that_issues_passes_makes_one(use: Use) -> None:
    found = parse(issue(PLAIN_PASS, KEYS[use]))
    if use in (Use.PASS_SEEN, Use.PASS_DECLARED):
        assert found.verify(RING) is use
    else:
        with pytest.raises(SignatureInvalid):
            found.verify(RING)


def test_a_key_nobody_entered_makes_no_pass() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    assert refused(issue(PLAIN_PASS, stranger))
    assert not refused(issue(PLAIN_PASS, ISSUER))
    with pytest.raises(SignatureInvalid):
        parse(TEXT).verify(Keyring([entry(stranger.public_key(), Use.PASS_SEEN)]))


def test_a_pass_is_small_and_fits_alphanumeric_mode() -> None:
    assert len(issue(PLAIN_PASS, ISSUER)) <= 190
    assert set(TEXT) <= set(ALPHABET)


def test_no_part_of_a_pass_is_a_pass() -> None:
    for length in range(len(TEXT)):
        with pytest.raises(WireError):
            parse(TEXT[:length])


def test_no_changed_character_is_let_through() -> None:
    for at in range(len(TEXT)):
        for letter in ALPHABET + "aé\n\0\ud800":
            if letter != TEXT[at]:
                assert refused(TEXT[:at] + letter + TEXT[at + 1 :])


@pytest.mark.parametrize("more", ["0", "00", "000", "\n", " ", "\0", "é", "\udc00"], ids=ascii)
def test_nothing_may_follow_a_pass(more: str) -> None:
    with pytest.raises(WireError):
        parse(TEXT + more)
    with pytest.raises(WireError):
        parse(spelled(base45.b45decode(TEXT[4:]) + more.encode("utf-8", "replace")))


@given(st.text() | st.text(ALPHABET) | st.binary().map(lambda raw: base45.b45encode(raw).decode()))
def test_any_text_is_a_pass_or_an_error(text: str) -> None:
    for each in (text, PREFIX + text):
        with pytest.raises(WireError):
            parse(each)


@given(st.binary(max_size=200))
def test_any_signed_bytes_are_a_pass_or_an_error(body: bytes) -> None:
    """An issuer's key that signs nonsense stops no gate."""
    with pytest.raises(WireError):
        parse(signed(body))
    with pytest.raises(WireError):
        parse(signed(GOOD, protected=body))


def test_a_long_text_is_refused_unread() -> None:
    with pytest.raises(WireError, match="not a pass"):
        parse(PREFIX + "0" * MAX_CHARS)


GOOD = (
    bytes.fromhex("a4 041a6ab13b80 061a6a18a500 0748")
    + b"12345678"
    + bytes.fromhex("3a00011170 61 52")
)
"""Claims {4: …, 6: …, 7: 12345678, -70001: "R"} in their one spelling."""


def test_claims_in_their_one_spelling_are_read() -> None:
    claims = parse(signed(GOOD)).claims
    assert claims == Pass(b"12345678", "R", 0x6A18A500, 0x6AB13B80, 0x6A18A500)


def test_a_message_without_its_tag_is_the_same_pass() -> None:
    bare = parse(spelled(base45.b45decode(TEXT[4:])[1:]))
    assert bare == parse(TEXT)
    assert bare.verify(RING) is Use.PASS_SEEN


def test_the_newer_name_of_ed25519_is_read_too() -> None:
    found = parse(signed(GOOD, protected=cbor2.dumps({1: -19, 4: KID})))
    assert found.verify(RING) is Use.PASS_SEEN


@pytest.mark.parametrize(
    "protected",
    [
        {},
        {1: -8},
        {4: KID},
        {1: -7, 4: KID},
        {1: -37, 4: KID},
        {1: [], 4: KID},
        {1: -8, 4: KID[:7]},
        {1: -8, 4: KID + b"0"},
        {1: -8, 4: KID.hex()},
        {1: -8, 2: [99], 4: KID},
        {4: KID, 1: -8},
        [],
        None,
    ],
    ids=str,
)
def test_a_header_that_says_anything_else_is_refused(protected: object) -> None:
    with pytest.raises(WireError):
        parse(signed(GOOD, protected=cbor2.dumps(protected)))


@pytest.mark.parametrize(
    "change",
    [
        {7: b"1234567"},
        {7: "12345678"},
        {7: None},
        {4: None},
        {4: -1},
        {4: 2**40},
        {4: True},
        {4: 1.0},
        {6: None},
        {5: "soon"},
        {-70001: None},
        {-70001: ""},
        {-70001: "R" * 33},
        {-70001: b"R"},
        {-70005: -1},
        {-70005: 2**32},
        {-70005: "1"},
        {-70002: 0},
        {-70002: 100},
        {-70002: -1},
        {-70002: True},
        {-70002: "3"},
        {65535: 7},
        {65535: []},
        {65535: {"status_list": 7}},
        {65535: {"status_list": {}}},
        {65535: {"status_list": {"idx": "7"}}},
        {65535: {"status_list": {"idx": -1}}},
        {65535: {"status_list": {"idx": 2**32}}},
        {65535: {"status_list": {"idx": 7}}, -70005: 7},
    ],
    ids=str,
)
def test_claims_of_another_form_are_refused(change: dict[int, object]) -> None:
    claims = {4: 2**31, 6: 1, 7: b"12345678", -70001: "R", **change}
    kept = {key: claims[key] for key in sorted(claims, key=cbor2.dumps)}
    present = {key: value for key, value in kept.items() if value is not None}
    with pytest.raises(WireError):
        parse(signed(cbor2.dumps(present)))


def test_claims_not_known_yet_are_passed_over() -> None:
    claims = {4: 2**31, 6: 1, 7: b"12345678", 65536: {"later": 1}, -70001: "R", -70009: 1}
    kept = {key: claims[key] for key in sorted(claims, key=cbor2.dumps)}
    found = parse(signed(cbor2.dumps(kept))).claims
    assert found == Pass(b"12345678", "R", 1, 2**31, 1)


@pytest.mark.parametrize(
    ("standard", "index"),
    [
        ({"status_list": {"idx": 412, "uri": "https://example.vn/1"}}, 412),
        ({"status_list": {"idx": 0}}, 0),
        ({"identifier_list": {"id": b"1", "uri": "https://example.vn/2"}}, None),
        ({}, None),
    ],
    ids=str,
)
def test_the_standard_status_claim_is_read_too(standard: object, index: int | None) -> None:
    claims = {4: 2**31, 6: 1, 7: b"12345678", 65535: standard, -70001: "R"}
    spelt = cbor2.dumps(claims, canonical=True)
    assert parse(signed(spelt)).claims.status == index


@pytest.mark.parametrize(
    "text",
    [
        TEXT + TEXT,
        f"{TEXT} {TEXT}",
        TEXT + TEXT[4:],
        PREFIX + TEXT,
        spelled(base45.b45decode(TEXT[4:]) * 2),
        spelled(base45.b45decode(TEXT[4:]) + base45.b45decode(issue(PLAIN_PASS, ISSUER)[4:])),
        TEXT[: len(TEXT) // 2] + issue(PLAIN_PASS, ISSUER)[len(TEXT) // 2 :],
    ],
    ids=["text-twice", "with-a-space", "rest-twice", "prefix-twice", "bytes", "two", "halves"],
)
def test_two_passes_in_one_code_are_none(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize("claims", [PLAIN_PASS, FULL_PASS, ENTRIES_PASS])
def test_a_pass_under_another_keys_name_is_refused(claims: Pass) -> None:
    """Signed by a neighbour's key that claims to be ours, and by ours that claims to be another."""
    neighbour = Ed25519PrivateKey.from_private_bytes(b"n" * 32)
    body = cbor2.dumps({4: claims.expires, 6: claims.issued, 7: claims.number, -70001: "R"})
    ours = cbor2.dumps({1: -8, 4: KID})
    theirs = cbor2.dumps({1: -8, 4: bytes.fromhex(ENTRIES[Use.PASS_DECLARED].kid)})
    assert refused(signed(body, ours, neighbour))
    assert refused(signed(body, theirs, ISSUER))
    assert refused(signed(body, cbor2.dumps({1: -8, 4: bytes(8)}), ISSUER))
    assert not refused(signed(body, ours, ISSUER))


def test_what_a_pass_says_is_not_printed_by_accident() -> None:
    found = parse(TEXT)
    message = cosesign.read(TEXT, PREFIX, MAX_CHARS)
    said = f"{message!r} {found!r} {found.claims!r} {found.claims} {[found]}"
    assert FULL_PASS.number.hex() not in said
    assert FULL_PASS.holder not in said
    assert "\\x" not in said


HEAD = bytes.fromhex("d284") + cbor2.dumps(cbor2.dumps({1: -8, 4: KID}))


@pytest.mark.parametrize(
    "message",
    [
        HEAD + b"\xa1\x04\x41\x00" + cbor2.dumps(GOOD) + cbor2.dumps(bytes(64)),
        HEAD + b"\xa0" + cbor2.dumps(GOOD) + cbor2.dumps(bytes(63)),
        HEAD + b"\xa0" + cbor2.dumps(GOOD),
        HEAD + b"\x80" + cbor2.dumps(GOOD) + cbor2.dumps(bytes(64)),
        b"\xd2" + HEAD + b"\xa0" + cbor2.dumps(GOOD) + cbor2.dumps(bytes(64)),
        b"\xd8\x3d" + HEAD + b"\xa0" + cbor2.dumps(GOOD) + cbor2.dumps(bytes(64)),
        b"\x83" + HEAD[2:] + cbor2.dumps(GOOD) + cbor2.dumps(bytes(64)),
        b"",
        b"\xd2",
    ],
    ids=["loose", "short", "missing", "list", "twice", "other-tag", "three", "empty", "tag"],
)
def test_a_message_of_another_form_is_refused(message: bytes) -> None:
    with pytest.raises(WireError):
        parse(spelled(message))
