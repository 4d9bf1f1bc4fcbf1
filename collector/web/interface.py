"""What other programs may ask, as values: records, gates, metrics. Pure.

No person row, key or sealed field is in any of it. Figures about people are those that the pages
show, small numbers taken out; figures about gates and queues are exact.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from collector.ledger.entries import Raw, Row
from collector.roster import Roster
from collector.web.board import Condition
from collector.web.district import District, Known
from wire.record import Direction, Identity, Outcome, Reason, Signature
from wire.state import Health

MOST = 1000
"""Records in one answer."""


class Record(msgspec.Struct, frozen=True):
    """One scan, and nothing about the person."""

    row: int
    """Its place in the ledger: the cursor. After a restore, what gates send again has another."""
    gate: str
    journal: str
    seq: int
    """Gate, journal and seq are the same for ever: by them a record is counted once."""
    time_ms: int
    """When it was made, corrected, ms since 1970."""
    bound_ms: int | None
    """It is off by no more than this; null: `time_ms` is the latest it can have been."""
    received_ms: int
    direction: Direction
    kind: str
    outcome: Outcome
    reason: Reason
    signature: Signature
    identity: Identity


class Records(msgspec.Struct, frozen=True):
    """Some records, in the order of arrival."""

    records: tuple[Record, ...]
    next: int
    """What to ask `after` for the ones behind them."""
    more: bool
    """Some may lie behind already: ask at once. An answer without records is not the end by itself,
    as gates' notes are passed over."""


class GateState(msgspec.Struct, frozen=True):
    """One gate as the board shows it."""

    gate: str
    place: str
    area: str
    sector: str
    condition: Condition
    plausible: bool
    waiting: int | None
    story: str
    """Code of what it needs somebody for; empty if it needs nobody."""


class Gates(msgspec.Struct, frozen=True):
    """All gates of the roster."""

    gates: tuple[GateState, ...]


def record(raw: Raw, scan: Row) -> Record:
    """Return one scan as others may see it."""
    return Record(
        row=raw.row,
        gate=scan.gate,
        journal=raw.journal,
        seq=raw.seq,
        time_ms=scan.moment.ms,
        bound_ms=scan.moment.bound_ms,
        received_ms=scan.received,
        direction=scan.dir,
        kind=scan.kind,
        outcome=scan.outcome,
        reason=scan.reason,
        signature=scan.signature,
        identity=scan.identity,
    )


def gates(known: Known, drawn: District) -> Gates:
    """Return the gates of the roster."""
    stories = {each.gate: each.code for each in drawn.stories}
    lines = {each.gate: each for each in known.lines}
    return Gates(
        tuple(
            GateState(
                gate.gate,
                place.name,
                place.area,
                place.sector,
                lines[gate.gate].condition,
                gate.gate not in known.findings,
                lines[gate.gate].waiting,
                stories.get(gate.gate, ""),
            )
            for gate in known.roster.gates
            for place in (known.roster.place_of(gate.gate),)
        )
    )


Sample = tuple[str, Mapping[str, str], float]
HELP: Mapping[str, str] = {
    "gate_condition": "1 for the condition that a gate is in",
    "gate_plausible": "1 if what a gate counts is plausible, 0 if not",
    "gate_waiting_records": "records stored at a gate and not confirmed, as it last said",
    "gate_oldest_waiting_seconds": "age of the oldest of them",
    "gate_days_of_room": "days until a gate's memory card is full",
    "gate_alarm": "1 for each alarm that a gate gives",
    "gate_certificate_days": "days until a gate's certificate runs out",
    "district_places": "places registered, and deployed",
    "district_overdue_places": "places without a working gate",
    "district_entries_today": "entries of today; absent while few or withheld",
}


def samples(
    roster: Roster, known: Known, drawn: District, healths: Mapping[str, Health]
) -> Iterator[Sample]:
    """Yield every figure with its labels."""
    listed = roster.names()
    for line in known.lines:
        if line.gate not in listed:
            continue
        labels = {"gate": line.gate}
        for each in Condition:
            condition = {**labels, "condition": each.value}
            yield "gate_condition", condition, float(line.condition is each)
        yield "gate_plausible", labels, float(line.gate not in known.findings)
        for code in known.alarms.get(line.gate, ()):
            yield "gate_alarm", {**labels, "alarm": code}, 1.0
        health = healths.get(line.gate)
        if health is not None:
            yield from _fares(labels, health)
    yield "district_places", {"state": "registered"}, float(drawn.whole.places)
    yield "district_places", {"state": "deployed"}, float(drawn.whole.deployed)
    yield "district_overdue_places", {}, float(len(drawn.overdue))
    if isinstance(drawn.day_total, int):
        yield "district_entries_today", {}, float(drawn.day_total)


def _fares(labels: Mapping[str, str], health: Health) -> Iterator[Sample]:
    yield "gate_waiting_records", labels, float(health.waiting)
    yield "gate_oldest_waiting_seconds", labels, health.oldest_ms / 1000
    yield "gate_days_of_room", labels, health.days_of_room
    if health.certificate_days is not None:
        yield "gate_certificate_days", labels, float(health.certificate_days)


def exposition(found: Iterable[Sample]) -> str:
    """Spell figures as Prometheus reads them, those of one name together."""
    by_name: dict[str, list[Sample]] = {}
    for sample in found:
        by_name.setdefault(sample[0], []).append(sample)
    lines = []
    for name, each in by_name.items():
        lines += [f"# HELP gatescanner_{name} {HELP[name]}", f"# TYPE gatescanner_{name} gauge"]
        lines += [
            f"gatescanner_{name}{_labels(labels)} {_exactly(value)}" for _, labels, value in each
        ]
    return "\n".join(lines) + "\n"


def _exactly(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    told = (
        '{}="{}"'.format(name, value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n"))
        for name, value in labels.items()
    )
    return "{" + ",".join(told) + "}"
