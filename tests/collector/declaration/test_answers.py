"""What people type is read as they mean it, or they are told what is wrong with which answer."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.declaration.answers import Typed, Why, Wrong, Wrongs, check, read
from collector.declaration.consequence import DAY_S, PassFor, Rules, Task, of
from collector.declaration.entries import Declaration, Exposure, Stay, Symptom

TODAY = dt.date(2021, 7, 10)
COMMUNES = frozenset({"31567", "31579"})
GOOD = {
    "for": ["self"],
    "name": ["Nguyễn Văn Mẫu"],
    "born": ["15/06/1990"],
    "sex": ["male"],
    "number": ["094 090 000 000"],
    "phone": ["+84 900 000 000"],
    "commune": ["31567"],
    "symptoms": ["none"],
    "exposures": ["none"],
}
NOW = 1_800_000_000


def said(**change: list[str]) -> Declaration:
    return read({**GOOD, **change}, TODAY, COMMUNES)


def wrong(**change: list[str]) -> list[tuple[str, Why]]:
    with pytest.raises(Wrongs) as caught:
        said(**change)
    return [(each.question, each.why) for each in caught.value.found]


def test_a_declaration_is_read_as_it_is_meant() -> None:
    found = said(hamlet=["Ấp  Thử\tNghiệm"], place=["Chợ Mẫu", ""], place_day=["2021-07-01"])
    assert found == Declaration(
        name="Nguyễn Văn Mẫu",
        born="1990-06-15",
        sex="male",
        phone="0900000000",
        commune="31567",
        number="094090000000",
        hamlet="Ấp Thử Nghiệm",
        places=(Stay("Chợ Mẫu", "2021-07-01"),),
    )


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("0900000000", "0900000000"),
        ("84900000000", "0900000000"),
        ("0084.900.000.000", "0900000000"),
        ("\uff10\uff19" + "0" * 8, "0900000000"),
        ("+855 12 345 678", "+85512345678"),
        ("00 44 20 7946 0000", "+442079460000"),
    ],
)
def test_a_telephone_number_has_one_spelling(text: str, phone: str) -> None:
    assert said(phone=[text]).phone == phone


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("1/2/1950", "1950-02-01"),
        ("01021950", "1950-02-01"),
        ("2/1950", "1950-02"),
        ("1950", "1950"),
        ("1950-02-01",) * 2,
    ],
)
def test_a_birth_date_is_as_much_of_it_as_somebody_knows(text: str, born: str) -> None:
    assert said(born=[text]).born == born


@pytest.mark.parametrize("text", ["2021-07-01", "1/7/2021", "01.07.2021", "01072021"])
def test_the_day_of_a_place_may_be_typed_where_a_browser_knows_no_dates(text: str) -> None:
    assert said(place=["Chợ Mẫu"], place_day=[text]).places == (Stay("Chợ Mẫu", "2021-07-01"),)


@pytest.mark.parametrize(
    "name",
    ["Y", "Thạch Thị Sa Rây", "Ñ-Brăm H'Mok", "Nguye\u0302\u0303n", "あい", "ب ت", "M" * 200],
)
def test_names_of_every_kind_are_taken(name: str) -> None:
    assert said(name=[name]).name


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": [""]}, ("name", Why.MISSING)),
        ({"name": ["Mẫu 😀"]}, ("name", Why.NOT_A_NAME)),
        ({"name": ["Mẫu\u202e gnàV"]}, ("name", Why.NOT_A_NAME)),
        ({"name": ["<script>"]}, ("name", Why.NOT_A_NAME)),
        ({"name": ["..."]}, ("name", Why.NOT_A_NAME)),
        ({"name": ["M" * 500]}, ("name", Why.TOO_LONG)),
        ({"born": ["31/02/1990"]}, ("born", Why.NO_DATE)),
        ({"born": ["0/0/1990"]}, ("born", Why.NO_DATE)),
        ({"born": ["hôm qua"]}, ("born", Why.NO_DATE)),
        ({"born": ["11/07/2021"]}, ("born", Why.IN_FUTURE)),
        ({"born": ["1890"]}, ("born", Why.TOO_OLD)),
        ({"number": ["12345"]}, ("number", Why.NO_NUMBER)),
        ({"number": ["'; DROP TABLE"]}, ("number", Why.NO_NUMBER)),
        ({"phone": ["12"]}, ("phone", Why.NO_PHONE)),
        ({"phone": []}, ("phone", Why.MISSING)),
        ({"commune": ["99999"]}, ("commune", Why.NO_CHOICE)),
        ({"symptoms": []}, ("symptoms", Why.MISSING)),
        ({"symptoms": ["none", "fever"]}, ("symptoms", Why.NO_CHOICE)),
        ({"exposures": ["love"]}, ("exposures", Why.NO_CHOICE)),
        ({"nationality": ["VIE"]}, ("nationality", Why.NO_CHOICE)),
        ({"place": ["x" * 201]}, ("place", Why.TOO_LONG)),
        ({"place": ["Chợ"], "place_day": ["35/7"]}, ("place_day", Why.NO_DATE)),
        ({"place": ["Chợ"], "place_day": ["7/2021"]}, ("place_day", Why.NO_DATE)),
        ({"place": ["Chợ"], "place_day": ["11/07/2021"]}, ("place_day", Why.IN_FUTURE)),
        ({"place": ["Chợ"], "place_day": ["2035-01-01"]}, ("place_day", Why.IN_FUTURE)),
        ({"place": [""], "place_day": ["2021-07-01"]}, ("place", Why.MISSING)),
        ({"born": ["31021990"]}, ("born", Why.NO_DATE)),
        ({"sex": ["x"]}, ("sex", Why.NO_CHOICE)),
    ],
)
def test_what_is_wrong_is_told_with_its_question(
    change: dict[str, list[str]], why: tuple[str, Why]
) -> None:
    assert wrong(**change) == [why]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Wrongs) as caught:
        read({}, TODAY, COMMUNES)
    told = [each.question for each in caught.value.found]
    assert {"for", "name", "born", "phone", "commune", "symptoms", "exposures"} <= {*told}
    assert len(told) == len({*told})


def test_one_question_is_checked_by_itself() -> None:
    typed: Typed = {"born": ["31/2/1990"]}
    assert check("born", typed, TODAY, COMMUNES) is Why.NO_DATE
    assert check("born", {"born": ["1/2/1990"]}, TODAY, COMMUNES) is None


def test_somebody_from_abroad_gives_another_document() -> None:
    found = said(nationality=["kh"], number=["n 123 4567"])
    assert (found.nationality, found.number, found.passport) == ("KH", "", "N1234567")


def test_who_has_no_card_declares_without_a_number() -> None:
    assert said(number=[""]).number == said(nationality=["KH"], number=[""]).passport == ""


def test_a_guardian_declares_for_a_child_and_it_is_the_guardians_phone() -> None:
    child = said(
        **{"for": ["other"]},
        number=[""],
        guardian_name=["Trần Thị Mẫu"],
        guardian_phone=["0900000001"],
    )
    assert child.guardian is not None
    assert (child.phone, child.guardian.name) == ("0900000001", "Trần Thị Mẫu")
    assert wrong(**{"for": ["other"]}, number=[""]) == [
        ("guardian_phone", Why.MISSING),
        ("guardian_name", Why.MISSING),
    ]


def test_more_places_than_days_are_not_kept() -> None:
    assert len(said(place=[f"Chợ {n}" for n in range(40)]).places) == 21


@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "place", "place_day", "guardian_name", "guardian_phone", "x"]),
        st.lists(st.text(max_size=30), max_size=3),
    )
)
def test_whatever_is_typed_is_read_or_told(change: dict[str, list[str]]) -> None:
    found, told = attempt({**GOOD, **change})
    assert (found is None) == bool(told)
    if found is not None:
        assert found.name
        assert found.phone
        assert repr(found) == "<Declaration>"


def attempt(typed: Typed) -> tuple[Declaration | None, tuple[Wrong, ...]]:
    try:
        return read(typed, TODAY, COMMUNES), ()
    except Wrongs as wrongs:
        return None, wrongs.found


def test_who_names_nothing_gets_a_pass_as_long_as_the_declaration() -> None:
    found = of(said(), Rules(), NOW)
    assert (found.gets, found.task, found.ends) == (PassFor.SELF, None, NOW + 7 * DAY_S)
    assert not found.advises


@pytest.mark.parametrize(
    ("change", "task"),
    [
        ({"symptoms": [Symptom.FEVER.value]}, Task.SYMPTOMS),
        ({"exposures": [Exposure.CASE.value]}, Task.CONTACT),
        ({"exposures": [Exposure.AREA.value]}, Task.CONTACT),
        ({"exposures": ["sick-person"], "symptoms": ["cough"]}, Task.CONTACT),
    ],
)
def test_symptoms_or_a_contact_make_a_task_and_a_shorter_pass(
    change: dict[str, list[str]], task: Task
) -> None:
    found = of(said(**change), Rules(), NOW)
    assert (found.gets, found.task, found.ends) == (PassFor.ATTENDANT, task, NOW + DAY_S)
    assert found.advises


def test_the_authority_may_give_no_pass_at_all() -> None:
    found = of(said(symptoms=["fever"]), Rules(worrying=PassFor.NONE), NOW)
    assert found.gets is PassFor.NONE
