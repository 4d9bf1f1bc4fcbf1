"""Writes what the doors of the practice district saw as its gates would: sealed, chained, whole."""

from collections.abc import Iterator
from typing import Any

import msgspec

from collector.ledger.entries import Arrival, Entry
from collector.localday import HOUR_MS, day_of, midnight
from collector.practice.crowd import SPOTS, Presence, Town
from wire.canonical import Document, canonical
from wire.keys import SealKey
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Key,
    Note,
    Outcome,
    Reason,
    Record,
    Scan,
    Signature,
    What,
    genesis,
    link,
    to_document,
)
from wire.sealing import DataKey, place

JOURNAL = "luyen-tap"
BOOT = "00c0ffee"
BATCH = 500
EARLY_MS = 60_000
ALIVE_MS = 5 * 60_000
"""A gate that works says so this often."""
BROKEN_SPOT = 5
BROKEN_DAYS = 2
BROKEN_MS = (9 * HOUR_MS, 12 * HOUR_MS)
"""One gate did not work on one morning, so many days before the last: a lesson of the exercise."""


class Passage(msgspec.Struct, frozen=True):
    """One scan at a door."""

    at_ms: int
    body: int
    way: Direction


def passages(town: Town, spot: int, until_ms: int) -> list[Passage]:
    """Return what the door of a place saw, in order."""
    away = _broken(spot, until_ms)
    seen = [
        passage
        for each in town.presences
        if each.spot == spot
        for passage in _seen(each)
        if passage.at_ms < until_ms and not away[0] <= passage.at_ms < away[1]
    ]
    return sorted(seen, key=lambda each: (each.at_ms, each.body))


def arrivals(town: Town, spot: int, until_ms: int, to: SealKey) -> Iterator[Arrival]:
    """Yield a gate's whole journal, in pieces that one transaction takes."""
    gate = SPOTS[spot].gate
    pen = _Pen(gate, to)
    away = _broken(spot, until_ms)
    alive_ms = midnight(day_of(town.presences[0].came_ms))
    for each in (*passages(town, spot, until_ms), None):
        end_ms = until_ms if each is None else each.at_ms
        while alive_ms < end_ms:
            if not away[0] <= alive_ms < away[1]:
                pen.works(alive_ms)
            alive_ms += ALIVE_MS
        if each is not None:
            pen.passes(each, dict(town.bodies[each.body].fields()))
    yield from pen.arrivals()


def _broken(spot: int, until_ms: int) -> tuple[int, int]:
    """Return from when until when the gate of a place did not work."""
    if spot != BROKEN_SPOT:
        return until_ms, until_ms
    began = midnight(day_of(until_ms) - BROKEN_DAYS)
    return began + BROKEN_MS[0], began + BROKEN_MS[1]


def _seen(each: Presence) -> Iterator[Passage]:
    yield Passage(each.came_ms, each.body, Direction.IN)
    if each.seen_leaving:
        yield Passage(each.left_ms, each.body, Direction.OUT)


class _Pen:
    """A gate's journal as it grows."""

    def __init__(self, gate: str, to: SealKey) -> None:
        self._gate, self._to = gate, to
        self._key: DataKey | None = None
        self._began_ms = 0
        self._chain = genesis(gate, JOURNAL)
        self._entries: list[Entry] = []
        self._first = self._chain

    def passes(self, each: Passage, fields: Document) -> None:
        """Write one scan; before the first, that the gate started and its data key."""
        key = self._begun(each.at_ms)
        where = place(self._gate, JOURNAL, self._seq)
        scan = Scan(
            **self._stamp(each.at_ms),
            dir=each.way,
            kind="id-card",
            signature=Signature.NOT_CHECKED,
            identity=Identity.UNKNOWN,
            outcome=Outcome.ACCEPTED,
            reason=Reason.ACCEPTED,
            marks=(),
            key=2,
            sealed=key.seal(fields, where),
        )
        self._add(scan)

    def works(self, at_ms: int) -> None:
        """Note that the gate works."""
        self._begun(at_ms)
        self._add(Note(**self._stamp(at_ms), what=What.ALIVE, data={}))

    def arrivals(self) -> Iterator[Arrival]:
        """Yield what was written, in pieces."""
        before = self._first
        for at in range(0, len(self._entries), BATCH):
            piece = tuple(self._entries[at : at + BATCH])
            yield Arrival(self._gate, JOURNAL, before, piece)
            before = piece[-1].chain

    def _begun(self, at_ms: int) -> DataKey:
        """Return the data key; before anything else a gate notes its start and keeps that key."""
        if self._key is None:
            self._key = DataKey.fresh()
            self._start(at_ms - EARLY_MS, self._key)
        return self._key

    def _start(self, at_ms: int, key: DataKey) -> None:
        self._began_ms = at_ms
        self._add(Note(**self._stamp(at_ms), what=What.START, data={}))
        sealed = key.sealed_to(self._to)
        self._add(Key(**self._stamp(at_ms), to=self._to.kid, sealed=sealed))

    def _add(self, record: Record) -> None:
        document = to_document(record)
        self._chain = link(self._chain, document)
        raw = canonical(document)
        self._entries.append(Entry(len(self._entries) + 1, self._chain, raw, record))

    @property
    def _seq(self) -> int:
        return len(self._entries) + 1

    def _stamp(self, at_ms: int) -> dict[str, Any]:
        up = at_ms - self._began_ms + 1
        clock = ClockState.SYNCED
        return {"seq": self._seq, "boot": BOOT, "up": up, "wall": at_ms, "clock": clock}
