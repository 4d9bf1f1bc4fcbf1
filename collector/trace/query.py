"""What an officer asks of a trace, and is answered, without opening anybody.

The order is that of the work: places and times with counts first, then whom to call, ranked, then
one contact's meetings, or the second ring of chosen ones.
"""

from collections.abc import Sequence

import msgspec

from collector.database.ports import Session
from collector.trace import contacts, frames, naming, visits, watching
from collector.trace.coverage import breaks
from collector.trace.entries import (
    Answer,
    Contact,
    Coverage,
    Doubt,
    Meeting,
    Outside,
    Question,
    Stay,
    Visit,
)
from collector.trace.meetings import absence, bounds

Breaks = dict[int, tuple[tuple[int, int], ...]]


def places_of(session: Session, question: Question, officer: str, at_ms: int) -> Answer:
    """Return where the index persons were, and how many people may have been there meanwhile."""
    found = visits.within(session, question, officer)
    reach = visits.reach(session, (each.where.key for each in found))
    counted = []
    for each in found:
        rows = frames.rows(visits.asked([each]), question, reach, {})
        people = contacts.crowds(session, rows, question, officer)
        counted.append(msgspec.structs.replace(each, people=people))
    named, outside = naming.named(session, counted), _beyond(session, question, officer)
    return Answer(question, at_ms, named, (), outside, ())


def answer(session: Session, question: Question, officer: str, at_ms: int) -> Answer:
    """Return everybody who may have been near long enough, and what may be missing."""
    question = msgspec.structs.replace(question, until_ms=min(question.until_ms, at_ms))
    window = (question.from_ms, question.until_ms)
    found = visits.within(session, question, officer)
    shown = {each.where.key for each in found}
    gates = watching.coverage(session, shown, window)
    reach = visits.reach(session, shown)
    rows = frames.rows(visits.asked(found), question, reach, broken(gates))
    ranked = contacts.ranked(session, rows, question, officer)
    outside = _beyond(session, question, officer)
    return Answer(question, at_ms, naming.named(session, found), ranked, outside, gates)


def _beyond(session: Session, question: Question, officer: str) -> Outside:
    """Return what lies outside the officer's scope: counted, and not shown."""
    hidden, outside = visits.beyond(session, question, officer)
    if not hidden:
        return outside
    reach = visits.reach(session, {each.stay.place for each in hidden})
    rows = frames.rows(hidden, question, reach, {})
    people = contacts.beyond(session, rows, question, officer)
    return Outside(outside.visits, outside.places, people)


def meetings(
    session: Session, question: Question, officer: str, person: int, at_ms: int
) -> tuple[Meeting, ...]:
    """Return every meeting of one contact with the index persons, in order."""
    question = msgspec.structs.replace(question, until_ms=min(question.until_ms, at_ms))
    window = (question.from_ms, question.until_ms)
    of_index = visits.within(session, question, officer)
    other = msgspec.structs.replace(question, index=(person,), places=())
    of_other = [visits.stay_of(each) for each in visits.within(session, other, officer)]
    gates = watching.coverage(session, {each.where.key for each in of_index}, window)
    away = broken(gates)
    found = [
        meeting
        for index in of_index
        for each in of_other
        if each.place == index.where.key
        for meeting in _met(index, each, person, question, away)
    ]
    return tuple(sorted(found, key=lambda each: (each.first_ms, each.index)))


def broken(gates: Sequence[Coverage]) -> Breaks:
    """Return when a gate of each place did not work."""
    return {place: breaks(gates, place) for place in {each.place for each in gates}}


def _met(
    index: Visit, other: Stay, person: int, question: Question, away: Breaks
) -> tuple[Meeting, ...]:
    """Return the meeting of two stays at one place, if it can have been one."""
    stay, margin = visits.stay_of(index), question.rule.margin_ms
    window = (question.from_ms, question.until_ms)
    gone = absence(stay, away.get(stay.place, ()))
    least, most = bounds(stay, other, window, margin, gone)
    if not most:
        return ()
    first = max(stay.in_lo, other.in_lo, question.from_ms)
    doubts = Doubt(stay.doubts | other.doubts)
    return (
        Meeting(
            *(person, index.person, index.where, other.day),
            first_ms=first,
            last_ms=first + most,
            least_ms=least,
            most_ms=most,
            doubts=doubts,
        ),
    )


def second(question: Question, first: Answer, chosen: Sequence[Contact]) -> Question:
    """Return the question for the second ring: whom the chosen first contacts met in their turn.

    Each from the first meeting on; nobody who is on the list already.
    """
    since = min((each.first_ms for each in chosen), default=question.from_ms)
    return msgspec.structs.replace(
        question,
        index=tuple(each.person for each in chosen),
        places=(),
        from_ms=since,
        but=(*question.index, *(each.person for each in first.contacts)),
        ring=2,
    )
