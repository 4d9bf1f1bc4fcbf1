"""What a gate keeps and sends: one unbroken sequence of records, chained by hash.

A record is a scan, a note about the gate itself, or a sealed data key. All three share the
sequence and the chain, so "nothing is missing between two notes" is something the collector can
check rather than believe. Records are stored and sent as JSON objects; the structs here say which
fields they have. Fields left at their default are not written.

The identity of a record is (gate, journal, seq): `journal` is random and made with the journal,
because a swapped card starts again at 1.
"""

import enum
import hashlib
from typing import Annotated, Any

import msgspec

from wire.canonical import Document, canonical, read
from wire.errors import WireError

MAX_SEQ = 2**53 - 1
"""Beyond this a JSON number is no longer exact everywhere."""

Seq = Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)]
Millis = Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]


class Direction(enum.StrEnum):
    """Which way a person passed."""

    IN = "in"
    OUT = "out"


class Signature(enum.StrEnum):
    """What the gate found out about a code's signature, and nothing about who holds it."""

    CHECKED = "checked"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


class Identity(enum.StrEnum):
    """How it is known who the holder is, and nothing about the code's signature."""

    SEEN = "seen"
    """Staff looked at the person and a document when the pass was issued."""
    DECLARED = "declared"
    """As the holder typed it."""
    UNKNOWN = "unknown"


class Outcome(enum.StrEnum):
    """What the gate answered."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OBEYED = "obeyed"
    """A control card was shown and the gate did what it says: nobody passed."""


class Reason(enum.StrEnum):
    """Why. Stored and sent, so never renamed; the list only grows."""

    ACCEPTED = "accepted"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    BAD_SIGNATURE = "bad-signature"
    WRONG_KIND = "wrong-kind"
    NOT_A_PASS = "not-a-pass"
    UNKNOWN_ISSUER = "unknown-issuer"
    """Well formed, and signed by someone this gate does not know: a neighbour's, or too new."""
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    LIST_STALE = "list-stale"
    """Whether it was withdrawn cannot be told, and the site's policy asks for it."""
    CLOCK_UNSURE = "clock-unsure"
    """Validity cannot be told, and the site's policy asks for it."""
    SIGNATURE_ASKED = "signature-asked"
    """The site takes this kind only with a signature that was checked."""
    IDENTITY_ASKED = "identity-asked"
    """The site asks for an identity that staff has seen."""
    CLASS_NOT_TAKEN = "class-not-taken"
    CLOSED = "closed"
    USED_UP = "used-up"
    """A pass for so many entries, and all of them were made."""
    ALREADY_INSIDE = "already-inside"
    NOT_INSIDE = "not-inside"
    TOO_SOON = "too-soon"
    FULL = "full"
    """As many people are inside as may be."""
    IMPLAUSIBLE = "implausible"
    """The code contradicts itself, such as a birth date in the future."""
    ATTENDED = "attended"
    """The attendant let one person in by the button."""
    OBEYED = "obeyed"
    CARD_USED = "card-used"
    CARD_ELSEWHERE = "card-elsewhere"
    """A control card for another gate or place."""
    CARD_UNKNOWN = "card-unknown"
    """A control card that asks for something this gate cannot do."""
    SERVICE_ASKED = "service-asked"
    """A control card that changes something, without the service button pressed before."""
    CARD_UNBOUNDED = "card-unbounded"
    """A control card that is good for more gates, or for longer, than one of its kind may be."""
    RECORDS_HELD = "records-held"
    """A control card that would end records which the district neither has nor was carried."""


class Mark(enum.StrEnum):
    """A doubt or a remark that goes with an answer without changing it."""

    CLOCK_UNSURE = "clock-unsure"
    """Validity could not be judged: the gate's clock is not to be trusted."""
    LIST_STALE = "list-stale"
    """Whether it was withdrawn could not be judged: the list is too old, or is missing."""
    ENTERED_AGAIN = "entered-again"
    """An entry of someone who, as far as this door knows, is inside."""
    LEFT_UNSEEN = "left-unseen"
    """An exit of someone whose entry this door has not seen."""
    TOO_SOON = "too-soon"
    """Again within the site's minimum interval."""
    OUT_OF_HOURS = "out-of-hours"
    """Outside the hours in which the site is open."""
    OVER_CEILING = "over-ceiling"
    SIBLINGS_STALE = "siblings-stale"
    """What the place's other gates saw was not known, or too old to count."""
    WAY_INFERRED = "way-inferred"
    """The direction comes from alternation, not from a button or a one-way door."""
    IMPLAUSIBLE = "implausible"
    PAPER = "paper"
    """Written on paper at the door and typed in later: `told` says when it was."""


ANCHORED_MS = 10_000
"""A clock that is anchored is off by no more."""


class ClockState(enum.StrEnum):
    """How the gate's wall clock stood when a record was made; the list only grows."""

    SYNCED = "synced"
    """The system says it is kept in step by a time server, and no receipt contradicts it."""
    ANCHORED = "anchored"
    """Receipts have proved it in this boot, to ANCHORED_MS."""
    VOUCHED = "vouched"
    """Configuration says to trust this machine's clock."""
    UNSYNCED = "unsynced"


class What(enum.StrEnum):
    """What a note tells about the gate."""

    START = "start"
    STOP = "stop"
    ALIVE = "alive"
    RENEWED = "renewed"
    """The journal before this one was given up; `data` says which and why."""
    HEAD = "head"
    """The chain's head, signed by the gate's records key: `data` is a wire.head document."""
    TALLY = "tally"
    """Refused readings too many to store singly: `data` has n, from, to (up ms) and by reason."""
    CANCELLED = "cancelled"
    """Nobody passed after the accepted scan whose seq is in `data`."""
    COUNT = "count"
    """The count of people inside was set: `data` has count and why (card, power-cut, day)."""
    POLICY = "policy"
    """Another policy is in force: `data` has site and version; version 0 is the default."""
    VIEW = "view"
    """What the camera sees changed: `data` has view."""
    CLOCK = "clock"
    """The wall clock was stepped or anchored, or is believed no more: `data` has how, by_ms, known.

    `how`: step (by somebody on the gate), ntp, receipt, saved or start (goes on from what was once
    known), lost (nobody says any more that it is right), clock-beyond or clock-refuted (it says
    what cannot be). `by_ms`: what the gate's time moved by. `known`: what receipts have proved in
    this boot: `lo` <= time - up <= `hi`, in ms; either may be missing.
    """
    OPENED = "opened"
    """The enclosure was opened or closed: `data` has open."""
    CARD = "card"
    """A control card was obeyed: `data` has does and the card's number.

    With `refused`, a reason, it was not obeyed: `waiting` is how many scans that would have ended.
    """
    PLACED = "placed"
    """The gate stands at another place from now on, or serves other ways: `data` has place, area,
    directions and why (card, event, event-over)."""
    TECHNICIAN = "technician"
    """The way in for technicians was opened or closed: `data` has open."""
    COMMAND = "command"
    """A command was answered: `data` has does, nonce and outcome."""
    WITNESS = "witness"
    """Where the district's audit stood, as a receipt said: `data` is a wire.receipt.Witnessed."""


class Stamped(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every record has. Stamps are never rewritten; the collector derives corrected times."""

    seq: Seq
    boot: str
    """First eight hex digits of the kernel's boot id: `up` counts within one boot."""
    up: Millis
    """CLOCK_BOOTTIME in ms: when the frame was captured, or the note made."""
    wall: Millis
    """The gate's time in ms since 1970, UTC, as it stood; `clock` says how far to believe it."""
    clock: ClockState


TOLD_WITHIN_MS = 24 * 3_600_000
"""A time that is less well known than this is not worth telling."""


class Told(msgspec.Struct, frozen=True):
    """When something was, as somebody has written it down: a claim, and no clock's."""

    at: Millis
    """Ms since 1970, UTC."""
    within: Annotated[int, msgspec.Meta(ge=0, le=TOLD_WITHIN_MS)]
    """It was no earlier and no later than by so many ms, as who typed it has said."""


class Scan(Stamped, frozen=True, kw_only=True, omit_defaults=True, tag_field="t", tag="scan"):
    """One reading and its verdict."""

    dir: Direction
    kind: str
    """What the code was, such as `pass` or `web-link`; device/credential lists the kinds."""
    signature: Signature
    identity: Identity
    outcome: Outcome
    reason: Reason
    marks: tuple[Mark, ...] = ()
    key: Seq | None = None
    """`seq` of the Key record under which `sealed` was sealed."""
    sealed: str | None = None
    """Base64 of nonce and ciphertext of the personal fields; absent where there are none."""
    told: Told | None = None
    """When somebody passed, where that was written down and is not when the record was made. The
    stamps stay those of the record."""


class Note(Stamped, frozen=True, kw_only=True, omit_defaults=True, tag_field="t", tag="note"):
    """Something about the gate itself, in the same sequence as its scans."""

    what: What
    data: dict[str, Any] = {}


class Key(Stamped, frozen=True, kw_only=True, omit_defaults=True, tag_field="t", tag="key"):
    """A data key, sealed to the authority: the gate keeps no copy that outlives its memory."""

    to: str
    """Name of the authority's sealing key (its kid)."""
    sealed: str
    """Base64 of the HPKE message."""


class Missing(Stamped, frozen=True, kw_only=True, omit_defaults=True, tag_field="t", tag="missing"):
    """Takes the place of records that the gate had stored and can no longer read.

    `seq` is the first of them. The gate signs it with its records key, so that nobody between gate
    and ledger can make records go missing in the gate's name.

    Its signature also carries the chain over the hole, which nobody can recompute: whoever believes
    it goes on from `after`, whatever its own chain value was, if `last` is at or beyond its mark.
    Records of the range that had been sent before the damage stay what they are. Where a later
    segment was readable, `after` is the value in that segment's header, so the chain it names is
    the true one; at the journal's end `after` is `severed(...)`, since there is no true one left.
    """

    last: Seq
    """The last record that is missing; the next one in the sequence is `last` + 1."""
    cause: str
    """Such as `damaged`; what the technician was told."""
    after: str
    """Hex of the chain value after `last`: the chain goes on from there."""
    kid: str
    """Name of the records key."""
    sig: str
    """Base64 of the signature; see wire/head.py."""


Record = Scan | Note | Key | Missing


def to_document(record: Record) -> Document:
    """Return the JSON object that is stored and sent."""
    document: Document = msgspec.to_builtins(record)
    return document


def to_record(document: Document) -> Record:
    """Read a stored or received object; raise WireError naming the field that is wrong."""
    return read(Record, document)  # type: ignore[arg-type]  # a union is no type to mypy


_read_spelled = msgspec.json.Decoder(Record).decode


def read_spelled(spelled: bytes) -> Record:
    """Read a record's bytes, as `to_record` its object, in a fifth of the time."""
    try:
        record: Record = _read_spelled(spelled)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = "not a record of a form that is known here"
        raise WireError(msg) from error
    return record


GENESIS_CONTEXT = b"gq/v1/journal\0"


def genesis(gate: str, journal: str) -> bytes:
    """Return the chain value before a journal's first record."""
    return hashlib.sha256(GENESIS_CONTEXT + gate.encode() + b"\0" + journal.encode()).digest()


def link(previous: bytes, document: Document) -> bytes:
    """Return the chain value after `document`, given the one before it.

    It runs over the record as stored, so over sealed bytes: whoever holds the record can check
    it, and nobody needs to open it.
    """
    return link_spelled(previous, canonical(document))


def severed(previous: bytes, missing: Missing) -> bytes:
    """Return the `after` of a declaration at a journal's end, where no chain value is left.

    `previous` is the chain value before the hole; `after`, `kid` and `sig` do not matter.
    """
    return link(
        previous, {"t": "missing", "seq": missing.seq, "last": missing.last, "cause": missing.cause}
    )


def link_spelled(previous: bytes, spelled: bytes) -> bytes:
    """Return the chain value after a record whose canonical bytes are at hand."""
    return hashlib.sha256(previous + spelled).digest()
