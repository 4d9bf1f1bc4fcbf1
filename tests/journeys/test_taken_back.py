"""A collector is restored from a copy, or cannot take a record: the journal goes on all the same.

Everything is real but the socket: the gate's journal, quarantine, outbox, receipts and inbox, the
collector's desk and its ledger on disk. Time is stepped.
"""

import os
import shutil
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.ledger.sqliteview import SqliteView
from collector.proof import Flaw
from device.journal import retired, sealed
from device.journal.quarantine import FOLDER
from device.journal.shelf import Shelf
from tests.journeys.stepped import DAY_S, GATE, RECORDS, SIGNS, Road, flaws
from wire import batch, receipt
from wire.record import link_spelled


@pytest.fixture
def road(tmp_path: Path) -> Road:
    return Road(tmp_path)


def age(road: Road) -> None:
    """Let all that is on the card have been there for days, and time be so much later."""
    road.now_s += 5 * DAY_S
    for path in road.journal.glob("*.json"):
        old = road.moment().wall_ms / 1000 - 4 * DAY_S
        os.utime(path, (old, old))


def test_a_restored_collector_gets_what_is_left_once_and_hears_what_is_not(road: Road) -> None:
    with road.gate() as gate:
        gate.store(20)
        gate.carry(4)
        assert road.tally().high == gate.kept.last
        backed_up = road.tally().high
        shutil.copy(road.database, road.folder / "copy.db")
        gate.store(40)
        gate.carry(6)
        first = gate.kept.last
        assert road.tally().high == first == gate.kept.confirmed
        age(road)
        gate.tend(60)
        gate.store(10)  # younger than a day: kept
        gate.carry(4)
        gate.tend(6)
        oldest = gate.kept._segments.first
        assert backed_up + 1 < oldest
        shutil.copy(road.folder / "copy.db", road.database)
        gate.store(3)
        road.now_s += 20
        gate.carry()
        assert gate.kept.waiting == 0
        journal = gate.kept.journal
    found = road.tally()
    assert (found.high, found.doubles, found.missing) == (gate.kept._mark.high, 0, 0)
    (gap,) = road.gaps()
    assert (gap.first, gap.last, gap.cause) == (backed_up + 1, oldest - 1, "dropped")
    assert found.rows == found.high - gap.count
    assert flaws(road.proof(journal)) == [(Flaw.DECLARED, gap.first, gap.last)]


def test_a_collector_is_restored_twice_and_the_gate_restarts_between(road: Road) -> None:
    with road.gate() as gate:
        gate.store(10)
        gate.carry(4)
        shutil.copy(road.database, road.folder / "copy.db")
        gate.store(30)
        gate.carry(4)
        age(road)
        gate.tend(60)
    for _ in range(2):
        shutil.copy(road.folder / "copy.db", road.database)
        road.now_s += 60
        with road.gate() as gate:
            gate.store(3)
            gate.carry()
            assert gate.kept.waiting == 0
    found = road.tally()
    assert (found.doubles, found.missing) == (0, 0)
    assert {each.cause for each in road.gaps()} == {"dropped"}
    assert found.rows + found.declared == found.high


def test_a_receipt_of_before_that_is_shown_again_declares_nothing(road: Road) -> None:
    with road.gate() as gate:
        gate.store(30)
        gate.carry(4)
        asks = receipt.Receipt(GATE, gate.kept.journal, 2, "ab" * 32, 1, want=((3, 9),))
        age(road)
        gate.tend(60)
        assert gate.kept._segments.first > 3
        high = gate.kept.confirmed
        assert not gate.kept.confirm(asks)
        gate.tend(9)
        assert (gate.kept.confirmed, len(gate.kept._mender._holes)) == (high, 0)


def spoil(folder: Path, seq: int) -> bytes:
    """Put bytes into a sealed record that no collector can read; the chain fits them."""
    shelf = Shelf(folder, [int(each.stem) for each in folder.glob("0*.json")])
    held = shelf.holding(seq)
    assert held is not None
    texts = list(held.records)
    number = seq - held.header.first
    texts[number] = texts[number].replace(b"alive", b"al\xff\xfee")
    chain = bytes.fromhex(held.header.prev)
    for each in texts:
        chain = link_spelled(chain, each)
    sealed.seal(shelf.path(held.header.first), held.header, texts, chain)
    return texts[number]


def spoiled(road: Road, seq: int) -> None:
    """Store a segment and spoil a record in it, then go on behind it."""
    with road.gate() as gate:
        gate.store(8)
        gate.tend(6)
        gate.kept._segments.current.close()
    for path in road.journal.glob("*.open"):
        path.unlink()
    for path in road.run.iterdir():
        path.unlink()
    spoil(road.journal, seq)


@pytest.mark.parametrize("seq", [1, 5, 8])
def test_one_record_that_cannot_be_read_gives_way_and_the_rest_goes_on(
    road: Road, seq: int
) -> None:
    spoiled(road, seq)
    with road.gate() as gate:
        gate.store(20)
        gate.carry(120)
        assert gate.kept.waiting == 0
        journal = gate.kept.journal
        assert [path.name for path in (road.journal / FOLDER).iterdir()] == [
            f"{journal}-{seq:016d}.json"
        ]
    found = road.tally()
    assert (found.rows, found.missing, found.doubles) == (found.high - 1, 0, 0)
    (gap,) = road.gaps()
    assert (gap.first, gap.last, gap.cause) == (seq, seq, "refused")
    assert flaws(road.proof(journal)) == [(Flaw.DECLARED, seq, seq)]


def test_a_refusal_of_other_bytes_makes_no_record_give_way(road: Road) -> None:
    with road.gate() as gate:
        gate.store(20)
        name = gate.kept.journal
        shelf = gate.kept._segments.shelf
        held = shelf.load(shelf.firsts[0])
        rubbish = b'{"boot":"x","first":3,"historical":false,"journal":"%s",' % name.encode()
        for of in ("", batch.digest(rubbish), batch.digest(held.records[3])):
            said = receipt.Receipt(
                GATE, name, 2, "ab" * 32, 1, refused=(receipt.Refusal(3, "unreadable", of),)
            )
            (road.folder / "inbox/refused.json").write_bytes(receipt.pack(said, SIGNS))
            gate.tend(12)
        assert shelf.firsts == [1, 9]
        true = receipt.Refusal(3, "unreadable", batch.digest(held.records[2]))
        said = receipt.Receipt(GATE, name, 2, "ab" * 32, 1, refused=(true,))
        forged = receipt.pack(said, RECORDS)
        (road.folder / "inbox/refused.json").write_bytes(forged)
        gate.tend(12)
        assert shelf.firsts == [1, 9]


def test_power_that_goes_between_the_parts_of_a_cut_segment_costs_nothing(road: Road) -> None:
    spoiled(road, 5)
    whole = road.journal / "0000000000000001.json"
    names = sorted(path.name for path in road.journal.glob("0*.json"))
    assert whole.name in names
    before = whole.read_bytes()
    with road.gate() as gate:
        gate.store(10)
        gate.carry(120)
    whole.write_bytes(before)  # as if the last step had not been taken
    for each in road.database.parent.glob("ledger.db*"):
        each.unlink()
    road.now_s += 100
    with road.gate() as gate:
        gate.store(3)
        gate.carry(160)
        assert gate.kept.waiting == 0
    found = road.tally()
    assert (found.rows + found.declared, found.missing, found.doubles) == (found.high, 0, 0)


def test_a_declaration_under_an_older_key_is_signed_again_with_the_key_that_counts(
    road: Road,
) -> None:
    old = Ed25519PrivateKey.generate()
    with road.gate(old) as gate:
        gate.store(20)
    damaged = road.journal / "0000000000000001.json"
    damaged.write_bytes(damaged.read_bytes().replace(b'"seq":4', b'"seq":5', 1))
    with road.gate(old) as gate:
        gate.tend(40)
        assert len(list(road.journal.glob("*.bad"))) == 1
    with road.gate() as gate:
        gate.carry(60)
        assert gate.kept.waiting == 0
        journal = gate.kept.journal
    (gap,) = road.gaps()
    assert (gap.first, gap.last, gap.cause) == (4, 8, "damaged")
    assert flaws(road.proof(journal)) == [(Flaw.DECLARED, 4, 8)]


def test_damage_in_a_journal_that_was_given_up_is_declared_and_the_rest_arrives(
    road: Road,
) -> None:
    with road.gate() as gate:
        gate.store(30)
        old = gate.kept.journal
        other = receipt.Receipt(GATE, old, 10, "ab" * 32, 1)
        gate.kept.confirm(other)
        assert gate.kept.journal != old
    (one,) = retired.waiting(road.journal)
    own = one.within(road.journal)
    for name in ("0000000000000009.json", "0000000000000025.json"):  # in the midst, and the last
        path = own / name
        data = path.read_bytes()
        path.write_bytes(data[:700] + bytes(40) + data[740:])
    with road.gate() as gate:
        gate.store(3)
        gate.carry(200)
        assert gate.kept.waiting == 0
        assert retired.waiting(road.journal) == []
    with SqliteView(road.database) as view:
        marks = {each.journal: each.high for each in view.journals()}
        tallies = {each.journal: each for each in view.tallies()}
    assert marks[old] == one.last
    assert tallies[old].missing == tallies[old].doubles == 0
    assert {each.cause for each in road.gaps()} == {"damaged"}
    assert len(road.gaps()) == 2
    assert {flaw for flaw, _, _ in flaws(road.proof(old))} == {Flaw.DECLARED}


def test_one_record_that_cannot_be_read_does_not_end_a_journal_that_was_given_up(
    road: Road,
) -> None:
    with road.gate() as gate:
        gate.store(20)
        old = gate.kept.journal
        gate.kept.confirm(receipt.Receipt(GATE, old, 10, "ab" * 32, 1))
    (one,) = retired.waiting(road.journal)
    own = one.within(road.journal)
    following = own / "0000000000000009.json"
    shelf = Shelf(own, [int(each.stem) for each in own.glob("0*.json")])
    for first in shelf.firsts[1:]:  # as if the journal ended with the spoiled segment
        shelf.path(first).unlink()
    assert not following.exists()
    spoil(own, 5)
    mark = own / "retired.json"
    mark.write_bytes(msgspec.json.encode(msgspec.structs.replace(one, last=8, chain="")))
    with road.gate() as gate:
        gate.store(3)
        gate.carry(200)
        assert gate.kept.waiting == 0
        assert retired.waiting(road.journal) == []
    assert [(each.journal, each.first, each.last, each.cause) for each in road.gaps()] == [
        (old, 5, 5, "refused")
    ]


def test_refusals_of_before_are_still_read() -> None:
    plain = msgspec.json.encode({"seq": 3, "why": "unreadable"})
    assert msgspec.json.decode(plain, type=receipt.Refusal).of == ""
