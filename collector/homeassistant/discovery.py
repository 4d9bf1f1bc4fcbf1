"""What a Home Assistant is told: each gate a device, found by itself, and how it fares. Pure.

    homeassistant/device/gate_{gate}/config    what the device is and has; retained, empty: gone
    homeassistant/gate/{gate}/state            its figures, JSON; retained
    homeassistant/gate/availability            whether anybody here still tells; also the last will

Figures about gates are exact. One that a gate does not give is null, which is shown as unknown.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from collector.i18n import N_
from collector.ledger.entries import Standing
from collector.roster import Roster
from collector.web import board
from collector.web.board import Condition
from wire import topics
from wire.state import Health

AVAILABILITY = topics.home_assistant("gate/availability")
ONLINE, OFFLINE = b"online", b"offline"
ON, OFF = "ON", "OFF"
"""What a binary sensor understands."""
SENSORS: Mapping[str, Mapping[str, object]] = {
    "waiting": {
        "platform": "sensor",
        "name": N_("Records waiting"),
        "state_class": "measurement",
        "icon": "mdi:tray-full",
    },
    "oldest_s": {
        "platform": "sensor",
        "name": N_("Oldest record waiting"),
        "device_class": "duration",
        "unit_of_measurement": "s",
        "state_class": "measurement",
    },
    "room_days": {
        "platform": "sensor",
        "name": N_("Room left"),
        "device_class": "duration",
        "unit_of_measurement": "d",
        "state_class": "measurement",
        "icon": "mdi:micro-sd",
    },
    "temperature_c": {
        "platform": "sensor",
        "name": N_("Temperature"),
        "device_class": "temperature",
        "unit_of_measurement": "°C",
        "state_class": "measurement",
    },
    "condition": {
        "platform": "sensor",
        "name": N_("Condition"),
        "device_class": "enum",
        "options": [each.value for each in Condition],
    },
    "camera": {"platform": "binary_sensor", "name": N_("Camera"), "device_class": "problem"},
    "power": {"platform": "binary_sensor", "name": N_("Power"), "device_class": "problem"},
    "connected": {
        "platform": "binary_sensor",
        "name": N_("Connection"),
        "device_class": "connectivity",
    },
}
"""Each entity of a gate, by its key in the gate's state."""

Documents = dict[str, bytes]
"""What the broker is to keep, by topic."""


class Figures(msgspec.Struct, frozen=True):
    """A gate's state, as it travels."""

    condition: Condition
    connected: str
    waiting: int | None = None
    oldest_s: int | None = None
    room_days: float | None = None
    temperature_c: float | None = None
    camera: str | None = None
    """`ON`: there is something wrong with it."""
    power: str | None = None


def documents(
    roster: Roster,
    standings: Mapping[str, Standing],
    withdrawn: Iterable[str],
    now_ms: int,
    say: Callable[[str], str],
) -> Documents:
    """Return everything that is to be kept about the gates of the roster but the withdrawn ones."""
    gone = frozenset(withdrawn)
    how = board.conditions(roster, standings, now_ms)
    found: Documents = {}
    for gate in sorted(each.gate for each in roster.gates if each.gate not in gone):
        standing = standings.get(gate)
        health = board.health(standing) if standing else None
        found[config_topic(gate)] = _spelled(device(roster, gate, health, say))
        found[state_topic(gate)] = msgspec.json.encode(figures(how[gate], health))
    return found


def figures(condition: Condition, health: Health | None) -> Figures:
    """Return how a gate fares, by what it last said."""
    heard = ON if condition in (Condition.WORKING, Condition.STOPPED) else OFF
    if health is None:
        return Figures(condition, heard)
    bad = health.camera not in ("", "ok") or bool(health.view)
    return Figures(
        condition,
        heard,
        waiting=health.waiting,
        oldest_s=health.oldest_ms // 1000,
        room_days=round(health.days_of_room, 1),
        temperature_c=health.temperature_c,
        camera=(ON if bad else OFF) if health.camera or health.view else None,
        power=(OFF if health.power == "ok" else ON) if health.power else None,
    )


def device(
    roster: Roster, gate: str, health: Health | None, say: Callable[[str], str]
) -> dict[str, Any]:
    """Return the description by which Home Assistant makes a device of a gate."""
    place = roster.place_of(gate)
    about = {
        "identifiers": [f"gate_scanner_{gate}"],
        "name": f"{place.name} ({gate})",
        "manufacturer": roster.authority or "Gate Scanner",
        "model": "Gate Scanner",
        "serial_number": gate,
        "suggested_area": roster.title("area", place.area),
        "sw_version": health.version if health else "",
    }
    return {
        "device": {key: value for key, value in about.items() if value},
        "origin": {"name": "Gate Scanner"},
        "components": {key: _entity(gate, key, of, say) for key, of in SENSORS.items()},
        "state_topic": state_topic(gate),
        "availability_topic": AVAILABILITY,
        "qos": 1,
    }


def config_topic(gate: str) -> str:
    """Return where a gate's device is described."""
    return topics.home_assistant(f"device/gate_{_plain(gate)}/config")


def state_topic(gate: str) -> str:
    """Return where a gate's figures are."""
    return topics.home_assistant(f"gate/{_plain(gate)}/state")


def _entity(
    gate: str, key: str, of: Mapping[str, object], say: Callable[[str], str]
) -> dict[str, object]:
    return {
        **of,
        "name": say(str(of["name"])),
        "unique_id": f"gate_scanner_{gate}_{key}",
        "value_template": "{{ value_json." + key + " }}",
        "entity_category": "diagnostic",
    }


def _plain(gate: str) -> str:
    """Return a name of the characters that Home Assistant takes; no two names become one."""
    return "".join(
        each if each.isascii() and (each.isalnum() or each == "-") else f"_{ord(each):x}"
        for each in gate
    )


def _spelled(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")
