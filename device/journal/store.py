"""The journal: one writer, one sequence, one chain, and nothing forgotten without a receipt.

It knows nothing of cameras, verdicts' reasons or networks. What must happen before the green
light is in `scan` and `note`; everything that may wait is in `tend`, one thing at a time.
"""

import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Self

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tinydb import TinyDB

from device.errors import GateError, JournalBroken, JournalFull
from device.flow import Instant, Verdict
from device.i18n import N_
from device.journal import durable, opening, records, retired
from device.journal import folder as names
from device.journal.appendlog import AppendLog
from device.journal.archive import Archive
from device.journal.ballast import Ballast
from device.journal.cursor import Cursor
from device.journal.damage import Mender
from device.journal.disk import translated
from device.journal.durable import DurableEnd, End
from device.journal.heads import Heads
from device.journal.lock import locked
from device.journal.mark import GIVEN_UP, Mark, Weight
from device.journal.retention import Retention
from device.journal.sealer import Sealer
from device.journal.segments import Segments
from device.journal.substitution import Substitution
from device.journal.tally import Counted, Tally
from device.journal.witness import Witness
from wire.receipt import Receipt, Refusal
from wire.record import Record, What, to_document
from wire.sealing import SealKey

log = structlog.get_logger()

BALLAST_BYTES = 1024 * 1024
TIDY_NS = 10**9
REFUSALS = 50
"""Refused records that may wait to be replaced; more are told of again."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How the journal is cut and how long it keeps what is confirmed."""

    segment_records: int = 256
    keep_confirmed_s: int = 172_800
    """At least two of the collector's backup intervals, so that a restored one can ask again."""
    alive_s: int = 300
    """Between two signed heads, and the longest silence."""


class CardJournal:
    """The Journal port on a memory card."""

    def __init__(
        self,
        folder: Path,
        run: Path,
        gate: str,
        authority: SealKey,
        receipts: Callable[[], Receipt | None],
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        *,
        key: Ed25519PrivateKey | None = None,
    ) -> None:
        """Keep the journal of `gate` in `folder` and its durable end in `run`.

        `receipts` returns the newest receipt whose signature was checked, once, or None. `key` is
        the gate's records key; without it no head is signed, and damage ends in JournalBroken.
        """
        self._folder, self._run, self._gate = folder, run, gate
        self._receipts = receipts
        self._limits = limits
        self._sealer = Sealer(gate, authority)
        self._heads = Heads(gate, key, limits.alive_s * 10**9)
        self._mender = Mender(folder, gate, key)
        self._substitution = Substitution(folder, gate, key)
        self._archive = Archive(folder, gate, key)
        self._refusals: deque[tuple[str, Refusal]] = deque(maxlen=REFUSALS)
        self._tally = Tally()
        self._witness = Witness()
        self._ballast = Ballast(folder / names.BALLAST, BALLAST_BYTES)
        self._segments = Segments(folder, gate, limits.segment_records)
        self._retention = Retention(self._segments, limits.keep_confirmed_s)
        self._is_open = False
        self._refusing = self._flooded = self._has_retired = False
        self._mark = Mark()
        self._durable: DurableEnd | None = None
        self._renewal: dict[str, object] | None = None
        self._stored_at = self._tidied_at = 0

    def __enter__(self) -> Self:
        """Open the journal, or make it; cut a torn tail; take up where it stopped."""
        with translated("opening the journal"):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            self._run.mkdir(parents=True, exist_ok=True, mode=0o755)
            self._lock = locked(self._folder / names.LOCK)
        try:
            with translated("opening the journal"):
                self._cursor = Cursor(self._folder / names.CURSOR)
                self._open()
                self._durable = DurableEnd(self._run)
                self._publish()
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        """Store the cursor and close the files."""
        self._is_open = False
        try:
            if self.confirmed != self._cursor.high:
                self._cursor.write(self.journal, self.confirmed)
        finally:
            self._segments.close()
            if self._durable is not None:
                self._durable.close()
            os.close(self._lock)

    @property
    def journal(self) -> str:
        """Return this journal's random id."""
        return self._current.header.journal

    @property
    def last(self) -> int:
        """Return the seq of the last stored record; 0 if there is none."""
        return self._current.last

    @property
    def confirmed(self) -> int:
        """Return the seq up to which the collector has confirmed."""
        return self._mark.high

    @property
    def waiting(self) -> int:
        """Return how many records are not confirmed."""
        return self.last - self.confirmed

    @property
    def refusing(self) -> bool:
        """Say whether the card is full and new scans are refused."""
        return self._refusing

    @property
    def database(self) -> TinyDB:
        """Return TinyDB over the open segment; it takes the next record and nothing else."""
        return self._segments.db

    @property
    def _current(self) -> AppendLog:
        if not hasattr(self._segments, "current"):
            msg = "the journal is not open"
            raise JournalBroken(msg)
        return self._segments.current

    def answers(self) -> bool:
        """Say whether the card is there and would take a record; asks it, and writes nothing.

        A file system that met an error makes itself read-only, and says so from then on.
        """
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return False
        return self._is_open and not found.f_flag & os.ST_RDONLY

    # -- before the green light ---------------------------------------------------------------

    def scan(self, verdict: Verdict, captured: Instant) -> Record | None:
        """Store the scan of a verdict; return when it is on stable storage.

        None for a refusal that is one too many within a minute: it is only tallied.
        """
        if self._refusing:
            msg = N_("the card is full")
            raise JournalFull(msg)
        if self._tally.takes(verdict, captured.up_ns):
            if not self._flooded:
                self._flooded = True
                log.error("refusals.tallied", reason=verdict.reason)
            return None
        try:
            found = self._with_key(verdict, captured)
            self._append(found)
        except GateError:
            self._sealer.renew()  # the key record may not be there: seal nothing more under it
            raise
        return found[-1]

    def note(self, what: What, at: Instant, data: dict[str, object] | None = None) -> Record:
        """Store a note; return when it is on stable storage. With a stop goes the signed head."""
        found = self._told(at)
        if what is What.STOP:
            found += self._counted(at, self._tally.so_far())
        found.append(records.note(self.last + 1 + len(found), what, at, data))
        self._append(self._headed(found, at) if what is What.STOP else found)
        self._renewal = None
        if what is What.STOP:
            self._tally.noted()
        return next(each for each in found if getattr(each, "what", None) is what)

    def _with_key(self, verdict: Verdict, captured: Instant) -> list[Record]:
        """Return the scan, and before it the data key it is sealed under if that is new."""
        found: list[Record] = []
        seq = self.last + 1
        if verdict.personal is None:
            return [records.scan(seq, verdict, captured, None, None)]
        if self._sealer.key_seq is None:
            found.append(records.key(seq, self._sealer.to, self._sealer.sealed_key(), captured))
            self._sealer.key_seq = seq
            seq += 1
        sealed = self._sealer.seal(verdict.personal, self.journal, seq)
        found.append(records.scan(seq, verdict, captured, self._sealer.key_seq, sealed))
        return found

    def _append(self, found: list[Record]) -> None:
        if not self._is_open:
            msg = "the journal is not open"
            raise JournalBroken(msg)
        before = self._current
        self._segments.append([to_document(each) for each in found])
        self._stored_at = found[-1].up * 1_000_000
        if self._current is not before:
            self._sealer.renew()
        self._publish()

    def _publish(self) -> None:
        if self._durable is not None:
            self._durable.publish(End(self.journal, self.last, self.confirmed))

    # -- what may wait ------------------------------------------------------------------------

    def retain(self, confirmed_s: int) -> None:
        """Keep confirmed records for so many seconds from now on."""
        self._limits = msgspec.structs.replace(self._limits, keep_confirmed_s=confirmed_s)
        self._retention.keep_s = confirmed_s

    def tend(self, at: Instant) -> None:
        """Do one thing that may wait: take a receipt, seal, declare, sign, store, drop."""
        with translated("tending the journal"):
            self._tidily(lambda: self._tend(at))

    def _tend(self, at: Instant) -> None:
        self._hear(at)
        counted = self._tally.due(at.up_ns)
        if self._put_right(at):
            return
        if self._segments.is_full:
            self._segments.roll()
            self._sealer.renew()
        elif self._segments.full:
            self._segments.seal_one()
        elif counted is not None:
            self._append(self._counted(at, counted))
            self._tally.noted()
            self._flooded = False
        elif self._heads.is_due(at.up_ns):
            self._append(self._headed(self._alive(at), at))
        elif (seen := self._witness.due(at.up_ns)) is not None:
            self._append([records.note(self.last + 1, What.WITNESS, at, seen)])
            self._witness.noted(at.up_ns)
        elif at.up_ns - self._stored_at >= self._limits.alive_s * 10**9:
            self._append(self._alive(at))
        elif at.up_ns - self._tidied_at >= TIDY_NS:
            self._tidied_at = at.up_ns
            self._tidy(at)

    def _hear(self, at: Instant) -> None:
        receipt = self._receipts()
        if receipt is None:
            return
        self._witness.hear(receipt)
        if self.confirm(receipt):
            log.info("receipt.taken", high=self.confirmed, up_ns=at.up_ns)

    def _put_right(self, at: Instant) -> bool:
        """Tell or declare what is known to be wrong; say whether there was anything."""
        if self._renewal is not None:
            self._append(self._told(at))
            self._renewal = None
        elif self._mender.is_waiting:
            self._mender.declare(self.journal, self._segments.shelf, at)
        elif self._refusals:
            self._substitute(at)
        else:
            return False
        return True

    def _substitute(self, at: Instant) -> None:
        """Come a step nearer to a declaration in the place of a refused record: seal it first."""
        journal, refusal = self._refusals[0]
        open_end = self._segments.open_end.seq
        if journal == self.journal and open_end <= refusal.seq <= self.last:
            if self._segments.full:
                self._segments.seal_one()
            else:
                self._segments.roll()
                self._sealer.renew()
            return
        self._refusals.popleft()
        if journal == self.journal:
            self._substitution.make(journal, self._segments.shelf, refusal, at)
        else:
            self._archive.substitute(journal, refusal, at)

    def _alive(self, at: Instant) -> list[Record]:
        """Return a note for the silence, if there was one."""
        silent = at.up_ns - self._stored_at >= self._limits.alive_s * 10**9
        return [records.note(self.last + 1, What.ALIVE, at)] if silent else []

    def _counted(self, at: Instant, counted: Counted | None) -> list[Record]:
        if counted is None:
            return []
        return [records.note(self.last + 1, What.TALLY, at, counted.data())]

    def _told(self, at: Instant) -> list[Record]:
        """Return the note that the journal before this one was given up, if that was not said."""
        if self._renewal is None:
            return []
        return [records.note(self.last + 1, What.RENEWED, at, self._renewal)]

    def _headed(self, found: list[Record], at: Instant) -> list[Record]:
        return self._heads.behind(found, self.journal, self.last, self._current.chain, at)

    def _tidily(self, work: Callable[[], object]) -> None:
        """Do `work`; on a full card let the ballast go for it, and refuse scans from then on."""
        try:
            work()
        except JournalFull:
            if not self._refusing:
                self._refusing = True
                log.error("journal.full", waiting=self.waiting)  # noqa: TRY400
            self._ballast.release()

    def _tidy(self, at: Instant) -> None:
        if self._cursor.is_due(self.confirmed, at.up_ns):
            self._cursor.write(self.journal, self.confirmed, at.up_ns)
        self._retention.drop_one(self._cursor, self.confirmed, at, is_full=self._refusing)
        if self._has_retired:
            retired.drop(self._folder, at.wall_ms, self._limits.keep_confirmed_s)
            self._archive.inspect(at)
        if self._ballast.take():
            self._segments.spare()
            self._mender.inspect(self.journal, self._segments.shelf, self._segments.open_end, at)
            if self._refusing:
                self._refusing = False
                log.info("journal.room", waiting=self.waiting)

    # -- receipts -----------------------------------------------------------------------------

    def refused(self, journal: str, refusal: Refusal) -> None:
        """Take a refusal that the collector signed, of a record that is copied: it may give way.

        Only one that names the bytes it means counts; the work is done when nobody waits.
        """
        if refusal.of and (journal, refusal) not in self._refusals:
            self._refusals.append((journal, refusal))

    def confirm(self, receipt: Receipt) -> bool:
        """Take a receipt whose signature was checked; say whether it moved the mark.

        A receipt for another gate changes nothing, one for a journal that was given up concerns
        that one. One that shows other records under our numbers ends this journal.
        """
        if receipt.gate != self._gate or receipt.journal != self.journal:
            if receipt.gate != self._gate or not retired.confirm(self._folder, receipt):
                log.warning("receipt.foreign", journal=receipt.journal)
            return False
        if self._mender.can_declare and self._mark.is_asked_for(receipt, self._segments.first):
            return self._declare_dropped(receipt)
        try:
            said = self._mark.weigh(receipt, self.last, self._segments.chain_at)
        except JournalBroken as error:
            log.error("segment.unreadable", high=receipt.high, detail=str(error))  # noqa: TRY400
            self._mender.look_at(receipt.high, self._segments.shelf)
            return False
        if said in GIVEN_UP:
            self._renew(said.value, receipt.high)
        if said is not Weight.FITS:
            return False
        if receipt.high < self.confirmed:
            log.warning("receipt.back", high=receipt.high, was=self.confirmed)
        self._move(receipt)
        return True

    def _declare_dropped(self, receipt: Receipt) -> bool:
        """Go back for a collector that was restored, further than there are records for it."""
        first = self._segments.first
        try:
            after = self._segments.chain_at(first - 1)
            before = bytes.fromhex(receipt.hash)
        except (JournalBroken, ValueError) as error:
            log.error("segment.unreadable", high=receipt.high, detail=str(error))  # noqa: TRY400
            return False
        if after is None:
            return False
        log.warning("receipt.back", high=receipt.high, was=self.confirmed, first=first)
        self._mender.dropped(receipt.high, before, first, after)
        self._move(receipt)
        return True

    def _move(self, receipt: Receipt) -> None:
        self._mark.move(receipt)
        self._cursor.time_ms = receipt.time
        self._publish()

    # -- at a start, and when a journal cannot go on ------------------------------------------

    def _open(self) -> None:
        why = opening.resume(self._folder, self._gate, self._segments, self._mender)
        self._is_open = True
        retired.adopt(self._folder)
        if why:
            self._abandon(why)
            return
        old = retired.found(self._folder)
        self._has_retired = bool(old)
        if old and not self.last:  # the power went before it could be told
            self._renewal = old[-1].told()
        mine = self._cursor.journal == self.journal
        sound = mine and self._cursor.high <= self.last
        self._mark = Mark(self._cursor.high, self._cursor.time_ms) if sound else Mark()
        self._mender.look_at(self.confirmed + 1, self._segments.shelf)
        said = durable.read(self._run)
        # Numbers behind the end were used already, so this journal must not give them out again.
        if mine and self._cursor.high > self.last:
            self._mark = Mark(self.last)
            self._renew("mark-beyond-end", self._cursor.high)
        elif said is not None and said.journal == self.journal and said.seq > self.last:
            self._renew("durable-end-beyond-end", said.seq)

    def _abandon(self, why: str) -> None:
        """Give up a journal of which it cannot be told how far it had come."""
        listed = names.segments(self._folder)
        self._begin_anew(
            retired.retire(
                self._folder,
                retired.Retired(
                    journal=opening.journal_of(self._folder) or self._cursor.journal or "unknown",
                    last=listed[-1].first - 1 if listed else 0,
                    high=self._cursor.high,
                    why=why,
                ),
            )
        )

    def _renew(self, why: str, high: int) -> None:
        """Give this journal up and begin another; the next note tells the district."""
        self._ballast.release()  # what follows needs a little room
        one = retired.Retired(
            journal=self.journal,
            last=self.last,
            high=self.confirmed,
            why=why,
            beyond=high,
            chain=self._current.chain.hex(),
        )
        self._segments.seal_all()
        self._begin_anew(retired.retire(self._folder, one))

    def _begin_anew(self, old: retired.Retired) -> None:
        self._renewal = old.told()
        log.error("journal.renewed", **self._renewal)
        self._sealer.renew()
        self._segments.begin_new()
        self._mark = Mark()
        self._cursor.high = self._cursor.time_ms = 0  # what it says is of the old journal
        self._has_retired = True
        self._publish()
