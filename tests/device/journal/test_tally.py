"""Refusals of a flood are counted; what people did who were answered otherwise is always stored."""

from pathlib import Path

import msgspec
import pytest

from device.flow import Instant
from device.journal.store import Limits
from device.journal.tally import SINGLY, Tally
from tests.device.journal.card import ACCEPTED, REFUSED, Card, moment
from wire.record import Note, Outcome, Reason, Record, Scan, What, to_record

HOUR = 3600
OBEYED = msgspec.structs.replace(ACCEPTED, outcome=Outcome.OBEYED, reason=Reason.OBEYED)
WRONG_KIND = msgspec.structs.replace(REFUSED, kind="web-link", reason=Reason.WRONG_KIND)


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path)


def ns(second: float) -> int:
    return int(second * 1e9)


def test_the_first_refusals_of_a_minute_are_stored_singly() -> None:
    tally = Tally()
    taken = [tally.takes(REFUSED, ns(second)) for second in range(50)]
    assert taken == [False] * SINGLY + [True] * (50 - SINGLY)
    assert tally.due(ns(59)) is None
    counted = tally.due(ns(60))
    assert counted is not None
    assert counted.data() == {"n": 30, "from": 20_000, "to": 49_000, "by": {"bad-signature": 30}}


def test_what_is_no_refusal_is_never_tallied() -> None:
    tally = Tally()
    for second in range(50):
        assert tally.takes(REFUSED, ns(second)) is (second >= SINGLY)
        assert not tally.takes(ACCEPTED, ns(second))
        assert not tally.takes(OBEYED, ns(second))


def test_refusals_that_are_rare_are_never_tallied() -> None:
    tally = Tally()
    assert not any(tally.takes(REFUSED, ns(4 * each)) for each in range(200))


def test_reasons_are_counted_apart_and_a_new_minute_begins_after_the_note() -> None:
    tally = Tally()
    for second in range(SINGLY):
        tally.takes(REFUSED, ns(second))
    for second, verdict in ((30, WRONG_KIND), (31, REFUSED), (32, WRONG_KIND), (70, REFUSED)):
        assert tally.takes(verdict, ns(second))
    counted = tally.due(ns(71))
    assert counted is not None
    assert counted.by == {"bad-signature": 2, "wrong-kind": 2}
    assert (counted.n, counted.last_ms) == (4, 70_000)
    tally.noted()
    assert tally.due(ns(200)) is None
    assert not tally.takes(REFUSED, ns(72))


def test_an_hour_of_ten_made_up_codes_a_second_costs_little_and_loses_no_pass(card: Card) -> None:
    refusals = passes = 0
    with card.open(Limits()) as journal:
        journal.note(What.START, moment())
        for tenth in range(10 * HOUR // 6):  # ten minutes of it
            at = moment(tenth / 10)
            journal.scan(REFUSED, at)
            refusals += 1
            if tenth % 300 == 7:
                assert isinstance(journal.scan(ACCEPTED, at), Scan)
                passes += 1
            journal.tend(at)
        journal.note(What.STOP, moment(HOUR / 6 + 1))
        records = [to_record(each) for each in card.stored()]
        used = sum(path.stat().st_size for path in card.journal.glob("0*.json"))
    scans = [each for each in records if isinstance(each, Scan)]
    tallied = notes(records, What.TALLY)
    assert sum(each.outcome is Outcome.ACCEPTED for each in scans) == passes
    singly = sum(each.outcome is Outcome.REJECTED for each in scans)
    assert singly <= SINGLY * 11
    assert singly + sum(each["n"] for each in tallied) == refusals
    assert 6 * used < 1_500_000


def notes(records: list[Record], what: What) -> list[dict[str, int]]:
    return [each.data for each in records if isinstance(each, Note) and each.what is what]


def test_a_stop_tells_what_was_counted_so_far(card: Card) -> None:
    with card.open(Limits()) as journal:
        for second in range(SINGLY + 3):
            journal.scan(REFUSED, moment(second))
        journal.note(What.STOP, moment(30))
        whats = [each.get("what") for each in card.stored()[SINGLY:]]
    assert whats == ["tally", "stop", "head"]


def test_a_tallied_refusal_leaves_no_trace_of_its_number(card: Card) -> None:
    with card.open(Limits()) as journal:
        stored = [journal.scan(REFUSED, moment(each / 10)) for each in range(SINGLY + 5)]
        assert [each is None for each in stored] == [False] * SINGLY + [True] * 5
        assert journal.last == SINGLY
        later: Instant = moment(61)
        journal.tend(later)
        assert card.stored()[-1]["data"]["n"] == 5
        assert journal.scan(REFUSED, moment(62)) is not None
