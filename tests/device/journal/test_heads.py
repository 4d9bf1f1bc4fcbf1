"""The chain's head is signed while the gate works and at a stop, by the gate's own key."""

from pathlib import Path

import pytest

from device.journal.store import CardJournal, Limits
from tests.device.journal.card import ACCEPTED, GATE, RING, Card, chain_of, moment
from wire import head
from wire.record import What

LIMITS = Limits(alive_s=300)


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path)


def check_heads(card: Card, journal: CardJournal) -> list[int]:
    """Check every head against the records before it; return the seqs they speak for."""
    documents = card.stored()
    found = []
    for place, document in enumerate(documents):
        if document.get("what") == "head":
            one = head.unpack(document["data"], RING)
            assert (one.gate, one.journal) == (GATE, journal.journal)
            assert one.seq == document["seq"] - 1
            assert one.hash == chain_of(journal.journal, documents[:place]).hex()
            found.append(one.seq)
    return found


def test_a_head_is_signed_every_five_minutes_whether_busy_or_idle(card: Card) -> None:
    with card.open(LIMITS) as journal:
        journal.note(What.START, moment())
        for second in range(1300):
            if 300 < second < 700 and second % 50 == 0:
                journal.scan(ACCEPTED, moment(second))
            journal.tend(moment(second))
        heads = check_heads(card, journal)
        whats = [each.get("what", each["t"]) for each in card.stored()]
    assert len(heads) == 4
    assert whats[:3] == ["start", "alive", "head"]
    assert whats.count("alive") == 2
    assert "head" in whats[whats.index("scan") :]


def test_a_stop_is_followed_by_the_head_that_covers_it(card: Card) -> None:
    with card.open(LIMITS) as journal:
        journal.note(What.START, moment())
        stop = journal.note(What.STOP, moment(9))
        assert check_heads(card, journal) == [stop.seq]
        assert journal.last == stop.seq + 1


def test_a_head_that_begins_a_segment_holds_the_chain_of_the_one_before(card: Card) -> None:
    with card.open(Limits(segment_records=4, alive_s=10)) as journal:
        for second in range(200):
            if second % 7 == 0:
                journal.scan(ACCEPTED, moment(second))
            journal.tend(moment(second))
        assert len(check_heads(card, journal)) >= 15


def test_without_a_key_no_head_is_signed(card: Card) -> None:
    with card.open(LIMITS, key=None) as journal:
        for second in range(0, 1000, 5):
            journal.tend(moment(second))
        journal.note(What.STOP, moment(1001))
        whats = [each["what"] for each in card.stored()]
    assert set(whats) == {"alive", "stop"}
    assert len(whats) == 4
