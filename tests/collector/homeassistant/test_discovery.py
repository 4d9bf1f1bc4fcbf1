"""What a Home Assistant is told, held against what its own source asks for and allows.

The facts are those of its `mqtt/schemas.py` and `mqtt/discovery.py` (device discovery, since
2024.11), and of the units that `sensor/const.py` allows for a class of device.
"""

import json
import re
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.homeassistant.discovery import (
    AVAILABILITY,
    SENSORS,
    config_topic,
    device,
    documents,
    figures,
    state_topic,
)
from collector.i18n import speaking
from collector.ledger.entries import Standing
from collector.roster import Area, Gate, Kind, Place, Roster
from collector.web.board import Condition
from wire.keys import Use, entry
from wire.record import Direction
from wire.state import Health, State, pack

TOPIC = re.compile(
    r"homeassistant/(?P<component>\w+)/(?:(?P<node>[a-zA-Z0-9_-]+)/)?(?P<object>[a-zA-Z0-9_-]+)/config"
)
SHARED = {
    *("availability", "availability_mode", "availability_template", "availability_topic"),
    *("command_topic", "payload_available", "payload_not_available", "state_topic"),
}
DEVICE_DISCOVERY = SHARED | {"device", "components", "origin", "qos", "encoding"}
DEVICE = {
    *("identifiers", "connections", "manufacturer", "model", "name", "hw_version"),
    *("serial_number", "sw_version", "via_device", "suggested_area", "configuration_url"),
}
ORIGIN = {"name", "sw_version", "support_url"}
ENTITY = {"platform", "name", "unique_id", "icon", "entity_category", "value_template"}
OF_PLATFORM = {
    "sensor": {"device_class", "state_class", "unit_of_measurement", "options"},
    "binary_sensor": {"device_class"},
}
UNITS: dict[str | None, set[str | None]] = {
    "duration": {"d", "h", "min", "s", "ms"},
    "temperature": {"°C", "°F", "K"},
    "enum": {None},
    None: {None},
}
BINARY_CLASSES = {"problem", "connectivity", "running", "power", "battery"}
NOW = 1_800_000_000_000
KEY = entry(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key(), Use.RECORDS)
GATES = (
    Gate("ben-xe-1", "Bến xe Mẫu", "Xã Mẫu", "transport", (Direction.IN,), KEY),
    Gate("cho.2", "Chợ Mẫu", "Xã Mẫu", "markets", (Direction.IN, Direction.OUT), KEY),
)
HEALTH = Health(
    waiting=3,
    oldest_ms=12_345,
    days_of_room=40.26,
    camera="ok",
    power="ok",
    temperature_c=51.5,
    version="1.2.3",
)


def plain(text: str) -> str:
    return text


def standing(gate: str, health: Health | None = HEALTH, heard_ms: int = NOW) -> Standing:
    state = State(online=True, scanning=True, incarnation=1, wall=NOW)
    return Standing(
        gate,
        state=pack(state),
        state_ms=heard_ms,
        health=pack(health) if health else b"",
        health_ms=heard_ms,
    )


@pytest.fixture
def roster() -> Roster:
    return listed()


def listed() -> Roster:
    areas = (Area("x", "Xã Mẫu"),)
    place = Place("p1", "Bến xe Mẫu", Kind.OFFICE, "x", "", gates=("ben-xe-1",))
    return Roster("Huyện Mẫu", "0900", GATES, areas, (), (place,))


def told(roster: Roster, *gone: str, **standings: Standing) -> dict[str, Any]:
    known = {each.gate: each for each in standings.values()}
    made = documents(roster, known, gone, NOW, plain)
    return {topic: json.loads(data) for topic, data in made.items()}


def test_every_gate_is_a_device_that_home_assistant_takes(roster: Roster) -> None:
    made = told(roster, one=standing("ben-xe-1"))
    configs = {topic: document for topic, document in made.items() if topic.endswith("/config")}
    assert len(configs) == len(GATES)
    unique = set()
    for topic, document in configs.items():
        found = TOPIC.fullmatch(topic)
        assert found is not None
        assert found["component"] == "device"
        assert {"device", "components", "origin"} <= {*document} <= DEVICE_DISCOVERY
        assert document["device"]["identifiers"]
        assert {*document["device"]} <= DEVICE
        assert {"name"} <= {*document["origin"]} <= ORIGIN
        assert {*document["components"]} == {*SENSORS}
        for entity in document["components"].values():
            taken(entity)
            unique.add(entity["unique_id"])
    assert len(unique) == len(GATES) * len(SENSORS)


def taken(entity: dict[str, Any]) -> None:
    """Assert that Home Assistant takes an entity."""
    platform = entity["platform"]
    assert {*entity} <= ENTITY | OF_PLATFORM[platform]
    assert entity["entity_category"] in ("config", "diagnostic")
    kind = entity.get("device_class")
    if platform == "binary_sensor":
        assert kind in BINARY_CLASSES
        return
    assert entity.get("unit_of_measurement") in UNITS[kind]
    assert entity.get("state_class") in (None, "measurement")
    assert (kind == "enum") is ("options" in entity)
    assert not ({"options", "state_class"} <= {*entity})


def test_what_an_entity_shows_is_in_the_state_and_is_one_that_it_may_show(roster: Roster) -> None:
    made = told(roster, one=standing("ben-xe-1"))
    state = made[state_topic("ben-xe-1")]
    for key, entity in made[config_topic("ben-xe-1")]["components"].items():
        assert entity["value_template"] == "{{ value_json." + key + " }}"
        if entity["platform"] == "binary_sensor":
            assert state[key] in ("ON", "OFF", None)
        if "options" in entity:
            assert state[key] in entity["options"]
    assert {*state} == {*SENSORS}


def test_figures_are_exact(roster: Roster) -> None:
    state = told(roster, one=standing("ben-xe-1"))[state_topic("ben-xe-1")]
    assert state == {
        "condition": "working",
        "connected": "ON",
        "waiting": 3,
        "oldest_s": 12,
        "room_days": 40.3,
        "temperature_c": 51.5,
        "camera": "OFF",
        "power": "OFF",
    }


def test_a_gate_that_was_never_seen_is_a_device_of_which_nothing_is_known(roster: Roster) -> None:
    state = told(roster)[state_topic("cho.2")]
    assert (state["condition"], state["connected"]) == ("never-seen", "OFF")
    assert {state[key] for key in SENSORS if key not in ("condition", "connected")} == {None}


def test_a_gate_that_is_silent_keeps_its_last_figures(roster: Roster) -> None:
    state = told(roster, one=standing("ben-xe-1", heard_ms=NOW - 3_600_000))[
        state_topic("ben-xe-1")
    ]
    assert (state["condition"], state["connected"], state["waiting"]) == ("silent", "OFF", 3)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        ({"camera": "silent"}, "camera", "ON"),
        ({"view": "dark"}, "camera", "ON"),
        ({"camera": ""}, "camera", None),
        ({"power": "low"}, "power", "ON"),
        ({"power": "was-low"}, "power", "ON"),
        ({"power": ""}, "power", None),
        ({"temperature_c": None}, "temperature_c", None),
    ],
)
def test_what_is_wrong_with_a_gate(change: dict[str, Any], key: str, said: object) -> None:
    health = msgspec.structs.replace(HEALTH, **change)
    assert getattr(figures(Condition.WORKING, health), key) == said


def test_withdrawn_gates_and_gates_of_no_roster_are_not_told(roster: Roster) -> None:
    made = told(roster, "cho.2", stranger=standing("la-9"))
    assert {*made} == {config_topic("ben-xe-1"), state_topic("ben-xe-1")}


def test_a_health_that_cannot_be_read_is_none(roster: Roster) -> None:
    broken = msgspec.structs.replace(standing("ben-xe-1"), health=b"\xff{")
    assert told(roster, one=broken)[state_topic("ben-xe-1")]["waiting"] is None


def test_nothing_about_people_is_in_it(roster: Roster) -> None:
    said = json.dumps(told(roster, one=standing("ben-xe-1")))
    for word in ("0900", "scan", "person", "entries", "contact", "phone"):
        assert word not in said.lower().replace("scanner", "")


def test_names_of_gates_stay_apart_whatever_is_in_them() -> None:
    names = ("a.b", "a_b", "a-b", "a_2eb", "a_5fb", "\u1ea1b")
    assert len({config_topic(each) for each in names}) == len(names)
    assert all(TOPIC.fullmatch(config_topic(each)) for each in names)


def test_it_speaks_the_districts_language(roster: Roster) -> None:
    names = device(roster, "ben-xe-1", None, speaking("vi"))["components"]
    assert names["temperature_c"]["name"] == "Nhiệt độ"
    assert all(entity["name"] for entity in names.values())
    assert AVAILABILITY == "homeassistant/gate/availability"
