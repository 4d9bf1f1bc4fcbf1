"""How a gate stands, from what its two services leave in files.

It only reads, so that looking at a gate cannot harm it, and it works while a service does not.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from device import alarms, config, health, ring
from device.flow import Instant
from device.journal import carried
from device.statuses import Lists
from device.uplink import about
from wire.enrolment import Enrolment
from wire.state import Health

NO_LISTS = Lists()
ROAD = frozenset({"uplink.connected", "uplink.back", "uplink.lost"})


class Road(msgspec.Struct, frozen=True):
    """The way to the district, as the uplink last told it."""

    connected: bool | None = None
    """None if it never said anything."""
    since: str = ""
    """When it said so, ISO 8601, UTC."""
    code: str = ""
    """Why not."""
    receipt_s: int | None = None
    """Age of the newest receipt, in seconds."""


class Standing(msgspec.Struct, frozen=True):
    """All of it; the same object is printed by `gate status --json`."""

    gate: str
    place: str
    scanning: bool
    fps: float
    health: Health
    road: Road
    now: Instant
    alarms: tuple[str, ...]
    unsent: int | None = None
    """Scans that neither the district has confirmed nor anybody has carried away: while there are
    any, no card that resets or retires is obeyed. None if it cannot be told."""
    lists: Lists = NO_LISTS
    """Of withdrawn passes."""


def standing(
    found: config.Config, enrolment: Enrolment, now: Instant, lists: Lists = NO_LISTS
) -> Standing:
    """Look; `now` is this moment as the gate has it. Never raises for what services have left."""
    folders = found.folders
    word = health.read(folders.run)
    fares = about.fares(folders.run, folders.journal, now.up_ns, now.wall_ms, ())
    return Standing(
        gate=enrolment.gate,
        place=enrolment.place,
        scanning=health.is_fresh(word, now.up_ns),
        fps=word.fps if word is not None and health.is_alive(word, now.up_ns) else 0.0,
        health=fares,
        road=_road(folders, now),
        now=now,
        alarms=alarms.of(fares),
        unsent=_unsent(folders),
        lists=lists,
    )


def _unsent(folders: config.Folders) -> int | None:
    try:
        return carried.unsent(folders.journal, folders.run, folders.carried)
    except OSError:
        return None


def _road(folders: config.Folders, now: Instant) -> Road:
    event = ring.last(folders.uplink_log, ROAD) or {}
    age = _age_s(folders.inbox / "receipt.json", now)
    if not event:
        return Road(receipt_s=age)
    lost = event["event"] == "uplink.lost"
    return Road(not lost, _moment(event), str(event.get("code", "")) if lost else "", age)


def _moment(event: dict[str, Any]) -> str:
    """Return when it was logged, if that is a time."""
    text = str(event.get("timestamp", ""))
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return ""
    return text


def _age_s(path: Path, now: Instant) -> int | None:
    try:
        return max(0, now.wall_ms // 1000 - int(path.stat().st_mtime))
    except OSError:
        return None
