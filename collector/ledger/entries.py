"""The values that go into a ledger and come out of it. Values only: no file, no clock."""

import enum

import msgspec

from collector.ledger.times import Moment
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Missing,
    Note,
    Outcome,
    Reason,
    Record,
    Signature,
    genesis,
)

UNDER_WAY_MS = 60_000
"""What is not here for less time than this may still be under way."""


class Why(enum.StrEnum):
    """Why a record was not taken as it came. Sent to gates and stored, so never renamed."""

    UNREADABLE = "unreadable"
    """The message is no batch this collector can read."""
    UNKNOWN_GATE = "unknown-gate"
    """The roster has no such gate."""
    ODD = "odd-record"
    """Kept as received, and counted, but its form is not known here."""
    FORK = "fork"
    """Another record of the same identity is in the ledger."""
    ALTERED = "altered"
    """It does not continue the chain that is in the ledger."""
    UNSIGNED = "unsigned"
    """It declares records missing, and the gate's own key has not signed that."""
    HELD = "held"
    """The gate declares records missing that are in the ledger: nothing is lost."""
    BAD_HEAD = "bad-head"
    """A head of the chain that the gate's key has not signed, or that is not this chain's."""
    REVOKED = "revoked-gate"
    """The gate was withdrawn: nothing of it is taken any more."""
    JOURNALS = "too-many-journals"
    """The gate has begun more journals than a gate can need."""


class Entry(msgspec.Struct, frozen=True):
    """One record of an arrival."""

    seq: int
    chain: bytes
    """The chain value after it."""
    raw: bytes
    """Its canonical bytes, over which the chain runs."""
    record: Record | None
    """None if its form is not known here: kept all the same."""

    @property
    def last(self) -> int:
        """Return the last seq it speaks for: its own, unless it declares records missing."""
        return self.record.last if isinstance(self.record, Missing) else self.seq


class SignedHead(msgspec.Struct, frozen=True):
    """A head of the chain that the gate's records key has signed, and that fits the chain."""

    seq: int
    hash: bytes
    """The chain value at `seq`."""
    kid: str
    sig: str


class Arrival(msgspec.Struct, frozen=True):
    """Consecutive records of one journal, at least one, and the chain value before them."""

    gate: str
    journal: str
    prev: bytes
    entries: tuple[Entry, ...]
    head: SignedHead | None = None
    """The latest that is among the entries."""

    @property
    def first(self) -> int:
        """Return the first seq."""
        return self.entries[0].seq

    @property
    def last(self) -> int:
        """Return the last seq."""
        return self.entries[-1].last


class Mark(msgspec.Struct, frozen=True):
    """How far one journal of one gate is in the ledger, without a hole."""

    gate: str
    journal: str
    high: int
    chain: bytes
    """The chain value at `high`."""


def unmarked(gate: str, journal: str) -> Mark:
    """Return the mark of a journal of which nothing is there yet."""
    return Mark(gate, journal, 0, genesis(gate, journal))


class Topic(enum.StrEnum):
    """What a report is about."""

    STATE = "state"
    HEALTH = "health"


class Report(msgspec.Struct, frozen=True):
    """What a gate said about itself, as received."""

    gate: str
    topic: Topic
    raw: bytes
    retained: bool = False
    """True if the broker had kept it: said at some time before now."""
    journal: str = ""
    last: int = 0
    """The last seq that the gate says it has stored in `journal`."""


class Complaint(msgspec.Struct, frozen=True):
    """Something a gate sent that was not taken, or not as it came."""

    gate: str
    journal: str
    seq: int
    why: Why
    of: str = ""
    """Hex SHA-256 of what was refused, where the gate may declare it missing on that word."""


class Post(msgspec.Struct, frozen=True):
    """All that is to be committed together."""

    arrivals: tuple[Arrival, ...] = ()
    reports: tuple[Report, ...] = ()
    complaints: tuple[Complaint, ...] = ()


class Taking(msgspec.Struct, frozen=True):
    """What became of one arrival."""

    mark: Mark
    """Afterwards."""
    fresh: tuple[Entry, ...] = ()
    """Stored now."""
    absorbed: int = 0
    """How many were there already."""
    want: tuple[int, int] | None = None
    """First and last seq missing before the arrival; nothing of it was stored."""
    forked: tuple[Entry, ...] = ()
    """Kept apart and alarmed."""
    complaints: tuple[Complaint, ...] = ()


class Row(msgspec.Struct, frozen=True):
    """A scan as the pages show it: nothing about the person."""

    gate: str
    wall: int
    clock: ClockState
    dir: Direction
    kind: str
    signature: Signature
    identity: Identity
    outcome: Outcome
    reason: Reason
    marks: tuple[str, ...]
    received: int
    """Collector's clock at the commit, ms since 1970."""
    moment: Moment
    """When it was made, corrected."""


class Glance(msgspec.Struct, frozen=True):
    """A passage as it is counted: where, when, which way; nothing else."""

    gate: str
    wall: int
    clock: str
    dir: str
    outcome: str
    received: int
    undone: bool = False
    """It takes an earlier passage back: nobody passed after all."""
    told: int = 0
    """When it was, ms since 1970, where that was written on paper; 0 for any other."""


STARTED = "started"
"""Outcome of a glance that is no passage: the gate was switched on."""


class Standing(msgspec.Struct, frozen=True):
    """The last that is known of a gate."""

    gate: str
    state: bytes = b""
    state_ms: int = 0
    health: bytes = b""
    health_ms: int = 0
    said: str = ""
    """`start` or `stop`: the last such note in its journal."""
    record_ms: int = 0
    """When the last record was received; 0 for never."""
    record_wall: int = 0
    record_clock: str = ""
    high: int = 0
    """The mark of the journal that moved last."""
    forks: int = 0
    complaints: int = 0
    journal: str = ""
    """The journal it says it writes now."""


class Lack(enum.StrEnum):
    """Why records are not in the ledger."""

    GAP = "gap"
    """Later ones came; these were asked for and have not come."""
    DECLARED = "declared"
    """The gate declared them missing, signed: they are gone."""
    UNSENT = "unsent"
    """The gate says it has them."""


class Gap(msgspec.Struct, frozen=True):
    """A range of one journal that is not in the ledger."""

    gate: str
    journal: str
    lack: Lack
    first: int
    last: int
    since_ms: int
    """Since when that is known, by the collector's clock."""
    retired: bool = False
    """The gate says that it now writes another journal."""
    cause: str = ""
    """As the gate declared it."""

    @property
    def count(self) -> int:
        """Return how many records that is."""
        return self.last - self.first + 1

    def is_due(self, now_ms: int) -> bool:
        """Say whether it is missing, and not merely under way."""
        return self.lack is Lack.DECLARED or now_ms - self.since_ms >= UNDER_WAY_MS


class Stored(msgspec.Struct, frozen=True):
    """One record as it is in the ledger, or a declaration that stands for a range."""

    first: int
    """The first seq it stands for; after `last` where a declaration only mended the chain."""
    last: int
    t: str
    """`scan`, `note`, `key`, `odd`, `missing`, or `deleted` where their time was over."""
    chain: bytes
    raw: bytes
    received_ms: int
    boot: str | None = None
    up: int | None = None
    receipt: int = 0
    """By which receipt they were deleted."""
    day: int = 0
    """The local day, in days since 1970, up to which that receipt deleted."""


class Raw(msgspec.Struct, frozen=True):
    """A record as it came, for whoever follows the ledger in the order of arrival."""

    row: int
    gate: str
    journal: str
    seq: int
    t: str
    boot: str | None
    up: int | None
    wall: int | None
    clock: str | None
    raw: bytes
    received_ms: int


class Deletion(msgspec.Struct, frozen=True):
    """A receipt: records of one journal that were deleted when their time was over."""

    receipt: int
    day: int
    """The last local day that went, in days since 1970."""
    gate: str
    journal: str
    first: int
    last: int
    records: int
    """That were here; the others of the range had been declared missing."""
    scans: int
    chain: bytes
    """The chain value at `last`."""
    at_ms: int


class Kept(msgspec.Struct, frozen=True):
    """What is here of a journal: its records after `gone`, up to `high`."""

    gate: str
    journal: str
    gone: int
    high: int


class Stamp(msgspec.Struct, frozen=True):
    """When one record says it was made, and when it came."""

    seq: int
    boot: str | None
    up: int | None
    received_ms: int


class Witness(msgspec.Struct, frozen=True):
    """What the clock of a gate that was sure of it said last, and when that came."""

    gate: str
    wall: int
    received_ms: int
    clock: str
    """Why it was sure: a ClockState."""

    @property
    def is_echo(self) -> bool:
        """Say whether it has its time from our receipts, and so from the server's own clock."""
        return self.clock == ClockState.ANCHORED


class Run(msgspec.Struct, frozen=True):
    """One run of retention, by the clocks of the server."""

    at_ms: int
    boot: str
    """The server's boot; `up_ms` counts within it."""
    up_ms: int
    stopped: str = ""
    """Why nothing was deleted, if it was stopped."""


class NoteAt(msgspec.Struct, frozen=True):
    """A gate's note and when it was made."""

    gate: str
    journal: str
    seq: int
    moment: Moment
    boot: str
    up: int
    note: Note


class Tally(msgspec.Struct, frozen=True):
    """The counts of one journal, counted from the rows themselves."""

    gate: str
    journal: str
    high: int
    chain: str
    """Hex of the chain value at `high`."""
    rows: int
    doubles: int
    """Rows beyond one for each seq: must be 0."""
    missing: int
    """Seqs up to `high` without a row and not declared missing: must be 0."""
    scans: int
    accepted: int
    odd: int
    forks: int
    declared: int = 0
    """Records that the gate declared missing."""
    deleted: int = 0
    """Records that were deleted by receipt: all up to this seq."""
