"""The port of the pages on the real vault: names and shapes of one in those of the other.

Adds what the vault does not know and the roster does: whom to ask at a place, and what an area is
called. Keeps nothing between two questions.
"""

from collections.abc import Callable, Iterable

import msgspec

from collector.cases.audit import Verified
from collector.cases.entries import Case, Contact, Handover, Head, Referral, Request, Row
from collector.cases.register import Opening
from collector.cases.roles import Actor
from collector.cases.worklist import Change, Met
from collector.localday import day_of
from collector.people.entries import Kind as By
from collector.people.entries import Merge, Strength
from collector.roster import Place, Roster
from collector.roster.collation import order
from collector.trace.entries import Answer, Meeting, Question, Visit, Where
from collector.vault.entries import Arrived, Content, SeenAt, Shown, Sought, StayAt, Timeline
from collector.vault.requests import Requests
from collector.web.casework import narrowing
from collector.web.casework.desk import (
    Alike,
    Card,
    Custody,
    Found,
    Held,
    Joined,
    Kind,
    Pair,
    Phone,
    Stamp,
    Wanted,
)

KINDS = {
    Kind.NUMBER: By.NUMBER,
    Kind.PHONE: By.PHONE,
    Kind.PASS: By.PASS,
    Kind.NAME: By.NAME,
}
ATTENDED = "attended"
DECLARED = "declared"


class VaultDesk:
    """The vault, as the pages ask it; the promises are those of the port."""

    def __init__(
        self,
        vault: Requests,
        actor: Callable[[str], Actor],
        roster: Callable[[], Roster],
        wall_ms: Callable[[], int],
    ) -> None:
        """Take the vault, who an account is, and what the roster says."""
        self._vault, self._actor = vault, actor
        self._roster, self._wall_ms = roster, wall_ms

    def custody(self, officer: str) -> Custody:
        """Return how the vault stands."""
        del officer
        status = self._vault.status()
        return Custody(not status.locked, status.spoken, status.threshold, status.custodians)

    def unlock(self, officer: str, secret: str) -> Custody:
        """Give a custodian's share, under their own name."""
        self._vault.unlock(officer, secret)
        return self.custody(officer)

    def lock(self, officer: str) -> Custody:
        """Forget the keys."""
        self._vault.lock()
        return self.custody(officer)

    def cases(self, officer: str) -> tuple[Case, ...]:
        """Return the cases of theirs."""
        return self._vault.cases(self._actor(officer))

    def case(self, officer: str, number: int) -> Case:
        """Return one case."""
        return self._vault.case(self._actor(officer), number)

    def open_case(self, officer: str, said: Opening) -> Case:
        """Open a case."""
        return self._vault.open_case(self._actor(officer), said)

    def change_case(self, officer: str, number: int, said: Opening) -> Case:
        """Change days, end or rule."""
        return self._vault.change_case(self._actor(officer), number, said)

    def close_case(self, officer: str, number: int) -> Case:
        """Close a case."""
        return self._vault.close_case(self._actor(officer), number)

    def find(self, officer: str, case: int, wanted: Wanted) -> tuple[Found, ...]:
        """Look for somebody."""
        sought = Sought(KINDS[wanted.kind], wanted.text, wanted.born, wanted.sex)
        hits = self._vault.find(self._actor(officer), case, (sought,))
        return tuple(
            Found(hit.person, wanted.kind, hit.strength is Strength.POSSIBLE) for hit in hits
        )

    def add_index(self, officer: str, case: int, person: int) -> None:
        """Make somebody an index person."""
        self._vault.add_index(self._actor(officer), case, (person,))

    def remove_index(self, officer: str, case: int, person: int) -> None:
        """Take an index person out."""
        self._vault.remove_index(self._actor(officer), case, person)

    def alike(self, officer: str, case: int, person: int) -> Alike:
        """Return who may be the same by full name, birth date and sex, and who was joined."""
        actor = self._actor(officer)
        hits = self._vault.alike(actor, case, person)
        decided = self._vault.merges(actor, case, (person,))
        return Alike(
            tuple(hit.person for hit in hits),
            tuple(
                Joined(each.kept, each.joined, each.officer, each.reason.decode())
                for each in decided
                if each.undone_ms is None and each.officer
            ),
        )

    def pair(self, officer: str, case: int, one: int, other: int) -> Pair:
        """Open two rows side by side."""
        first, second = self.open(officer, case, (one, other))
        joined = _standing(self._vault.merges(self._actor(officer), case, (one, other)), one, other)
        return Pair(first, second, joined.id if joined else 0, joined.officer if joined else "")

    def merge(self, officer: str, case: int, one: int, other: int, reason: str) -> None:
        """Record that two rows are one person."""
        self._vault.merge(self._actor(officer), case, one, other, reason)

    def unmerge(self, officer: str, case: int, merge: int) -> None:
        """Undo such a merge."""
        self._vault.unmerge(self._actor(officer), case, merge)

    def places(self, officer: str, case: int, question: Question) -> Answer:
        """Return where the index persons were."""
        return self._vault.places(self._actor(officer), case, question)

    def known_places(self, officer: str, case: int) -> tuple[Where, ...]:
        """Return the places that the officer may ask about, by their names."""
        found = self._vault.known_places(self._actor(officer), case)
        return tuple(sorted(found, key=lambda where: order(where.name)))

    def trace(self, officer: str, case: int, question: Question) -> Answer:
        """Return whom they met."""
        return self._vault.trace(self._actor(officer), case, question)

    def arrived(self, officer: str, case: int) -> tuple[Arrived, ...]:
        """Return what has arrived since the answers that the list was made from."""
        return self._vault.arrived(self._actor(officer), case)

    def meetings(self, officer: str, case: int, person: int) -> tuple[Meeting, ...]:
        """Return every meeting of a contact with the index persons, in order."""
        return self._met(self._actor(officer), case, person)

    def timeline(self, officer: str, case: int, person: int) -> tuple[Visit, ...]:
        """Return where a person was."""
        found = self._vault.timeline(self._actor(officer), case, person)
        return tuple(_visit(found, stay, self._roster()) for stay in found.stays)

    def open(self, officer: str, case: int, persons: tuple[int, ...]) -> tuple[Card, ...]:
        """Open persons; of one who left nothing to be reached by, also where they were met."""
        actor = self._actor(officer)
        opened = self._vault.open(actor, case, persons)
        # A row that was joined with another shows both; on a list it stays the row that it is.
        cards = tuple(map(_card, opened, persons))
        if len(cards) > 1:  # a whole list is not traced for the few who left nothing
            return cards
        return tuple(
            card if card.phones or card.commune else self._placed(actor, case, card)
            for card in cards
        )

    def enlist(self, officer: str, case: int, met: tuple[Met, ...]) -> int:
        """Put contacts on the list."""
        return self._vault.enlist(self._actor(officer), case, met)

    def contacts(self, officer: str, case: int) -> tuple[Contact, ...]:
        """Return the list."""
        return self._vault.contacts(self._actor(officer), case)

    def change(self, officer: str, case: int, change: Change) -> Contact:
        """Write down what became of a contact."""
        return self._vault.change_contact(self._actor(officer), case, change)

    def call(self, officer: str, case: int, person: int) -> None:
        """Say that somebody is being called."""
        self._vault.call(self._actor(officer), case, person)

    def holds(self, officer: str, case: int) -> tuple[Held, ...]:
        """Return what a case holds, and what waits for another officer's word."""
        found = self._vault.holds(self._actor(officer), case)
        return tuple(
            Held(
                *(hold.id, hold.person, hold.reason.decode(), hold.officer, hold.approver),
                *(hold.made_ms, hold.end_ms),
            )
            for hold in found
        )

    def hold(self, officer: str, case: int, person: int, reason: str, end_ms: int) -> None:
        """Ask that a person be held beyond retention."""
        self._vault.hold(self._actor(officer), case, person, reason, end_ms)

    def approve_hold(self, officer: str, case: int, number: int) -> None:
        """Agree as another officer."""
        self._vault.approve_hold(self._actor(officer), case, number)

    def held(self, officer: str, case: int, number: int) -> tuple[Card, tuple[Visit, ...]]:
        """Open what is held of a person, and where they were."""
        kept = self._vault.held(self._actor(officer), case, number)
        found, roster = kept.timeline, self._roster()
        card = _card(Shown(found.person, (found.person,), kept.contents), found.person)
        return card, tuple(_visit(found, stay, roster) for stay in found.stays)

    def release(self, officer: str, case: int, number: int) -> None:
        """End a hold before its time."""
        self._vault.release(self._actor(officer), case, number)

    def ask(self, officer: str, case: int, persons: tuple[int, ...]) -> Request:
        """Ask a second officer."""
        return self._vault.ask_approval(self._actor(officer), case, persons)

    def approve(self, officer: str, number: int) -> Request:
        """Agree as the second officer."""
        return self._vault.approve(self._actor(officer), number)

    def approvals(self, officer: str, case: int) -> tuple[Request, ...]:
        """Return what waits for a second officer, and what one has agreed to that is good now."""
        return self._vault.approvals(self._actor(officer), case)

    def copy(self, officer: str, case: int, persons: tuple[int, ...]) -> Stamp:
        """Note that a copy leaves; its number is the row of the audit that says so."""
        head = self._vault.exported(self._actor(officer), case, persons, 1)
        return Stamp(head.seq, head)

    def hand_over(
        self, officer: str, case: int, receiver: str, persons: tuple[int, ...], digest: str
    ) -> Handover:
        """Note what was given to whom."""
        return self._vault.hand_over(self._actor(officer), case, receiver, persons, digest)

    def received(self, officer: str, case: int, number: int, digest: str) -> Handover:
        """Note a receiver's receipt."""
        del case  # the hand-over says whose it is
        return self._vault.received(self._actor(officer), number, digest)

    def handovers(self, officer: str, case: int) -> tuple[Handover, ...]:
        """Return what was handed over."""
        return self._vault.handovers(self._actor(officer), case)

    def refer(self, officer: str, case: int) -> Referral:
        """Hand to the district what the last trace found beyond the scope."""
        return self._vault.refer(self._actor(officer), case)

    def take_up(self, officer: str, case: int) -> Referral:
        """Take up what was handed to the district."""
        return self._vault.take_up(self._actor(officer), case)

    def referral(self, officer: str, case: int) -> Referral | None:
        """Return what was handed to the district of a case, if anything was."""
        return self._vault.referral(self._actor(officer), case)

    def waiting(self, officer: str) -> tuple[Referral, ...]:
        """Return what waits to be taken up."""
        return self._vault.waiting(self._actor(officer))

    def audit(self, officer: str, before: int, case: int) -> tuple[Row, ...]:
        """Return rows of the audit, the newest first."""
        return self._vault.audit_latest(self._actor(officer), before, case)

    def head(self, officer: str) -> Head:
        """Return the end of the audit."""
        del officer  # it is printed on everything
        return self._vault.audit_head()

    def verify(self, officer: str) -> Verified:
        """Walk the whole audit."""
        del officer  # whoever has the right to the page
        return self._vault.verify(None)

    def _placed(self, actor: Actor, case: int, card: Card) -> Card:
        """Add where a contact was met last, with whom to ask there."""
        met = self._met(actor, case, card.person)
        if not met:
            return card
        last = max(met, key=lambda meeting: meeting.last_ms).where
        place = self._roster_place(last.place)
        return msgspec.structs.replace(
            card,
            place=last.name,
            place_contact=place.contact if place else "",
            place_phone=place.phone if place else "",
        )

    def _met(self, actor: Actor, case: int, person: int) -> tuple[Meeting, ...]:
        """Return the meetings as the list counts them; of no list, those of the usual window."""
        asked = self._vault.asked(actor, case) or (self._usual(actor, case),)
        return tuple(
            meeting
            for question in asked
            for meeting in self._vault.meetings(actor, case, question, person)
        )

    def _usual(self, actor: Actor, case: int) -> Question:
        found, now_ms = self._vault.case(actor, case), self._wall_ms()
        window = narrowing.usual(found, day_of(now_ms))
        return narrowing.Narrowing(*window, minutes=0).question(found, now_ms)

    def _roster_place(self, key: str) -> Place | None:
        return next((place for place in self._roster().places if place.id == key), None)


def _card(shown: Shown, person: int) -> Card:
    """Return a person in the words of the newest code that says each thing."""
    newest = sorted(shown.contents, key=lambda content: -content.seen_day)

    def said(field: str) -> str:
        found = (str(content.fields.get(field) or "") for content in newest)
        return next((text for text in found if text), "")

    return Card(
        person=person,
        name=said("name"),
        born=said("born"),
        sex=said("sex"),
        number=said("number"),
        phones=tuple(_phones(newest)),
        commune=said("commune"),
        hamlet=said("hamlet"),
    )


def _phones(contents: Iterable[Content]) -> Iterable[Phone]:
    """Return each number once, where it was seen last; an older one stays beside a new one."""
    seen = set()
    for content in contents:
        number = str(content.fields.get("phone") or "")
        if number and number not in seen:
            seen.add(number)
            yield Phone(number, _source(content), content.seen_day)


def _source(content: Content) -> str:
    if content.code == ATTENDED:
        return "attendant"
    return "declared" if content.identity == DECLARED else "code"


def _visit(found: Timeline, stay: StayAt, roster: Roster) -> Visit:
    name = found.places.get(stay.place, "")
    place = next((each for each in roster.places if each.name == name), None)
    where = Where(
        key=stay.place,
        place=place.id if place else "",
        name=name,
        kind=place.kind if place else "",
        area=place.area if place else "",
        sector=place.sector if place else "",
        indoor=place.indoor if place else True,
    )
    seen = [each for each in found.seen if _within(each, stay)]
    return Visit(
        person=found.person,
        where=where,
        in_lo=stay.in_lo,
        in_hi=stay.in_hi,
        out_lo=stay.out_lo,
        out_hi=stay.out_hi,
        how=stay.how,
        doubts=stay.doubts,
        links=tuple(dict.fromkeys(int(each.link) for each in seen)),
        gates=tuple(dict.fromkeys(each.gate for each in seen)),
    )


def _within(each: SeenAt, stay: StayAt) -> bool:
    return each.place == stay.place and stay.in_lo <= each.at <= stay.out_hi


def _standing(merges: Iterable[Merge], one: int, other: int) -> Merge | None:
    """Return the merge that holds two rows together now."""
    both = {one, other}
    return next(
        (each for each in merges if each.undone_ms is None and {each.kept, each.joined} == both),
        None,
    )
