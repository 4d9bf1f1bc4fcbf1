"""Requests that decide something about people: who is one, and who is held beyond retention."""

import msgspec

from collector.cases.entries import Act
from collector.cases.roles import Actor, Right
from collector.cases.typed import line
from collector.database.ports import Session
from collector.errors import HoldRefused, MergeRefused
from collector.i18n import N_
from collector.people import persons, stays
from collector.people.entries import Merge
from collector.vault import holds, scopes
from collector.vault.casework import Counter
from collector.vault.entries import Hold, Kept, Persons


class DecisionDesk(Counter):
    """Where decisions are taken, each by an officer and on a ground, and each can be undone."""

    def merges(self, actor: Actor, case: int, wanted: Persons) -> tuple[Merge, ...]:
        """Return what was joined and taken apart of these persons; reasons are opened."""
        self._casework.circle.require(actor, case, Right.MERGE, wanted, self._clock())
        with self._people.reading() as session:
            rows = sorted({part for each in wanted for part in persons.parts(session, each)})
            return tuple(self._told(each) for each in persons.merges(session, rows))

    def merge(self, actor: Actor, case: int, kept: int, joined: int, reason: str) -> int:
        """Decide that two persons are one; return the number of the decision."""
        words = line(reason)
        if not words:
            raise MergeRefused(N_("a reason is needed"))
        both = (kept, joined)
        self._casework.circle.require(actor, case, Right.MERGE, both, self._clock())
        sealed = self._room.seal(words.encode(), _of_merge(case))
        now_ms = self._clock()
        self._casework.audit.commit(actor, Act.MERGED, now_ms, case=case, persons=both)
        with self._people.writing() as session:
            number = persons.join(session, kept, joined, actor.officer, (case, sealed), now_ms)
            self._pair(session, both)
        return number

    def unmerge(self, actor: Actor, case: int, number: int) -> tuple[int, ...]:
        """Undo a decision, or what a code had joined; return the persons there are now."""
        now_ms = self._clock()
        self._casework.register.require(actor, case, Right.MERGE, now_ms)
        with self._people.reading() as session:
            found = persons.merge(session, number)
            whole = persons.whole(session, found.kept)
        both = (found.kept, found.joined)
        self._casework.circle.require_one(actor, case, Right.MERGE, {whole, *both}, now_ms)
        self._casework.audit.commit(actor, Act.UNMERGED, now_ms, case=case, persons=both)
        with self._people.writing() as session:
            apart = persons.part(session, number, actor.officer, now_ms)
            self._pair(session, apart)
        return apart

    def hold(self, actor: Actor, case: int, person: int, reason: str, end_ms: int) -> Hold:
        """Ask that a person be held for a case; another officer must agree."""
        words, now_ms = line(reason), self._clock()
        self._casework.circle.require(actor, case, Right.CASE, (person,), now_ms)
        sealed = self._room.seal(words.encode(), _of_hold(case)) if words else b""
        with self._people.writing() as session:
            return holds.ask(session, case, person, (sealed, actor.officer, end_ms), now_ms)

    def approve_hold(self, actor: Actor, case: int, number: int) -> Hold:
        """Agree, as somebody else than who asked; what is there is copied now."""
        ring = self._room.opened.ring
        self._casework.register.require(actor, case, Right.APPROVE, self._clock())
        hold = self._hold(case, number)
        if hold.officer == actor.officer:
            raise HoldRefused(N_("another officer must agree"))
        with self._people.reading() as session:
            persons.whole(session, hold.person)  # who is deleted by now cannot be held any more
        self._casework.audit.commit(
            actor, Act.HELD, self._clock(), case=case, persons=(hold.person,)
        )
        with self._people.writing() as session:
            return holds.approve(session, ring, number, actor.officer)

    def holds(self, actor: Actor, case: int) -> tuple[Hold, ...]:
        """Return what a case holds, reasons opened."""
        self._casework.register.case(actor, case)
        with self._people.reading() as session:
            return tuple(self._reasoned(each) for each in holds.of_case(session, case))

    def held(self, actor: Actor, case: int, number: int) -> Kept:
        """Open what is held of a person: fields, and where they were at the officer's places."""
        ring, now_ms = self._room.opened.ring, self._clock()
        self._casework.register.require(actor, case, Right.LOOK, now_ms)
        hold = self._hold(case, number)
        if not hold.approver:
            raise HoldRefused(N_("another officer must agree"))
        who = (hold.person,)
        self._casework.approvals.look(actor, case, who, now_ms, held=who)
        scopes.grant(self._people, actor)
        with self._people.reading() as session:
            contents = holds.contents(session, ring, hold)
            return Kept(contents, holds.whereabouts(session, hold, actor.officer))

    def release(self, actor: Actor, case: int, number: int) -> None:
        """End a hold before its time, also of a case that is over: it holds longer than that."""
        self._casework.register.case(actor, case)
        hold = self._hold(case, number)
        self._casework.audit.commit(
            actor, Act.RELEASED, self._clock(), case=case, persons=(hold.person,)
        )
        self._room.release(number)

    def _hold(self, case: int, number: int) -> Hold:
        with self._people.reading() as session:
            found = holds.get(session, number)
        if found.case != case:  # whoever guesses numbers is not told which of them there are
            raise HoldRefused(holds.NONE)
        return found

    def _pair(self, session: Session, wholes: tuple[int, ...]) -> None:
        rules = stays.settings(session)
        for each in wholes:
            stays.pair(session, each, rules)

    def _told(self, merge: Merge) -> Merge:
        if not merge.reason:
            return merge
        reason = self._room.open(merge.reason, _of_merge(merge.case_number))
        return msgspec.structs.replace(merge, reason=reason)

    def _reasoned(self, hold: Hold) -> Hold:
        reason = self._room.open(hold.reason, _of_hold(hold.case))
        return msgspec.structs.replace(hold, reason=reason)


def _of_merge(case: int) -> str:
    return f"merge/{case}"


def _of_hold(case: int) -> str:
    return f"hold/{case}"
