"""The covered fields of a code: enough to know it again, too little to know the holder."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.credential import classify
from device.credential.masked import COVER, Field, covered, fields, initials, moment
from tests.device.credential import certificates
from tests.device.credential.codes import every_code
from tests.wire.samples import FULL_PASS, KEYS
from wire import controlcard, gatepass
from wire.keys import Use

CARD = (
    "094090000123|360000456|Nguyễn Văn Mẫu|15061990|Nam|Ấp Kín, Xã Mẫu, Mỹ Tú, Sóc Trăng|01072021"
)


def told(text: str) -> dict[str, str]:
    return {each.label: each.value for each in fields(classify(text.encode()))}


def test_a_card_is_covered_and_can_still_be_told_from_another() -> None:
    assert told(CARD) == {
        "citizen number": "•••••••••123",
        "former number": "••••••456",
        "name": "N• V• M•",
        "year of birth": "1990",
        "sex": "male",
        "commune": "X• M• M• T• S• T•",
        "hamlet or street": "Ấ• K•",
    }


def test_doubts_and_another_declarer_are_said() -> None:
    assert "doubt" in told(CARD.replace("Nam", "Nữ"))
    shown = told("360000000|MAU|1990-**-**|1|162500000000000000|162500000000000000<2<<<")
    assert shown["declared by another person"] == "yes"


def test_a_pass_says_its_class_its_time_and_what_is_left_of_it() -> None:
    whole = msgspec.structs.replace(FULL_PASS, entries=3)
    shown = told(gatepass.issue(whole, KEYS[Use.PASS_SEEN]))
    assert shown["pass number"] == COVER * 13 + whole.number.hex()[-3:]
    assert (shown["class of holder"], shown["entries"]) == ("cán bộ", "3")
    plain = msgspec.structs.replace(FULL_PASS, holder="a\x1b", status=None)
    shown = told(gatepass.issue(plain, KEYS[Use.PASS_SEEN]))
    assert shown["class of holder"] == COVER
    assert "entries" not in shown


def test_a_control_cards_settings_are_only_said_to_be_there() -> None:
    card = controlcard.Card(bytes(8), "wi-fi", "*", 1, 2, {1: "matkhau"})
    shown = told(controlcard.issue(card, KEYS[Use.CARD]))
    assert shown["with settings"] == "yes, not shown"
    assert not any("matkhau" in value for value in shown.values())
    bare = msgspec.structs.replace(card, needs={})
    assert "with settings" not in told(controlcard.issue(bare, KEYS[Use.CARD]))


def test_a_certificate_says_what_it_is_of_and_nothing_of_health() -> None:
    shown = told(certificates.shown())
    assert (shown["certificate of"], shown["issued by"]) == ("vaccination", "VN")
    assert shown["name"] == "N• V• M•"
    assert told(certificates.shown(issuer="V\x1b"))["issued by"] == COVER


def test_of_a_layout_that_is_not_known_the_fields_are_counted() -> None:
    assert told("094090000000|a|b") == {"number of fields": "3"}
    assert told("https://example.vn") == {}


def test_every_sample_has_fields_that_can_be_said() -> None:
    for code in every_code():
        for each in fields(classify(code)):
            assert isinstance(each, Field)
            assert each.value


@given(st.text(alphabet="0123456789", max_size=20))
def test_no_more_than_the_end_of_a_number_is_seen(number: str) -> None:
    shown = covered(number)
    assert len(shown) == len(number)
    assert shown.count(COVER) >= min(len(number), 3)
    assert len(shown.strip(COVER)) <= 3


@given(st.text(max_size=40))
def test_initials_show_one_letter_of_a_word(name: str) -> None:
    assert all(len(each) == 2 for each in initials(name).split())


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "01.01.1970 07:00"), (2**40, "?"), (float("nan"), "?")]
)
def test_a_time_is_that_of_the_district(seconds: float, said: str) -> None:
    assert moment(seconds) == said
