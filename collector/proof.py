"""What can be proved of a gate's records from what is stored; or exactly where not.

That none is missing, that none was changed, and that the gate itself said so.

The chain is computed again over the stored bytes, from each journal's first record. A head of the
chain that the gate has signed binds every record before it. Pure: what is stored, the gate's public
key and the range come as values.
"""

import enum
from collections.abc import Iterable, Iterator

import msgspec

from collector.ledger.chain import GAPS, walked
from collector.ledger.entries import Gap, Lack, Stored
from collector.ledger.times import Times
from collector.localday import midnight
from wire import head
from wire.canonical import parse
from wire.errors import WireError
from wire.keys import Keyring
from wire.record import Missing, Note, to_record

MAX_FINDINGS = 1000
"""Of one journal; one that is broken everywhere needs no longer list."""
HEAD = b'"what":"head"'


class Flaw(enum.StrEnum):
    """What keeps a range from being proved. Printed by `--json`, so never renamed."""

    MISSING = "missing"
    """Nothing is stored, and nothing says why."""
    DECLARED = "declared-missing"
    """The gate declared them lost, signed."""
    DELETED = "deleted"
    """Deleted here when their time was over, with a receipt for that."""
    FORK = "fork"
    """Another record of the same number is kept beside it."""
    BROKEN = "broken-chain"
    """The stored bytes are not those that were chained."""
    FALSE_HEAD = "false-head"
    """A signed head that is not the gate's, or not of this chain."""
    UNSIGNED = "unsigned"
    """No head that the gate has signed reaches so far."""
    UNSENT = "unsent"
    """The gate says it has them, and they have not come."""


class Finding(msgspec.Struct, frozen=True):
    """One flaw and where it is."""

    flaw: Flaw
    first: int
    last: int
    cause: str = ""
    receipts: tuple[int, int] | msgspec.UnsetType = msgspec.UNSET
    """Of what was deleted: the first and the last receipt for it."""


class Range(msgspec.Struct, frozen=True):
    """The time that is asked about, ms since 1970; open where None."""

    since_ms: int | None = None
    until_ms: int | None = None

    @property
    def is_whole(self) -> bool:
        """Say whether everything is asked about, up to now."""
        return self.until_ms is None


class Proof(msgspec.Struct, frozen=True):
    """What is proved of one journal."""

    gate: str
    journal: str
    first: int
    last: int
    """Both 0 if no record of the journal lies in the range."""
    records: int
    scans: int
    signed_to: int
    """The last seq that a head signed by the gate binds."""
    findings: tuple[Finding, ...]
    walked: int
    """Records looked at, from the journal's beginning."""

    @property
    def holds(self) -> bool:
        """Say whether the range is unbroken, chained and signed."""
        return not any(each.flaw is not Flaw.DELETED for each in self.findings)


class Walk:
    """One way through a journal."""

    def __init__(self, gate: str, journal: str, ring: Keyring, times: Times, asked: Range) -> None:
        """Take what is asked and what signatures are held against."""
        self._gate, self._journal, self._ring = gate, journal, ring
        self._times, self._asked = times, asked
        self._findings: list[Finding] = []
        self._first = self._last = self._records = self._scans = 0
        self._signed_to = self._walked = self._end = self._gone = 0

    def through(self, stored: Iterable[Stored]) -> None:
        """Look at all that is stored of the journal, in order."""
        expected, chain = 1, b""
        for each, fits in walked(self._gate, self._journal, stored):
            self._walked += 1
            if each.first > expected and each.last >= expected:
                self._find(Flaw.MISSING, expected, each.first - 1)
            if each.t == "missing":
                self._declared(each)
            elif each.t == "deleted":
                self._deleted(each)
            elif not fits:
                self._find(Flaw.BROKEN, each.first, each.last)
            elif each.t == "note" and HEAD in each.raw:
                self._head(each, chain)
            if each.t not in GAPS and self._is_asked(each):
                self._first, self._last = self._first or each.first, each.last
                self._records += 1
                self._scans += each.t == "scan"
            expected, chain = max(expected, each.last + 1), each.chain
        self._end = expected - 1

    def proof(self, high: int, forked: Iterable[int], gaps: Iterable[Gap]) -> Proof:
        """Return what came of it, with the mark, the forks and gaps that the ledger knows of."""
        if self._end < high:
            self._find(Flaw.MISSING, self._end + 1, high)
            self._end = high
        first, last = self._first, self._end if self._asked.is_whole else self._last
        if self._asked.since_ms is None:
            first = min(1, self._end)
        for seq in forked:
            self._find(Flaw.FORK, seq, seq)
        self._unsigned(first, last)
        found = (each for each in self._findings if each.first <= last and each.last >= first > 0)
        beyond = self._beyond(gaps) if self._asked.is_whole else ()
        ordered = sorted((*found, *beyond), key=lambda each: (each.first, each.last, each.flaw))
        return Proof(
            *(self._gate, self._journal, first, last, self._records, self._scans),
            signed_to=self._signed_to,
            findings=tuple(ordered[:MAX_FINDINGS]),
            walked=self._walked,
        )

    def _unsigned(self, first: int, last: int) -> None:
        """Find what no head binds: a range with an end needs one behind it, else one will do.

        Of what was deleted there is nothing left to bind: its receipt has the chain at the end.
        """
        first = max(first, self._gone + 1)
        if last < first:
            return
        if last > self._signed_to and (not self._asked.is_whole or self._signed_to < first):
            self._find(Flaw.UNSIGNED, max(first, self._signed_to + 1), last)

    def _beyond(self, gaps: Iterable[Gap]) -> Iterator[Finding]:
        for gap in gaps:
            if gap.lack is Lack.GAP:
                yield Finding(Flaw.MISSING, gap.first, gap.last)
            elif gap.lack is Lack.UNSENT:
                yield Finding(Flaw.UNSENT, gap.first, gap.last)

    def _declared(self, each: Stored) -> None:
        """Check the signature again: what is stored is believed as little as what arrives."""
        try:
            record = to_record(parse(each.raw))
            if not isinstance(record, Missing) or bytes.fromhex(record.after) != each.chain:
                raise WireError(each.t)  # noqa: TRY301  # answered two lines below
            head.check(record, self._gate, self._journal, self._ring)
        except (WireError, ValueError):
            self._find(Flaw.BROKEN, min(each.first, each.last), each.last)
            return
        if each.first <= each.last:
            self._find(Flaw.DECLARED, each.first, each.last, record.cause[:80])

    def _deleted(self, each: Stored) -> None:
        """Find what a receipt speaks for; the time asked about may lie in its days."""
        first, receipt = each.first, each.receipt
        before = self._findings[-1] if self._findings else None
        if before and before.receipts and before.last + 1 == each.first:  # a journal's beginning
            first, receipt = before.first, before.receipts[0]
            self._findings.pop()
        receipts = (receipt, each.receipt)
        self._findings.append(Finding(Flaw.DELETED, first, each.last, "", receipts))
        self._gone = each.last
        since = self._asked.since_ms
        if self._is_bounded and (since is None or since < midnight(each.day + 1)):
            self._first, self._last = self._first or each.first, each.last

    @property
    def _is_bounded(self) -> bool:
        return self._asked.since_ms is not None or self._asked.until_ms is not None

    def _head(self, each: Stored, chain: bytes) -> None:
        try:
            note = to_record(parse(each.raw))
            if not isinstance(note, Note):
                return
            signed = head.unpack(note.data, self._ring)
        except WireError:
            self._find(Flaw.FALSE_HEAD, each.first, each.last)
            return
        here = (self._gate, self._journal, each.first - 1, chain.hex())
        if (signed.gate, signed.journal, signed.seq, signed.hash) == here:
            self._signed_to = signed.seq
        else:
            self._find(Flaw.FALSE_HEAD, each.first, each.last)

    def _is_asked(self, each: Stored) -> bool:
        """Say whether a record may have been made in the time that is asked about."""
        since, until = self._asked.since_ms, self._asked.until_ms
        if since is None and until is None:
            return True
        known = self._times.interval(each.boot, each.up) if each.boot and each.up else None
        earliest, latest = known or (None, each.received_ms)
        if since is not None and min(latest, each.received_ms) < since:
            return False
        return until is None or earliest is None or earliest < until

    def _find(self, flaw: Flaw, first: int, last: int, cause: str = "") -> None:
        """Note a flaw; one that goes on is one finding."""
        if self._findings:
            before = self._findings[-1]
            if (before.flaw, before.last + 1, before.cause) == (flaw, first, cause):
                self._findings[-1] = Finding(flaw, before.first, last, cause)
                return
        self._findings.append(Finding(flaw, first, last, cause))
