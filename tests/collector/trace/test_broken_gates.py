"""A gate that did not work takes from what is certain, in each database as in the pure measure."""

from collections.abc import Callable

import pytest

from collector.database.ports import Database
from collector.localday import HOUR_MS, MINUTE_MS, midnight
from collector.trace import query
from collector.trace.entries import How, Question, Rule, State, Stay
from tests.collector.trace.conftest import fill

DAY = midnight(20_800)
PLACE, GATE, INDEX, OTHER = 1, 1, 10, 20
ME = "officer"
MARGIN = Rule(margin_ms=15 * MINUTE_MS)


def stay(begin: int, end: int) -> Stay:
    came, left = DAY + begin * MINUTE_MS, DAY + end * MINUTE_MS
    return Stay(PLACE, came, came, left, left, How.SEEN)


@pytest.fixture(scope="module")
def database(fresh: Callable[[], Database]) -> Database:
    """Lend a place where somebody was from eight to nine, and another from seven to ten."""
    found = fresh()
    with found.writing() as session:
        session.run("INSERT INTO gate_key VALUES (?, 'g', ?)", (GATE, PLACE))
        session.run(
            "INSERT INTO place_key VALUES (?, 'p', 'School', 'school', 'a', 's', 1, 0, '')",
            (PLACE,),
        )
        session.run("INSERT INTO grant_scope VALUES (?, ?)", (ME, PLACE))
        fill(session, INDEX, [stay(480, 540)])
        fill(session, OTHER, [stay(420, 600)])
    return found


@pytest.mark.parametrize(
    ("down", "rule", "least"),
    [
        ((), Rule(), 60),
        (((510, 520),), Rule(), 50),
        (((450, 460),), Rule(), 60),
        (((570, 580),), Rule(), 60),
        (((450, 460), (570, 580)), Rule(), 0),
        (((500, 505), (515, 520)), Rule(), 40),
        (((450, 460), (500, 510)), Rule(), 30),
        (((500, 510), (570, 580)), Rule(), 20),
        ((), MARGIN, 75),
        (((545, 550),), MARGIN, 65),
        (((500, 510), (545, 550)), MARGIN, 20),
    ],
)
def test_what_is_certain_is_what_no_gate_that_failed_can_have_hidden(
    database: Database, down: tuple[tuple[int, int], ...], rule: Rule, least: int
) -> None:
    asked = Question((INDEX,), DAY, DAY + 24 * HOUR_MS, rule)
    pieces = [
        (GATE, DAY + begin * MINUTE_MS, 1, DAY + end * MINUTE_MS, int(State.DOWN))
        for begin, end in down
    ]
    # It worked until midnight, but for that.
    edges = [DAY, *(edge for piece in pieces for edge in (piece[1], piece[3])), DAY + 24 * HOUR_MS]
    worked = zip(edges[::2], edges[1::2], strict=True)
    pieces += [(GATE, begin, 2, end, int(State.WORKING)) for begin, end in worked]
    with database.writing() as session:
        session.run("DELETE FROM cover")
        session.many("INSERT INTO cover VALUES (?, ?, ?, ?, ?)", pieces)
    with database.reading() as session:
        (found,) = query.answer(session, asked, ME, asked.until_ms).contacts
        (met,) = query.meetings(session, asked, ME, OTHER, asked.until_ms)
    most = 60 + rule.margin_ms // MINUTE_MS
    assert (found.least_ms // MINUTE_MS, found.most_ms // MINUTE_MS) == (least, most)
    assert (met.least_ms, met.most_ms) == (found.least_ms, found.most_ms)
