"""How a record is made of what happened and when. Values only."""

from typing import TypedDict

from device.flow import Instant, Verdict
from wire.record import ClockState, Key, Missing, Note, Scan, What


class Stamp(TypedDict):
    """When a record was made, as every record says it."""

    boot: str
    up: int
    wall: int
    clock: ClockState


def stamp(at: Instant) -> Stamp:
    """Return the stamps of a record made at `at`."""
    return {"boot": at.boot, "up": at.up_ns // 1_000_000, "wall": at.wall_ms, "clock": at.clock}


def scan(
    seq: int, verdict: Verdict, captured: Instant, key: int | None, sealed: str | None
) -> Scan:
    """Return the scan of a verdict; its personal fields come sealed under record `key`."""
    return Scan(
        seq=seq,
        dir=verdict.direction,
        kind=verdict.kind,
        signature=verdict.signature,
        identity=verdict.identity,
        outcome=verdict.outcome,
        reason=verdict.reason,
        marks=verdict.marks,
        key=key,
        sealed=sealed,
        told=verdict.told,
        **stamp(captured),
    )


def note(seq: int, what: What, at: Instant, data: dict[str, object] | None = None) -> Note:
    """Return a note."""
    return Note(seq=seq, what=what, data=data or {}, **stamp(at))


def key(seq: int, to: str, sealed: str, at: Instant) -> Key:
    """Return the record of a data key, sealed to the authority's key `to`."""
    return Key(seq=seq, to=to, sealed=sealed, **stamp(at))


def missing(first: int, last: int, cause: str, after: bytes, at: Instant) -> Missing:
    """Return a declaration that nobody has signed yet."""
    return Missing(
        seq=first, last=last, cause=cause, after=after.hex(), kid="", sig="", **stamp(at)
    )
