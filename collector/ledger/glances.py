"""What arrives, as it is counted and as other programs may see it: over any ledger's view.

Reads what it needs of a record's bytes and nothing about the person; any bytes have an answer.
"""

import msgspec

from collector.ledger.entries import STARTED, Glance, Raw, Row
from collector.ledger.ports import View
from collector.ledger.times import Times
from wire.errors import WireError
from wire.record import MAX_SEQ, ClockState, Scan, Told, What, read_spelled


class _Brief(msgspec.Struct):
    """The few words of a record that are counted."""

    dir: str = ""
    outcome: str = ""
    what: str = ""
    data: dict[str, object] = {}
    wall: int = 0
    clock: str = ""
    told: Told | None = None


def glances(view: View, after: int, limit: int) -> tuple[int, tuple[Glance, ...]]:
    """Return, of at most `limit` records after `after`, the last row and the passages in them.

    That a gate was switched on is among them.
    """
    found: list[Glance] = []
    for each in view.after(after, limit):
        after = each.row
        glance = _glance(view, each) if each.t in ("scan", "note") else None
        found += [glance] if glance is not None else []
    return after, tuple(found)


def _glance(view: View, each: Raw) -> Glance | None:
    brief = _brief(each.raw)
    stamp = (each.wall or 0, each.clock or ClockState.UNSYNCED.value)
    told = brief.told.at if brief.told is not None else 0
    if each.t == "scan":
        return Glance(each.gate, *stamp, brief.dir, brief.outcome, each.received_ms, told=told)
    if brief.what == What.START:
        return Glance(each.gate, *stamp, "", STARTED, each.received_ms)
    seq = brief.data.get("seq") if brief.what == What.CANCELLED else None
    if not isinstance(seq, int) or not 0 < seq <= MAX_SEQ:
        return None
    raw = view.record(each.gate, each.journal, seq)
    scan = _brief(raw) if raw is not None else _Brief()
    if not scan.outcome:
        return None
    words = (scan.wall, scan.clock, scan.dir, scan.outcome)
    return Glance(each.gate, *words, each.received_ms, undone=True)


def _brief(raw: bytes) -> _Brief:
    try:
        return msgspec.json.decode(raw, type=_Brief)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Brief()


def rows(view: View, after: int, limit: int) -> tuple[int, tuple[tuple[Raw, Row], ...]]:
    """Return, of at most `limit` records after `after`, the last row and the scans in them.

    Each as it lies in the ledger, and read.
    """
    times: dict[tuple[str, str], Times] = {}
    found = []
    for each in view.after(after, limit):
        after = each.row
        scan = _scan(each.raw) if each.t == "scan" else None
        if scan is None:
            continue
        name = (each.gate, each.journal)
        if name not in times:
            times[name] = view.times(*name)
        found.append((each, _row(each, scan, times[name])))
    return after, tuple(found)


def _scan(raw: bytes) -> Scan | None:
    try:
        record = read_spelled(raw)
    except WireError:
        return None
    return record if isinstance(record, Scan) else None


def _row(each: Raw, scan: Scan, times: Times) -> Row:
    return Row(
        gate=each.gate,
        wall=scan.wall,
        clock=scan.clock,
        dir=scan.dir,
        kind=scan.kind,
        signature=scan.signature,
        identity=scan.identity,
        outcome=scan.outcome,
        reason=scan.reason,
        marks=tuple(scan.marks),
        received=each.received_ms,
        moment=times.moment(scan.boot, scan.up, each.received_ms),
    )
