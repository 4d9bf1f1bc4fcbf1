"""Control cards: what is read as one, and whose signature counts."""

import cbor2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import KEYS, PLAIN_PASS, RING
from wire import cosesign, gatepass
from wire.controlcard import PREFIX, Card, area_scope, issue, parse, scope_of, scopes
from wire.errors import SignatureInvalid, WireError
from wire.keys import Use

CARD = Card(bytes(range(8)), "wifi", "g1", 1_780_000_000, 1_790_000_000, {"psk": "matkhau"})
SIGNER = KEYS[Use.CARD]
CLAIMS = {4: 9, 6: 8, 7: bytes(8), -70010: "self-test", -70011: "*"}


@pytest.mark.parametrize(
    "card", [CARD, msgspec.structs.replace(CARD, needs={}, scope="*", status=7)]
)
def test_what_is_issued_is_read_and_verified(card: Card) -> None:
    found = parse(issue(card, SIGNER))
    assert found.claims == card
    found.verify(RING)


@pytest.mark.parametrize("use", [each for each in Use if each is not Use.CARD])
def test_a_key_made_for_something_else_signs_no_card(use: Use) -> None:
    with pytest.raises(SignatureInvalid):
        parse(issue(CARD, KEYS[use])).verify(RING)


def test_a_pass_is_no_card_and_a_card_no_pass() -> None:
    with pytest.raises(WireError):
        parse(PREFIX + gatepass.issue(PLAIN_PASS, SIGNER)[4:])
    with pytest.raises(WireError):
        gatepass.parse(gatepass.PREFIX + issue(CARD, SIGNER)[4:])


def test_a_password_on_a_card_is_not_said_when_it_is_printed() -> None:
    found = parse(issue(CARD, SIGNER))
    assert (repr(found), repr(found.claims)) == ("<Parsed card>", "<Card>")


@pytest.mark.parametrize(
    "change",
    [
        {4: 7},
        {4: 2**40},
        {4: "soon"},
        {6: -1},
        {6: None},
        {7: bytes(7)},
        {7: "12345678"},
        {-70010: ""},
        {-70010: "Self Test"},
        {-70010: 1},
        {-70011: "$(reboot)"},
        {-70011: b"*"},
        {-70012: "x"},
    ],
)
def test_claims_of_the_wrong_form_are_no_card(change: dict[int, object]) -> None:
    body = cbor2.dumps({**CLAIMS, **change}, canonical=True)
    with pytest.raises(WireError):
        parse(cosesign.spell(PREFIX, body, SIGNER))


def test_claims_that_are_no_map_are_no_card() -> None:
    parse(cosesign.spell(PREFIX, cbor2.dumps(CLAIMS, canonical=True), SIGNER))
    with pytest.raises(WireError):
        parse(cosesign.spell(PREFIX, cbor2.dumps([1]), SIGNER))


@given(st.text())
def test_any_text_is_a_card_or_none(text: str) -> None:
    with pytest.raises(WireError):
        parse(PREFIX + text)


@pytest.mark.parametrize(
    ("place", "scope"),
    [
        ("Chợ Mẫu Hai", "cho-mau-hai"),
        ("Đường số 3/2", "duong-so-3-2"),
        ("  Bến xe -- Mẫu ", "ben-xe-mau"),
        ("***", ""),
        ("m" * 100, "m" * 64),
    ],
)
def test_a_place_is_named_on_a_card_without_accents(place: str, scope: str) -> None:
    assert scope_of(place) == scope


def test_a_gate_takes_cards_for_itself_its_place_and_its_area() -> None:
    assert area_scope("Xã Mỹ Tú") == "area.xa-my-tu"
    assert area_scope("…") == ""
    assert scopes("g1", "Chợ Mẫu", "Xã Mẫu") == {"g1", "cho-mau", "area.xa-mau"}
    assert scopes("g1", "", "") == {"g1"}
