"""A vault in memory for the pages: the real cases and the real audit over a small made-up district.

Refuses what the real one refuses: without a key, without a case, beyond somebody's scope.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from collector.cases.approvals import Approvals
from collector.cases.audit import PAGE, Audit, Verified
from collector.cases.circle import Circle
from collector.cases.entries import Act, Case, Contact, Handover, Head, Referral, Request, Row
from collector.cases.referrals import Referrals
from collector.cases.register import Opening, Register
from collector.cases.roles import Actor, Right, Role
from collector.cases.schema import make
from collector.cases.worklist import Change, Met, Worklist
from collector.database.sqlite import SqliteDatabase
from collector.errors import DeskMissing, HoldRefused, NotAllowed
from collector.i18n import N_
from collector.trace.entries import (
    Answer,
    Coverage,
    Doubt,
    How,
    Meeting,
    Outside,
    Piece,
    Question,
    State,
    Visit,
    Where,
)
from collector.trace.entries import Contact as Near
from collector.vault.entries import Arrived
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

HOUR, MINUTE, DAY = 3_600_000, 60_000, 86_400_000
SICK = 7_700_000_001
MARKET = Where(1, "cho", "Chợ Mẫu", "market", "mau", "economy", indoor=False)
CLINIC = Where(2, "tram", "Trạm y tế Mẫu", "clinic", "mau", "health", indoor=True)
SCHOOL = Where(3, "truong", "Trường THCS Mẫu", "school", "mau", "education", indoor=True)
NAMES = ("Nguyễn Thị Ngọc Ánh", "Trần Văn Bình", "Lê Hoàng Cúc", "Phạm Dũng", "Võ Thị Én")


class Plain:
    """Seals nothing: what it covers is made up."""

    def seal(self, plain: bytes, place: str) -> bytes:
        return place.encode() + b"\0" + plain

    def open(self, sealed: bytes, place: str) -> bytes:
        found, _, plain = sealed.partition(b"\0")
        assert found == place.encode()
        return plain


class MemoryDesk:
    """The port of the pages, kept."""

    def __init__(self, folder: Path, wall_ms: Callable[[], int]) -> None:
        self._now = wall_ms
        self.folder = folder
        self.database = SqliteDatabase(folder / "cases.db")
        make(self.database)
        self.actors: dict[str, Actor] = {}
        self.is_locked = False
        self.shares: set[str] = set()
        self.many = 0
        self._audit = Audit(self.database)
        self._register = Register(self.database, self._audit, Plain(), above)
        self._approvals = Approvals(self.database, self._audit, self._register)
        self._circle = Circle(self.database, self._audit, self._register)
        self._list = Worklist(self.database, self._audit, self._register, Plain())
        self._referrals = Referrals(self.database, self._audit, self._register)
        self._beyond: dict[tuple[str, int], tuple[int, int]] = {}
        self._copies = 0
        self._merged: dict[int, tuple[int, int, str]] = {}
        self._held: dict[int, tuple[int, Held]] = {}
        self.outside = Outside(3, 2, 41)
        """What every trace leaves out."""
        self.since: tuple[Arrived, ...] = ()
        """What the case page is told to have arrived."""

    def custody(self, officer: str) -> Custody:
        self._may(officer, Right.UNLOCK)
        return Custody(not self.is_locked, len(self.shares), 2, ("custodian", "other"))

    def unlock(self, officer: str, secret: str) -> Custody:
        if secret == "right share":
            self.shares.add(officer)
        self.is_locked = self.is_locked and len(self.shares) < 2
        return self.custody(officer)

    def lock(self, officer: str) -> Custody:
        self.is_locked, self.shares = True, set()
        return self.custody(officer)

    def cases(self, officer: str) -> tuple[Case, ...]:
        return self._register.cases(self._who(officer))

    def case(self, officer: str, number: int) -> Case:
        return self._register.case(self._who(officer), number)

    def open_case(self, officer: str, said: Opening) -> Case:
        return self._register.open(self._who(officer), said, self._now())

    def change_case(self, officer: str, number: int, said: Opening) -> Case:
        return self._register.change(self._who(officer), number, said, self._now())

    def close_case(self, officer: str, number: int) -> Case:
        return self._register.close(self._who(officer), number, self._now())

    def find(self, officer: str, case: int, wanted: Wanted) -> tuple[Found, ...]:
        found = self._found(wanted)
        self._case(officer, case, Act.FOUND, *(each.person for each in found))
        return found

    def add_index(self, officer: str, case: int, person: int) -> None:
        self._theirs(officer, case, person)
        look = self._audit.commit(
            self._who(officer), Act.INDEX_ADDED, self._now(), case=case, persons=(person,)
        )
        self._register.add_index(look, case, (person,), self._now())

    def remove_index(self, officer: str, case: int, person: int) -> None:
        self._register.remove_index(self._who(officer), case, person, self._now())

    def alike(self, officer: str, case: int, person: int) -> Alike:
        self._theirs(officer, case, person)
        self._case(officer, case, Act.OPENED, person)
        self._case(officer, case, Act.FOUND, SICK + 1)
        joined = (Joined(kept, gone, by, "cùng số thẻ") for kept, gone, by in self._merged.values())
        return Alike((SICK + 1,), tuple(joined))

    def pair(self, officer: str, case: int, one: int, other: int) -> Pair:
        cards = self.open(officer, case, (one, other))
        merged = next((n for n, m in self._merged.items() if set(m[:2]) == {one, other}), 0)
        by = self._merged[merged][2] if merged else ""
        return Pair(cards[0], cards[1], merged, by)

    def merge(self, officer: str, case: int, one: int, other: int, reason: str) -> None:
        assert reason
        self._theirs(officer, case, one, other)
        self._case(officer, case, Act.MERGED, one, other)
        self._merged[len(self._merged) + 1] = (one, other, officer)

    def unmerge(self, officer: str, case: int, merge: int) -> None:
        self._case(officer, case, Act.UNMERGED)
        del self._merged[merge]

    def places(self, officer: str, case: int, question: Question) -> Answer:
        self._theirs(officer, case, *question.index)
        self._case(officer, case, Act.PLACES, *question.index)
        return self._answer(question, ())

    def trace(self, officer: str, case: int, question: Question) -> Answer:
        self._theirs(officer, case, *question.index)
        self._case(officer, case, Act.TRACED, *question.index)
        answer = self._answer(question, self._near(question))
        self._beyond[officer, case] = (answer.outside.places, answer.outside.people)
        return answer

    def arrived(self, officer: str, case: int) -> tuple[Arrived, ...]:
        index = self.case(officer, case).index
        self._theirs(officer, case, *index)
        self._case(officer, case, Act.TRACED, *index)
        return self.since

    def known_places(self, officer: str, case: int) -> tuple[Where, ...]:
        self._register.require(self._who(officer), case, Right.CASE, self._now())
        return (MARKET, SCHOOL, CLINIC)

    def meetings(self, officer: str, case: int, person: int) -> tuple[Meeting, ...]:
        index = self.case(officer, case).index
        self._theirs(officer, case, person, *index)
        self._case(officer, case, Act.TRACED, *index)
        began = self._now() - 3 * DAY
        bounds = (began, began + 2 * HOUR, 40 * MINUTE, 90 * MINUTE)
        return tuple(
            Meeting(person, index[0], where, began // DAY, *bounds, Doubt.UNSURE)
            for where in (MARKET, CLINIC)
        )

    def holds(self, officer: str, case: int) -> tuple[Held, ...]:
        self.case(officer, case)
        return tuple(held for number, held in self._held.values() if number == case)

    def hold(self, officer: str, case: int, person: int, reason: str, end_ms: int) -> None:
        self._theirs(officer, case, person)
        number, now = len(self._held) + 1, self._now()
        self._held[number] = (case, Held(number, person, reason, officer, "", now, end_ms))

    def approve_hold(self, officer: str, case: int, number: int) -> None:
        self._register.require(self._who(officer), case, Right.APPROVE, self._now())
        held = self._hold(case, number)
        if held.officer == officer:
            raise HoldRefused(N_("another officer must agree"))
        self._case(officer, case, Act.HELD, held.person)
        self._held[number] = (case, msgspec.structs.replace(held, approver=officer))

    def held(self, officer: str, case: int, number: int) -> tuple[Card, tuple[Visit, ...]]:
        self._register.require(self._who(officer), case, Right.LOOK, self._now())
        held = self._hold(case, number)
        if not held.approver:
            raise HoldRefused(N_("another officer must agree"))
        (card,) = self.open(officer, case, (held.person,))
        return card, self._visits((held.person,), self._now() - 4 * DAY)

    def release(self, officer: str, case: int, number: int) -> None:
        self.case(officer, case)
        self._hold(case, number)
        del self._held[number]

    def timeline(self, officer: str, case: int, person: int) -> tuple[Visit, ...]:
        self._theirs(officer, case, person)
        self._case(officer, case, Act.TIMELINE, person)
        return self._visits((person,), self._now() - 4 * DAY)

    def open(self, officer: str, case: int, persons: tuple[int, ...]) -> tuple[Card, ...]:
        self._unlocked()
        look = self._approvals.look(self._who(officer), case, persons, self._now())
        assert look.covers(Act.OPENED, persons)
        return tuple(card(person) for person in persons)

    def enlist(self, officer: str, case: int, met: tuple[Met, ...]) -> int:
        return self._list.enlist(self._who(officer), case, met, self._now())

    def contacts(self, officer: str, case: int) -> tuple[Contact, ...]:
        return self._list.contacts(self._who(officer), case, self._now())

    def change(self, officer: str, case: int, change: Change) -> Contact:
        return self._list.change(self._who(officer), case, change, self._now())

    def call(self, officer: str, case: int, person: int) -> None:
        self._list.call(self._who(officer), case, person, self._now())

    def ask(self, officer: str, case: int, persons: tuple[int, ...]) -> Request:
        return self._approvals.ask(self._who(officer), case, persons, self._now())

    def approve(self, officer: str, number: int) -> Request:
        return self._approvals.approve(self._who(officer), number, self._now())

    def approvals(self, officer: str, case: int) -> tuple[Request, ...]:
        return self._approvals.standing(self._who(officer), case, self._now())

    def copy(self, officer: str, case: int, persons: tuple[int, ...]) -> Stamp:
        self._case(officer, case, Act.EXPORTED, *persons)
        self._copies += 1
        return Stamp(self._copies, self._audit.head(self._now()))

    def hand_over(
        self, officer: str, case: int, receiver: str, persons: tuple[int, ...], digest: str
    ) -> Handover:
        look = self._audit.commit(
            self._who(officer), Act.HANDED_OVER, self._now(), case=case, persons=persons
        )
        return self._list.hand_over(look, case, receiver, digest, self._now())

    def received(self, officer: str, case: int, number: int, digest: str) -> Handover:
        assert case
        return self._list.received(self._who(officer), number, digest, self._now())

    def handovers(self, officer: str, case: int) -> tuple[Handover, ...]:
        return self._list.handovers(self._who(officer), case)

    def refer(self, officer: str, case: int) -> Referral:
        beyond = self._beyond.get((officer, case))
        return self._referrals.refer(self._who(officer), case, beyond, self._now())

    def take_up(self, officer: str, case: int) -> Referral:
        return self._referrals.take_up(self._who(officer), case, self._now())

    def referral(self, officer: str, case: int) -> Referral | None:
        return self._referrals.of_case(self._who(officer), case)

    def waiting(self, officer: str) -> tuple[Referral, ...]:
        return self._referrals.waiting(self._who(officer), self._now())

    def audit(self, officer: str, before: int, case: int) -> tuple[Row, ...]:
        self._may(officer, Right.AUDIT)
        return self._audit.latest(PAGE, before=before, case=case)

    def head(self, officer: str) -> Head:
        self._may(officer, Right.AUDIT)
        return self._audit.head(self._now())

    def verify(self, officer: str) -> Verified:
        self._may(officer, Right.AUDIT)
        return self._audit.verify(self._now())

    def _who(self, officer: str) -> Actor:
        self._unlocked()
        return self.actors.get(officer) or Actor(officer, Role.DISTRICT)

    def _unlocked(self) -> None:
        if self.is_locked:
            raise DeskMissing

    def _may(self, officer: str, right: Right) -> None:
        actor = self.actors.get(officer) or Actor(officer, Role.DISTRICT)
        if not actor.may(right):
            raise NotAllowed(right)

    def _hold(self, case: int, number: int) -> Held:
        where, held = self._held.get(number, (0, None))
        if held is None or where != case:
            raise HoldRefused(N_("there is no such hold"))
        return held

    def _found(self, wanted: Wanted) -> tuple[Found, ...]:
        known = {"079190001234", "0912345678", "0123456789abcdef"}
        if wanted.kind is Kind.NAME and wanted.text.casefold() == "nguyễn văn mẫu":
            return (Found(SICK, wanted.kind, possible=True), Found(SICK + 1, wanted.kind, True))  # noqa: FBT003
        if wanted.text in known:
            return (Found(SICK, wanted.kind, wanted.kind is Kind.PHONE),)
        return ()

    def _theirs(self, officer: str, case: int, *persons: int) -> None:
        self._circle.require(self._who(officer), case, Right.CASE, persons, self._now())

    def _case(self, officer: str, case: int, act: Act, *persons: int) -> None:
        self._register.require(self._who(officer), case, Right.CASE, self._now())
        self._audit.commit(self._who(officer), act, self._now(), case=case, persons=persons)

    def _answer(self, question: Question, contacts: tuple[Near, ...]) -> Answer:
        visits = self._visits(question.index, self._now() - 4 * DAY)
        late = Piece(question.until_ms - HOUR, question.until_ms, State.UNDELIVERED)
        pieces = (
            Piece(question.from_ms, question.from_ms + 5 * HOUR, State.DOWN),
            Piece(question.from_ms + 5 * HOUR, question.until_ms - HOUR, State.WORKING),
            late,
        )
        seen = Coverage("cho-1", 1, pieces)
        well = Coverage("tram-1", 2, (Piece(question.from_ms, question.until_ms, State.WORKING),))
        return Answer(question, self._now(), visits, contacts, self.outside, (seen, well))

    def _visits(self, persons: tuple[int, ...], start: int) -> tuple[Visit, ...]:
        begin = start // DAY * DAY + HOUR
        found = []
        for number, person in enumerate(persons):
            for day, where in enumerate((MARKET, CLINIC, SCHOOL, MARKET)):
                came = begin + day * DAY + number * HOUR
                how = How.LONGEST if where is MARKET else How.SEEN
                doubt = Doubt.COPIED if day == 3 else Doubt(0)
                out = (came + 40 * MINUTE, came + (300 if where is MARKET else 41) * MINUTE)
                found.append(
                    Visit(person, where, came, came + MINUTE, *out, how, doubt, 12 + day, (2, 1))
                )
        return tuple(found)

    def _near(self, question: Question) -> tuple[Near, ...]:
        if not question.index and not question.places:
            return ()
        count = self.many or 8
        found = [
            Near(
                SICK + 100 * question.ring + number,
                max(0, (60 - 10 * number)) * MINUTE,
                (90 + number) * MINUTE,
                self._now() - 3 * DAY,
                self._now() - 3 * DAY + 2 * HOUR,
                2,
                1,
                Doubt.UNSURE if number == 4 else Doubt(0),
                question.ring,
            )
            for number in range(count)
        ]
        return tuple(each for each in found if each.most_ms >= question.rule.min_minutes * MINUTE)


def above(area: str) -> frozenset[str]:
    """Return an area of the made-up district with what lies above it."""
    return {
        "huyen": frozenset({"huyen"}),
        "mau": frozenset({"mau", "huyen"}),
        "khac": frozenset({"khac", "huyen"}),
    }.get(area, frozenset())


def card(person: int) -> Card:
    """Return a made-up person, each reached in another way."""
    number = person - SICK
    name = NAMES[number % len(NAMES)]
    phones = (Phone("0912345678", "declared"), Phone("0987654321", "attendant"))
    base = Card(person, name, "1990-06-15", "female", f"0790900{number:05d}")
    match number % 4:
        case 0:
            return _with(base, phones=phones, commune="Xã Mẫu", hamlet="Ấp 3")
        case 1:
            return _with(base, phones=phones[:1])
        case 2:
            return _with(base, commune="Xã Khác", hamlet="Ấp Mỹ Lợi")
        case _:
            return _with(base, place="Chợ Mẫu", place_contact="Bà Tư", place_phone="0299000000")


def _with(base: Card, **more: object) -> Card:
    return msgspec.structs.replace(base, **more)
