"""What can be asked of the vault, on one page: the port that pages, commands and exports speak to.

The vault answers each (desk.py); everybody else has a `client.connected` of the same methods.

- An officer's request names the actor; the vault's process believes who may connect to it.
- Nothing of a person is answered without an audit row that was committed before.
- Whoever is opened, traced or decided about belongs to the case: an index person, on its list, or
  just found for it by the same officer. Anybody else: NotOfCase, and a row that says so.
- Raises VaultLocked where the keys are needed and absent, VaultAway where nothing answers, and the
  errors of casework. After an error nothing has been done but what the audit says.
"""

from typing import Protocol

from collector.cases.audit import Verified
from collector.cases.entries import Case, Contact, Handover, Head, Referral, Request, Row
from collector.cases.register import Opening
from collector.cases.roles import Actor
from collector.cases.worklist import Change, Met
from collector.people.entries import Merge, Unopened
from collector.trace.entries import Answer, Meeting, Question, Where
from collector.vault.entries import (
    Arrived,
    Hit,
    Hold,
    Kept,
    Persons,
    Registration,
    Shown,
    Sought,
    Status,
    Timeline,
)


class Requests(Protocol):
    """Everything that the vault can be asked."""

    # The vault itself.

    def status(self) -> Status:
        """Say how the vault is; anybody who may ask at all may ask this."""
        ...

    def unlock(self, custodian: str, secret: str) -> Status:
        """Take one custodian's passphrase."""
        ...

    def lock(self) -> Status:
        """Drop the keys."""
        ...

    def deployed(self) -> dict[str, int]:
        """Return since when what each gate sends can be opened."""
        ...

    def unopened(self, since_day: int) -> tuple[Unopened, ...]:
        """Return what did not open since a day, by gate, day and reason."""
        ...

    # People, and traces.

    def find(self, actor: Actor, case: int, sought: tuple[Sought, ...]) -> tuple[Hit, ...]:
        """Return the person rows that what an officer typed leads to; it is stored nowhere."""
        ...

    def alike(self, actor: Actor, case: int, person: int) -> tuple[Hit, ...]:
        """Return who may be the same by full name, birth date and sex: to be compared, not more."""
        ...

    def add_index(self, actor: Actor, case: int, wanted: Persons) -> None:
        """Make persons who belong to a case, or were found for it, its index persons."""
        ...

    def open(self, actor: Actor, case: int, wanted: Persons) -> tuple[Shown, ...]:
        """Open persons for a case; more than a few hundred take a second officer."""
        ...

    def timeline(self, actor: Actor, case: int, person: int) -> Timeline:
        """Return where one person was, at the officer's places."""
        ...

    def places(self, actor: Actor, case: int, question: Question) -> Answer:
        """Return where the index persons were, and with how many; nobody is opened."""
        ...

    def known_places(self, actor: Actor, case: int) -> tuple[Where, ...]:
        """Return the places that an officer may ask about, by their names."""
        ...

    def trace(self, actor: Actor, case: int, question: Question) -> Answer:
        """Return the ranked answer; nobody is opened."""
        ...

    def asked(self, actor: Actor, case: int) -> tuple[Question, ...]:
        """Return the questions whose answers the list of a case was made from."""
        ...

    def arrived(self, actor: Actor, case: int) -> tuple[Arrived, ...]:
        """Return what has arrived since the answers that the list of a case was made from."""
        ...

    def meetings(
        self, actor: Actor, case: int, question: Question, person: int
    ) -> tuple[Meeting, ...]:
        """Return every meeting of one contact with the index persons."""
        ...

    # Registering.

    def register(self, actor: Actor, said: Registration) -> None:
        """Enter what is said of the holder of a pass.

        Seen on a card, a number joins the pass with whoever has shown that card; declared, it leads
        to the pass and joins nobody.
        """
        ...

    # Decisions.

    def merges(self, actor: Actor, case: int, wanted: Persons) -> tuple[Merge, ...]:
        """Return what was joined and taken apart of these persons; reasons are opened."""
        ...

    def merge(self, actor: Actor, case: int, kept: int, joined: int, reason: str) -> int:
        """Decide that two persons are one; return the number of the decision."""
        ...

    def unmerge(self, actor: Actor, case: int, number: int) -> tuple[int, ...]:
        """Undo a decision, or what a code had joined; return the persons there are now."""
        ...

    def hold(self, actor: Actor, case: int, person: int, reason: str, end_ms: int) -> Hold:
        """Ask that a person be held for a case; another officer must agree."""
        ...

    def approve_hold(self, actor: Actor, case: int, number: int) -> Hold:
        """Agree, as somebody else than who asked; what is there is copied now."""
        ...

    def holds(self, actor: Actor, case: int) -> tuple[Hold, ...]:
        """Return what a case holds, reasons opened."""
        ...

    def held(self, actor: Actor, case: int, number: int) -> Kept:
        """Open what is held of a person: fields, and where they were at the officer's places."""
        ...

    def release(self, actor: Actor, case: int, number: int) -> None:
        """End a hold before its time."""
        ...

    # Casework.

    def open_case(self, actor: Actor, said: Opening) -> Case:
        """Open a case."""
        ...

    def change_case(self, actor: Actor, case: int, said: Opening) -> Case:
        """Change days, end or rule of an open case."""
        ...

    def close_case(self, actor: Actor, case: int) -> Case:
        """Close a case."""
        ...

    def remove_index(self, actor: Actor, case: int, person: int) -> None:
        """Take an index person out of a case."""
        ...

    def case(self, actor: Actor, case: int) -> Case:
        """Return one case of theirs."""
        ...

    def cases(self, actor: Actor) -> tuple[Case, ...]:
        """Return every case of theirs."""
        ...

    def enlist(self, actor: Actor, case: int, met: tuple[Met, ...]) -> int:
        """Put contacts on the list of a case; return how many are new."""
        ...

    def contacts(self, actor: Actor, case: int) -> tuple[Contact, ...]:
        """Return the list of a case."""
        ...

    def change_contact(self, actor: Actor, case: int, change: Change) -> Contact:
        """Change one contact of the list."""
        ...

    def call(self, actor: Actor, case: int, person: int) -> None:
        """Say that a person is being called."""
        ...

    def hand_over(
        self, actor: Actor, case: int, receiver: str, wanted: Persons, digest: str
    ) -> Handover:
        """Note that contacts were given to whoever is responsible, in a file of that digest."""
        ...

    def received(self, actor: Actor, number: int, digest: str) -> Handover:
        """Note a receiver's receipt."""
        ...

    def handovers(self, actor: Actor, case: int) -> tuple[Handover, ...]:
        """Return what was handed over of a case."""
        ...

    def refer(self, actor: Actor, case: int) -> Referral:
        """Hand to the district what the officer's last trace found beyond their scope."""
        ...

    def take_up(self, actor: Actor, case: int) -> Referral:
        """Take up what was handed to the district of a case; it grants nobody anything."""
        ...

    def referral(self, actor: Actor, case: int) -> Referral | None:
        """Return what was handed to the district of a case, if anything was."""
        ...

    def waiting(self, actor: Actor) -> tuple[Referral, ...]:
        """Return what waits for an officer of the whole district to take it up."""
        ...

    def exported(self, actor: Actor, case: int, wanted: Persons, copies: int) -> Head:
        """Note that persons leave on paper or in a file; return the head to print on it."""
        ...

    def ask_approval(self, actor: Actor, case: int, wanted: Persons) -> Request:
        """Ask for a second officer's word on opening persons."""
        ...

    def approve(self, actor: Actor, number: int) -> Request:
        """Agree to another officer's request."""
        ...

    def approvals(self, actor: Actor, case: int) -> tuple[Request, ...]:
        """Return what waits for a second officer, and what one has agreed to that is good now."""
        ...

    def audit_head(self) -> Head:
        """Return where the audit stands."""
        ...

    def audit_of_case(self, actor: Actor, case: int) -> tuple[Row, ...]:
        """Return what was done for a case, to whoever may see the case."""
        ...

    def audit_rows(self, actor: Actor, after: int) -> tuple[Row, ...]:
        """Return rows of the audit in order; an auditor's."""
        ...

    def audit_latest(self, actor: Actor, before: int, case: int) -> tuple[Row, ...]:
        """Return the rows written last before a row, of one case or (0) of all; an auditor's."""
        ...

    def audit_about(self, actor: Actor, person: int) -> tuple[Row, ...]:
        """Return who looked at a person; an auditor's."""
        ...

    def verify(self, kept: Head | None) -> Verified:
        """Walk the audit; say whether it has that head and all that gates have noted."""
        ...
