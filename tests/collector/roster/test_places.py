"""Areas, sectors and places: one tree, everything once, and a place for every gate."""

from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import RosterInvalid
from collector.roster import Area, Gate, Kind, Place, Places, Roster, RosterFile, Sector, load
from collector.roster.places import LONGEST_MIN, tangled
from wire.keys import Use, entry
from wire.record import Direction

KEY = entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)
AREAS = (
    Area("d", "Huyện Mẫu"),
    Area("c1", "Xã Một", "d"),
    Area("c2", "Xã Hai", "d"),
    Area("h1", "Ấp Một", "c1"),
)
SECTORS = (Sector("education", "Giáo dục"), Sector("communes", "Xã"))


def gate(name: str, place: str, area: str = "c1", sector: str = "education") -> Gate:
    return Gate(name, place, area, sector, (Direction.IN,), KEY)


def place(**changes: Any) -> Place:  # noqa: ANN401  # any wrong value may be tried
    values: dict[str, Any] = {"id": "p1", "name": "Trường Mẫu", "kind": Kind.SCHOOL}
    return Place(**{**values, "area": "c1", "sector": "education", **changes})


def roster(*gates: Gate, places: tuple[Place, ...] = ()) -> Roster:
    return Roster("Huyện Mẫu", "", gates, AREAS, SECTORS, places)


def test_a_gate_stands_at_the_place_that_its_text_names() -> None:
    here = place()
    assert roster(gate("g1", "Trường Mẫu"), places=(here,)).place_of("g1") is here
    assert roster(gate("g1", "p1"), places=(here,)).place_of("g1") is here


def test_a_place_that_names_its_gate_is_believed_before_the_text_on_the_gate() -> None:
    moved = place(id="p2", name="Chợ", kind=Kind.MARKET, gates=("g1",))
    assert roster(gate("g1", "Trường Mẫu"), places=(place(), moved)).place_of("g1") is moved


def test_a_gate_is_shown_with_the_names_of_where_it_stands_now() -> None:
    moved = place(id="p2", name="Chợ", area="c2", sector="communes", gates=("g1",))
    shown = roster(gate("g1", "Trường Mẫu"), places=(place(), moved)).placed["g1"]
    assert (shown.place, shown.area, shown.sector) == ("Chợ", "Xã Hai", "Xã")


def test_of_two_places_of_one_name_the_one_in_the_gates_area_is_meant() -> None:
    other = place(id="p2", area="c2")
    known = roster(gate("g1", "Trường Mẫu", "Xã Hai"), places=(place(), other))
    assert known.place_of("g1") is other


def test_of_two_places_of_one_name_in_one_area_neither_is_guessed() -> None:
    known = roster(gate("g1", "Trường Mẫu"), places=(place(), place(id="p2")))
    assert not known.place_of("g1").is_listed


def test_without_a_list_a_gate_stands_at_a_place_made_from_its_texts() -> None:
    known = Roster("X", "", (gate("g1", "Bến xe", "Mỹ Tú", "transport"),))
    made = known.place_of("g1")
    assert (made.name, made.area, made.sector) == ("Bến xe", "Mỹ Tú", "transport")
    assert (made.kind, made.is_listed) == (Kind.STATION, False)


def test_a_place_is_meant_by_its_id_or_its_name_and_what_is_on_no_list_by_its_text() -> None:
    school, twin = place(id="p1", name="Trường"), place(id="p2", name="Chợ")
    known = roster(gate("g1", "Bến"), places=(school, twin, place(id="p3", name="Chợ")))
    assert [known.place_called(each) for each in ("p1", "Trường")] == ["p1", "p1"]
    assert known.place_called("Bến") == known.place_of("g1").id
    assert [known.place_called(each) for each in ("Chợ", "Công ty")] == [None, None]


def test_what_has_a_code_is_called_by_its_name_and_what_is_on_no_list_by_its_code() -> None:
    known = roster(gate("g1", "Bến"), places=(place(id="p1", name="Trường"),))
    coded = (("place", "p1"), ("area", "c1"), ("sector", "education"), ("area", "x"))
    titles = ["Trường", "Xã Một", "Giáo dục", "x"]
    assert [known.title(over, code) for over, code in coded] == titles
    assert known.title("place", known.place_of("g1").id) == "Bến"


def test_an_area_and_a_sector_are_meant_by_code_by_name_or_as_a_gate_names_them() -> None:
    known = roster(gate("g1", "Bến", "Thị trấn", "nobody"))
    areas = ("c1", "Xã Một", "Thị trấn", "Xã Mot")
    assert [known.area_called(each) for each in areas] == ["c1", "c1", "Thị trấn", None]
    sectors = ("education", "Giáo dục", "nobody", "Giao duc")
    assert [known.sector_called(each) for each in sectors] == [
        "education",
        "education",
        "nobody",
        None,
    ]


def test_a_gate_in_no_roster_has_a_place_too() -> None:
    assert roster().place_of("gone").name == "gone"


def test_two_gates_of_one_text_in_one_area_stand_at_one_place() -> None:
    known = roster(gate("g1", "Chợ"), gate("g2", "Chợ"), gate("g3", "Chợ", "c2"))
    assert known.place_of("g1") == known.place_of("g2") != known.place_of("g3")


def test_a_place_that_is_deleted_while_its_gate_scans_leaves_the_gate_its_text() -> None:
    before = roster(gate("g1", "Trường Mẫu"), places=(place(gates=("g1",)),))
    after = msgspec.structs.replace(before, places=())
    assert after.place_of("g1").name == "Trường Mẫu"
    assert after.names() == {"g1"}


def test_an_area_lies_within_all_that_stand_above_it() -> None:
    known = roster()
    assert known.area_and_above("h1") == ("h1", "c1", "d")
    assert known.within("c1") == {"c1", "h1"}
    assert known.within("d") == {"d", "c1", "c2", "h1"}


def test_an_unknown_area_stands_alone() -> None:
    assert roster().area_and_above("?") == ("?",)
    assert roster().within("?") == {"?"}


@pytest.mark.parametrize(
    ("areas", "why"),
    [
        ((Area("a", "A", "a"),), "contains itself"),
        ((Area("a", "A", "b"), Area("b", "B", "a")), "contains itself"),
        ((Area("a", "A", "?"),), "above is not on the list"),
        ((Area("a", "A"), Area("a", "B")), "twice"),
        (tuple(Area(f"a{n}", "A", f"a{n + 1}" if n < 20 else "") for n in range(21)), "itself"),
    ],
)
def test_areas_that_are_no_tree_are_refused(areas: tuple[Area, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Places(areas)


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef"), max_size=6))
def test_what_is_not_tangled_ends_at_the_top(parents: dict[str, str]) -> None:
    knots = tangled(parents)
    for code in parents:
        at, steps = code, 0
        while at and steps < 10:
            at, steps = parents.get(at, ""), steps + 1
        assert (code in knots) == bool(at)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"area": "?"}, "area is not on the list"),
        ({"sector": "?"}, "sector is not on the list"),
        ({"id": "~x"}, "letters and digits"),
        ({"id": "a b"}, "letters and digits"),
    ],
)
def test_a_place_that_belongs_to_nothing_is_refused(changes: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Places(AREAS, SECTORS, (place(**changes),))


@pytest.mark.parametrize(
    "places",
    [
        (place(), place(name="Khác")),
        (place(gates=("g1",)), place(id="p2", gates=("g1",))),
        (place(gates=("g1", "g1")),),
    ],
)
def test_nothing_is_on_the_list_twice(places: tuple[Place, ...]) -> None:
    with pytest.raises(ValueError, match="twice"):
        Places(AREAS, SECTORS, places)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "=HYPERLINK(1)"},
        {"name": "@SUM(A1)"},
        {"name": "a\nb"},
        {"contact": " Hoa"},
        {"starts": "2026-12-05"},
        {"starts": "2026-13-05T08:00"},
        {"starts": "2026-12-05T08:00", "ends": "2026-12-05T08:00"},
        {"kind": Kind.EVENT},
    ],
)
def test_a_wrong_value_is_no_place(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        place(**changes)


def test_every_kind_has_a_longest_usual_stay_and_a_place_may_say_its_own() -> None:
    assert set(LONGEST_MIN) == set(Kind)
    assert place().longest_minutes == LONGEST_MIN[Kind.SCHOOL]
    assert place(longest_min=30).longest_minutes == 30


def test_the_places_beside_the_roster_are_read_with_it_and_again_when_they_change(
    tmp_path: Path,
) -> None:
    path, beside = tmp_path / "roster.json", tmp_path / "places.json"
    path.write_bytes(
        msgspec.json.encode({"authority": "X", "help_line": "", "gates": [gate("g1", "p1")]})
    )
    file = RosterFile(path)
    assert not file.current().place_of("g1").is_listed
    beside.write_bytes(msgspec.json.encode(Places(AREAS, SECTORS, (place(),))))
    assert file.current().place_of("g1") == place()
    beside.write_text("{")
    with pytest.raises(RosterInvalid, match=r"places\.json"):
        file.current()
    assert file.current().place_of("g1") == place()


def test_the_sample_is_my_tu_with_its_nine_communes_and_the_letters_sectors() -> None:
    sample = resources.files("collector.roster") / "samples" / "my-tu.json"
    places = msgspec.json.decode(sample.read_bytes(), type=Places)
    communes = [area for area in places.areas if area.parent == "944"]
    assert (len(communes), len(places.sectors)) == (9, 5)
    assert {"education", "transport", "health"} <= {each.code for each in places.sectors}


def test_a_roster_of_the_first_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    path.write_bytes(
        msgspec.json.encode({"authority": "X", "help_line": "1", "gates": [gate("g1", "Chợ")]})
    )
    assert load(path).place_of("g1").name == "Chợ"
