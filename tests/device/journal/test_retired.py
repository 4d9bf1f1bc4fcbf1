"""A journal that was given up keeps its records until the collector has them, or says otherwise."""

from pathlib import Path

import pytest

from device.journal import retired
from device.journal.reader import JournalReader
from device.journal.store import CardJournal
from tests.device.journal.card import GATE, Card, chain_of, fill, moment, read, spoken_for
from wire.receipt import Receipt
from wire.record import What

YEARS = 10**9


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path)


def give_up(journal: CardJournal, scans: int = 9) -> str:
    """Store scans, then let the collector show that it has other records; return the old id."""
    fill(journal, scans)
    old = journal.journal
    assert not journal.confirm(Receipt(GATE, old, 3, "00" * 32, 1))
    return old


def receipt(old: str, documents: list[dict[str, object]], high: int) -> Receipt:
    return Receipt(GATE, old, high, chain_of(old, documents[:high]).hex(), 1)


def test_its_records_stay_readable_oldest_journal_first(card: Card) -> None:
    with card.open() as journal:
        olds = [give_up(journal), give_up(journal, 6)]
        found = retired.waiting(card.journal)
        assert [each.journal for each in found] == olds
        for each in found:
            assert spoken_for(read(each.within(card.journal), 1000)) == list(
                range(1, each.last + 1)
            )
    with card.open() as journal:
        assert retired.waiting(card.journal) == found


def test_what_was_confirmed_is_not_sent_again(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 9)
        old, documents = journal.journal, card.stored()
        assert journal.confirm(receipt(old, documents, 5))
        journal.confirm(Receipt(GATE, old, 7, "00" * 32, 1))
        (one,) = retired.waiting(card.journal)
        assert (one.high, one.last) == (5, documents[-1]["seq"])
        with JournalReader(one.within(card.journal)) as reader:
            assert reader.seek(one.high + 1) == 6


def test_an_honest_receipt_confirms_it_and_it_is_dropped_in_time(card: Card) -> None:
    with card.open() as journal:
        old = give_up(journal)
        (one,) = retired.waiting(card.journal)
        documents = read(one.within(card.journal), 1000)
        card.receipts = [receipt(old, documents, 4)]
        journal.tend(moment(50))
        assert retired.waiting(card.journal)[0].high == 4
        card.receipts = [receipt(old, documents, one.last)]
        journal.tend(moment(51))
        assert retired.waiting(card.journal) == []
        for second in range(60, 70):
            journal.tend(moment(YEARS + second))
        assert retired.found(card.journal) == []
        assert not one.within(card.journal).exists()


def test_a_receipt_for_other_records_frees_nothing_and_is_remembered(card: Card) -> None:
    with card.open() as journal:
        old = give_up(journal)
        last = retired.waiting(card.journal)[0].last
        journal.confirm(Receipt(GATE, old, last, "11" * 32, 1))
    with card.open() as journal:
        (one,) = retired.waiting(card.journal)
        assert one.disputed
        for second in range(60, 70):
            journal.tend(moment(YEARS + second))
        assert spoken_for(read(one.within(card.journal), 1000)) == list(range(1, last + 1))


def test_a_receipt_of_another_gate_or_an_unknown_journal_changes_nothing(card: Card) -> None:
    with card.open() as journal:
        old = give_up(journal)
        before = retired.found(card.journal)
        documents = read(before[0].within(card.journal), 1000)
        good = receipt(old, documents, 4)
        assert not journal.confirm(Receipt("gate-2", old, 4, good.hash, 1))
        assert not journal.confirm(Receipt(GATE, "0" * 16, 4, good.hash, 1))
        assert retired.found(card.journal) == before


def test_its_successor_tells_of_it_first_even_after_a_power_cut(card: Card) -> None:
    with card.open() as journal:
        old = give_up(journal)
    card.cut_power()
    with card.open() as journal:
        journal.note(What.START, moment(70))
        first, second = card.stored()
        assert (first["what"], second["what"]) == ("renewed", "start")
        assert first["data"]["old"] == old
    with card.open() as journal:
        journal.note(What.START, moment(80))
        assert [each["what"] for each in card.stored()] == ["renewed", "start", "start"]


def test_a_folder_of_before_marks_were_kept_is_taken_over(card: Card) -> None:
    with card.open() as journal:
        old = give_up(journal)
        (one,) = retired.found(card.journal)
    (one.within(card.journal) / "retired.json").unlink()
    with card.open():
        (found,) = retired.waiting(card.journal)
        assert (found.journal, found.last, found.high) == (old, one.last, 0)


@pytest.mark.parametrize("mark", [b"", b"{}", b"[1]", b'{"journal":"other","last":3}'])
def test_a_mark_that_is_none_hides_no_records(card: Card, mark: bytes) -> None:
    with card.open() as journal:
        give_up(journal)
        (one,) = retired.found(card.journal)
    (one.within(card.journal) / "retired.json").write_bytes(mark)
    with card.open():
        assert [each.last for each in retired.waiting(card.journal)] == [one.last]
