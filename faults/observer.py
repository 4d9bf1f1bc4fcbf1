"""What was lost, and what is there twice: greens against the ledger, seen from outside.

Greens come from the writer's lines or from the pins; records come from the ledger's file, opened
with the vault's key, which no program of the road has. No log and no counter of a program is asked.
"""

import contextlib
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from collector.ledger.sqliteview import SqliteView
from device.journal import durable, retired
from device.journal.reader import JournalReader
from faults import clock
from faults.district import District, Gate
from wire.errors import WireError
from wire.sealing import DataKey, open_data_key, place

NEAR_MS = 3000
GREEN = "GPIO17"


class Found(msgspec.Struct, kw_only=True):
    """What was counted."""

    greens: int = 0
    records: int = 0
    lost: int = 0
    duplicated: int = 0
    odd: list[str] = []
    """What else did not hold, in words."""


class Stored(msgspec.Struct, frozen=True):
    """A record of the ledger, as far as the observer needs it."""

    gate: str
    journal: str
    seq: int
    up_ms: int
    outcome: str
    nonce: str
    """The number in its sealed fields; empty if it has none."""


def drain(district: District, gate: Gate, patience_s: float) -> bool:
    """Let the gate send what it has; say whether all of it was confirmed."""
    writer = district.writer(gate, 0, scans=0)
    uplink = district.uplink(gate)
    try:
        return clock.until(lambda: _is_confirmed(gate), patience_s)
    finally:
        uplink.stop()
        writer.stop()


def _is_confirmed(gate: Gate) -> bool:
    end = durable.read(gate.run)
    return end is not None and end.seq > 0 and end.confirmed == end.seq


def count(district: District, *, with_forks: bool = False) -> Found:
    """Compare the writers' greens of all gates with what the collector has.

    `with_forks`: a second record under a number is what was to be expected, and is there too; what
    builds on one cannot be taken, and stays on the gate until a technician decides.
    """
    found = Found()
    rows = _rows(district, "record")
    if with_forks:
        rows += _rows(district, "fork")
    stored = _scans(district, rows)
    if with_forks:
        known = {each.nonce for each in stored}
        rows += [row for gate in district.gates for row in _disputed(gate)]
        stored += [each for each in _scans(district, rows) if each.nonce not in known]
    times = Counter(each.nonce for each in stored if each.nonce)
    for gate in district.gates:
        said = greens(gate.trace)
        found.greens += len(said)
        found.lost += sum(nonce not in times for nonce in said)
        held = [each for each in stored if each.gate == gate.name]
        _match_pins(found, gate, held)
    found.records = len(stored)
    found.duplicated += sum(n - 1 for n in times.values())
    _ask_the_ledger(found, district, with_forks=with_forks)
    return found


def greens(trace: Path) -> list[str]:
    """Return the numbers for which a green was said."""
    return [line["green"] for line in lines(trace) if "green" in line]


def starts(trace: Path) -> int:
    """Return how often a journal was opened and took its first record."""
    return sum("started" in line for line in lines(trace))


def lines(path: Path, *, loose: bool = False) -> list[dict[str, Any]]:
    """Return the lines of a trace; the last may be half written.

    `loose`: other things may stand between them.
    """
    if not path.exists():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0]
    return [json.loads(line) for line in whole.splitlines() if not loose or line[:1] == b"{"]


def rises(pins: Path) -> list[int]:
    """Return when green was lit, ns since boot."""
    return [each["up_ns"] for each in lines(pins) if each["pin"] == GREEN and each["level"] > 0]


def _match_pins(found: Found, gate: Gate, held: list[Stored]) -> None:
    """Match each light with an accepted record of its own, captured before it."""
    free = [each for each in held if each.outcome == "accepted"]
    lit = rises(gate.pins)
    found.greens += len(lit)
    for green_ns in lit:
        near = [each for each in free if 0 <= green_ns // 10**6 - each.up_ms <= NEAR_MS]
        if near:
            free.remove(near[-1])
        else:
            found.lost += 1


def _ask_the_ledger(found: Found, district: District, *, with_forks: bool) -> None:
    with SqliteView(district.ledger) as view:
        for each in view.tallies():
            found.duplicated += each.doubles
            if each.missing:
                found.odd.append(f"{each.gate}: {each.missing} numbers missing")
            if each.forks and not with_forks:
                found.odd.append(f"{each.gate}: {each.forks} forks")
        if view.broken():
            found.odd.append("a chain in the ledger is broken")


Row = tuple[str, str, dict[str, Any]]
"""Gate, journal, record."""


def records(district: District) -> list[Stored]:
    """Return every scan in the ledger, opened."""
    return _scans(district, _rows(district, "record"))


def _rows(district: District, table: str) -> list[Row]:
    with closing(sqlite3.connect(f"file:{district.ledger}?mode=ro", uri=True)) as database:
        rows = database.execute(
            f"select m.gate, m.journal, r.raw from {table} r join mark m on m.id = r.mark"  # noqa: S608
            " order by r.seq"
        ).fetchall()
    return [(gate, journal, json.loads(raw)) for gate, journal, raw in rows]


def _disputed(gate: Gate) -> list[Row]:
    """Return the records of journals that were given up and are still on the gate's card."""
    folder = gate.card.at / "state/journal"
    found: list[Row] = []
    for each in retired.found(folder):
        with JournalReader(each.within(folder)) as reader:
            reader.seek(1)
            while batch := reader.take(each.last, 50).documents:
                found += [(gate.name, each.journal, record) for record in batch]
    return found


def _scans(district: District, rows: list[Row]) -> list[Stored]:
    """Return the scans among them, each opened with whichever key of its journal fits."""
    private = _vault(district.home.folder / "vault/seal.pem")
    keys: dict[tuple[str, str, int], dict[str, DataKey]] = {}
    for gate, journal, record in rows:
        if record["t"] == "key":
            key = open_data_key(record["sealed"], private)
            keys.setdefault((gate, journal, record["seq"]), {})[record["sealed"]] = key
    found = []
    for gate, journal, record in rows:
        if record["t"] == "scan":
            fitting = keys.get((gate, journal, record.get("key", 0)), {}).values()
            nonce = _opened(list(fitting), gate, journal, record)
            found.append(
                Stored(gate, journal, record["seq"], record["up"], record["outcome"], nonce)
            )
    return found


def _vault(path: Path) -> X25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, X25519PrivateKey):
        msg = f"{path} is no key of a vault"
        raise TypeError(msg)
    return key


def _opened(keys: list[DataKey], gate: str, journal: str, record: dict[str, Any]) -> str:
    for key in keys:
        with contextlib.suppress(WireError):
            fields = key.open(record["sealed"], place(gate, journal, record["seq"]))
            return str(fields["pass"])
    return ""
