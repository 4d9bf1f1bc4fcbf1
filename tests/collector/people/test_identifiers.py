"""By what a person can be found."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from collector.people import identifiers
from collector.people.entries import Identifier, Kind, Strength

CARD = {
    "number": "001090000123",
    "former": "012345678",
    "name": "Nguyễn Văn Mẫu",
    "born": "1990-06-15",
    "sex": "male",
}


def test_a_card_says_its_numbers_first_and_the_name_only_as_possible() -> None:
    assert identifiers.of_fields("id-card", CARD) == (
        Identifier(Kind.NUMBER, "001090000123", Strength.CODE),
        Identifier(Kind.FORMER, "012345678", Strength.CODE),
        Identifier(Kind.NAME, "nguyen van mau|1990-06-15|male", Strength.POSSIBLE),
    )


def test_an_earlier_number_of_twelve_digits_is_a_number() -> None:
    found = identifiers.of_fields("id-card", {"number": "001090000123", "former": "079090000123"})
    assert [each.kind for each in found] == [Kind.NUMBER, Kind.NUMBER]


def test_a_telephone_joins_nobody() -> None:
    (found,) = identifiers.of_fields("national-code", {"phone": "0912345678"})
    assert found.kind is Kind.PHONE
    assert not found.strength.joins


def test_the_number_of_a_certificate_and_that_of_a_person_are_two_kinds() -> None:
    assert identifiers.of_fields("eu-certificate", {"code": "01VN/X"})[0].kind is Kind.CERTIFICATE
    assert identifiers.of_fields("national-code", {"code": "01VN/X"})[0].kind is Kind.QID


@given(
    st.text(max_size=10),
    st.dictionaries(
        st.sampled_from([*CARD, "pass", "phone", "code", "insurance", "passport", "class"]),
        st.recursive(st.none() | st.integers() | st.text(max_size=20), st.lists, max_leaves=3),
    ),
)
def test_fields_of_any_form_stop_nothing(code: str, fields: dict[str, Any]) -> None:
    found = identifiers.of_fields(code, fields)
    assert len(set(found)) == len(found)
    assert all(each.value for each in found)


def test_no_identifier_says_who_it_is_in_a_log() -> None:
    said = repr(identifiers.of_fields("id-card", CARD))
    assert not any(value in said or value.casefold() in said for value in CARD.values())


def test_a_name_is_looked_for_whole_with_its_birth_date_or_not_at_all() -> None:
    assert identifiers.namesakes("Nguyễn Văn Mẫu", "") == ()
    assert identifiers.namesakes("", "1990-06-15") == ()
    (card,) = [each for each in identifiers.of_fields("id-card", CARD) if each.kind is Kind.NAME]
    assert card in identifiers.namesakes("NGUYEN VAN MAU", "15/06/1990")
    assert card not in identifiers.namesakes("Nguyen Mau", "15/06/1990")
    assert card not in identifiers.namesakes("NGUYEN VAN MAU", "15/06/1990", "female")


def test_who_knows_only_the_year_is_found_with_the_date() -> None:
    (old,) = identifiers.of_fields("id-card", {"name": "Trần Thị Mẫu", "born": "1940"})
    assert old in identifiers.namesakes("Trần Thị Mẫu", "1940-02-03", "female")


def test_an_officers_nine_digits_are_looked_for_as_an_earlier_number() -> None:
    assert identifiers.typed(Kind.NUMBER, "012 345 678") == (
        Identifier(Kind.FORMER, "012345678", Strength.CODE),
    )
    assert identifiers.typed(Kind.NUMBER, "Nguyễn") == ()
    assert identifiers.typed(Kind.PHONE, "+84 912 345 678")[0].value == "0912345678"
