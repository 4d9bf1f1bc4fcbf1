"""What is drawn of a trace, and what is told when more of it arrives."""

from hypothesis import given
from hypothesis import strategies as st

from collector.trace.entries import (
    MINUTE_MS,
    Answer,
    Contact,
    Coverage,
    Meeting,
    Outside,
    Piece,
    Question,
    State,
    Where,
)
from collector.trace.graph import NODES, Edge, Node, graph
from collector.trace.news import news

WHERE = Where(1, "p", "School", "school", "a", "education", indoor=True)


def contact(person: int, least: int, most: int = 60, ring: int = 1) -> Contact:
    return Contact(person, least * MINUTE_MS, most * MINUTE_MS, 0, 1, 1, 1, ring=ring)


def meeting(index: int, person: int, least: int = 1, most: int = 2) -> Meeting:
    return Meeting(person, index, WHERE, 1, 0, most, least, most)


def answer(contacts: list[Contact], undelivered: tuple[int, int] = (0, 0)) -> Answer:
    pieces = (Piece(*undelivered, State.UNDELIVERED),)
    asked = Question((1,), 0, 100)
    return Answer(asked, 100, (), tuple(contacts), Outside(), (Coverage("g", 1, pieces),))


def test_the_picture_has_those_highest_on_the_list_and_counts_the_rest() -> None:
    contacts = [contact(100 + each, least=200 - each) for each in range(60)]
    met = [meeting(1, each.person) for each in contacts] + [meeting(1, 100), meeting(9, 100)]
    found = graph([1], contacts, met)
    assert [each.person for each in found.nodes] == [1, *range(100, 139)]
    assert found.nodes[0] == Node(1, 0, more=21)
    assert found.edges[0] == Edge(1, 100, 2, 4)
    assert len(found.edges) == 39
    assert found.left_out == 21


def test_the_first_ring_is_drawn_before_the_second() -> None:
    second = [contact(500 + each, least=900, ring=2) for each in range(50)]
    found = graph([1], [*second, contact(7, least=0)], [])
    assert [(each.person, each.ring) for each in found.nodes[:2]] == [(1, 0), (7, 1)]


@given(
    st.lists(st.integers(1, 9), unique=True, max_size=60),
    st.lists(st.builds(contact, st.integers(5, 300), st.integers(0, 99)), max_size=80),
)
def test_everybody_on_the_list_is_in_the_picture_or_counted(
    index: list[int], contacts: list[Contact]
) -> None:
    found = graph(index, contacts, [])
    drawn = [each.person for each in found.nodes]
    assert len(drawn) == len(set(drawn)) <= NODES
    assert len(drawn) + found.left_out == len({*index, *(each.person for each in contacts)})


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
