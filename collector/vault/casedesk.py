"""Requests of casework: cases, the list of contacts, second officers, the audit.

The rules are those of collector/cases; here the time is put in, and the audit is read only by whose
role it is.
"""

from collector.cases.audit import PAGE, Verified
from collector.cases.entries import Act, Case, Contact, Handover, Head, Referral, Request, Row
from collector.cases.register import Opening
from collector.cases.roles import Actor, Right
from collector.cases.witnessed import walked
from collector.cases.worklist import Change, Met
from collector.errors import NotAllowed
from collector.vault.casework import Counter
from collector.vault.entries import Persons


class CaseDesk(Counter):
    """Where casework is done."""

    def open_case(self, actor: Actor, said: Opening) -> Case:
        """Open a case."""
        return self._casework.register.open(actor, said, self._clock())

    def change_case(self, actor: Actor, case: int, said: Opening) -> Case:
        """Change days, end or rule of an open case."""
        return self._casework.register.change(actor, case, said, self._clock())

    def close_case(self, actor: Actor, case: int) -> Case:
        """Close a case."""
        return self._casework.register.close(actor, case, self._clock())

    def remove_index(self, actor: Actor, case: int, person: int) -> None:
        """Take an index person out of a case."""
        self._casework.register.remove_index(actor, case, person, self._clock())

    def case(self, actor: Actor, case: int) -> Case:
        """Return one case of theirs."""
        return self._casework.register.case(actor, case)

    def cases(self, actor: Actor) -> tuple[Case, ...]:
        """Return every case of theirs."""
        return self._casework.register.cases(actor)

    def enlist(self, actor: Actor, case: int, met: tuple[Met, ...]) -> int:
        """Put contacts on the list of a case, whom its traces have named; return how many."""
        now_ms = self._clock()
        asker = (actor.officer, case)
        named = self._casework.answered.named(asker, now_ms)
        persons = [each.person for each in met]
        self._casework.circle.require(actor, case, Right.CASE, persons, now_ms, also=named)
        listed = self._casework.worklist.enlist(actor, case, met, now_ms)
        answer = self._casework.answered.last(asker)
        if answer is not None:
            self._casework.given.keep(case, answer)
        return listed

    def contacts(self, actor: Actor, case: int) -> tuple[Contact, ...]:
        """Return the list of a case."""
        return self._casework.worklist.contacts(actor, case, self._clock())

    def change_contact(self, actor: Actor, case: int, change: Change) -> Contact:
        """Change one contact of the list."""
        return self._casework.worklist.change(actor, case, change, self._clock())

    def call(self, actor: Actor, case: int, person: int) -> None:
        """Say that a person is being called."""
        self._casework.worklist.call(actor, case, person, self._clock())

    def hand_over(
        self, actor: Actor, case: int, receiver: str, wanted: Persons, digest: str
    ) -> Handover:
        """Note that contacts were given to whoever is responsible, in a file of that digest."""
        now_ms = self._clock()
        self._casework.circle.require(actor, case, Right.EXPORT, wanted, now_ms)
        look = self._casework.audit.commit(
            actor, Act.HANDED_OVER, now_ms, case=case, persons=wanted
        )
        return self._casework.worklist.hand_over(look, case, receiver, digest, now_ms)

    def received(self, actor: Actor, number: int, digest: str) -> Handover:
        """Note a receiver's receipt."""
        return self._casework.worklist.received(actor, number, digest, self._clock())

    def handovers(self, actor: Actor, case: int) -> tuple[Handover, ...]:
        """Return what was handed over of a case."""
        return self._casework.worklist.handovers(actor, case)

    def refer(self, actor: Actor, case: int) -> Referral:
        """Hand to the district what the officer's last trace found beyond their scope."""
        answer = self._casework.answered.last((actor.officer, case))
        beyond = (answer.outside.places, answer.outside.people) if answer else None
        return self._casework.referrals.refer(actor, case, beyond, self._clock())

    def take_up(self, actor: Actor, case: int) -> Referral:
        """Take up what was handed to the district of a case."""
        return self._casework.referrals.take_up(actor, case, self._clock())

    def referral(self, actor: Actor, case: int) -> Referral | None:
        """Return what was handed to the district of a case, if anything was."""
        return self._casework.referrals.of_case(actor, case)

    def waiting(self, actor: Actor) -> tuple[Referral, ...]:
        """Return what waits for an officer of the whole district to take it up."""
        return self._casework.referrals.waiting(actor, self._clock())

    def exported(self, actor: Actor, case: int, wanted: Persons, copies: int) -> Head:
        """Note that persons leave on paper or in a file; return the head to print on it."""
        now_ms = self._clock()
        self._casework.circle.require(actor, case, Right.EXPORT, wanted, now_ms)
        self._casework.audit.commit(
            actor,
            Act.EXPORTED,
            now_ms,
            case=case,
            persons=wanted,
            counts={"copies": copies, "persons": len(wanted)},
        )
        return self._casework.audit.head(now_ms)

    def ask_approval(self, actor: Actor, case: int, wanted: Persons) -> Request:
        """Ask for a second officer's word on opening persons."""
        return self._casework.approvals.ask(actor, case, wanted, self._clock())

    def approve(self, actor: Actor, number: int) -> Request:
        """Agree to another officer's request."""
        return self._casework.approvals.approve(actor, number, self._clock())

    def approvals(self, actor: Actor, case: int) -> tuple[Request, ...]:
        """Return what waits for a second officer, and what one has agreed to that is good now."""
        return self._casework.approvals.standing(actor, case, self._clock())

    def audit_head(self) -> Head:
        """Return where the audit stands."""
        return self._casework.audit.head(self._clock())

    def audit_of_case(self, actor: Actor, case: int) -> tuple[Row, ...]:
        """Return what was done for a case, to whoever may see the case."""
        self._casework.register.case(actor, case)
        return self._casework.audit.rows(case=case, limit=PAGE)

    def audit_rows(self, actor: Actor, after: int) -> tuple[Row, ...]:
        """Return rows of the audit in order; an auditor's."""
        self._auditor(actor)
        return self._casework.audit.rows(after=after, limit=PAGE)

    def audit_latest(self, actor: Actor, before: int, case: int) -> tuple[Row, ...]:
        """Return the rows written last before a row, of one case or (0) of all; an auditor's."""
        self._auditor(actor)
        return self._casework.audit.latest(PAGE, before=before, case=case)

    def audit_about(self, actor: Actor, person: int) -> tuple[Row, ...]:
        """Return who looked at a person; an auditor's."""
        self._auditor(actor)
        return self._casework.audit.about(person)

    def verify(self, kept: Head | None) -> Verified:
        """Walk the audit; say whether it has that head and all that gates have noted."""
        return walked(self._casework.audit, self._room.view, self._clock(), kept)

    def _auditor(self, actor: Actor) -> None:
        if not actor.may(Right.AUDIT):
            raise NotAllowed(actor.role)
