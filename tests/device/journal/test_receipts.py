"""Only a receipt that fits moves the mark: forward, or back for a collector that was restored."""

import os
from pathlib import Path

import pytest

from device.journal import durable
from device.journal.cursor import Cursor
from device.journal.store import Limits
from tests.device.journal.card import GATE, Card, fill, moment, receipt_for
from wire.receipt import Receipt

HOURS = 3_600_000


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path)


def test_a_restored_collector_moves_the_mark_back_and_is_sent_the_rest_again(card: Card) -> None:
    with card.open(Limits(segment_records=4)) as journal:
        fill(journal, 30)
        documents = card.stored()
        assert journal.confirm(receipt_for(journal, documents, 30, time=HOURS))
        assert journal.confirm(receipt_for(journal, documents, 7, time=2 * HOURS))
        assert journal.confirmed == 7
        end = durable.read(card.run)
        assert end is not None
        assert end.confirmed == 7
        assert journal.confirm(receipt_for(journal, documents, 31, time=2 * HOURS + 1))


def test_an_older_receipt_or_one_signed_at_the_same_moment_moves_nothing_back(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 30)
        documents = card.stored()
        assert journal.confirm(receipt_for(journal, documents, 30, time=HOURS))
        for time in (0, 1, HOURS - 1, HOURS, HOURS + 9_000):
            assert not journal.confirm(receipt_for(journal, documents, 7, time=time))
        wrong = Receipt(GATE, journal.journal, 7, "00" * 32, 2 * HOURS)
        identity = journal.journal
        assert not journal.confirm(wrong)
        assert (journal.confirmed, journal.journal) == (30, identity)


def test_a_mark_that_went_back_is_stored_and_keeps_what_it_uncovers(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 30)
        documents = card.stored()
        card.receipts = [receipt_for(journal, documents, 30, time=HOURS)]
        journal.tend(moment(100))
        card.receipts = [receipt_for(journal, documents, 29, time=2 * HOURS)]
        journal.tend(moment(101))
    with card.open() as journal:
        assert journal.confirmed == 29


def test_the_cursor_is_written_at_most_once_a_minute_or_every_256_records(card: Card) -> None:
    with card.open(Limits()) as journal:
        fill(journal, 20)
        documents = card.stored()
        written: list[int] = []
        for second in range(100, 400):
            high = 1 + (second - 100) // 20
            card.receipts = [receipt_for(journal, documents, high)]
            journal.tend(moment(second))
            journal.tend(moment(second + 0.5))
            path = card.journal / "cursor.json"
            if path.exists() and path.stat().st_ino not in written[-1:]:
                written.append(path.stat().st_ino)
        assert 4 <= len(written) <= 6


def test_confirmed_records_are_kept_as_long_as_they_are_to_be(card: Card) -> None:
    with card.open(Limits(segment_records=4, keep_confirmed_s=1000)) as journal:
        fill(journal, 30)
        documents = card.stored()
        assert journal.confirm(receipt_for(journal, documents, journal.last))
        written_s = (card.journal / card.files("0*.json")[0]).stat().st_mtime
        offset = written_s - moment().wall_ms / 1000
        for second in range(20):
            journal.tend(moment(offset + 900 + second))
        assert card.stored()[: len(documents)] == documents
        for second in range(20):
            journal.tend(moment(offset + 1100 + second))
        assert card.stored()[0]["seq"] > 1


def test_nothing_unconfirmed_is_ever_dropped(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 30)
        documents = card.stored()
        for second in range(40):
            journal.tend(moment(10**9 + second))
        assert [each for each in card.stored() if each in documents] == documents


def test_the_mark_is_on_the_card_before_what_it_covers_is_dropped(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 30)
        documents = card.stored()
        card.receipts = [receipt_for(journal, documents, 2)]
        for second in range(100, 110):
            journal.tend(moment(second))
        for path in card.journal.glob("0*.json"):
            os.utime(path, (1_000_000_000, 1_000_000_000))
        card.receipts = [receipt_for(journal, documents, 12)]
        for second in range(110, 120):  # sooner than the cursor is due
            journal.tend(moment(second))
        first = card.stored()[0]["seq"]
        assert first > 4
        assert Cursor(card.journal / "cursor.json").high >= first - 1
