"""Each form is one record, wherever the power fails."""

from pathlib import Path

import pytest

from device.desk import forms
from device.desk.book import Book
from device.desk.entry import Entry
from device.desk.forms import Forms, Stamp
from device.errors import JournalFull, StorageUnusable
from device.flow import Credential, Instant, Verdict
from device.journal import records
from wire.record import ClockState, Direction, Identity, Record, What

WHO = Entry(Credential("desk", None, {"name": "Mẫu"}), Identity.DECLARED, Direction.IN)


class Dead(BaseException):
    """The power fails."""


class Card:
    """A journal that survives, and whose power can fail before or after a record is stored."""

    def __init__(self) -> None:
        self.stored: list[tuple[str, int]] = []
        self.fails = ""

    def scan(self, verdict: Verdict, captured: Instant) -> Record:
        if self.fails == "before":
            raise Dead
        if self.fails == "full":
            raise JournalFull
        record = records.scan(len(self.stored) + 1, verdict, captured, None, None)
        self.stored.append((record.boot, record.up))
        if self.fails == "after":
            raise Dead
        return record

    def note(self, what: What, at: Instant, data: object = None) -> Record:
        raise NotImplementedError

    def has(self, stamp: Stamp) -> bool:
        return stamp in self.stored


class Ticking:
    """A clock that moves when it is looked at."""

    def __init__(self) -> None:
        self.up_ms = 0

    def now(self) -> Instant:
        self.up_ms += 5
        return Instant(self.up_ms * 1_000_000, self.up_ms, ClockState.SYNCED, "0badcafe")

    def at(self, captured_ns: int) -> Instant:
        raise NotImplementedError


class Desk:
    """A desk that can be started again over the same folder and journal."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.card, self.clock = folder, Card(), Ticking()
        self.start()

    def start(self) -> None:
        self.card.fails = ""
        self.forms = Forms(self.folder)
        self.forms.begin(self.card.has)
        self.book = Book(
            self.card,  # type: ignore[arg-type]
            self.clock,
            self.forms,
            lambda *_: pytest.fail("nothing is judged"),
            lambda *_: (),
        )

    def send(self, form: str, fails: str = "") -> None:
        self.card.fails = fails
        try:
            self.book.register(form, WHO)
        except Dead:
            self.forms.close()
            self.start()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk")


@pytest.mark.parametrize("fails", ["before", "after"])
def test_a_form_sent_again_after_a_power_cut_is_one_record(desk: Desk, fails: str) -> None:
    desk.send("a")
    desk.send("b", fails)
    assert desk.book.has("b") is (fails == "after")
    for form in ("a", "b", "b"):
        desk.send(form)
    assert len(desk.card.stored) == 2


def test_two_power_cuts_in_a_row_lose_and_double_nothing(desk: Desk) -> None:
    for fails in ("before", "before", "after", "before"):
        desk.send("a", fails)
        desk.send("b", fails)
    desk.send("a")
    desk.send("b")
    assert len(desk.card.stored) == 2


def test_after_a_quiet_end_the_journal_is_not_asked(desk: Desk) -> None:
    """It may have let go of confirmed records meanwhile."""
    desk.send("a")
    desk.forms.close()
    desk.start()
    desk.card.stored.clear()
    desk.forms.close()
    desk.start()
    assert desk.book.has("a")


def test_what_did_not_fit_can_be_sent_again(desk: Desk) -> None:
    with pytest.raises(JournalFull):
        desk.send("a", "full")
    assert not desk.book.has("a")
    desk.forms.close()
    desk.start()
    assert not desk.book.has("a")
    desk.send("a")
    assert len(desk.card.stored) == 1


def test_only_so_many_forms_are_remembered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "KEPT", 3)
    for form in "abcdef":
        desk.send(form)
    desk.forms.close()
    desk.start()
    assert [desk.book.has(each) for each in "abcdef"] == [False] * 3 + [True] * 3


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\n", b"a b c d\n\n \n", b"x" * 100])
def test_a_damaged_file_stops_nobody(tmp_path: Path, data: bytes) -> None:
    (tmp_path / forms.NAME).write_bytes(data)
    desk = Desk(tmp_path)
    desk.send("a")
    assert desk.book.has("a")


def test_without_room_nothing_is_stored_that_could_be_doubled(desk: Desk) -> None:
    desk.forms.close()
    with pytest.raises(StorageUnusable):
        desk.send("a")
    assert desk.card.stored == []
