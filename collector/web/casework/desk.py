"""What the pages ask of the vault: the port, and the values that cross it.

Contract of every call:

- It is made in the name of an account; what that account may do and where, the vault looks up.
- Whatever is wrong is a CollectorError with a code, says and remedy. What is not the asker's does
  not exist for them (CaseUnknown). While no key is there: VaultLocked.
- What opens a person or traces one is in the audit before anything comes out.
"""

import enum
from typing import Protocol

import msgspec

from collector.cases.audit import Verified
from collector.cases.entries import Case, Contact, Handover, Head, Referral, Request, Row
from collector.cases.register import Opening
from collector.cases.worklist import Change, Met
from collector.errors import DeskMissing
from collector.trace.entries import Answer, Meeting, Question, Visit, Where
from collector.vault.entries import Arrived


class Kind(enum.StrEnum):
    """By what somebody is looked for. Stands in forms, so never renamed."""

    NUMBER = "number"
    PHONE = "phone"
    PASS = "pass"
    NAME = "name"
    """Full name with birth date; never a part of it."""


class Wanted(msgspec.Struct, frozen=True):
    """Somebody to be found, in one spelling or another."""

    kind: Kind
    text: str
    born: str = ""
    sex: str = ""


class Found(msgspec.Struct, frozen=True):
    """A person row that was found."""

    person: int
    kind: Kind
    possible: bool
    """By a name or a phone only: somebody who may be the one."""


class Phone(msgspec.Struct, frozen=True):
    """A number to call, and where it comes from. A new one never replaces an old one."""

    number: str
    source: str
    """`code`, `attendant` or `declared`."""
    seen_day: int = 0


class Card(msgspec.Struct, frozen=True):
    """An opened person, and how to reach them."""

    person: int
    name: str = ""
    born: str = ""
    sex: str = ""
    number: str = ""
    phones: tuple[Phone, ...] = ()
    commune: str = ""
    hamlet: str = ""
    place: str = ""
    """Where they were met last, with whom to ask there."""
    place_contact: str = ""
    place_phone: str = ""


class Pair(msgspec.Struct, frozen=True):
    """Two person rows that may be one, opened side by side."""

    one: Card
    other: Card
    merge: int = 0
    """Number of the merge that made them one; 0 while they are two."""
    by: str = ""


class Joined(msgspec.Struct, frozen=True):
    """A decision that two rows are one person, that stands."""

    kept: int
    joined: int
    officer: str
    reason: str


class Alike(msgspec.Struct, frozen=True):
    """Who may be one person with somebody, and who is by an officer's decision."""

    persons: tuple[int, ...]
    joined: tuple[Joined, ...] = ()


class Held(msgspec.Struct, frozen=True):
    """What a case keeps of a person beyond retention, or asks to keep."""

    number: int
    person: int
    reason: str
    officer: str
    approver: str
    """Empty until another officer has agreed; nothing is kept before."""
    made_ms: int
    end_ms: int


class Stamp(msgspec.Struct, frozen=True):
    """What a copy that leaves is marked with."""

    copy: int
    head: Head


class Custody(msgspec.Struct, frozen=True):
    """How the vault stands."""

    unlocked: bool
    given: int
    """Shares given since it was locked."""
    needed: int
    custodians: tuple[str, ...] = ()


class Desk(Protocol):
    """The vault, as far as pages need it."""

    def custody(self, officer: str) -> Custody:
        """Return how the vault stands."""
        ...

    def unlock(self, officer: str, secret: str) -> Custody:
        """Give a custodian's share."""
        ...

    def lock(self, officer: str) -> Custody:
        """Forget the keys."""
        ...

    def cases(self, officer: str) -> tuple[Case, ...]:
        """Return the cases of theirs, the newest first."""
        ...

    def case(self, officer: str, number: int) -> Case:
        """Return one case."""
        ...

    def open_case(self, officer: str, said: Opening) -> Case:
        """Open a case."""
        ...

    def change_case(self, officer: str, number: int, said: Opening) -> Case:
        """Change days, end or rule."""
        ...

    def close_case(self, officer: str, number: int) -> Case:
        """Close a case."""
        ...

    def find(self, officer: str, case: int, wanted: Wanted) -> tuple[Found, ...]:
        """Look for somebody; nobody is opened."""
        ...

    def add_index(self, officer: str, case: int, person: int) -> None:
        """Make somebody an index person."""
        ...

    def remove_index(self, officer: str, case: int, person: int) -> None:
        """Take an index person out."""
        ...

    def alike(self, officer: str, case: int, person: int) -> Alike:
        """Return who may be the same by full name, birth date and sex, and who was joined."""
        ...

    def pair(self, officer: str, case: int, one: int, other: int) -> Pair:
        """Open two rows side by side."""
        ...

    def merge(self, officer: str, case: int, one: int, other: int, reason: str) -> None:
        """Record that two rows are one person."""
        ...

    def unmerge(self, officer: str, case: int, merge: int) -> None:
        """Undo such a merge."""
        ...

    def places(self, officer: str, case: int, question: Question) -> Answer:
        """Return where the index persons were, with counts; `contacts` is empty."""
        ...

    def known_places(self, officer: str, case: int) -> tuple[Where, ...]:
        """Return the places that the officer may ask about, by their names."""
        ...

    def trace(self, officer: str, case: int, question: Question) -> Answer:
        """Return whom they met, ranked, with bounds and coverage."""
        ...

    def arrived(self, officer: str, case: int) -> tuple[Arrived, ...]:
        """Return what has arrived since the answers that the list was made from."""
        ...

    def meetings(self, officer: str, case: int, person: int) -> tuple[Meeting, ...]:
        """Return every meeting of a contact with the index persons, in order."""
        ...

    def timeline(self, officer: str, case: int, person: int) -> tuple[Visit, ...]:
        """Return where a person was."""
        ...

    def open(self, officer: str, case: int, persons: tuple[int, ...]) -> tuple[Card, ...]:
        """Return opened persons, in that order. Raises ApprovalNeeded for too many at once."""
        ...

    def enlist(self, officer: str, case: int, met: tuple[Met, ...]) -> int:
        """Put contacts on the list; return how many."""
        ...

    def contacts(self, officer: str, case: int) -> tuple[Contact, ...]:
        """Return the list."""
        ...

    def change(self, officer: str, case: int, change: Change) -> Contact:
        """Write down what became of a contact. Raises ContactChanged."""
        ...

    def call(self, officer: str, case: int, person: int) -> None:
        """Say that somebody is being called. Raises ContactBusy."""
        ...

    def holds(self, officer: str, case: int) -> tuple[Held, ...]:
        """Return what a case holds, and what waits for another officer's word."""
        ...

    def hold(self, officer: str, case: int, person: int, reason: str, end_ms: int) -> None:
        """Ask that a person be held beyond retention. Raises HoldRefused."""
        ...

    def approve_hold(self, officer: str, case: int, number: int) -> None:
        """Agree as another officer; what is there is kept now. Raises HoldRefused."""
        ...

    def held(self, officer: str, case: int, number: int) -> tuple[Card, tuple[Visit, ...]]:
        """Open what is held of a person, and where they were. Raises HoldRefused."""
        ...

    def release(self, officer: str, case: int, number: int) -> None:
        """End a hold before its time, also of a case that is over. Raises HoldRefused."""
        ...

    def ask(self, officer: str, case: int, persons: tuple[int, ...]) -> Request:
        """Ask a second officer."""
        ...

    def approve(self, officer: str, number: int) -> Request:
        """Agree as the second officer. Raises ApprovalRefused."""
        ...

    def approvals(self, officer: str, case: int) -> tuple[Request, ...]:
        """Return what waits for a second officer, and what one has agreed to that is good now."""
        ...

    def copy(self, officer: str, case: int, persons: tuple[int, ...]) -> Stamp:
        """Note that a print or file about these persons leaves."""
        ...

    def hand_over(
        self, officer: str, case: int, receiver: str, persons: tuple[int, ...], digest: str
    ) -> Handover:
        """Note what was given to whom, in a file of that digest."""
        ...

    def received(self, officer: str, case: int, number: int, digest: str) -> Handover:
        """Note a receiver's receipt."""
        ...

    def handovers(self, officer: str, case: int) -> tuple[Handover, ...]:
        """Return what was handed over."""
        ...

    def refer(self, officer: str, case: int) -> Referral:
        """Hand to the district what a trace left out. Raises ReferralRefused."""
        ...

    def take_up(self, officer: str, case: int) -> Referral:
        """Take up what was handed to the district. Raises ReferralRefused, ReferralTaken."""
        ...

    def referral(self, officer: str, case: int) -> Referral | None:
        """Return what was handed to the district of a case, if anything was."""
        ...

    def waiting(self, officer: str) -> tuple[Referral, ...]:
        """Return what waits to be taken up by somebody like the officer, the newest first."""
        ...

    def audit(self, officer: str, before: int, case: int) -> tuple[Row, ...]:
        """Return rows of the audit, the newest first: before a row, and of one case, if not 0.

        At most collector.cases.audit.PAGE at once.
        """
        ...

    def head(self, officer: str) -> Head:
        """Return the end of the audit."""
        ...

    def verify(self, officer: str) -> Verified:
        """Walk the whole audit."""
        ...


def away() -> Desk:
    """Stand for the way to a vault where none is configured."""
    raise DeskMissing
