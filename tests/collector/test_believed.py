"""Nothing is deleted by a clock that is not believed; on ordinary days everything goes in time."""

import threading
from functools import partial
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import clock
from collector.believed import Believed, Said
from collector.counter import Line
from collector.database.sqlite import SqliteDatabase
from collector.enrol.book import Book
from collector.issuing import process as desk
from collector.issuing.declarations import Declarations
from collector.issuing.entries import Batch, Entry
from collector.ledger.sqlite import SqliteLedger
from collector.localday import DAY_MS
from tests.collector.lists import ListDesk
from tests.collector.test_cli import Office

AT = 1_790_000_000_000
IN_2099 = 4_070_908_800_000
HOUR_MS = 3_600_000


class Steady:
    """The clock that never steps, stepped by hand."""

    def __init__(self) -> None:
        self.ms = 10 * DAY_MS

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def steady() -> Steady:
    return Steady()


@pytest.fixture
def believed(tmp_path: Path, steady: Steady) -> Believed:
    made = Believed(tmp_path / "clock/clock.json", steady)
    made.note(Said(AT, steady.ms))
    return made


def test_time_is_believed_as_far_as_it_has_surely_passed(
    believed: Believed, steady: Steady
) -> None:
    assert believed.over_ms(IN_2099) == AT
    steady.ms += 3 * HOUR_MS
    assert believed.over_ms(AT + 3 * HOUR_MS) == AT + 3 * HOUR_MS
    assert believed.over_ms(IN_2099) == AT + 3 * HOUR_MS, "day by day, whatever the wall clock says"
    assert believed.over_ms(AT - DAY_MS) == AT - DAY_MS, "one that goes back is gone by"


def test_after_a_start_of_the_machine_it_goes_on_from_where_it_was(
    believed: Believed, steady: Steady
) -> None:
    steady.ms = HOUR_MS
    assert believed.over_ms(IN_2099) == AT + HOUR_MS
    steady.ms = 11 * DAY_MS  # as long as before, and a day
    assert believed.over_ms(IN_2099) == AT + DAY_MS


@pytest.mark.parametrize("data", [None, b"", b"\xff", b"[]", b'{"at_ms": "x"}'])
def test_without_a_word_of_retention_nothing_is_over(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "clock.json"
    if data is not None:
        path.write_bytes(data)
    made = Believed(path, lambda: HOUR_MS)
    assert made.over_ms(AT) == HOUR_MS, "some hours after 1970"
    assert not made.is_doubted(AT)


def test_everybody_may_read_the_file(believed: Believed, tmp_path: Path) -> None:
    assert believed.said() == Said(AT, 10 * DAY_MS)
    assert (tmp_path / "clock/clock.json").stat().st_mode & 0o777 == 0o644


def test_a_clock_that_was_believed_once_and_is_not_now_is_in_doubt(
    believed: Believed, steady: Steady
) -> None:
    assert not believed.is_doubted(AT)
    assert not believed.is_doubted(AT + DAY_MS)
    assert believed.is_doubted(IN_2099)
    assert believed.is_doubted(AT - 3 * DAY_MS)
    believed.note(Said(AT, steady.ms, "gates-disagree"))
    assert believed.is_doubted(AT)
    believed.note(Said(doubt="nobody-confirms"))
    assert not believed.is_doubted(AT), "nobody need confirm a first day"


def test_retention_leaves_what_it_believed_and_why_it_did_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(tmp_path)
    with SqliteLedger(tmp_path / "ledger.db"):
        pass  # empty, but there
    believed = Believed(tmp_path / "road/clock/clock.json")
    assert office.call("retention") == 0, "a new district has nothing for anybody to confirm"
    assert believed.said() == Said(doubt="nobody-confirms"), "and nobody deletes by its clock yet"
    assert office.call("retention", "--dry-run", "--clock-is-right") == 0
    assert believed.said() == Said(doubt="nobody-confirms")
    assert office.call("retention", "--clock-is-right") == 0
    now_ms, said = clock.wall_ms(), believed.said()
    assert (now_ms - said.at_ms < HOUR_MS, said.doubt) == (True, "")
    monkeypatch.setattr(clock, "wall_ms", lambda: IN_2099)
    for _ in range(2):
        assert office.call("retention") == 1
        assert believed.said() == Said(said.at_ms, said.up_ms, "clock-moved")


class Once(threading.Event):
    """Is set after the first round."""

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002  # as it is called
        self.set()
        return True


def test_the_desk_keeps_everybody_in_2099_and_forgets_them_in_time(
    tmp_path: Path, believed: Believed, steady: Steady, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = ListDesk(SqliteDatabase(tmp_path / "passes.db"))
    lists.now_ms = AT
    entry = Entry(b"w" * 32, b"e" * 16, b"sealed", "5A")
    lists.counter.enlist(Batch("truong", "form", "pupil", (AT + 9 * DAY_MS) // 1000, (entry,)))
    declarations = Declarations(lists.database, Ed25519PrivateKey.generate())
    declarations.declare(b"f" * 16, b"sealed", "x", "contact", None, AT)
    forget = partial(desk._forget, lists.counter._register, lists.holders, declarations)

    def tended(now_ms: int) -> list[int]:
        monkeypatch.setattr(clock, "wall_ms", lambda: now_ms)
        desk._tend(lists.issuer, forget, believed, Once())
        return [lists.count(each) for each in ("pass", "declaration", "holder", "held", "batch")]

    assert tended(IN_2099) == [1, 2, 1, 1, 1]
    steady.ms += 30 * DAY_MS
    assert tended(IN_2099) == [1, 1, 1, 1, 0], "what is surely over goes in 2099 too"
    steady.ms += DAY_MS
    assert tended(AT + 31 * DAY_MS) == [0, 1, 0, 0, 0], "of declarations the last stays, emptied"
    lists.database.close()


def test_enrolment_keeps_codes_and_texts_in_2099_and_forgets_them_in_time(
    tmp_path: Path, believed: Believed, steady: Steady
) -> None:
    book = Book(tmp_path / "book.db", believed.over_ms)
    line = Line("ab", "cong-1", "Chợ Mẫu", "tho", AT, AT + DAY_MS, used=False, text="code")
    book.made(line, b"{}")
    book.tidy(IN_2099)
    assert book.line("ab") == line
    steady.ms += DAY_MS
    book.tidy(AT + DAY_MS)
    assert book.line("ab") == msgspec.structs.replace(line, text="")
    steady.ms += 90 * DAY_MS
    book.tidy(AT + 91 * DAY_MS)
    assert book.line("ab") is None
    book.close()
