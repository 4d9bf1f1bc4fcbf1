"""Where gates stand comes from the roster, with all that a trace needs to know of a place."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.roster import Area, Gate, Kind, Place, Places, RosterFile, Sector
from collector.vault.whereabouts import Whereabouts
from wire.keys import Use, entry
from wire.openinghours import Hours
from wire.record import Direction

AREAS = (Area("944", "Huyện Mỹ Tú"), Area("31567", "Thị trấn Mẫu", "944"))
HOURS = msgspec.convert(
    {"openings": [{"days": ["mon-sun"], "from": "04:00", "until": "20:00"}]}, Hours
)
MARKET = Place(
    "cho", "Chợ Mẫu", Kind.MARKET, "31567", "economy", indoor=False, hours=HOURS, longest_min=90
)


def gate(name: str, place: str, area: str = "31567") -> Gate:
    key = entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)
    return Gate(name, place, area, "economy", (Direction.IN,), key)


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.json"
    gates = [gate("cho-1", "Chợ Mẫu"), gate("khac", "Nơi khác", "Xã lạ")]
    document = {"authority": "Huyện", "help_line": "", "gates": gates}
    path.write_bytes(msgspec.json.encode(document))
    listed = Places(AREAS, (Sector("economy", "Kinh tế"),), (MARKET,))
    path.with_name("places.json").write_bytes(msgspec.json.encode(listed))
    return path


def test_a_gate_stands_where_the_list_says_with_its_hours_and_longest_stay(roster: Path) -> None:
    found = Whereabouts(RosterFile(roster)).place_of("cho-1")
    assert (found.place, found.kind, found.area, found.indoor) == ("cho", "market", "31567", False)
    assert found.longest_ms == 90 * 60_000
    assert msgspec.json.decode(found.hours, type=Hours) == HOURS


def test_a_place_without_hours_says_none_and_has_the_longest_stay_of_its_kind(roster: Path) -> None:
    found = Whereabouts(RosterFile(roster)).place_of("khac")
    assert found.place.startswith("~")
    assert (found.hours, found.name) == ("", "Nơi khác")
    assert found.longest_ms > 0


def test_a_gate_that_the_roster_has_lost_stands_somewhere_all_the_same(roster: Path) -> None:
    assert Whereabouts(RosterFile(roster)).place_of("mất-1").place.startswith("~")


def test_the_tree_of_areas_goes_up_to_its_top(roster: Path) -> None:
    where = Whereabouts(RosterFile(roster))
    assert where.above("31567") == {"31567", "944"}
    assert where.above("944") == {"944"}
    assert where.above("Xã lạ") == {"Xã lạ"}
    assert where.above("nowhere") == frozenset()
    assert ("31567", "944") in where.areas()


def test_a_place_that_changed_is_read_again(roster: Path) -> None:
    where = Whereabouts(RosterFile(roster))
    where.place_of("cho-1")
    changed = msgspec.structs.replace(MARKET, longest_min=30)
    partial = roster.with_name("places.new")
    partial.write_bytes(
        msgspec.json.encode(Places(AREAS, (Sector("economy", "Kinh tế"),), (changed,)))
    )
    partial.rename(roster.with_name("places.json"))
    assert where.place_of("cho-1").longest_ms == 30 * 60_000
