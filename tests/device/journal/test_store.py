"""The journal keeps every record it said yes to, in one sequence and one chain."""

import json
import os
from pathlib import Path

import pytest
from tinydb import TinyDB, where

from device.errors import JournalBroken, JournalBusy, JournalForeign, JournalFull
from device.flow import Instant
from device.journal import ballast, folder, segment, segments
from device.journal.reader import JournalReader
from device.journal.store import CardJournal, Limits
from tests.device.journal.card import (
    ACCEPTED,
    GATE,
    VAULT,
    Card,
    fill,
    moment,
    receipt_for,
)
from wire.receipt import Receipt
from wire.record import ClockState, Key, Scan, What, genesis, link, to_document, to_record
from wire.sealing import open_data_key, place, seal_key


@pytest.fixture
def site(tmp_path: Path) -> Card:
    """Return an empty gate."""
    return Card(tmp_path)


def test_records_are_there_after_a_restart_in_one_sequence_and_one_chain(site: Card) -> None:
    with site.open() as journal:
        journal.note(What.START, moment())
        for second in range(9):
            journal.scan(ACCEPTED, moment(second))
            journal.tend(moment(second))
        identity = journal.journal
    with site.open() as journal:
        journal.note(What.START, moment(20))
        assert journal.journal == identity
        documents = site.stored()
        last = journal.last
    assert [each["seq"] for each in documents] == list(range(1, last + 1))
    records = [to_record(each) for each in documents]
    assert sum(isinstance(each, Scan) for each in records) == 9
    chain = genesis(GATE, identity)
    for document in documents:
        chain = link(chain, document)
    assert journal._segments.chain_at(last) == chain


def test_personal_fields_open_only_with_the_authoritys_key_and_only_in_their_place(
    site: Card,
) -> None:
    with site.open() as journal:
        scan = journal.scan(ACCEPTED, moment())
        key, stored = (to_record(each) for each in site.stored())
        identity = journal.journal
    assert isinstance(scan, Scan)
    assert isinstance(key, Key)
    assert stored == scan
    assert scan.sealed is not None
    opened = open_data_key(key.sealed, VAULT)
    assert opened.open(scan.sealed, place(GATE, identity, 2)) == ACCEPTED.personal
    for path in site.journal.iterdir():
        assert b"00112233aabbccdd" not in path.read_bytes()
    with pytest.raises(ValueError, match="do not open"):
        opened.open(scan.sealed, place(GATE, identity, 3))


def test_a_sealed_segment_opens_with_stock_tinydb(site: Card) -> None:
    with site.open() as journal:
        for second in range(10):
            journal.scan(ACCEPTED, moment(second))
            journal.tend(moment(second))
    sealed = sorted(site.journal.glob("0*.json"))
    assert sealed
    with TinyDB(sealed[0], access_mode="r") as db:
        assert [row["seq"] for row in db.search(where("t") == "scan")] == [2, 3, 4]


def test_the_open_segment_is_found_by_tinydbs_queries(site: Card) -> None:
    with site.open(Limits()) as journal:
        journal.note(What.START, moment())
        journal.scan(ACCEPTED, moment())
        assert journal.database.get(where("t") == "note") == site.stored()[0]
        assert journal.database.count(where("t") == "scan") == 1


def test_a_torn_tail_is_cut_and_its_number_used_again(site: Card) -> None:
    with site.open(Limits()) as journal:
        journal.note(What.START, moment())
        journal.note(What.ALIVE, moment(1))
        path = next(site.journal.glob("*.open"))
    data = path.read_bytes()
    end = data.rstrip(b"\0")
    whole = segment.read(data)
    for cut in range(len(end) - 40, len(end)):
        path.write_bytes(data[:cut].ljust(len(data), b"\0"))
        (site.run / "durable").unlink()  # the power is gone
        with site.open(Limits()) as journal:
            assert journal.last == 1
            journal.note(What.ALIVE, moment(2))
            assert [each["seq"] for each in site.stored()] == [1, 2]
    assert whole.lost == 0


def test_without_a_key_to_declare_damage_with_nothing_is_touched(site: Card) -> None:
    with site.open(Limits()) as journal:
        for second in range(3):
            journal.note(What.ALIVE, moment(second))
        path = next(site.journal.glob("*.open"))
    data = bytearray(path.read_bytes())
    at = data.index(b'"seq":2')
    data[at + 6] = ord("7")
    path.write_bytes(data)
    with pytest.raises(JournalBroken, match="damaged"):
        site.open(Limits(), key=None).__enter__()
    assert path.read_bytes() == data


def test_a_second_scanner_is_refused(site: Card) -> None:
    with site.open(), pytest.raises(JournalBusy):
        site.open().__enter__()


def test_only_a_receipt_for_this_gate_and_journal_confirms(site: Card) -> None:
    with site.open() as journal:
        for second in range(6):
            journal.scan(ACCEPTED, moment(second))
        good = receipt_for(journal, site.stored(), 5)
        wrong = [
            Receipt("gate-2", good.journal, 5, good.hash, 1),
            Receipt(GATE, "another", 5, good.hash, 1),
        ]
        assert [journal.confirm(each) for each in wrong] == [False] * 2
        assert journal.confirmed == 0
        assert journal.confirm(good)
        assert journal.confirmed == 5
        assert not journal.confirm(good)


@pytest.mark.parametrize(
    ("high", "why"), [(4, "receipt-of-other-records"), (500, "receipt-beyond-end")]
)
def test_a_receipt_for_records_we_do_not_have_makes_a_new_journal_and_says_so(
    site: Card, high: int, why: str
) -> None:
    with site.open() as journal:
        for second in range(6):
            journal.scan(ACCEPTED, moment(second))
        old, last = journal.journal, journal.last
        assert not journal.confirm(Receipt(GATE, old, high, "00" * 32, 1))
        assert journal.journal != old
        journal.tend(moment(9))
        (told,) = site.stored()
        assert told["what"] == "renewed"
        assert told["data"] == {"old": old, "last": last, "high": high, "why": why}
        assert isinstance(journal.scan(ACCEPTED, moment(10)), Scan)
        assert journal.confirm(receipt_for(journal, site.stored(), 2))
    kept = site.journal / f"retired-{old}"
    assert [each.first for each in folder.segments(kept)] == [1]
    with site.open() as journal:
        assert journal.confirmed == 2
        assert [each["seq"] for each in site.stored()] == [1, 2, 3]


def test_another_gates_journal_is_left_alone(site: Card) -> None:
    with site.open() as journal:
        journal.note(What.START, moment())
    before = {each.name: each.read_bytes() for each in site.journal.iterdir()}
    stranger = CardJournal(
        site.journal, site.run, "gate-9", seal_key(VAULT.public_key()), lambda: None
    )
    with pytest.raises(JournalForeign), stranger:
        pass
    assert {each.name: each.read_bytes() for each in site.journal.iterdir()} == before
    with site.open():
        pass


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b'{"_default":{"1":{"journal":"x","high":"abc"}}}',
        b'{"_default":{"1":{"journal":"x","high":null}}}',
        b'{"_default":[1,2]}',
        b'{"1":5}',
        b'{"_default":{}}',
        b'{"_default":{"1":{"journal":"%s","high":99999,"check":"00000000"}}}',
    ],
)
def test_an_unsound_cursor_counts_as_none(site: Card, damage: bytes) -> None:
    with site.open() as journal:
        for second in range(3):
            journal.note(What.ALIVE, moment(second))
        old = journal.journal
    (site.journal / "cursor.json").write_bytes(damage.replace(b"%s", old.encode()))
    with site.open() as journal:
        assert (journal.journal, journal.last, journal.confirmed) == (old, 3, 0)


def test_only_confirmed_segments_are_dropped_and_the_mark_is_stored_first(site: Card) -> None:
    with site.open() as journal:
        for second in range(9):
            journal.scan(ACCEPTED, moment(second))
            journal.tend(moment(second))
        for second in range(10, 40):
            journal.tend(moment(second))
        assert site.stored()[0]["seq"] == 1
        site.receipts = [receipt_for(journal, site.stored(), 6)]
        for second in range(40, 60):
            journal.tend(Instant(second * 10**9, 4_000_000_000_000, ClockState.SYNCED, "0a0b0c0d"))
        first = folder.segments(site.journal)[0].first
    assert first == 5
    assert json.loads((site.journal / "cursor.json").read_text())["_default"]["1"]["high"] >= 4


def test_a_mark_beyond_the_end_makes_a_new_journal(site: Card) -> None:
    with site.open() as journal:
        for second in range(3):
            journal.note(What.ALIVE, moment(second))
        old = journal.journal
        copy = {each.name: each.read_bytes() for each in site.journal.glob("0*")}
        for second in range(3, 9):
            journal.note(What.ALIVE, moment(second))
        journal.confirm(receipt_for(journal, site.stored(), 8))
    for each in site.journal.glob("0*"):
        each.unlink()
    for name, data in copy.items():
        (site.journal / name).write_bytes(data)
    with site.open() as journal:
        assert journal.journal != old
        assert journal.last == 0
        assert journal.note(What.START, moment(30)).seq == 2  # behind "renewed"
        assert journal.confirm(receipt_for(journal, site.stored(), 1))
    with site.open() as journal:
        assert journal.confirmed == 1
    assert list((site.journal / f"retired-{old}").iterdir())


def test_after_a_failed_write_nothing_more_is_believed(site: Card) -> None:
    with site.open() as journal:
        journal.note(What.START, moment())
        real = journal._current._fd
        journal._current._fd = os.open("/dev/full", os.O_WRONLY)
        for _ in range(2):
            with pytest.raises(Exception, match=r"No space|not usable"):
                journal.note(What.ALIVE, moment(1))
        journal._current._fd = real
        assert [each["seq"] for each in site.stored()] == [1]


def test_the_uplink_reads_no_further_than_the_durable_end(site: Card) -> None:
    with site.open() as journal:
        for second in range(6):
            journal.note(What.ALIVE, moment(second))
        with JournalReader(site.journal) as reader:
            assert reader.seek(3) == 3
            taken = reader.take(4, 50)
            assert [each["seq"] for each in taken.documents] == [3, 4]
            assert reader.take(4, 50).documents == []
            assert [each["seq"] for each in reader.take(6, 1).documents] == [5]
            assert taken.prev == journal._segments.chain_at(2)


def test_a_reader_follows_a_segment_that_is_sealed_and_dropped_under_it(site: Card) -> None:
    with site.open() as journal, JournalReader(site.journal) as reader:
        journal.note(What.START, moment())
        reader.seek(1)
        seen = reader.take(1, 50).documents
        for second in range(1, 30):
            journal.note(What.ALIVE, moment(second))
            journal.tend(moment(second))
            if second % 3 == 0:
                seen += reader.take(journal.last, 2).documents
        while batch := reader.take(journal.last, 50).documents:
            seen += batch
        assert [each["seq"] for each in seen] == list(range(1, journal.last + 1))


def test_a_record_that_was_refused_leaves_no_trace_of_its_number(site: Card) -> None:
    with site.open() as journal:
        journal.note(What.START, moment())
        journal._refusing = True
        with pytest.raises(Exception, match="full"):
            journal.scan(ACCEPTED, moment(1))
        journal._refusing = False
        scan = journal.scan(ACCEPTED, moment(2))
        assert scan is not None
        assert to_document(scan)["seq"] == journal.last
        assert [each["seq"] for each in site.stored()] == [1, 2, 3]


def test_a_reader_is_not_misled_when_the_file_it_reads_becomes_the_next_segments(
    site: Card,
) -> None:
    with site.open() as journal, JournalReader(site.journal) as reader:
        fill(journal, 6)
        reader.seek(1)
        seen = reader.take(journal.last, 50).documents
        while len(seen) < journal.last:
            seen += reader.take(journal.last, 1).documents
        for start in range(10, 100, 9):
            journal.scan(ACCEPTED, moment(start))
            seen += reader.take(journal.last, 1).documents  # in the middle of a segment, mostly
            fill(journal, 8, start + 1)
        while batch := reader.take(journal.last, 50).documents:
            seen += batch
        assert [each["seq"] for each in seen] == list(range(1, journal.last + 1))


def test_lines_of_an_earlier_segment_are_not_read_as_records(site: Card) -> None:
    with site.open() as journal:
        fill(journal, 20)
        reader = JournalReader(site.journal)
        reader.seek(journal._current.header.first)
        read = reader.take(journal.last + 100, 50).documents
        reader.close()
        assert [each["seq"] for each in read][-1:] == ([journal.last] if len(read) else [])


def test_each_segment_begins_with_a_key_of_its_own_also_when_it_was_full_early(
    site: Card,
) -> None:
    with site.open(Limits(segment_records=8)) as journal:
        keys = []
        for second in range(12):
            journal.note(What.VIEW, moment(second), {"view": "x" * 1500})
            scan = journal.scan(ACCEPTED, moment(second))
            assert isinstance(scan, Scan)
            assert scan.key is not None
            keys.append((journal._current.header.first, scan.key))
        stored = {each["seq"]: each for each in site.stored()}
    assert len({first for first, _ in keys}) >= 4
    assert all(stored[key]["t"] == "key" for _, key in keys)
    for first in {first for first, _ in keys}:
        assert max(key for of, key in keys if of == first) >= first - 1


def test_numbers_that_were_said_to_be_durable_and_are_gone_are_not_used_again(site: Card) -> None:
    with site.open() as journal:
        for second in range(3):
            journal.note(What.ALIVE, moment(second))
        old = journal.journal
        (name,) = site.files("*.open")
        before = (site.journal / name).read_bytes()
        journal.note(What.ALIVE, moment(9))
    (site.journal / name).write_bytes(before)  # the card forgot what it had flushed
    with site.open() as journal:
        assert journal.journal != old
        journal.note(What.START, moment(20))
        assert site.stored()[0]["data"]["why"] == "durable-end-beyond-end"


def test_nothing_of_a_torn_tail_stays_in_the_file(site: Card) -> None:
    with site.open() as journal:
        journal.note(What.START, moment())
        (name,) = site.files("*.open")
        end = len((site.journal / name).read_bytes().rstrip(b"\0"))
        journal.note(What.ALIVE, moment(1))
    path = site.journal / name
    data = path.read_bytes()
    path.write_bytes(data[: end + 30].ljust(len(data), b"\0"))
    site.cut_power()
    with site.open():
        assert not path.read_bytes()[end:].strip(b"\0")


def test_a_full_card_lets_the_ballast_go_for_what_must_still_be_written(
    site: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(path: Path, size: int) -> None:
        msg = f"no room for {size} bytes at {path.name}"
        raise JournalFull(msg)

    with site.open() as journal:
        fill(journal, 3)
        assert (site.journal / "ballast").exists()
        for part in (segments, ballast):
            monkeypatch.setattr(part, "prepare", no_room)
        (site.journal / "spare").unlink(missing_ok=True)
        for second in range(50, 60):
            journal.note(What.ALIVE, moment(second))
            journal.tend(moment(second))
            if journal.refusing:
                break
        assert journal.refusing
        assert not (site.journal / "ballast").exists()
