"""The register of passes: whole, unique, and honest when it cannot be used."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from provisioning import register
from provisioning.errors import (
    IssuerFull,
    IssuerWithdrawn,
    PassUnknown,
    RegisterUnusable,
    ValueInvalid,
)
from provisioning.register import Register, Tally
from tests.collector.disks import full
from wire.statuslist import INVALID, SUSPENDED

KID, OTHER = "00" * 8, "11" * 8
NOW_S = 1_780_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"


def number(n: int) -> bytes:
    return n.to_bytes(8, "big")


def test_what_was_entered_is_there_when_it_is_opened_again(path: Path) -> None:
    with Register(path) as book:
        places = [book.enter(number(n), KID, "visitor", NOW_S + n) for n in range(20)]
        book.mark([number(3), number(5)], INVALID)
        book.mark([number(4)], SUSPENDED)
    with Register(path) as book:
        expected = {places[3]: INVALID, places[4]: SUSPENDED, places[5]: INVALID}
        assert book.marked(KID) == (expected, False)
        assert book.tally(KID, NOW_S + 10) == Tally(20, 9, 2, 1, NOW_S + 19)
        assert book.tally(OTHER, NOW_S) == Tally(0, 0, 0, 0, None)


def test_nobody_else_may_read_it(path: Path) -> None:
    with Register(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_no_place_is_given_twice_and_a_full_list_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "PLACES", 8)
    with Register(path) as book:
        places = {book.enter(number(n), KID, "visitor", NOW_S) for n in range(8)}
        assert places == set(range(8))
        with pytest.raises(IssuerFull):
            book.enter(number(8), KID, "visitor", NOW_S)
        book.enter(number(8), OTHER, "visitor", NOW_S)


def test_several_desks_issue_at_once(path: Path) -> None:
    def desk(first: int) -> list[int]:
        with Register(path) as book:
            return [book.enter(number(first + n), KID, "staff", NOW_S) for n in range(25)]

    with ThreadPoolExecutor(4) as desks:
        places = [place for each in desks.map(desk, (0, 100, 200, 300)) for place in each]
    assert len(set(places)) == 100


def test_a_pass_is_found_by_the_end_of_its_number(path: Path) -> None:
    with Register(path) as book:
        for text in ("0123456789abcdef", "1123456789abcdef", "ffffffffffff0001"):
            book.enter(bytes.fromhex(text), KID, "visitor", NOW_S)
        assert book.find("0001") == bytes.fromhex("ffffffffffff0001")
        assert book.find("FFFF0001") == bytes.fromhex("ffffffffffff0001")
        assert book.find("0123456789ABCDEF") == bytes.fromhex("0123456789abcdef")
        for wrong in ("cdef", "9999"):
            with pytest.raises(PassUnknown):
                book.find(wrong)
        for wrong in ("001", "", "%", "____", "%%%%%", "0001'", "0" * 17, "é001"):
            with pytest.raises(ValueInvalid):
                book.find(wrong)


def test_a_class_is_found_without_those_that_have_ended(path: Path) -> None:
    with Register(path) as book:
        book.enter(number(1), KID, "visitor", NOW_S)
        book.enter(number(2), KID, "visitor", NOW_S + 1)
        book.enter(number(3), OTHER, "staff", NOW_S + 1)
        assert book.of_class("visitor", NOW_S) == [number(2)]


def test_marking_says_whose_list_is_to_be_signed_also_the_second_time(path: Path) -> None:
    with Register(path) as book:
        book.enter(number(1), KID, "visitor", NOW_S)
        book.enter(number(2), OTHER, "visitor", NOW_S)
        assert book.mark([number(1)], INVALID) == {KID}
        assert book.mark([number(1)], INVALID) == {KID}
        assert book.mark([number(1), number(2)], INVALID) == {KID, OTHER}
        assert book.mark([number(9)], INVALID) == set()


def test_marking_is_done_for_all_or_none(path: Path) -> None:
    with Register(path) as book:
        place = book.enter(number(1), KID, "visitor", NOW_S)
        with pytest.raises(RegisterUnusable):
            book.mark([number(1), "no bytes", object()], INVALID)  # type: ignore[list-item]
        assert book.marked(KID) == ({}, False)
        book.mark([number(1)], INVALID)
        assert book.marked(KID) == ({place: INVALID}, False)


def test_a_lists_date_always_grows_even_when_the_clock_does_not(path: Path) -> None:
    with Register(path) as book:
        dates = [book.dated(KID, at) for at in (NOW_S, NOW_S, NOW_S - 500, NOW_S + 1, NOW_S + 90)]
        assert dates == [NOW_S, NOW_S + 1, NOW_S + 2, NOW_S + 3, NOW_S + 90]
        assert book.dated(OTHER, NOW_S) == NOW_S


def test_a_withdrawn_issuer_issues_nothing_until_it_is_restored(path: Path) -> None:
    """What no gate would take is not printed and handed out."""
    with Register(path) as book:
        book.mark_issuer("k", every=True)
        book.enter(number(1), "another", "visitor", 10)
        with pytest.raises(IssuerWithdrawn):
            book.enter(number(2), "k", "visitor", 10)
        book.mark_issuer("k", every=False)
        book.enter(number(2), "k", "visitor", 10)


def test_an_issuer_is_withdrawn_and_restored_as_a_whole(path: Path) -> None:
    with Register(path) as book:
        book.dated(KID, NOW_S)
        book.mark_issuer(KID, every=True)
        assert book.marked(KID) == ({}, True)
        assert book.marked(OTHER) == ({}, False)
        assert book.dated(KID, NOW_S) == NOW_S + 1
        book.mark_issuer(KID, every=False)
        assert book.marked(KID) == ({}, False)


@pytest.mark.parametrize(
    "content", [b"not a register at all" * 100, b"SQLite format 3\0" + b"x" * 90]
)
def test_a_damaged_register_is_said_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(RegisterUnusable), Register(path) as book:
        book.enter(number(1), KID, "visitor", NOW_S)
    assert path.read_bytes() == content


def test_a_register_of_something_else_is_said(path: Path) -> None:
    rows = sqlite3.connect(path)
    rows.execute("create table pass (something)")
    rows.close()
    with pytest.raises(RegisterUnusable), Register(path) as book:
        book.enter(number(1), KID, "visitor", NOW_S)


def test_a_register_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    with pytest.raises(RegisterUnusable), Register(tmp_path / "nowhere" / "register.sqlite"):
        pass


def test_a_full_disk_is_said_as_one_and_marks_all_or_nothing(small: Path) -> None:
    path = small / "register.sqlite"
    with Register(path) as book:
        for n in range(3000):
            book.enter(number(n), KID, "visitor", NOW_S)
        before = book.marked(KID)
        everybody, said = [number(n) for n in range(3000)], list[object]()
        for leaving in range(0, 2_000_000, 20_000):
            with full(small, leaving):
                try:
                    book.mark(everybody, INVALID)
                    break
                except RegisterUnusable as error:
                    said.append(error.details["detail"])
            assert book.marked(KID) == before
        assert len(said) > 5
        assert set(said) == {"database or disk is full"}
        assert len(book.marked(KID)[0]) == 3000
