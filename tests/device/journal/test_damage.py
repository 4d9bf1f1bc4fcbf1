"""A damaged card costs what was hit, never the door: the rest goes on, the hole is signed for."""

import os
from pathlib import Path

import pytest

from device.journal import folder as names
from device.journal import sealed
from device.journal.store import CardJournal, Limits
from tests.device.journal.card import (
    ACCEPTED,
    GATE,
    RING,
    Card,
    chain_of,
    fill,
    moment,
    read,
    receipt_for,
    spoken_for,
)
from wire import head
from wire.record import Missing, What, to_record

LARGE = Limits()


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path)


def look_around(journal: CardJournal, second: int = 100_000) -> None:
    """Let the journal read every sealed segment again, which it does once a day."""
    for turn in range(40):
        journal.tend(moment(second + 2 * turn))


def whole(card: Card, journal: CardJournal) -> list[Missing]:
    """See that every number is spoken for and the chain holds; return what is declared missing."""
    journal.tend(moment(200_000))
    documents = card.stored()
    assert spoken_for(documents) == list(range(1, journal.last + 1))
    assert chain_of(journal.journal, documents) == journal._segments.chain_at(journal.last)
    missing = [record for each in documents if isinstance(record := to_record(each), Missing)]
    for each in missing:
        head.check(each, GATE, journal.journal, RING)
    return missing


def ranges(missing: list[Missing]) -> list[tuple[int, int, str]]:
    return [(each.seq, each.last, each.cause) for each in missing]


def open_with_notes(card: Card, count: int) -> str:
    """Store so many notes in one open segment; return the journal's id."""
    with card.open(LARGE) as journal:
        for second in range(count):
            journal.note(What.ALIVE, moment(second))
        return journal.journal


def test_a_damaged_line_is_declared_with_what_followed_and_what_stood_before_is_kept(
    card: Card,
) -> None:
    identity = open_with_notes(card, 9)
    (name,) = card.files("*.open")
    card.damage(name, b'"seq":5', b'"seq":6')
    with card.open(LARGE) as journal:
        assert (journal.journal, journal.last) == (identity, 9)
        journal.note(What.START, moment(30))
        assert ranges(whole(card, journal)) == [(5, 9, "damaged")]
        assert journal.last == 10
        assert journal.confirm(receipt_for(journal, card.stored(), 10))
    assert card.files("*.bad") == [name + ".bad"]
    with card.open(LARGE) as journal:
        assert ranges(whole(card, journal)) == [(5, 9, "damaged")]


def test_the_last_line_damaged_after_it_was_written_is_no_torn_tail(card: Card) -> None:
    open_with_notes(card, 3)
    (name,) = card.files("*.open")
    card.damage(name, b'"seq":3', b'"seq":8')
    card.cut_power()
    with card.open(LARGE) as journal:
        assert journal.last == 3
        assert ranges(whole(card, journal)) == [(3, 3, "damaged")]


def test_a_number_in_a_damaged_first_line_is_not_used_again(card: Card) -> None:
    open_with_notes(card, 2)
    (name,) = card.files("*.open")
    card.damage(name, b'"seq":1,', b'"seq":3,')
    with card.open(LARGE) as journal:
        assert ranges(whole(card, journal)) == [(1, 2, "damaged")]


def test_a_power_cut_before_the_declaration_leaves_a_hole_that_is_found_again(card: Card) -> None:
    open_with_notes(card, 9)
    (name,) = card.files("*.open")
    card.damage(name, b'"seq":5', b'"seq":6')
    with card.open(LARGE) as journal:
        journal.note(What.START, moment(30))
    card.cut_power()
    with card.open(LARGE) as journal:
        look_around(journal)
        assert ranges(whole(card, journal)) == [(5, 9, "gone")]


def test_a_segment_whose_header_is_damaged_gives_the_journal_up(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 9)
        old = journal.journal
        (name,) = card.files("*.open")
    card.damage(name, b'"gate":', b'"Gate":')
    with card.open() as journal:
        assert journal.journal != old
        journal.note(What.START, moment(50))
        told = card.stored()[0]
        assert told["what"] == "renewed"
        assert (told["data"]["old"], told["data"]["why"]) == (old, "damaged")
        retired = card.journal / f"retired-{old}"
        assert spoken_for(read(retired, 100)) == list(range(1, int(name[:16])))
        assert whole(card, journal) == []


def damaged_segments() -> list[tuple[str, bytes, bytes]]:
    """Return ways of damaging the second of several sealed segments of four or five records."""
    return [
        ("a letter in a record", b'"kind":"pass"', b'"kind":"pars"'),
        ("a number in a record", b'"up":3000', b'"up":3001'),
        ("what is no JSON any more", b'"dir":"in"', b'"dir":in""'),
        ("the chain's end", b'"hash":"', b'"hush":"'),
        ("a checksum", b'"crcs":"', b'"crcs":x'),
        ("its own beginning", b'"first":', b'"fist_":'),
    ]


@pytest.mark.parametrize(("how", "old", "new"), damaged_segments(), ids=lambda each: str(each)[:20])
def test_a_damaged_sealed_segment_is_mended_while_the_door_works(
    card: Card, how: str, old: bytes, new: bytes
) -> None:
    del how
    with card.open() as journal:
        fill(journal, 14)
        before = card.stored()
        name = card.files("0*.json")[1]
        card.damage(name, old, new)
        look_around(journal)
        missing = whole(card, journal)
        assert card.files("*.bad") == [name + ".bad"]
        after = card.stored()
        assert journal.confirm(receipt_for(journal, after, journal.last))
    lost = {n for each in missing for n in range(each.seq, each.last + 1)}
    assert len(lost) <= 5
    kept = [each for each in before if each["seq"] not in lost]
    assert [each for each in after if each in kept] == kept


def test_a_record_damaged_in_a_sealed_segment_costs_none_before_it(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 14)
        name = card.files("0*.json")[1]
        found = sealed.load(card.journal / name)
        third = found.records[2]
        card.damage(name, third, third.replace(b'"dir":"in"', b'"dir":"on"'))
        look_around(journal)
        first = found.header.first
        assert ranges(whole(card, journal)) == [(first + 2, found.last, "damaged")]


def test_damage_to_what_a_segment_says_of_itself_costs_no_record(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 14)
        before = card.stored()
        card.damage(card.files("0*.json")[1], b'"hash":"', b'"hush":"')
        look_around(journal)
        assert whole(card, journal) == []
        assert card.stored()[: len(before)] == before


def test_a_segment_that_is_gone_or_empty_is_declared(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 24)
        gone, empty = card.files("0*.json")[2], card.files("0*.json")[4]
        spans = [(int(each[:16]), sealed.load(card.journal / each).last) for each in (gone, empty)]
    (card.journal / gone).unlink()
    (card.journal / empty).write_bytes(b"")
    with card.open() as journal:
        look_around(journal)
        assert ranges(whole(card, journal)) == [(*spans[0], "gone"), (*spans[1], "damaged")]


def test_several_damaged_segments_in_a_row_are_declared(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 24)
        found = card.files("0*.json")[1:4]
        last = sealed.load(card.journal / found[-1]).last
        for each in found:
            (card.journal / each).write_bytes(b"\0" * 100)
        look_around(journal)
        assert ranges(whole(card, journal)) == [(int(found[0][:16]), last, "damaged")]


def test_the_newest_sealed_segment_damaged_while_none_is_open_gives_the_journal_up(
    card: Card,
) -> None:
    with card.open() as journal:
        fill(journal, 9)
        old = journal.journal
    (name,) = card.files("*.open")
    (card.journal / name).unlink()
    card.damage(card.files("0*.json")[-1], b'"kind":"pass"', b'"kind":"pars"')
    with card.open() as journal:
        assert journal.journal != old
        assert whole(card, journal) == []


def test_a_full_segment_damaged_before_it_was_sealed_is_mended(card: Card) -> None:
    with card.open() as journal:
        for second in range(4):
            journal.note(What.ALIVE, moment(second))
        journal.tend(moment(5))
        for second in range(6, 8):
            journal.note(What.ALIVE, moment(second))
        first, _ = card.files("*.open")
    card.damage(first, b'"seq":3', b'"seq":9')
    with card.open() as journal:
        journal.note(What.START, moment(9))
        journal.tend(moment(9))
        assert ranges(whole(card, journal)) == [(3, 4, "damaged")]


def test_a_receipt_that_ends_among_missing_records_changes_nothing(card: Card) -> None:
    open_with_notes(card, 9)
    card.damage(card.files("*.open")[0], b'"seq":5', b'"seq":6')
    with card.open(LARGE) as journal:
        journal.note(What.START, moment(30))
        look_around(journal)
        identity = journal.journal
        receipt = receipt_for(journal, card.stored(), 4)
        assert not journal.confirm(type(receipt)(GATE, identity, 7, receipt.hash, 1))
        assert journal.journal == identity
        assert journal.confirm(receipt_for(journal, card.stored(), 9))


def test_a_reader_that_asks_from_among_missing_records_gets_the_declaration(card: Card) -> None:
    from device.journal.reader import JournalReader  # noqa: PLC0415

    open_with_notes(card, 9)
    card.damage(card.files("*.open")[0], b'"seq":5', b'"seq":6')
    with card.open(LARGE) as journal:
        journal.note(What.START, moment(30))
        look_around(journal)
        with JournalReader(card.journal) as reader:
            assert reader.seek(7) == 5
            taken = reader.take(journal.last, 1)
            assert (taken.first, taken.last) == (5, 9)


def test_nothing_is_taken_for_damage_where_an_older_file_serves_again(card: Card) -> None:
    with card.open() as journal:
        fill(journal, 24)
        assert (card.journal / names.SPARE).exists()
        for _ in range(3):
            (name,) = card.files("*.open")
            data = (card.journal / name).read_bytes()
            assert data.rstrip(b"\0").count(b"\n") > len(journal._current) + 1
            fill(journal, 3, 100)
    card.cut_power()
    with card.open() as journal:
        assert whole(card, journal) == []


@pytest.mark.parametrize("torn", range(1, 400, 57))
def test_a_torn_tail_over_an_older_files_lines_is_cut(card: Card, torn: int) -> None:
    with card.open() as journal:
        fill(journal, 24)
        (name,) = card.files("*.open")
        before = (card.journal / name).read_bytes()
        last = journal.last
        journal.scan(ACCEPTED, moment(100))
    card.cut_power()
    path = card.journal / name
    if not path.exists():
        pytest.skip("the record began the next segment")
    after = path.read_bytes()
    start = next(n for n in range(len(before)) if before[n] != after[n])
    path.write_bytes(before[:start] + after[start : start + torn] + before[start + torn :])
    with card.open() as journal:
        assert journal.last in (last, last + 1)
        assert whole(card, journal) == []
        journal.note(What.START, moment(200))
        assert whole(card, journal) == []
    assert os.path.getsize(path) == len(after)  # noqa: PTH202  (as the card sees it)
