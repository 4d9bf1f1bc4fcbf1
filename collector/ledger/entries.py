"""The values that go into a ledger and come out of it. Values only: no file, no clock."""

import enum
from typing import Any

import msgspec

from collector.ledger.times import Moment
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Missing,
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


class Noted(msgspec.Struct, frozen=True):
    """A note of a gate's about itself, as its page shows it."""

    what: str
    data: dict[str, Any]
    wall: int
    clock: str
    received: int


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
