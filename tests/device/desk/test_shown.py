"""What a reader of codes has typed, and what an input method or a poor reader makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.credential import classify
from device.desk.shown import Read, Trouble, first, understood
from tests.device.desk.counter import CARD
from tests.wire.samples import KEYS, PLAIN_PASS
from wire import controlcard, gatepass
from wire.controlcard import Card
from wire.keys import Use

PASS = gatepass.issue(PLAIN_PASS, KEYS[Use.PASS_SEEN])


def test_a_card_and_a_pass_are_read_whatever_a_reader_sends_after_them() -> None:
    for end in ("", "\r", "\r\n", "\t", " "):
        for text, kind in ((CARD, "id-card"), (PASS, "pass")):
            found = understood(text + end, classify)
            assert isinstance(found, Read)
            assert found.credential.kind == kind
            assert found.is_card is (kind == "id-card")


@pytest.mark.parametrize(
    "bent",
    [
        PASS.replace("A", "Â", 1),  # Telex: two keys became one letter
        "GP1:" + PASS[4:].replace("D", "Đ", 1),
        "GP1:" + PASS[4:].lower(),  # Caps Lock
        PASS.swapcase(),
        "GP\u0301" + PASS[2:].replace("E", "Ê", 1),
        "HC1:" + "Ơ" * 40,
    ],
)
def test_what_an_input_method_has_bent_says_to_turn_it_off(bent: str) -> None:
    assert understood(bent, classify) is Trouble.METHOD


@pytest.mark.parametrize(
    "lost",
    [
        CARD.replace("ễ", "?").replace("ị", "?").replace("ẫ", "?"),
        CARD.replace("ễ", "\ufffd"),
        CARD.replace("Nữ", "N"),
        CARD.encode().decode("cp1258", "replace"),
        "079150001234|" + "|" * 30,
    ],
)
def test_a_card_whose_letters_were_lost_is_not_taken_for_another_person(lost: str) -> None:
    assert understood(lost, classify) is Trouble.LETTERS


def test_other_codes_say_what_they_are() -> None:
    card = controlcard.issue(Card(bytes(8), "identify", "*", 1, 2), KEYS[Use.CARD])
    assert understood(card, classify) is Trouble.CONTROL
    for text in ("https://example.org/x", "Nguyễn", "x" * 5000, "12", PASS[:40]):
        assert understood(text, classify) is Trouble.OTHER
    assert understood(" \r\n", classify) is Trouble.NOTHING


def test_of_several_codes_in_a_photograph_the_one_that_is_of_use_counts() -> None:
    found = first([b"https://example.org", CARD.encode()], classify)
    assert isinstance(found, Read)
    assert first([b"https://example.org"], classify) is Trouble.OTHER
    assert first([], classify) is Trouble.NO_CODE
    assert isinstance(first([b"\xff\xfe"], classify), Trouble)


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    assert isinstance(understood(text, classify), Read | Trouble)
    assert isinstance(understood("GP1:" + text, classify), Read | Trouble)
