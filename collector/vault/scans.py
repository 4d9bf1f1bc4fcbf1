"""What a scan says about where and when somebody was, before it is known who. Pure."""

from collector.ledger.times import Times
from collector.trace.entries import Flag, Sighting, Way
from wire.record import Direction, Mark, Outcome, Reason, Scan


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
