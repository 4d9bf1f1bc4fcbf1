"""The values of casework: cases, contacts, rows of the audit. Values only: no file, no clock."""

import enum
from collections.abc import Mapping

import msgspec

from collector.cases.roles import Role


class Act(enum.StrEnum):
    """What was done. Stored, so never renamed; the list only grows."""

    CASE_OPENED = "case-opened"
    CASE_CHANGED = "case-changed"
    CASE_CLOSED = "case-closed"
    FOUND = "found"
    """Somebody was looked for by what identifies them."""
    INDEX_ADDED = "index-added"
    INDEX_REMOVED = "index-removed"
    PLACES = "places"
    """Where index persons were: places and times, nobody opened."""
    TRACED = "traced"
    OPENED = "opened"
    """Fields of persons were opened."""
    TIMELINE = "timeline"
    LISTED = "listed"
    """Contacts were put on the list."""
    CONTACT_CHANGED = "contact-changed"
    ASKED = "asked"
    """A second officer was asked."""
    APPROVED = "approved"
    MERGED = "merged"
    UNMERGED = "unmerged"
    HELD = "held"
    RELEASED = "released"
    EXPORTED = "exported"
    HANDED_OVER = "handed-over"
    REFERRED = "referred"
    """What lies beyond the officer's scope was handed to the district."""
    TAKEN_UP = "taken-up"
    UNLOCKED = "unlocked"
    LOCKED = "locked"
    VERIFIED = "verified"
    REFUSED = "refused"
    """Something was asked for that this officer may not have."""
    PURGED = "purged"
    """Rows of the audit whose time was over were deleted."""
    COMMANDED = "commanded"
    """A gate was told to do something."""
    POLICY_SAVED = "policy-saved"
    POLICY_SIGNED = "policy-signed"
    POLICY_WIDENED = "policy-widened"
    """An officer had a rollout go on to the next ring before its time."""
    POLICY_TAKEN_BACK = "policy-taken-back"
    RESTORED = "restored"
    """The district came out of a backup: the audit goes on from an earlier row of its own."""


class Case(msgspec.Struct, frozen=True):
    """Why people may be looked at."""

    number: int
    """Ours: by it the audit names a case, because what somebody typed may name a person."""
    ref: str
    """The health centre's own number of the case."""
    ground: str
    """The decision or order on which it rests, as the officer names it."""
    area: str
    """Code of the area whose case it is."""
    opened_by: str
    opened_ms: int
    expires_ms: int
    onset_day: int = 0
    """Local day (ordinal) of the first symptoms or the positive sample; 0 if not known."""
    isolation_day: int = 0
    rule: Mapping[str, int | bool] = {}
    """What counts as a contact in this case; see collector.trace.entries.Rule."""
    index: tuple[int, ...] = ()
    """Person rows."""
    closed_by: str = ""
    closed_ms: int = 0

    def is_open(self, now_ms: int) -> bool:
        """Say whether it grounds anything at that moment."""
        return not self.closed_ms and now_ms < self.expires_ms


class State(enum.StrEnum):
    """How far it is with a contact. Stored, so never renamed."""

    TO_CALL = "to-call"
    REACHED = "reached"
    NOT_REACHED = "not-reached"
    HANDED_OVER = "handed-over"
    NO_CONTACT = "not-a-contact"


class Contact(msgspec.Struct, frozen=True):
    """One person on the list of a case."""

    case: int
    person: int
    state: State
    version: int
    """Grows with each change: whoever changes says which one they saw."""
    ring: int = 1
    least_ms: int = 0
    most_ms: int = 0
    last_ms: int = 0
    """When the last meeting ended at the latest."""
    tries: int = 0
    assignee: str = ""
    note: str = ""
    """One line. It stays with the case and is in no audit row."""
    caller: str = ""
    """Who is calling at this moment."""
    calling_until_ms: int = 0
    handed_to: str = ""
    """Code of the area or name of the district to which it was handed over."""
    changed_by: str = ""
    changed_ms: int = 0


class Row(msgspec.Struct, frozen=True):
    """One row of the audit: who did what, for which case, to whom. Never typed text."""

    seq: int
    at_ms: int
    officer: str
    role: Role
    act: Act
    case: int = 0
    """Number of the case; 0 where there is none."""
    persons: tuple[int, ...] = ()
    counts: Mapping[str, int] = {}
    """Numbers that say how large it was: contacts, places, copies."""
    about: str = ""
    """A gate and what it was told, or a place; never a person nor what somebody typed."""


class Head(msgspec.Struct, frozen=True):
    """The end of the audit's chain at one moment: printed, and sent to the gates."""

    seq: int
    hash: str
    """Hex of the chain value after `seq`."""
    at_ms: int


class Request(msgspec.Struct, frozen=True):
    """What a second officer is asked to agree to."""

    number: int
    case: int
    persons: int
    """How many are to be opened at once."""
    digest: str
    """Hex SHA-256 over the person rows: what is opened is what was agreed to."""
    asked_by: str
    asked_ms: int
    approved_by: str = ""
    approved_ms: int = 0


class Handover(msgspec.Struct, frozen=True):
    """Contacts given to whoever is responsible for them."""

    number: int
    case: int
    to: str
    persons: tuple[int, ...]
    digest: str
    """Hex SHA-256 of the file that was made: the receipt names it."""
    by: str
    at_ms: int
    received_ms: int = 0
    received_by: str = ""


class Referral(msgspec.Struct, frozen=True):
    """What lies beyond an officer's scope, handed to the district: how much, and nobody by row."""

    number: int
    case: int
    places: int
    people: int
    by: str
    at_ms: int
    taken_by: str = ""
    """Who of the district took it up; empty while it waits."""
    taken_ms: int = 0

    def covers(self, officer: str, places: int, people: int) -> bool:
        """Say whether what an officer would hand over is handed over by this.

        What somebody else handed over covers it only as long as it waits: whoever takes it up looks
        at the whole case then.
        """
        is_more = places > self.places or people > self.people
        return not is_more and (not self.taken_ms or self.by == officer)
