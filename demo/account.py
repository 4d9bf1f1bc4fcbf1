"""What really happened, counted from what the parts recorded and not from what was intended.

frames.jsonl   which frame showed whom (each is drawn again and must have the same checksum)
pins.jsonl     every change of level, written by the pins
gate logs      passages and receipts, with their stamps
ledger         what the collector has, read as a file, after everything was stopped
"""

import base64
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from typing import Any

import msgspec

from collector.ledger.sqliteview import SqliteView
from demo.crowd import ANSWERS
from demo.district import District, Door
from demo.told import Event
from demo.watcher import Seen
from device.credential import classify
from provisioning import register
from wire.record import Outcome

NEAR_MS = 3000
ENOUGH = 0.98
KILLS = 4
GREEN, RED, AMBER = "GPIO17", "GPIO27", "GPIO22"
PASS_REASONS = {"accepted", "expired", "not-yet-valid", "bad-signature"}


class Scan(msgspec.Struct, frozen=True):
    """A row of the ledger."""

    seq: int
    up_ms: int
    outcome: str
    reason: str


class Account(msgspec.Struct, kw_only=True):
    """The figures, and what did not hold."""

    presented: int = 0
    readable: int = 0
    scans: int = 0
    accepted: int = 0
    rejected: int = 0
    confirmed: int = 0
    lost: int = 0
    duplicated: int = 0
    kills: int = 0
    signal: list[float] = []
    other_signal: list[float] = []
    confirm: list[float] = []
    complaints: list[str] = []

    @property
    def holds(self) -> bool:
        """Say whether every promise held."""
        return not self.complaints

    def figures(self) -> dict[str, Any]:
        """Return the last line."""
        return {
            "presented": self.presented,
            "readable": self.readable,
            "scans": self.scans,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "confirmed": self.confirmed,
            "lost": self.lost,
            "duplicated": self.duplicated,
            "kills": self.kills,
            "signal_ms": spread(self.signal),
            "wrong_kind_signal_ms": spread(self.other_signal),
            "confirm_ms": spread(self.confirm),
        }


def count(
    district: District, events: list[Event], kills: int, seen: dict[str, list[Seen]]
) -> Account:
    """Read everything and return the account; `seen` is what the frames showed, by gate."""
    found = Account(kills=kills)
    reasons: set[str] = set()
    with SqliteView(district.ledger) as view:
        tallies = view.tallies()
        if view.broken():
            found.complaints.append("a chain in the ledger is broken")
    found.duplicated += sum(each.doubles for each in tallies)
    found.complaints += [f"{each.gate}: {each.missing} missing" for each in tallies if each.missing]
    found.complaints += [f"{each.gate}: {each.forks} forks" for each in tallies if each.forks]
    for door in district.doors:
        scans = _scans(district.ledger, door.gate)
        told = [each for each in events if each["gate"] == door.gate]
        _count_door(found, door, scans, seen[door.gate], told)
        reasons |= {each.reason for each in scans}
    found.complaints += [f"no one was answered {r}" for r in ANSWERS if r not in reasons]
    for path in _in_clear(district):
        found.complaints.append(f"{path} holds a code or a pass number in clear")
    if found.lost:
        found.complaints.append(f"{found.lost} green lights without a row in the ledger")
    if found.duplicated:
        found.complaints.append(f"{found.duplicated} counted twice")
    if found.confirmed < found.scans:
        found.complaints.append(f"{found.scans - found.confirmed} scans are not confirmed")
    if kills < KILLS:
        found.complaints.append(f"only {kills} of {KILLS} kills happened")
    return found


def _count_door(
    found: Account, door: Door, scans: list[Scan], seen: list[Seen], events: list[Event]
) -> None:
    passages = {e["seq"]: e for e in events if e.get("event") == "passage"}
    owners = {scan.seq: _owners(scan, seen) for scan in scans}
    found.presented += len(seen)
    found.scans += len(scans)
    found.accepted += sum(each.outcome == Outcome.ACCEPTED for each in scans)
    found.rejected += sum(each.outcome == Outcome.REJECTED for each in scans)
    mark = _confirmed(door)
    found.confirmed += sum(each.seq <= mark for each in scans)
    _count_lost(found, door, scans, passages)
    _count_missed(found, door, seen, owners)
    _count_signals(found, door, scans, {each.who: each for each in seen}, owners)
    found.confirm += _confirm_ms(passages, events)


def _count_lost(found: Account, door: Door, scans: list[Scan], passages: dict[int, Event]) -> None:
    """Match each green light on the pins with an accepted row of its own, stored before it."""
    free = [each for each in scans if each.outcome == Outcome.ACCEPTED]
    for green_ns in _rises(door, GREEN):
        near = [s for s in free if 0 <= green_ns // 10**6 - s.up_ms <= NEAR_MS]
        if not near:
            found.lost += 1
            continue
        free.remove(near[-1])
        passage = passages.get(near[-1].seq)
        if passage is not None and green_ns < passage["stored_ns"]:
            found.complaints.append(f"{door.gate}: green before #{near[-1].seq} was stored")


def _count_missed(
    found: Account, door: Door, seen: list[Seen], owners: dict[int, list[str]]
) -> None:
    """Compare who was shown readably with who became a scan, once."""
    counted = Counter(who for names in owners.values() for who in names[:1])
    found.duplicated += sum(n - 1 for n in counted.values() if n > 1)
    found.complaints += [f"{door.gate}: {w} became {n} scans" for w, n in counted.items() if n > 1]
    if not all(each.faithful for each in seen):
        found.complaints.append(f"{door.gate}: a frame drawn again differs from the recorded one")
    readable = [each.who for each in seen if each.readably]
    missed = [who for who in readable if not counted[who]]
    found.readable += len(readable)
    for who in missed:
        print(f"  - {door.gate}: {who} showed a readable code for a second and became no scan")
    if len(missed) > (1 - ENOUGH) * len(readable):
        found.complaints.append(f"{door.gate}: {len(missed)} of {len(readable)} were missed")


def _count_signals(
    found: Account,
    door: Door,
    scans: list[Scan],
    seen: dict[str, Seen],
    owners: dict[int, list[str]],
) -> None:
    """Measure from the first readable frame to the level of the pin."""
    levels = sorted(_rises(door, GREEN) + _rises(door, RED) + _rises(door, AMBER))
    for scan in scans:
        shown = next((ns for ns in levels if ns // 10**6 >= scan.up_ms), None)
        first = next((seen[who].first_ns for who in owners[scan.seq][:1]), None)
        if shown is None or first is None or shown - first > NEAR_MS * 10**6:
            continue
        ms = (shown - first) / 1e6
        (found.signal if scan.reason in PASS_REASONS else found.other_signal).append(ms)


def _confirm_ms(passages: dict[int, Event], events: list[Event]) -> list[float]:
    """Measure from the stored scan to the receipt that covers it, as the scanner checked it."""
    waits, open_ = [], sorted(passages)
    for event in events:
        if event.get("event") != "receipt.taken":
            continue
        while open_ and open_[0] <= event["high"]:
            stored = passages[open_.pop(0)]["shown_ns"]
            if event["up_ns"] >= stored:
                waits.append((event["up_ns"] - stored) / 1e6)
    return waits


def _owners(scan: Scan, seen: list[Seen]) -> list[str]:
    """Return who was in view in the frame in which a code was read."""
    return [each.who for each in seen if any(ns // 10**6 == scan.up_ms for ns in each.stamps)]


def _rises(door: Door, pin: str) -> list[int]:
    return [e["up_ns"] for e in _lines(door.pins) if e["pin"] == pin and e["level"] > 0]


def _scans(ledger: Path, gate: str) -> list[Scan]:
    """Read the ledger's rows themselves, as a file."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "select r.seq, r.up, r.outcome, r.reason from record r join mark m on m.id = r.mark"
            " where m.gate = ? and r.t = 'scan' order by r.id",
            (gate,),
        ).fetchall()
    return [Scan(*row) for row in rows]


def _confirmed(door: Door) -> int:
    """Return how far the gate itself holds its records for confirmed."""
    from device.journal import durable  # noqa: PLC0415

    end = durable.read(door.run)
    return end.confirmed if end is not None else 0


def _in_clear(district: District) -> list[Path]:
    """Return the files in which something of a shown code can be read.

    The scripts of the drawn doorways hold what is shown, and the authority's own register which
    numbers it gave out; nothing else may.
    """
    needles = set()
    for door in district.doors:
        for person in json.loads(door.script.read_text(encoding="utf-8"))["people"]:
            needles |= _needles(person.get("text", ""))
    own = {door.script for door in district.doors} | {district.authority.folder / register.PATH}
    files = [path for path in district.folder.rglob("*") if path.is_file() and path not in own]
    contents = ((path, path.read_bytes()) for path in files)
    return [path for path, data in contents if any(needle in data for needle in needles)]


def _needles(text: str) -> set[bytes]:
    """Return what would betray a code: its text, and of a pass its number in any spelling."""
    found = {text.encode()} if text else set()
    credential = classify(text.encode())
    if credential.kind == "pass":
        number = credential.content.claims.number
        found |= {number, number.hex().encode(), base64.b64encode(number)[:10]}
    return found


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def spread(values: list[float]) -> dict[str, float]:
    """Return median and 99th percentile, ms."""
    if len(values) < 2:
        return {}
    cuts = quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}
