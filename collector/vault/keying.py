"""Keying: from a record in the ledger to a person row, a sighting and its stays.

The ledger is followed in the order of arrival. A few hundred records are keyed in one transaction
with the place that was reached, so a vault that is killed goes on where it stopped, and each scan
is sighted exactly once.
"""

from collections import OrderedDict
from collections.abc import Sequence

import msgspec
import structlog

from collector.database.ports import Database, Session
from collector.ledger.entries import Raw
from collector.ledger.ports import View
from collector.ledger.times import SLOT_MS, Times
from collector.localday import day_of
from collector.people import aliases, cursors, identifiers, persons, sightings, stays
from collector.people.entries import Kind
from collector.people.sightings import Kept
from collector.trace import watching
from collector.trace.coverage import Sign
from collector.trace.entries import Flag, Sighting
from collector.vault.opening import Opener, Unopenable, Why
from collector.vault.placing import Placing
from collector.vault.ring import Ring
from collector.vault.scans import counts, sighted, signs_of, strength
from wire.canonical import Document
from wire.errors import WireError
from wire.record import Note, Scan, What, read_spelled

BATCH = 500
CONTENTS_KEPT = 16
"""Different fields of one person in one epoch. Who needs more makes them up."""
HOLDERS_KEPT = 100_000
SURE_MS = 10_000
"""Bounds that are closer than this are not looked at again."""
ROW = "row"
_TRIED = "DELETE FROM unopened WHERE gate = ? AND journal = ? AND seq = ?"

_log = structlog.get_logger()


class Opened(msgspec.Struct, frozen=True):
    """A scan with what it said."""

    raw: Raw
    scan: Scan
    fields: Document


class Failed(msgspec.Struct, frozen=True):
    """A scan that did not open."""

    raw: Raw
    why: Why


class Cancelled(msgspec.Struct, frozen=True):
    """A note that nobody passed after a scan."""

    raw: Raw
    seq: int


Read = Opened | Failed | Cancelled
Missed = tuple[str, str, int, int]
"""Gate, journal and seq of a record that did not open, and when it was received."""


class Keyer:
    """Follows the ledger while the vault is unlocked."""

    def __init__(self, view: View, people: Database, ring: Ring, placing: Placing) -> None:
        """Take the ledger, the tables of people, the keys, and where gates stand."""
        self._view, self._people = view, people
        self._ring, self._placing = ring, placing
        self._opener = Opener(ring.seals, view)
        self._holders: OrderedDict[tuple[int, bytes], tuple[int, Kind]] = OrderedDict()
        self._deployed: set[str] = set()

    def turn(self, now_ms: int) -> int:
        """Key what has come; return how many records were followed, 0 if there is nothing new."""
        with self._people.reading() as session:
            row = cursors.get(session, ROW)
        raws = self._view.after(row, BATCH)
        if not raws:
            return 0
        read = [each for raw in raws if (each := self._read(raw)) is not None]
        times = {
            name: self._view.times(*name) for name in {(raw.gate, raw.journal) for raw in raws}
        }
        try:
            with self._people.writing() as session:
                self._key(session, read, times, now_ms)
                self._watch(session, raws, times)
                cursors.put(session, ROW, raws[-1].row)
        except BaseException:
            self.forget()
            raise
        for each in read:
            if isinstance(each, Failed):
                _log.error("vault.unopened", gate=each.raw.gate, why=each.why.value)
        return len(raws)

    def again(self, missed: Sequence[Missed], now_ms: int) -> int:
        """Try records that did not open once more; return how many were keyed now."""
        raws = [
            Raw(0, *each[:3], "scan", None, None, None, None, raw, each[3])
            for each in missed
            if (raw := self._view.record(*each[:3])) is not None
        ]
        read = [each for raw in raws if isinstance(each := self._read(raw), Opened | Failed)]
        opened = [each for each in read if isinstance(each, Opened)]
        names = {(each.raw.gate, each.raw.journal) for each in opened}
        times = {name: self._view.times(*name) for name in names}
        try:
            with self._people.writing() as session:
                session.many(
                    _TRIED, [(each.raw.gate, each.raw.journal, each.raw.seq) for each in read]
                )
                self._key(session, read, times, now_ms)
        except BaseException:
            self.forget()
            raise
        return len(opened)

    def forget(self) -> None:
        """Remember nothing of the tables: somebody else has changed them."""
        self._holders.clear()
        self._deployed.clear()
        self._placing.forget()

    def part_of(self, session: Session, raw: bytes, gate: str, journal: str) -> int | None:
        """Return the part that a record has seen, by opening it again; None if it does not open."""
        try:
            scan = read_spelled(raw)
            if not isinstance(scan, Scan) or not counts(scan):
                return None
            fields = self._opener.fields(gate, journal, scan)
        except (WireError, Unopenable):
            return None
        found = identifiers.of_fields(scan.kind, fields, strength(scan))
        macs = self._ring.macs(found, self._ring.alive(session))
        leading = [each for each in aliases.found(session, macs) if each.strength.joins]
        return min(leading, key=lambda each: each.kind).part if leading else None

    def _read(self, raw: Raw) -> Read | None:
        """Return what a record is for people; None if it is nothing."""
        if raw.t not in ("scan", "note"):
            return None
        try:
            record = read_spelled(raw.raw)
        except WireError:
            return None
        if isinstance(record, Note) and record.what is What.CANCELLED:
            seq = record.data.get("seq")
            return Cancelled(raw, seq) if type(seq) is int else None
        if not isinstance(record, Scan) or not counts(record):
            return None
        try:
            return Opened(raw, record, self._opener.fields(raw.gate, raw.journal, record))
        except Unopenable as error:
            return Failed(raw, error.why)

    def _key(
        self,
        session: Session,
        read: Sequence[Read],
        times: dict[tuple[str, str], Times],
        now_ms: int,
    ) -> None:
        touched: set[int] = set()
        recent: dict[tuple[int, int], int] = {}
        for each in read:
            gate, journal = each.raw.gate, each.raw.journal
            if isinstance(each, Failed):
                _keep_unopened(session, each)
                continue
            spot = self._placing.spot(session, gate, journal)
            if isinstance(each, Cancelled):
                touched |= self._cancel(session, each, spot[2], recent)
                continue
            seen = sighted(each.scan, spot, times[gate, journal], each.raw.received_ms)
            part = self._sight(session, each, seen, now_ms)
            recent[spot[2], each.scan.seq] = part
            touched.add(persons.whole(session, part))
            _keep_doubt(session, each.scan, seen, times[gate, journal])
        rules = self._placing.settings(session)
        for person in sorted({persons.whole(session, each) for each in touched}):
            stays.pair(session, person, rules)

    def _watch(
        self, session: Session, raws: Sequence[Raw], times: dict[tuple[str, str], Times]
    ) -> None:
        """Hand every record over as a sign that its gate worked, or of what it has lost."""
        for name, clock in times.items():
            gate, _, mark = self._placing.spot(session, *name)
            ((last,),) = session.rows("SELECT seq FROM journal_key WHERE id = ?", (mark,))
            signs: list[Sign] = []
            for raw in (each for each in raws if (each.gate, each.journal) == name):
                signs += signs_of(raw, last, clock)
                last = max(last, raw.seq)
            watching.follow(session, gate, mark, signs)
            session.run("UPDATE journal_key SET seq = ? WHERE id = ?", (last, mark))

    def _sight(self, session: Session, opened: Opened, seen: Sighting, now_ms: int) -> int:
        """Enter one sighting; return the part that was seen."""
        epoch = self._ring.current(session, opened.raw.received_ms, now_ms)
        part, link = self._holder(session, opened, epoch, day_of(seen.at))
        person = persons.whole(session, part)
        named = msgspec.structs.replace(seen, link=int(link))
        sightings.add(session, [Kept(person, epoch, named)])
        if person != part:
            persons.remember(session, seen.mark, seen.seq, part)
        team = opened.fields.get("class")
        if isinstance(team, str) and team:
            session.run(
                "INSERT INTO team (team, person) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (team, person),
            )
        self._deploy(session, opened.raw)
        return part

    def _holder(self, session: Session, opened: Opened, epoch: int, day: int) -> tuple[int, Kind]:
        """Return whose fields these are, and what led there; each content is kept once."""
        content = {
            "code": opened.scan.kind,
            "signature": opened.scan.signature.value,
            "identity": opened.scan.identity.value,
            "fields": opened.fields,
        }
        key = self._ring.epoch(epoch)
        digest = key.digest(content)
        known = self._holders.get((epoch, digest))
        if known is not None:
            self._holders.move_to_end((epoch, digest))
            return known
        found = identifiers.of_fields(opened.scan.kind, opened.fields, strength(opened.scan))
        macs = self._ring.macs(found, self._ring.alive(session))
        holder = aliases.holder(session, macs, epoch, opened.raw.received_ms)
        asked = "SELECT COUNT(*) FROM fields WHERE person = ? AND epoch = ?"
        if session.rows(asked, (holder[0], epoch))[0][0] < CONTENTS_KEPT:
            session.run(
                "INSERT INTO fields (person, epoch, digest, sealed, seen_day)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (holder[0], epoch, digest, key.seal(content, holder[0]), day),
            )
        if holder[1] is not Kind.NONE:
            self._holders[epoch, digest] = holder
            if len(self._holders) > HOLDERS_KEPT:
                self._holders.popitem(last=False)
        return holder

    def _cancel(
        self,
        session: Session,
        note: Cancelled,
        mark: int,
        recent: dict[tuple[int, int], int],
    ) -> set[int]:
        """Mark the sighting after which nobody passed; return whose stays change."""
        part = recent.get((mark, note.seq))
        if part is None:
            raw = self._view.record(note.raw.gate, note.raw.journal, note.seq)
            if raw is not None:
                part = self.part_of(session, raw, note.raw.gate, note.raw.journal)
        if not part:
            return set()
        person = persons.whole(session, part)
        kept = sightings.find(session, person, mark, note.seq)
        if kept is None:
            return set()
        sightings.flag(session, kept, Flag.CANCELLED)
        return {person}

    def _deploy(self, session: Session, raw: Raw) -> None:
        """Note that what this gate sends can be opened."""
        if raw.gate not in self._deployed:
            session.run(
                "INSERT INTO deployed (gate, first_opened_ms) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (raw.gate, raw.received_ms),
            )
            self._deployed.add(raw.gate)


def _keep_unopened(session: Session, failed: Failed) -> None:
    raw = failed.raw
    session.run(
        "INSERT INTO unopened (gate, journal, seq, why, day, at_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (
            raw.gate,
            raw.journal,
            raw.seq,
            failed.why.value,
            day_of(raw.received_ms),
            raw.received_ms,
        ),
    )


def _keep_doubt(session: Session, scan: Scan, seen: Sighting, times: Times) -> None:
    """Remember an hour whose time is not well known, to look at it again when it is."""
    if scan.told is not None or (seen.span <= SURE_MS and not seen.flags & Flag.ARRIVAL):
        return
    slot = scan.up // SLOT_MS
    lo, hi = times.interval(scan.boot, slot * SLOT_MS) or (None, None)
    session.run(
        "INSERT INTO timed (mark, boot, slot, first, last, lo, hi) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (mark, boot, slot) DO UPDATE SET last = excluded.last",
        (seen.mark, scan.boot, slot, scan.seq, scan.seq, lo, hi),
    )
