"""What a scan says about where and when somebody was, before it is known who. Pure."""

from collector.ledger.entries import Raw
from collector.ledger.times import Times
from collector.localday import DAY_MS
from collector.people.entries import Strength
from collector.trace.coverage import Sign
from collector.trace.entries import Flag, Sighting, Way
from wire.errors import WireError
from wire.record import (
    Direction,
    Identity,
    Mark,
    Note,
    Outcome,
    Reason,
    Scan,
    Told,
    What,
    read_spelled,
)

TYPED = frozenset({"desk", "paper"})
"""Kinds of scan whose fields somebody has typed (device/desk)."""
OLDEST_MS = 31 * DAY_MS
"""A time told of longer ago than anything is kept is a slip, or worse: it is not heard."""


def counts(scan: Scan) -> bool:
    """Say whether somebody passed of whom something is known."""
    return scan.outcome is Outcome.ACCEPTED and scan.sealed is not None


def sighted(scan: Scan, spot: tuple[int, int, int], times: Times, received_ms: int) -> Sighting:
    """Return the sighting of a scan at (gate, place, journal), its link not yet known."""
    gate, place, mark = spot
    at, span, flags = bounds(times, scan.boot, scan.up, received_ms)
    if scan.told is not None:
        at, span, flags = told(scan.told, (at, span, flags))
    if scan.reason is Reason.ATTENDED:
        flags |= Flag.ATTENDED
    if Mark.WAY_INFERRED in scan.marks:
        flags |= Flag.INFERRED
    way = Way.IN if scan.dir is Direction.IN else Way.OUT
    return Sighting(at, span, gate, place, way, mark, scan.seq, flags)


def told(said: Told, made: tuple[int, int, Flag]) -> tuple[int, int, Flag]:
    """Return the bounds of what was written down, of a record that was `made` between bounds.

    It was before it was typed. What contradicts that, or would be older than all that is kept, was
    mistyped: only the latest that it can have been is known.
    """
    at, span, _ = made
    latest = at + span
    earliest = said.at - said.within
    if not latest - OLDEST_MS <= earliest <= latest:
        return latest, 0, Flag.ARRIVAL | Flag.PAPER
    return earliest, min(said.at + said.within, latest) - earliest, Flag.PAPER


def strength(scan: Scan) -> Strength:
    """Return how surely the fields of a scan are of who passed."""
    if scan.kind not in TYPED:
        return Strength.CODE
    return Strength.CHECKED if scan.identity is Identity.SEEN else Strength.DECLARED


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
