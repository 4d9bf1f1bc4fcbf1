"""Cards and codes that say who someone is: what is kept of each, and what is dropped."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.credential import classify
from device.credential.id_card import Layout
from device.credential.person import (
    Doubt,
    Person,
    Sex,
    address,
    birth,
    clean_name,
    clean_phone,
)
from device.flow import Credential

HOME = "Ấp Thử Nghiệm, Huỳnh Hữu Nghĩa, Mỹ Tú, Sóc Trăng"
KEPT = {
    "number": "094090000000",
    "former": "360000000",
    "name": "Nguyễn Văn Mẫu",
    "born": "1990-06-15",
    "sex": "male",
    "commune": "Huỳnh Hữu Nghĩa, Mỹ Tú, Sóc Trăng",
    "hamlet": "Ấp Thử Nghiệm",
}
CARD = f"094090000000|360000000|Nguyễn Văn Mẫu|15061990|Nam|{HOME}|01072021"
NAME = "Nguyễn Văn Mẫu".encode().hex()
INSURED = {"insurance": "0000000000", "name": "Nguyễn Văn Mẫu", "born": "1990-06-15", "sex": "male"}
TAIL = "94 - 000|01/01/2021|-|15/12/2020|00000000000000|-|4|01/01/2026|0000000000000000-0000"


def read(text: str) -> Credential:
    return classify(text.encode())


def card(**changes: str) -> str:
    """Return an identity card with some fields changed."""
    fields = {
        "number": "094090000000",
        "former": "360000000",
        "name": "Nguyễn Văn Mẫu",
        "born": "15061990",
        "sex": "Nam",
        "address": HOME,
        "issued": "01072021",
        **changes,
    }
    return "|".join(fields.values())


def person(text: str) -> Person:
    found = read(text).content
    assert isinstance(found, Person)
    return found


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (CARD, KEPT),
        ("\ufeff" + CARD + "\r\n\0", KEPT),
        (unicodedata.normalize("NFD", CARD), KEPT),
        (CARD + "||Nguyễn Văn Mẫu Cha|Trần Thị Mẫu Mẹ|", KEPT),
        (card(former="000090000000"), {**KEPT, "former": "000090000000"}),
        (card(former=""), {key: value for key, value in KEPT.items() if key != "former"}),
        (card(issued=""), KEPT),
        (
            f"094090000000|Nguyễn Văn Mẫu|15/06/1990|Nam|{HOME}|01/07/2021",
            {key: value for key, value in KEPT.items() if key != "former"},
        ),
    ],
    ids=["plain", "edges", "NFD", "of 2024", "long former", "no former", "no issue", "of Zalo"],
)
def test_of_an_identity_card_its_holder_is_kept_and_nobody_else(
    text: str, kept: dict[str, Any]
) -> None:
    assert read(text).kind == "id-card"
    assert read(text).personal == kept


@pytest.mark.parametrize("name", ["Mẫu", "H'Hen Niê Mẫu", "Y\u2019Mẫu", "Thạch Mẫu-Sa", "M" * 120])
def test_a_name_may_be_one_word_or_of_a_minority_or_long(name: str) -> None:
    assert person(card(name=name)).name == name


@pytest.mark.parametrize(
    ("born", "kept"), [("00061990", "1990-06"), ("00001990", "1990"), ("29022000", "2000-02-29")]
)
def test_a_birth_date_may_lack_day_and_month(born: str, kept: str) -> None:
    found = person(card(number="094090000000" if "1990" in kept else "094200000000", born=born))
    assert found.born == kept
    assert found.doubts == ((Doubt.BIRTH_PARTIAL,) if len(kept) < 10 else ())


@pytest.mark.parametrize(
    "changes",
    [
        {"born": "31021990"},
        {"born": "29021990"},
        {"born": "15131990"},
        {"born": "15001990"},
        {"born": "15060000"},
        {"born": "15061799"},
        {"sex": "Khác"},
        {"sex": ""},
    ],
)
def test_a_card_that_says_what_cannot_be_is_damaged(changes: dict[str, str]) -> None:
    assert read(card(**changes)) == Credential("id-card")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "..."},
        {"name": "$(reboot)"},
        {"name": "'; DROP TABLE scans; --"},
        {"name": "Mẫu\n2026-11-22 green"},
        {"name": "Mẫu\x1b[2J"},
        {"name": "Mẫu\u202e"},
        {"name": "M" * 201},
        {"former": "12345"},
        {"born": "1506199"},
        {"born": "１５061990"},  # noqa: RUF001  (full width)
        {"issued": "soon"},
    ],
)
def test_a_card_that_is_laid_out_otherwise_is_said_to_be_so(changes: dict[str, str]) -> None:
    found = read(card(**changes))
    assert (found.kind, found.personal) == ("id-card-unknown", None)
    assert found.content == Layout(7)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("094090000000|", 2),
        ("094090000000|a|b", 3),
        ("094090000000|Mẫu|15061990|Nam||", 6),
        ("094090000000|" + "́" * 1500, 2),
    ],
)
def test_of_an_unknown_layout_the_number_of_fields_is_kept(text: str, fields: int) -> None:
    assert read(text) == Credential("id-card-unknown", Layout(fields))


@pytest.mark.parametrize(
    ("number", "doubts"),
    [
        ("094090000000", ()),
        ("094091000000", (Doubt.NUMBER_AND_BIRTH,)),
        ("094290000000", (Doubt.NUMBER_AND_BIRTH,)),
        ("094190000000", (Doubt.NUMBER_AND_SEX,)),
        ("003090000000", (Doubt.PROVINCE_UNKNOWN,)),
        ("101090000000", ()),
        (
            "000391000000",
            (Doubt.NUMBER_AND_BIRTH, Doubt.NUMBER_AND_SEX, Doubt.PROVINCE_UNKNOWN),
        ),
    ],
)
def test_a_number_that_disagrees_is_a_doubt_and_no_refusal(
    number: str, doubts: tuple[Doubt, ...]
) -> None:
    assert person(card(number=number)).doubts == doubts
    personal = read(card(number=number)).personal
    assert personal is not None
    assert "doubts" not in personal


def test_a_woman_born_in_this_century_is_no_doubt() -> None:
    text = card(number="094305000000", born="02092005", sex="nữ")
    for spelled in (text, unicodedata.normalize("NFD", text)):
        found = person(spelled)
        assert (found.sex, found.doubts) == (Sex.FEMALE, ())


def test_a_person_is_not_said_when_printed() -> None:
    assert repr(person(CARD)) == "<Person>"


@pytest.mark.parametrize(
    "text",
    [
        f"GD4940000000000|{NAME}|15/06/1990|1|-|{TAIL}|$",
        f"0000000000|{NAME.upper()}|15/06/1990|1|-|{TAIL}|4|{NAME}|$",
        f"0000000000|{NAME}|15/06/1990|1|zz|{TAIL}|$".replace("15/12/2020", "-"),
    ],
    ids=["old", "new", "no place"],
)
def test_of_an_insurance_card_the_holder_is_kept(text: str) -> None:
    assert (read(text).kind, read(text).personal) == ("insurance-card", INSURED)


@pytest.mark.parametrize(("date", "born"), [("06/1990", "1990-06"), ("1990", "1990")])
def test_an_insurance_card_may_know_only_month_or_year(date: str, born: str) -> None:
    found = person(f"0000000000|{NAME}|{date}|2|-|{TAIL}|$")
    assert (found.born, found.sex, found.doubts) == (born, Sex.FEMALE, (Doubt.BIRTH_PARTIAL,))


def test_the_home_of_an_insured_person_is_kept() -> None:
    found = person(f"0000000000|{NAME}|15/06/1990|1|{HOME.encode().hex()}|{TAIL}|$")
    assert (found.commune, found.hamlet) == (KEPT["commune"], KEPT["hamlet"])


@pytest.mark.parametrize(
    "text",
    [
        f"0000000000|{NAME}|15/06/1990|1|-|{TAIL}",
        f"0000000000|{NAME}|15/06/1990|1|-|{TAIL}|x",
        f"0000000000|{NAME}|15/06/1990|1|-|{TAIL}|$|$",
        f"0000000000|{NAME}|31/02/1990|1|-|{TAIL}|$",
        f"0000000000|{NAME}|soon|1|-|{TAIL}|$",
        f"0000000000|{NAME}|15/06/1990|3|-|{TAIL}|$",
        f"0000000000|ff|15/06/1990|1|-|{TAIL}|$",
        f"GD9940000000000|{NAME}|15/06/1990|1|-|{TAIL}|$",
        f"GD4000000000000|{NAME}|15/06/1990|1|-|{TAIL}|$",
    ],
)
def test_an_insurance_card_that_says_what_cannot_be_is_damaged(text: str) -> None:
    assert read(text) == Credential("insurance-card")


QID = "162500000000000000"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            f"094090000000|NGUYEN VAN MAU|1990-06-15|0|{QID}|<1<<0900000000<<",
            {
                "number": "094090000000",
                "code": QID,
                "name": "NGUYEN VAN MAU",
                "born": "1990-06-15",
                "sex": "male",
                "phone": "0900000000",
            },
        ),
        (
            f"360000000|MAU|1990-**-**|1|{QID}|{QID}<2<GD4940000000000<x",
            {
                "former": "360000000",
                "code": QID,
                "name": "MAU",
                "born": "1990",
                "sex": "female",
                "by_other": True,
            },
        ),
        (
            f"C0000000|MAU|1990-06-15|0|{QID}|",
            {"passport": "C0000000", "code": QID, "name": "MAU", "born": "1990-06-15"},
        ),
        (f"******000000|NGUYEN VAN MAU|1990-**-**|0|{QID}|<1<<0900000000<", {"code": QID}),
        (f"******|MAU|1990-06-15|1|{QID}|", {"code": QID, "by_other": True}),
    ],
    ids=["whole", "old number", "passport", "masked", "masked, by another"],
)
def test_of_the_national_code_no_more_is_kept_than_the_holder_shows(
    text: str, kept: dict[str, Any]
) -> None:
    assert (read(text).kind, read(text).personal) == ("national-code", kept)


@pytest.mark.parametrize(
    "text",
    [
        f"094090000000|MAU|1990-06-15|0|{QID}",
        f"094090000000|MAU|1990-06-15|0|{QID}||",
        "094090000000|MAU|1990-06-15|0||",
        "094090000000|MAU|1990-06-15|0|a b|",
        f"094090000000|MAU|1990-02-30|0|{QID}|",
        f"094090000000|MAU|1990-**-15|0|{QID}|",
        f"094090000000| |1990-06-15|0|{QID}|",
    ],
)
def test_a_national_code_that_says_what_cannot_be_is_damaged(text: str) -> None:
    assert read(text) == Credential("national-code")


@pytest.mark.parametrize(
    ("text", "issued", "commune", "hamlet"),
    [
        (HOME, "", "Huỳnh Hữu Nghĩa, Mỹ Tú, Sóc Trăng", "Ấp Thử Nghiệm"),
        (
            "Số 1 , Tổ 2, Long Hưng, Mỹ Tú, Sóc Trăng",
            "",
            "Long Hưng, Mỹ Tú, Sóc Trăng",
            "Số 1, Tổ 2",
        ),
        ("Long Hưng, Mỹ Tú, Sóc Trăng", "2021-07-01", "Long Hưng, Mỹ Tú, Sóc Trăng", ""),
        ("Ấp Thử, Long Hưng, Cần Thơ", "2021-07-01", "Long Hưng, Cần Thơ", "Ấp Thử"),
        ("Đường Mẫu, Long Hưng, Cần Thơ", "2025-07-01", "Long Hưng, Cần Thơ", "Đường Mẫu"),
        ("Ấp Thử", "", "Ấp Thử", ""),
        ("", "", "", ""),
        ("Mẫu\x1b, Mẫu", "", "", ""),
        ("x" * 201, "", "", ""),
    ],
)
def test_an_address_is_cut_at_its_commune(
    text: str, issued: str, commune: str, hamlet: str
) -> None:
    assert address(text, issued) == (commune, hamlet)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("0900000000", "0900000000"),
        ("+84900000000", "0900000000"),
        ("84900000000", "0900000000"),
        ("900000000", ""),
        ("0000000000", ""),
        ("0900000000;reboot", ""),
    ],
)
def test_only_a_well_formed_telephone_number_is_kept(text: str, phone: str) -> None:
    assert clean_phone(text) == phone


@given(st.text())
def test_a_name_fit_to_keep_stays_as_it_is(text: str) -> None:
    name = clean_name(text)
    assert clean_name(name) == name
    assert name.isprintable()


@given(*[st.integers(0, 9999)] * 3)
def test_a_date_is_one_or_none(day: int, month: int, year: int) -> None:
    found = birth(str(day), str(month), str(year))
    assert found is None or found.startswith(f"{year:04d}")


field = st.text(max_size=12) | st.from_regex(r"[0-9]{4,12}", fullmatch=True)


@given(
    st.sampled_from(["094090000000", "0000000000|4e", "C0000000|MAU|1990-06-15|0|1", "2|99"]),
    st.lists(field, max_size=18),
)
def test_any_fields_give_a_credential(start: str, fields: list[str]) -> None:
    text = "|".join([start, *fields])
    assert classify(text.encode("utf-8", "replace")).kind != ""
