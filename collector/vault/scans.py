"""What a scan says about where and when somebody was, before it is known who. Pure."""

from collector.ledger.entries import Raw
from collector.ledger.times import Times
from collector.trace.coverage import Sign
from collector.trace.entries import Flag, Sighting, Way
from wire.errors import WireError
from wire.record import Direction, Mark, Note, Outcome, Reason, Scan, What, read_spelled


def counts(scan: Scan) -> bool:
    """Say whether somebody passed of whom something is known."""
    return scan.outcome is Outcome.ACCEPTED and scan.sealed is not None


def sighted(scan: Scan, spot: tuple[int, int, int], times: Times, received_ms: int) -> Sighting:
    """Return the sighting of a scan at (gate, place, journal), its link not yet known."""
    gate, place, mark = spot
    at, span, flags = bounds(times, scan.boot, scan.up, received_ms)
    if scan.reason is Reason.ATTENDED:
        flags |= Flag.ATTENDED
    if Mark.WAY_INFERRED in scan.marks:
        flags |= Flag.INFERRED
    way = Way.IN if scan.dir is Direction.IN else Way.OUT
    return Sighting(at, span, gate, place, way, mark, scan.seq, flags)


def bounds(times: Times, boot: str, up: int, received_ms: int | None) -> tuple[int, int, Flag]:
    """Return the earliest time, how much later it can have been, and whether that is no bound.

    Without `received_ms` the latest is what the times alone say.
    """
    interval = times.interval(boot, up)
    if interval is None:
        return received_ms or 0, 0, Flag.ARRIVAL
    earliest, latest = interval
    if received_ms is not None:
        latest = min(latest, received_ms)
    if earliest is None:
        return latest, 0, Flag.ARRIVAL
    return earliest, max(latest - earliest, 0), Flag(0)


def signs_of(raw: Raw, last: int, times: Times) -> tuple[Sign, ...]:
    """Return what a record says of its gate, `last` being the one of the journal before it.

    What is missing between the two was declared lost: only then does a journal go on.
    """
    if raw.boot is None or raw.up is None:
        return ()
    at, span, _ = bounds(times, raw.boot, raw.up, raw.received_ms)
    middle = at + span // 2
    lost = (Sign(middle, raw.boot, is_lost=True),) if last and raw.seq > last + 1 else ()
    if raw.t != "note":
        return (*lost, Sign(middle, raw.boot))
    try:
        note = read_spelled(raw.raw)
    except WireError:
        return (*lost, Sign(middle, raw.boot))
    if not isinstance(note, Note):
        return (*lost, Sign(middle, raw.boot))
    view = note.data.get("view") if note.what is What.VIEW else None
    return (*lost, Sign(middle, raw.boot, note.what, view if isinstance(view, str) else ""))
