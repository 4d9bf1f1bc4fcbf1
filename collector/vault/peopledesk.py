"""Requests about people: finding them, opening them, and where they were and whom they met.

Each writes to the audit first and works with the Look that this gives.
"""

from contextlib import AbstractContextManager

from collector.cases.entries import Act
from collector.cases.roles import Actor, Right
from collector.database.ports import Session
from collector.errors import QuestionTooWide
from collector.localday import DAY_MS
from collector.people import aliases, identifiers, persons
from collector.people.entries import Identifier, Kind
from collector.trace import query, visits
from collector.trace.entries import Answer, Meeting, Question, Where
from collector.trace.news import news
from collector.vault import reading, scopes
from collector.vault.casework import Counter
from collector.vault.entries import Arrived, Hit, Persons, Shown, Sought, Timeline

PLACES = 10
"""Asked about for themselves at once, each for a day at most: a trace is not for everybody."""


class PeopleDesk(Counter):
    """Where people are asked for."""

    def find(self, actor: Actor, case: int, sought: tuple[Sought, ...]) -> tuple[Hit, ...]:
        """Return the person rows that what an officer typed leads to; it is stored nowhere."""
        ring = self._room.opened.ring
        self._casework.register.require(actor, case, Right.CASE, self._clock())
        found = [each for one in sought for each in _spelled(one)]
        with self._people.reading() as session:
            hits = aliases.found(session, ring.macs(found, ring.alive(session)))
        best: dict[int, Hit] = {}
        for each in hits:
            hit = Hit(each.person, each.kind, each.strength)
            known = best.setdefault(each.person, hit)
            if (hit.strength, hit.kind) < (known.strength, known.kind):
                best[each.person] = hit
        rows = tuple(sorted(best.values(), key=lambda hit: (hit.strength, hit.kind, hit.person)))
        self._casework.audit.commit(
            actor,
            Act.FOUND,
            self._clock(),
            case=case,
            persons=best,
            counts={"sought": len(sought), "found": len(rows)},
        )
        return rows

    def alike(self, actor: Actor, case: int, person: int) -> tuple[Hit, ...]:
        """Return who may be the same by full name, birth date and sex: to be compared, not more."""
        ring = self._room.opened.ring
        self._casework.approvals.look(actor, case, (person,), self._clock())
        with self._people.reading() as session:
            whole = persons.whole(session, person)
            names = {
                each
                for content in reading.contents(session, ring, whole)
                for each in identifiers.of_fields(content.code, dict(content.fields))
                if each.kind is Kind.NAME
            }
            macs = ring.macs(identifiers.like(tuple(names)), ring.alive(session))
            found = aliases.found(session, macs)
        rows = {each.person: Hit(each.person, each.kind, each.strength) for each in found}
        rows.pop(whole, None)
        self._casework.audit.commit(
            actor,
            Act.FOUND,
            self._clock(),
            case=case,
            persons=rows,
            counts={"sought": 1, "found": len(rows)},
        )
        return tuple(rows[each] for each in sorted(rows))

    def add_index(self, actor: Actor, case: int, wanted: Persons) -> None:
        """Make persons who belong to a case, or were found for it, its index persons."""
        register, now_ms = self._casework.register, self._clock()
        self._casework.circle.require(actor, case, Right.CASE, wanted, now_ms)
        look = self._casework.audit.commit(
            actor, Act.INDEX_ADDED, now_ms, case=case, persons=wanted
        )
        register.add_index(look, case, wanted, now_ms)

    def open(self, actor: Actor, case: int, wanted: Persons) -> tuple[Shown, ...]:
        """Open persons for a case; more than a few hundred take a second officer."""
        ring = self._room.opened.ring
        look = self._casework.approvals.look(actor, case, wanted, self._clock())
        with self._people.reading() as session:
            return reading.all_shown(session, ring, look, wanted)

    def timeline(self, actor: Actor, case: int, person: int) -> Timeline:
        """Return where one person was, at the officer's places."""
        _ = self._room.opened
        self._casework.circle.require(actor, case, Right.CASE, (person,), self._clock())
        scopes.grant(self._people, actor)
        look = self._casework.audit.commit(
            actor, Act.TIMELINE, self._clock(), case=case, persons=(person,)
        )
        with self._people.reading() as session:
            return reading.timeline(session, look, person)

    def places(self, actor: Actor, case: int, question: Question) -> Answer:
        """Return where the index persons were, and with how many; nobody is opened."""
        with self._tracing(actor, case, question, Act.PLACES) as session:
            return query.places_of(session, question, actor.officer, self._clock())

    def known_places(self, actor: Actor, case: int) -> tuple[Where, ...]:
        """Return the places that an officer may ask about, by their names."""
        self._casework.register.require(actor, case, Right.CASE, self._clock())
        scopes.grant(self._people, actor)
        with self._people.reading() as session:
            return visits.known(session, actor.officer)

    def trace(self, actor: Actor, case: int, question: Question) -> Answer:
        """Return the ranked answer; nobody is opened."""
        with self._tracing(actor, case, question, Act.TRACED) as session:
            answer = query.answer(session, question, actor.officer, self._clock())
        self._casework.answered.note((actor.officer, case), answer, self._clock())
        return answer

    def arrived(self, actor: Actor, case: int) -> tuple[Arrived, ...]:
        """Return what has arrived since the answers that the list of a case was made from."""
        _ = self._room.opened
        told = []
        for each in self._given(actor, case):
            with self._tracing(actor, case, each.asked, Act.TRACED) as session:
                now = query.answer(session, each.asked, actor.officer, self._clock())
            told.append(Arrived(each.asked, each.at_ms, news(each, now)))
        return tuple(told)

    def meetings(
        self, actor: Actor, case: int, question: Question, person: int
    ) -> tuple[Meeting, ...]:
        """Return every meeting of one contact with the index persons."""
        now_ms = self._clock()
        named = self._casework.answered.named((actor.officer, case), now_ms)
        self._casework.circle.require(actor, case, Right.CASE, (person,), now_ms, also=named)
        with self._tracing(actor, case, question, Act.TRACED) as session:
            return query.meetings(session, question, actor.officer, person, self._clock())

    def asked(self, actor: Actor, case: int) -> tuple[Question, ...]:
        """Return the questions whose answers the list of a case was made from."""
        return tuple(each.asked for each in self._given(actor, case))

    def _given(self, actor: Actor, case: int) -> list[Answer]:
        """Return the answers; asked of others than the index persons now are, it was another."""
        found = self._casework.register.require(actor, case, Right.CASE, self._clock())
        return [
            each
            for each in self._casework.given.of(case)
            if each.asked.ring > 1 or {*each.asked.index} == {*found.index}
        ]

    def _tracing(
        self, actor: Actor, case: int, question: Question, act: Act
    ) -> AbstractContextManager[Session]:
        """Write down that a trace is asked for, and open the tables for it."""
        _ = self._room.opened
        self._casework.circle.require(actor, case, Right.CASE, question.index, self._clock())
        if len(question.places) > PLACES or any(
            until - since > DAY_MS for _, since, until in question.places
        ):
            raise QuestionTooWide
        scopes.grant(self._people, actor)
        counts = {"places": len(question.places)} if question.places else None
        self._casework.audit.commit(
            actor, act, self._clock(), case=case, persons=question.index, counts=counts
        )
        return self._people.reading()


def _spelled(sought: Sought) -> tuple[Identifier, ...]:
    if sought.kind is Kind.NAME:
        return identifiers.namesakes(sought.text, sought.born, sought.sex)
    return identifiers.typed(sought.kind, sought.text)
