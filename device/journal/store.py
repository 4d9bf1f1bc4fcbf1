"""The journal: one writer, one sequence, one chain, and nothing forgotten without a receipt.

It knows nothing of cameras, verdicts' reasons or networks. What must happen before the green
light is in `scan` and `note`; everything that may wait is in `tend`.
"""

import fcntl
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import msgspec
import structlog
from tinydb import TinyDB
from tinydb.storages import MemoryStorage
from tinydb.table import Document as Row

from device.errors import GateError, JournalBroken, JournalBusy, JournalForeign, JournalFull
from device.flow import Instant, Verdict
from device.i18n import N_
from device.journal import folder as names
from device.journal import sealed
from device.journal.appendlog import LARGEST, AppendLog, prepare
from device.journal.ballast import Ballast
from device.journal.disk import sync_folder
from device.journal.durable import DurableEnd, End
from device.journal.sealer import Sealer
from device.journal.segment import HEADER_BYTES, Header
from wire.receipt import Receipt
from wire.record import Key, Note, Record, Scan, What, genesis, to_document
from wire.sealing import SealKey

log = structlog.get_logger()

RECORD_BYTES = 512
"""Room for a record in a new segment; a usual one takes about 330 bytes."""
BALLAST_BYTES = 1024 * 1024
CURSOR_RECORDS = 256
CURSOR_NS = 60 * 10**9
TIDY_NS = 10**9


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How the journal is cut and how long it keeps what is confirmed."""

    segment_records: int = 256
    keep_confirmed_s: int = 172_800
    """At least two of the collector's backup intervals, so that a restored one can ask again."""
    alive_s: int = 300


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
    ) -> None:
        """Keep the journal of `gate` in `folder` and its durable end in `run`.

        `receipts` returns the newest receipt whose signature was checked, once, or None.
        """
        self._folder, self._run, self._gate = folder, run, gate
        self._receipts = receipts
        self._limits = limits
        self._sealer = Sealer(gate, authority)
        self._ballast = Ballast(folder / names.BALLAST, BALLAST_BYTES)
        self._lock = -1
        self._log: AppendLog | None = None
        self._db = TinyDB(storage=MemoryStorage)
        self._full: list[AppendLog] = []
        self._refusing = False
        self._confirmed = 0
        self._durable: DurableEnd | None = None
        self._renewal: dict[str, object] | None = None
        self._stored_at = self._cursor_at = self._tidied_at = 0

    def __enter__(self) -> Self:
        """Open the journal, or make it; cut a torn tail; take up where it stopped."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        self._run.mkdir(parents=True, exist_ok=True, mode=0o755)
        self._lock = _locked(self._folder / names.LOCK)
        try:
            self._cursor = sealed.Cursor(self._folder / names.CURSOR)
            self._resume()
            self._durable = DurableEnd(self._run)
            self._publish()
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        """Store the cursor and close the files."""
        try:
            if self._log is not None and self._confirmed > self._cursor.high:
                self._cursor.write(self.journal, self._confirmed)
        finally:
            for each in (*self._full, *([self._log] if self._log else [])):
                each.close()
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
        return self._confirmed

    @property
    def waiting(self) -> int:
        """Return how many records are not confirmed."""
        return self.last - self._confirmed

    @property
    def refusing(self) -> bool:
        """Say whether the card is full and new scans are refused."""
        return self._refusing

    @property
    def _current(self) -> AppendLog:
        if self._log is None:
            msg = "the journal is not open"
            raise JournalBroken(msg)
        return self._log

    def answers(self) -> bool:
        """Say whether the card is there and would take a record; asks it, and writes nothing.

        A file system that met an error makes itself read-only, and says so from then on.
        """
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return False
        return self._log is not None and not found.f_flag & os.ST_RDONLY

    def scan(self, verdict: Verdict, captured: Instant) -> Record:
        """Store the scan of a verdict; return when it is on stable storage."""
        if self._refusing:
            msg = N_("the card is full")
            raise JournalFull(msg)
        records: list[Record] = []
        seq = self.last + 1
        if verdict.personal is not None and self._sealer.key_seq is None:
            records.append(
                Key(
                    seq=seq,
                    to=self._sealer.to,
                    sealed=self._sealer.sealed_key(),
                    **_stamp(captured),
                )
            )
            self._sealer.key_seq = seq
            seq += 1
        records.append(self._scan(seq, verdict, captured))
        try:
            self._append(records)
        except GateError:
            self._sealer.renew()  # the key record may not be there: seal nothing more under it
            raise
        return records[-1]

    def note(self, what: What, at: Instant, data: dict[str, object] | None = None) -> Record:
        """Store a note; return when it is on stable storage."""
        record = Note(seq=self.last + 1, what=what, data=data or {}, **_stamp(at))
        self._append([record])
        return record

    def confirm(self, receipt: Receipt) -> bool:
        """Take a receipt whose signature was checked; say whether it moved the mark.

        A receipt for another gate or journal changes nothing. One beyond our end, or with another
        chain value than ours, proves that the district has other records under our numbers: this
        card is an older copy of itself. Its journal is given up and a new one begun, so that no
        number is used twice.
        """
        if receipt.gate != self._gate or receipt.journal != self.journal:
            log.warning("receipt.foreign", journal=receipt.journal)
            return False
        if receipt.high <= self._confirmed:
            return False
        if receipt.high > self.last:
            self._renew("receipt-beyond-end", receipt.high)
            return False
        try:
            ours = self._chain_at(receipt.high).hex()
        except JournalBroken as error:
            log.error("segment.unreadable", high=receipt.high, detail=str(error))  # noqa: TRY400
            return False
        if ours != receipt.hash:
            self._renew("receipt-of-other-records", receipt.high)
            return False
        self._confirmed = receipt.high
        self._publish()
        return True

    def tend(self, at: Instant) -> None:
        """Do one thing that may wait: take a receipt, seal, prepare, store the cursor, drop."""
        receipt = self._receipts()
        if receipt is not None and self.confirm(receipt):
            log.info("receipt.taken", high=self._confirmed, up_ns=at.up_ns)
        if self._renewal is not None:
            self._tidily(lambda: self._tell_renewal(at))
        elif len(self._current) >= self._limits.segment_records:
            self._tidily(self._roll)
        elif self._full:
            self._tidily(self._seal_one)
        elif at.up_ns - self._stored_at >= self._limits.alive_s * 10**9:
            self._tidily(lambda: self.note(What.ALIVE, at))
        elif at.up_ns - self._tidied_at >= TIDY_NS:
            self._tidied_at = at.up_ns
            self._tidily(lambda: self._tidy(at))

    # -- before the green light ---------------------------------------------------------------

    def _scan(self, seq: int, verdict: Verdict, captured: Instant) -> Scan:
        personal = verdict.personal
        return Scan(
            seq=seq,
            dir=verdict.direction,
            kind=verdict.kind,
            signature=verdict.signature,
            identity=verdict.identity,
            outcome=verdict.outcome,
            reason=verdict.reason,
            marks=verdict.marks,
            key=self._sealer.key_seq if personal is not None else None,
            sealed=self._sealer.seal(personal, self.journal, seq) if personal is not None else None,
            **_stamp(captured),
        )

    def _append(self, records: list[Record]) -> None:
        documents = [to_document(each) for each in records]
        if not self._current.fits(len(documents)):
            self._roll()
        self._db.insert_multiple(Row(each, doc_id=each["seq"]) for each in documents)
        self._stored_at = records[-1].up * 1_000_000
        self._publish()

    def _publish(self) -> None:
        if self._durable is not None:
            self._durable.publish(End(self.journal, self.last, self._confirmed))

    # -- what may wait ------------------------------------------------------------------------

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
        if self._cursor_due(at):
            self._cursor.write(self.journal, self._confirmed)
            self._cursor_at = at.up_ns
        self._drop_one(at)
        if self._ballast.take():
            self._spare()
            if self._refusing:
                self._refusing = False
                log.info("journal.room", waiting=self.waiting)

    def _tell_renewal(self, at: Instant) -> None:
        self.note(What.RENEWED, at, self._renewal)
        self._renewal = None

    def _cursor_due(self, at: Instant) -> bool:
        behind = self._confirmed - self._cursor.high
        return behind >= CURSOR_RECORDS or (behind > 0 and at.up_ns - self._cursor_at >= CURSOR_NS)

    def _roll(self) -> None:
        """Begin the next segment; the full one is sealed when there is time."""
        before = self._current
        self._use(self._begin(self.journal, before.last + 1, before.chain))
        self._full.append(before)
        self._sealer.renew()

    def _seal_one(self) -> None:
        full = self._full[0]
        named = names.Named(full.header.first, names.SEALED)
        sealed.seal(named.within(self._folder), full.header, full.documents(), full.chain)
        full.close()
        names.Named(full.header.first, names.OPEN).within(self._folder).unlink()
        self._full.pop(0)
        log.info("segment.sealed", first=full.header.first, last=full.last)

    def _use(self, log: AppendLog) -> None:
        self._log = log
        self._db = TinyDB(storage=lambda: log)

    def _spare(self) -> None:
        path = self._folder / names.SPARE
        if not path.exists() or path.stat().st_size != self._segment_bytes:
            prepare(path, self._segment_bytes)

    @property
    def _segment_bytes(self) -> int:
        return HEADER_BYTES + self._limits.segment_records * RECORD_BYTES + 2 * LARGEST

    def _begin(self, journal: str, first: int, chain: bytes) -> AppendLog:
        self._spare()
        path = names.Named(first, names.OPEN).within(self._folder)
        header = Header(self._gate, journal, first, chain.hex())
        return AppendLog.begin(self._folder / names.SPARE, path, header)

    def _drop_one(self, at: Instant) -> None:
        """Delete the oldest sealed segment if it is confirmed, and was so long enough ago.

        The cursor goes first: a journal must never begin behind its own mark.
        """
        found = names.segments(self._folder)
        if len(found) < 2 or found[0].suffix != names.SEALED:
            return
        path = found[0].within(self._folder)
        kept_ms = at.wall_ms - path.stat().st_mtime_ns // 1_000_000
        if found[1].first > self._confirmed + 1 or kept_ms < self._limits.keep_confirmed_s * 1000:
            return
        if self._cursor.high < found[1].first - 1:
            self._cursor.write(self.journal, self._confirmed)
            self._cursor_at = at.up_ns
        path.unlink()
        log.info("segment.dropped", first=found[0].first, last=found[1].first - 1)

    # -- at a start ---------------------------------------------------------------------------

    def _resume(self) -> None:
        """Find the open segment, seal what was left full, and begin one if there is none."""
        found = names.segments(self._folder)
        done = {each.first for each in found if each.suffix == names.SEALED}
        for each in found:
            if each.suffix == names.OPEN and each.first in done:
                each.within(self._folder).unlink()
        opened = [
            AppendLog(each.within(self._folder))
            for each in found
            if each.suffix == names.OPEN and each.first not in done
        ]
        self._full = opened[:-1]
        if opened:
            self._use(opened[-1])
        elif done:
            self._use(self._after(names.Named(max(done), names.SEALED)))
        else:
            self._use(self._begin_new())
        sync_folder(self._folder)
        self._check_owner()
        self._check_mark()

    def _after(self, named: names.Named) -> AppendLog:
        """Begin the segment that follows the last sealed one."""
        whole = sealed.load(named.within(self._folder))
        return self._begin(whole.header.journal, whole.last + 1, whole.chains[-1])

    def _begin_new(self) -> AppendLog:
        """Begin a journal: its id is random, because a swapped card begins at 1 again."""
        journal = secrets.token_hex(8)
        return self._begin(journal, 1, genesis(self._gate, journal))

    def _check_owner(self) -> None:
        """Refuse to go on with another gate's records, or with those of two journals."""
        if any(each.header.gate != self._gate for each in (*self._full, self._current)):
            msg = self._current.header.gate
            raise JournalForeign(msg)
        if any(each.header.journal != self.journal for each in self._full):
            msg = N_("it holds segments of two journals")
            raise JournalBroken(msg)

    def _check_mark(self) -> None:
        """Take the confirmed mark over; one beyond the end means that the card was put back.

        Numbers behind that end were used already, so this journal must not give them out again.
        """
        mine = self._cursor.journal == self.journal
        self._confirmed = self._cursor.high if mine and self._cursor.high <= self.last else 0
        if mine and self._cursor.high > self.last:
            self._renew("mark-beyond-end", self._cursor.high)

    def _renew(self, why: str, high: int) -> None:
        """Give this journal up and begin another; the next note tells the district."""
        old, last = self.journal, self.last
        log.error("journal.renewed", why=why, high=high, last=last, old=old)
        self._retire()
        self._sealer.renew()
        self._use(self._begin_new())
        self._confirmed = 0
        self._cursor.high = 0  # what it says is of the old journal
        self._renewal = {"old": old, "last": last, "high": high, "why": why}
        self._publish()

    def _retire(self) -> None:
        """Move the old journal's segments into a folder of their own; nothing is deleted."""
        for each in (*self._full, self._current):
            each.close()
        self._full = []
        old = self._folder / f"retired-{self.journal}"
        old.mkdir(exist_ok=True)
        for named in names.segments(self._folder):
            path = named.within(self._folder)
            path.rename(old / path.name)
        sync_folder(self._folder)

    def _chain_at(self, seq: int) -> bytes:
        """Return the chain value after record `seq`, which is in this journal."""
        for each in (self._current, *self._full):
            if each.header.first <= seq <= each.last:
                return each.chains[seq - each.header.first]
        before = [n for n in names.segments(self._folder) if n.first <= seq]
        whole = sealed.load(before[-1].within(self._folder))
        return whole.chains[seq - whole.header.first]


def _stamp(at: Instant) -> dict[str, Any]:
    return {
        "boot": at.boot,
        "up": at.up_ns // 1_000_000,
        "wall": at.wall_ms,
        "clock": at.clock,
    }


def _locked(path: Path) -> int:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o640)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        msg = N_("another scanner writes this journal")
        raise JournalBusy(msg) from error
    return fd
