"""A card that fails: whatever call of the system it fails at, what was answered yes is there."""

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device.errors import GateError, JournalBroken, JournalBusy, JournalFull, JournalNewer
from device.journal import folder as names
from device.journal import segment
from device.journal.store import CardJournal, Limits
from tests.device.journal.card import ACCEPTED, GATE, SMALL, Card, fill, moment, spoken_for
from wire.record import What

CALLS = ("open", "pwrite", "fsync", "fdatasync", "rename", "unlink")


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path)


class Failing:
    """Lets the system's calls fail from the n-th on."""

    def __init__(self, patch: pytest.MonkeyPatch, code: int, *, once: bool = False) -> None:
        self.left = 10**9
        self.seen = 0
        self._code, self._once = code, once
        for name in CALLS:
            patch.setattr(os, name, self._wrapped(getattr(os, name)))

    def _wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            self.seen += 1
            self.left -= 1
            if self.left == 0 or (self.left < 0 and not self._once):
                raise OSError(self._code, os.strerror(self._code))
            return call(*args, **kwargs)

        return failing


def day(card: Card, green: list[int]) -> None:
    """Run a door for a while; note the seq of every green light."""
    with card.open() as journal:
        journal.note(What.START, moment())
        for second in range(12):
            record = journal.scan(ACCEPTED, moment(second))
            assert record is not None
            green.append(record.seq)
            for turn in range(3):
                journal.tend(moment(second + turn / 4))
        journal.note(What.STOP, moment(30))


def count_of_calls(tmp_path: Path, patch: pytest.MonkeyPatch) -> int:
    with patch.context() as inner:
        counting = Failing(inner, errno.EIO)
        day(Card(tmp_path / "count"), [])
        return counting.seen


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_an_error_at_any_call_is_named_and_loses_nothing_that_was_green(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = count_of_calls(tmp_path, monkeypatch)
    assert total > 60
    for number in range(1, total, 3):
        card = Card(tmp_path / str(number))
        green: list[int] = []
        with monkeypatch.context() as inner:
            failing = Failing(inner, code)
            failing.left = number
            with contextlib.suppress(JournalBroken, JournalFull):
                day(card, green)
        with card.open() as journal:
            journal.note(What.START, moment(100))
            for second in range(100, 130):
                journal.tend(moment(second))
            seen = spoken_for(card.stored())
            assert seen == list(range(1, journal.last + 1))
            assert set(green) <= set(seen)
            assert not card.files("*.bad")


def test_after_a_failed_flush_nothing_more_is_written(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    with card.open(Limits()) as journal:
        journal.note(What.START, moment())

        def fails(_fd: int) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        with monkeypatch.context() as inner:
            inner.setattr(os, "fdatasync", fails)
            with pytest.raises(JournalBroken, match="writing a record"):
                journal.scan(ACCEPTED, moment(1))
        with pytest.raises(JournalBroken, match="not usable"):
            journal.scan(ACCEPTED, moment(2))
        with pytest.raises(JournalBroken, match="not usable"):
            journal.note(What.ALIVE, moment(2))


def test_a_full_card_drops_what_is_confirmed_before_it_refuses_for_good(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    from device.journal import ballast  # noqa: PLC0415
    from tests.device.journal.card import receipt_for  # noqa: PLC0415

    def no_room(path: Path, size: int) -> None:
        msg = f"no room for {size} bytes at {path.name}"
        raise JournalFull(msg)

    with card.open(Limits(segment_records=4)) as journal:
        fill(journal, 30)
        journal.confirm(receipt_for(journal, card.stored(), 20))
        monkeypatch.setattr(ballast, "prepare", no_room)
        (card.journal / "ballast").unlink()
        journal._refusing = True
        for second in range(100, 120):
            journal.tend(moment(second))
        assert 15 < card.stored()[0]["seq"] <= 21


def test_a_second_scanner_on_one_journal_is_refused(card: Card) -> None:
    with card.open() as journal:
        journal.note(What.START, moment())
        with pytest.raises(JournalBusy):
            card.open().__enter__()
        assert journal.note(What.ALIVE, moment(1)).seq == 2
    with card.open() as journal:
        assert journal.last == 2


def newer_open(card: Card) -> None:
    (name,) = card.files("*.open")
    header = {"gate": GATE, "journal": "aa", "first": 1, "prev": "00", "v": 2, "more": []}
    (card.journal / name).write_bytes(segment.spell(header) + b"\0" * 100)


def newer_sealed(card: Card) -> None:
    for name in card.files("*.open"):
        (card.journal / name).unlink()
    last = card.files("0*.json")[-1]
    card.damage(last, b'"v":1', b'"v":2')


@pytest.mark.parametrize("made", [newer_open, newer_sealed])
def test_a_journal_of_a_newer_version_is_refused_and_left_as_it_is(
    card: Card, made: Callable[[Card], None]
) -> None:
    with card.open() as journal:
        fill(journal, 9)
    made(card)
    (card.journal / names.CURSOR).write_bytes(b"a newer one")
    before = {path.name: path.read_bytes() for path in card.journal.iterdir()}
    with pytest.raises(JournalNewer, match="2"):
        card.open().__enter__()
    assert {path.name: path.read_bytes() for path in card.journal.iterdir()} == before


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    card = Card(tmp_path)
    (tmp_path / "journal").write_text("no folder")
    with pytest.raises(GateError, match="opening the journal"):
        card.open(SMALL).__enter__()


def test_it_knows_whether_the_card_still_answers(card: Card) -> None:
    made = card.open()
    assert not made.answers()
    with made as journal:
        assert journal.answers()
    assert isinstance(made, CardJournal)
    assert not made.answers()
