"""What is told when more of a trace arrives."""

from collector.localday import MINUTE_MS
from collector.trace.entries import Answer, Contact, Coverage, Outside, Piece, Question, State
from collector.trace.news import news


def contact(person: int, least: int) -> Contact:
    return Contact(person, least * MINUTE_MS, 60 * MINUTE_MS, 0, 1, 1, 1)


def answer(contacts: list[Contact], undelivered: tuple[int, int] = (0, 0)) -> Answer:
    pieces = (Piece(*undelivered, State.UNDELIVERED),)
    asked = Question((1,), 0, 100)
    return Answer(asked, 100, (), tuple(contacts), Outside(), (Coverage("g", 1, pieces),))


def test_what_arrived_since_is_told() -> None:
    before = answer([contact(1, 10), contact(2, 10), contact(3, 10)], (60, 100))
    now = answer([contact(4, 50), contact(2, 20), contact(3, 10)], (90, 120))
    found = news(before, now)
    assert (found.delivered_ms, found.missing_ms) == (30, 10)
    assert [each.person for each in found.fresh] == [4]
    assert [(x.person, x.before.least_ms, x.now.least_ms) for x in found.changed] == [
        (2, 10 * MINUTE_MS, 20 * MINUTE_MS)
    ]
    assert found.gone == (1,)
    assert not found.is_empty


def test_nothing_new_is_nothing() -> None:
    same = answer([contact(1, 10)], (60, 100))
    assert news(same, same).is_empty
    assert news(same, same).delivered_ms == 0
