"""The journal read back at a start, as far as it can be."""

from pathlib import Path

import pytest

from device.wiring.past import JournalPast
from tests.device.journal.card import ACCEPTED, Card, moment


def seqs(found: JournalPast, after: int) -> list[int]:
    return [document["seq"] for document in found.since(after)]


def test_records_come_back_from_sealed_and_open_segments(tmp_path: Path) -> None:
    card = Card(tmp_path)
    with card.open() as journal:
        for second in range(9):
            journal.scan(ACCEPTED, moment(second))
            journal.tend(moment(second))
        found = JournalPast(card.journal, journal)
        assert (found.journal, found.last) == (journal.journal, journal.last)
        assert seqs(found, 0) == list(range(1, journal.last + 1))
        assert seqs(found, 7) == list(range(8, journal.last + 1))
        assert seqs(found, journal.last) == []


def test_an_empty_journal_has_nothing_to_say(tmp_path: Path) -> None:
    card = Card(tmp_path)
    with card.open() as journal:
        assert seqs(JournalPast(card.journal, journal), 0) == []


def test_a_very_long_past_is_read_from_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = Card(tmp_path)
    monkeypatch.setattr("device.wiring.past.MOST", 3)
    with card.open() as journal:
        for second in range(9):
            journal.scan(ACCEPTED, moment(second))
        last = journal.last
        assert seqs(JournalPast(card.journal, journal), 0) == [last - 2, last - 1, last]
