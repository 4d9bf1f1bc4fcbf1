"""What stood on paper is where the paper says, within what was told of it; in both databases."""

import pytest

from collector.localday import DAY_MS
from collector.people.entries import Kind
from collector.trace.entries import Doubt, Flag, How
from collector.vault.scans import OLDEST_MS
from tests.collector.vault.conftest import HOUR, MONDAY, SealingGate, Town, card
from wire.canonical import Document
from wire.record import ClockState, Direction, Identity, Mark, Told

MORNING = MONDAY + 8 * HOUR
EVENING = MONDAY + 18 * HOUR
QUARTER = 15 * 60_000
SEEN = "SELECT at, span, flags, way FROM sighting ORDER BY at"


def line(
    pen: SealingGate, fields: Document, at: int, way: Direction = Direction.IN, typed: int = EVENING
) -> int:
    """Type one line of a paper log in the evening."""
    return pen.passes(
        fields,
        typed,
        way=way,
        kind="paper",
        marks=(Mark.PAPER,),
        told=Told(at, QUARTER),
        identity=Identity.SEEN,
    )


def test_a_line_of_paper_is_sighted_when_the_paper_says_within_what_was_told(town: Town) -> None:
    town.unlock()
    pen = SealingGate("desk")
    line(pen, card(1), MORNING)
    town.send(pen, EVENING + 500)
    town.settle(EVENING + 600)
    assert town.rows(SEEN) == [(MORNING - QUARTER, 2 * QUARTER, Flag.PAPER, 0)]


def test_it_was_not_after_it_was_typed(town: Town) -> None:
    town.unlock()
    pen = SealingGate("desk")
    line(pen, card(1), EVENING - 60_000)
    town.send(pen, EVENING + 500)
    town.settle(EVENING + 600)
    ((at, span, flags, _),) = town.rows(SEEN)
    assert at == EVENING - 60_000 - QUARTER
    assert at + span <= EVENING + 1_400  # the clock of the desk was so sure
    assert flags == Flag.PAPER


@pytest.mark.parametrize(
    "at", [0, EVENING - OLDEST_MS - HOUR, EVENING + HOUR, EVENING + 400 * DAY_MS]
)
def test_a_time_that_cannot_be_is_not_heard(town: Town, at: int) -> None:
    """Else one slip of a key would be a sighting of 1970, and a search through all days since."""
    town.unlock()
    pen = SealingGate("desk")
    line(pen, card(1), at)
    town.send(pen, EVENING + 500)
    town.settle(EVENING + 600)
    ((found, span, flags, _),) = town.rows(SEEN)
    assert abs(found - EVENING) < 2_000
    assert (span, flags) == (0, Flag.ARRIVAL | Flag.PAPER)


def test_lines_typed_in_any_order_and_in_two_journals_make_one_stay(town: Town) -> None:
    """The sheet is typed from its foot; the way out had been seen by a gate of the place."""
    town.unlock()
    town.places["desk"] = town.places["door"] = town.place_of("door")
    pen, door = SealingGate("desk"), SealingGate("door")
    line(pen, card(1), MORNING + 5 * HOUR)
    line(pen, card(1), MORNING + 2 * HOUR, Direction.OUT)
    line(pen, card(1), MORNING)
    door.passes(card(1), MORNING + 6 * HOUR, way=Direction.OUT)
    town.send(door, EVENING)
    town.send(pen, EVENING + 500)
    town.settle(EVENING + 600)
    stays = town.rows("SELECT in_lo, in_span, stayed, how, doubts FROM stay ORDER BY in_lo")
    assert [(how, Doubt(doubts)) for *_, how, doubts in stays] == [
        (How.SEEN, Doubt.PAPER),
        (How.SEEN, Doubt.PAPER),
    ]
    assert stays[0][:3] == (MORNING - QUARTER, 2 * QUARTER, 2 * HOUR)
    assert stays[1][0] == MORNING + 5 * HOUR - QUARTER


def test_what_is_learned_of_the_desks_clock_does_not_move_a_line_of_paper(town: Town) -> None:
    town.unlock()
    pen = SealingGate("desk")
    pen.clock = ClockState.UNSYNCED
    line(pen, card(1), MORNING)
    town.send(pen, EVENING + HOUR)
    town.settle(EVENING + HOUR)
    before = town.rows(SEEN)
    assert town.rows("SELECT COUNT(*) FROM timed") == [(0,)]
    pen.clock = ClockState.SYNCED
    pen.passes(card(2), EVENING + 60_000)
    town.send(pen, EVENING + HOUR)
    town.settle(EVENING + HOUR)
    assert town.rows(SEEN)[:1] == before


def persons_of(town: Town, *shown: tuple[str, Document, Identity]) -> int:
    pen = SealingGate("desk")
    for number, (kind, fields, identity) in enumerate(shown):
        pen.passes(fields, MORNING + number * HOUR, kind=kind, identity=identity)
    town.send(pen, EVENING)
    town.settle(EVENING)
    return int(town.rows("SELECT COUNT(DISTINCT person) FROM sighting")[0][0])


Shown = tuple[str, Document, Identity]
PASS = {"pass": "0011223344556677", "class": "visitor"}


@pytest.mark.parametrize(
    ("shown", "persons"),
    [
        # An attendant saw the card: the number is its holder's.
        ((("desk", card(1), Identity.SEEN), ("id-card", card(1), Identity.DECLARED)), 1),
        # It was only said: two who say the same number are two until an officer decides.
        ((("desk", card(1), Identity.DECLARED), ("id-card", card(1), Identity.DECLARED)), 2),
        # The pass that the desk gave out is that person's, however the name is known.
        ((("desk", card(1) | PASS, Identity.DECLARED), ("pass", PASS, Identity.DECLARED)), 1),
    ],
)
def test_a_number_that_was_typed_joins_only_if_the_card_was_seen(
    town: Town, shown: tuple[Shown, ...], persons: int
) -> None:
    town.unlock()
    assert persons_of(town, *shown) == persons


def test_who_was_registered_is_found_by_their_telephone(town: Town) -> None:
    town.unlock()
    assert persons_of(town, ("desk", card(1, phone="0912345678"), Identity.DECLARED)) == 1
    kinds = {Kind(kind) for (kind,) in town.rows("SELECT kind FROM alias")}
    assert kinds == {Kind.NUMBER, Kind.PHONE, Kind.NAME}
