"""Sightings get better bounds when more is known about the clock that stamped them.

Only hours whose time was not well known are looked at again (`timed`). The records are opened once
more to find the person: no index leads from a record to its sighting, and few need one.
"""

import msgspec

from collector.database.ports import Database, Session
from collector.ledger.ports import View
from collector.ledger.times import SLOT_MS, Times
from collector.people import cursors, persons, sightings, stays
from collector.people.sightings import Kept
from collector.trace.entries import Flag
from collector.vault.keying import SURE_MS, Keyer
from collector.vault.placing import Placing, mark_of
from collector.vault.scans import bounds
from wire.errors import WireError
from wire.record import Scan, read_spelled

TURN = "retimed"
_HOURS = "SELECT boot, slot, first, last, lo, hi FROM timed WHERE mark = ?"
_KEY = "mark = ? AND boot = ? AND slot = ?"


class Retimer:
    """Follows what is learned about clocks while the vault is unlocked."""

    def __init__(self, view: View, people: Database, keyer: Keyer, placing: Placing) -> None:
        """Take the ledger, the tables of people, who opens records, and where gates stand."""
        self._view, self._people = view, people
        self._keyer, self._placing = keyer, placing

    def turn(self) -> int:
        """Look at what has changed; return how many sightings have other bounds now."""
        with self._people.reading() as session:
            since = cursors.get(session, TURN)
        now, journals = self._view.retimed(since)
        if now == since:
            return 0
        changed = sum(self._journal(*name) for name in journals)
        with self._people.writing() as session:
            cursors.put(session, TURN, now)
        return changed

    def _journal(self, gate: str, journal: str) -> int:
        with self._people.reading() as session:
            mark = mark_of(session, gate, journal)
            hours = [] if mark is None else session.rows(_HOURS, (mark,))
        if mark is None or not hours:
            return 0
        times = self._view.times(gate, journal)
        changed = 0
        for boot, slot, first, last, lo, hi in hours:
            now = times.interval(boot, slot * SLOT_MS)
            if now is None or now == (lo, hi):
                continue
            with self._people.writing() as session:
                changed += self._hour(session, (gate, journal, mark), (first, last), times)
                if now[0] is not None and now[1] - now[0] <= SURE_MS:
                    session.run(f"DELETE FROM timed WHERE {_KEY}", (mark, boot, slot))  # noqa: S608
                else:
                    session.run(
                        f"UPDATE timed SET lo = ?, hi = ? WHERE {_KEY}",  # noqa: S608
                        (*now, mark, boot, slot),
                    )
        return changed

    def _hour(
        self,
        session: Session,
        journal: tuple[str, str, int],
        range_: tuple[int, int],
        times: Times,
    ) -> int:
        """Give the sightings of a range of a journal the bounds of now."""
        touched = set()
        changed = 0
        for seq in range(range_[0], range_[1] + 1):
            person = self._sighting(session, journal, seq, times)
            if person is not None:
                touched.add(person)
                changed += 1
        rules = self._placing.settings(session)
        for person in sorted(touched):
            stays.pair(session, person, rules)
        return changed

    def _sighting(
        self, session: Session, journal: tuple[str, str, int], seq: int, times: Times
    ) -> int | None:
        """Move one sighting to its time; return whose it is, None if nothing changed."""
        gate, name, mark = journal
        raw = self._view.record(gate, name, seq)
        part = raw and self._keyer.part_of(session, raw, gate, name)
        if not raw or not part:
            return None
        person = persons.whole(session, part)
        kept = sightings.find(session, person, mark, seq)
        moved = kept and _moved(kept, raw, times)
        if not kept or not moved or moved == kept:
            return None
        sightings.remove(session, kept)
        sightings.add(session, [moved])
        return person


def _moved(kept: Kept, raw: bytes, times: Times) -> Kept | None:
    """Return the sighting with the bounds of now; None if there are none."""
    try:
        scan = read_spelled(raw)
    except WireError:
        return None
    if not isinstance(scan, Scan) or scan.told is not None:  # no clock says more of what was told
        return None
    at, span, unbounded = bounds(times, scan.boot, scan.up, None)
    if unbounded:
        return None
    seen = msgspec.structs.replace(
        kept.seen, at=at, span=span, flags=kept.seen.flags & ~Flag.ARRIVAL
    )
    return Kept(kept.person, kept.epoch, seen)
