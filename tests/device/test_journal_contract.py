"""What every journal keeps to: the one on a card, and the fake that the traces of a door use."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from device.errors import JournalBroken, JournalFull
from device.flow import Instant, Signal, Verdict
from device.journal import ballast, segments
from device.journal.store import CardJournal, Limits
from device.ports import Journal
from tests.device.fakes import BOOT, MemoryJournal, S
from wire.receipt import Receipt
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Outcome,
    Reason,
    Scan,
    Signature,
    What,
    genesis,
    link,
    to_document,
)
from wire.sealing import open_data_key, place, seal_key

GATE = "cong-mau"
VAULT = X25519PrivateKey.from_private_bytes(bytes([4] * 32))
ACCEPTED = Verdict(
    kind="pass",
    signature=Signature.CHECKED,
    identity=Identity.SEEN,
    outcome=Outcome.ACCEPTED,
    reason=Reason.ACCEPTED,
    direction=Direction.IN,
    signal=Signal.ACCEPT,
    personal={"pass": "00112233aabbccdd"},
)


class Kept(Journal, Protocol):
    """A journal of which a test may ask more than the scanner does."""

    @property
    def journal(self) -> str: ...

    @property
    def last(self) -> int: ...

    def confirm(self, receipt: Receipt) -> bool: ...


class Bench:
    """A journal, the card under it, and the receipts that reach it."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.journal: Kept
        self.fill: Callable[[], None]
        self.free: Callable[[], None]

    def receipt(self) -> Receipt | None:
        return self.receipts.pop() if self.receipts else None

    def tend(self, second: int) -> None:
        """Let the journal do what may wait, a few times."""
        for turn in range(8):
            self.journal.tend(moment(second + 2 * turn))


def moment(second: float) -> Instant:
    up_ns = int(second * S)
    return Instant(up_ns, 1_790_000_000_000 + up_ns // 1_000_000, ClockState.SYNCED, BOOT)


def in_memory(bench: Bench) -> MemoryJournal:
    made = MemoryJournal(GATE, seal_key(VAULT.public_key()), bench.receipt)
    bench.fill = lambda: setattr(made, "is_full", True)
    bench.free = lambda: setattr(made, "is_full", False)
    return made


def on_a_card(bench: Bench, folder: Path, patch: pytest.MonkeyPatch) -> CardJournal:
    def no_room(path: Path, size: int) -> None:
        msg = f"no room for {size} bytes at {path.name}"
        raise JournalFull(msg)

    def fill() -> None:
        for part in (segments, ballast):
            patch.setattr(part, "prepare", no_room)
        for second in range(1000, 1010):
            (folder / "journal/spare").unlink(missing_ok=True)
            made.tend(moment(second))
            if made.refusing:
                return
            made.note(What.ALIVE, moment(second))

    key, run = seal_key(VAULT.public_key()), folder / "run"
    limits = Limits(segment_records=4)
    made = CardJournal(folder / "journal", run, GATE, key, bench.receipt, limits)
    bench.fill, bench.free = fill, patch.undo
    return made


@pytest.fixture(params=["in memory", "on a card"])
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench()
    if request.param == "in memory":
        made.journal = in_memory(made)
    else:
        made.journal = on_a_card(made, tmp_path, monkeypatch)
    return made


def receipt(bench: Bench, documents: list[dict[str, object]], high: int) -> Receipt:
    """Return what an honest collector would say of the records up to `high`."""
    chain = genesis(GATE, bench.journal.journal)
    for document in documents[:high]:
        chain = link(chain, document)
    return Receipt(GATE, bench.journal.journal, high, chain.hex(), 1)


def test_records_are_numbered_without_a_hole(bench: Bench) -> None:
    with bench.journal as journal:
        numbers = [journal.note(What.START, moment(0)).seq]
        stored = [journal.scan(ACCEPTED, moment(second)) for second in range(1, 12)]
        numbers += [each.seq for each in stored if each is not None]
        assert numbers[0] == 1
        assert numbers[-1] == bench.journal.last == journal.waiting
        assert numbers == sorted(set(numbers))


def test_a_record_says_what_was_answered_and_when(bench: Bench) -> None:
    with bench.journal as journal:
        found = journal.scan(ACCEPTED, moment(7))
    assert isinstance(found, Scan)
    assert (found.up, found.boot, found.clock) == (7000, BOOT, ClockState.SYNCED)
    assert (found.kind, found.outcome, found.reason) == ("pass", "accepted", "accepted")


def test_no_personal_field_is_in_a_record_in_clear(bench: Bench) -> None:
    with bench.journal as journal:
        found = journal.scan(ACCEPTED, moment(7))
        assert isinstance(found, Scan)
        document = to_document(found)
    assert "00112233aabbccdd" not in str(document)
    assert found.key == found.seq - 1
    assert found.sealed is not None
    with pytest.raises(ValueError, match="open"):
        open_data_key(found.sealed, VAULT)
    assert place(GATE, bench.journal.journal, found.seq)


def test_only_an_honest_receipt_lets_go_of_records(bench: Bench) -> None:
    with bench.journal as journal:
        documents = [to_document(journal.note(What.ALIVE, moment(n))) for n in range(3)]
        honest = receipt(bench, documents, 2)
        forged = (
            Receipt("g9", honest.journal, 2, honest.hash, 1),
            Receipt(GATE, "0" * 16, 2, honest.hash, 1),
            Receipt(GATE, honest.journal, 0, honest.hash, 1),
        )
        assert [bench.journal.confirm(each) for each in forged] == [False] * len(forged)
        assert journal.waiting == 3
        bench.receipts.append(honest)
        journal.tend(moment(4))
        assert journal.waiting == 1
        assert not bench.journal.confirm(receipt(bench, documents, 1))
        assert journal.waiting == 1


def test_a_full_card_refuses_scans_and_goes_on_with_room_again(bench: Bench) -> None:
    with bench.journal as journal:
        journal.scan(ACCEPTED, moment(0))
        bench.fill()
        last = bench.journal.last
        for second in range(2000, 2003):
            with pytest.raises(JournalFull):
                journal.scan(ACCEPTED, moment(second))
            journal.tend(moment(second))
        assert bench.journal.last == last
        bench.free()
        bench.tend(3000)
        before = bench.journal.last
        found = journal.scan(ACCEPTED, moment(4000))
        assert found is not None
        assert before + 1 <= found.seq <= before + 2


def test_before_it_is_open_nothing_is_written(bench: Bench) -> None:
    with pytest.raises(JournalBroken):
        bench.journal.note(What.START, moment(0))


def test_after_it_was_closed_nothing_is_written(bench: Bench) -> None:
    with bench.journal as journal:
        journal.note(What.START, moment(0))
    with pytest.raises(JournalBroken):
        journal.note(What.STOP, moment(1))
    with pytest.raises(JournalBroken):
        journal.scan(ACCEPTED, moment(1))
