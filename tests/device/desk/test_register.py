"""An attendant registers people, for real: over HTTP, into a sealed journal."""

import threading
from pathlib import Path

import pytest
from structlog.typing import EventDict

from device.errors import JournalFull
from device.journal.store import CardJournal
from tests.device.desk.counter import CARD, PERSON, Browser, Counter
from wire.record import Direction, Identity, Mark, Outcome, Reason, Signature


def enter(browser: Browser, **typed: str) -> Browser:
    form = browser.get("/").form()
    return browser.post("/enter", {**form, **PERSON, **typed})


def test_somebody_without_phone_or_card_is_one_sealed_record(
    counter: Counter, browser: Browser, logs: list[EventDict]
) -> None:
    enter(browser, phone="0912 345 678")
    assert browser.status == 200
    assert "Đã đăng ký." in browser.text
    ((scan, fields),) = counter.scans()
    assert (scan.kind, scan.outcome, scan.reason) == ("desk", Outcome.ACCEPTED, Reason.ATTENDED)
    assert (scan.signature, scan.identity) == (Signature.NOT_CHECKED, Identity.DECLARED)
    assert (scan.dir, scan.told, scan.marks) == (Direction.IN, None, ())
    assert fields == {
        "name": "Nguyễn Thị Mẫu",
        "born": "1950-06-15",
        "sex": "female",
        "commune": "Xã Mẫu",
        "phone": "0912345678",
    }
    said = str(logs) + str(counter.records())
    assert not any(each in said for each in ("Mẫu", "1950", "0912345678"))


def test_whose_document_was_looked_at_was_seen_by_staff(counter: Counter, browser: Browser) -> None:
    enter(browser, seen="card", number="079 150 001234", way="out")
    ((scan, fields),) = counter.scans()
    assert (scan.identity, scan.dir, fields["number"]) == (
        Identity.SEEN,
        Direction.OUT,
        "079150001234",
    )


def test_nobody_can_ask_a_desk_afterwards_who_came(counter: Counter, browser: Browser) -> None:
    enter(browser)
    done = browser.get("/")
    for path in ("/", "/paper", "/done/0", "/slip/0/a6", "/state", "/records", "/enter"):
        assert "Thị" not in done.get(path).text
    kept = b"".join(each.read_bytes() for each in counter.state.rglob("*") if each.is_file())
    assert "Thị".encode() not in kept


def test_a_form_that_is_sent_twice_is_one_record(counter: Counter, browser: Browser) -> None:
    sent = {**browser.get("/").form(), **PERSON}
    for _ in range(3):
        browser.post("/enter", sent)
        assert browser.status == 200
    assert len(counter.scans()) == 1


def test_a_double_click_is_one_record(counter: Counter, browser: Browser) -> None:
    sent = {**browser.get("/").form(), **PERSON}
    hands = [Browser(browser.port) for _ in range(6)]
    for each in hands:
        each.cookies = dict(browser.cookies)
    clicks = [threading.Thread(target=each.post, args=("/enter", sent)) for each in hands]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert {each.status for each in hands} == {200}
    assert len(counter.scans()) == 1


def test_back_and_again_is_one_record_and_says_so(counter: Counter, browser: Browser) -> None:
    sent = {**browser.get("/").form(), **PERSON}
    browser.post("/enter", sent)
    browser.get("/")
    browser.post("/enter", {**sent, "name": "Trần Văn Mẫu"})
    assert "Đã đăng ký." in browser.text
    assert [fields["name"] for _, fields in counter.scans()] == ["Nguyễn Thị Mẫu"]


def test_a_form_that_was_not_given_out_here_stores_nothing(
    counter: Counter, browser: Browser
) -> None:
    csrf = browser.get("/").form()["csrf"]
    for form in ("", "0" * 32, "../x", "a" * 5000):
        browser.post("/enter", {**PERSON, "csrf": csrf, "form": form})
        assert browser.status == 409
        assert PERSON["name"] in browser.text  # nothing needs to be typed again
    assert counter.scans() == []


def test_a_form_of_before_the_desk_was_killed_is_one_record_after_it(counter: Counter) -> None:
    with counter.open():
        before = Browser(counter.port).log_in()
        sent = {**before.get("/").form(), **PERSON}
        before.post("/enter", sent)
    with counter.open():
        before.post("/enter", sent)
        assert before.status == 403
        assert "Đã lưu từ trước" in before.text
        after = Browser(counter.port).log_in()
        after.post("/enter", {**sent, "csrf": after.get("/").form()["csrf"]})
        assert "Đã lưu từ trước" in after.text
    assert len(counter.scans()) == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "😷 Mẫu"),
        ("name", "Mẫu \u202eevil"),
        ("name", "A" * 500),
        ("name", "<script>alert(1)</script>"),
        ("name", "1234"),
        ("born", ""),
        ("born", "31/02/1990"),
        ("born", "15/13/1990"),
        ("born", "31021990"),
        ("born", "01/01/2999"),
        ("born", "1700"),
        ("born", "hôm qua"),
        ("number", "12345"),
        ("number", "０７９１５０００１２３４"),  # noqa: RUF001  (digits of another width)
        ("phone", "12"),
        ("phone", "+84 12"),
        ("commune", "x" * 300),
        ("seen", ""),
        ("seen", "diploma"),
        ("way", "sideways"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_stores_nothing(
    counter: Counter, browser: Browser, field: str, typed: str
) -> None:
    enter(browser, **{field: typed})
    assert browser.status == 422
    assert f'href="#{field}"' in browser.text
    assert f'id="{field}"' in browser.text
    assert "<script>" not in browser.text
    assert counter.scans() == []


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("name", "  Út  ", "Út"),
        ("name", "Nguye\u0302\u0303n", "Nguyễn"),
        ("born", "1950", "1950"),
        ("born", "6/1950", "1950-06"),
        ("born", "15061950", "1950-06-15"),
        ("number", "301 234 567", None),
        ("number", "c1234567", None),
        ("phone", "+84 912.345.678", "0912345678"),
        ("phone", "+855 12 345 678", "+85512345678"),
    ],
)
def test_what_people_really_write_is_taken(
    counter: Counter, browser: Browser, field: str, typed: str, kept: str | None
) -> None:
    enter(browser, **{field: typed})
    assert browser.status == 200
    ((_, fields),) = counter.scans()
    expected = {"301 234 567": ("former", "301234567"), "c1234567": ("passport", "C1234567")}
    where, value = expected.get(typed, (field, kept))
    assert fields[where] == value


def test_a_number_that_says_another_year_is_marked_and_not_refused(
    counter: Counter, browser: Browser
) -> None:
    enter(browser, number="079190001234", seen="card")
    ((scan, _),) = counter.scans()
    assert scan.marks == (Mark.IMPLAUSIBLE,)


def test_a_card_from_a_reader_is_shown_and_registered_with_a_phone(
    counter: Counter, browser: Browser
) -> None:
    browser.post("/read", {**browser.get("/").form("/read"), "code": CARD + "\r", "way": "in"})
    assert browser.status == 200
    assert "Nguyễn Thị Mẫu" in browser.text
    assert counter.scans() == []
    sent = {**browser.form(), "phone": "0912345678", "looked": "1", "way": "in"}
    browser.post("/enter", sent)
    browser.post("/enter", sent)
    ((scan, fields),) = counter.scans()
    assert (scan.kind, scan.identity) == ("id-card", Identity.SEEN)
    assert (fields["number"], fields["former"], fields["phone"]) == (
        "079150001234",
        "301234567",
        "0912345678",
    )


def test_what_a_card_says_cannot_be_changed_on_the_way(counter: Counter, browser: Browser) -> None:
    browser.post("/read", {**browser.get("/").form("/read"), "code": CARD, "way": "in"})
    browser.post("/enter", {**browser.form(), **PERSON, "name": "Trần Văn Mẫu", "number": "1"})
    ((scan, fields),) = counter.scans()
    assert (fields["name"], fields["number"]) == ("Nguyễn Thị Mẫu", "079150001234")
    assert scan.identity is Identity.DECLARED  # nobody has ticked that they looked


def test_a_full_card_is_said_and_the_form_can_be_sent_again(
    counter: Counter, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {**browser.get("/").form(), **PERSON}
    with monkeypatch.context() as full:
        full.setattr(CardJournal, "scan", _full)
        browser.post("/enter", sent)
    assert browser.status == 503
    assert "Chưa lưu được" in browser.text
    browser.post("/enter", sent)
    assert "Đã đăng ký." in browser.text
    assert len(counter.scans()) == 1


def _full(*_: object) -> None:
    """Refuse as a full card does."""
    raise JournalFull


def test_there_is_no_word_of_a_form_in_the_folders(counter: Counter, browser: Browser) -> None:
    enter(browser, phone="0912345678")
    forms = (counter.state / "desk/forms").read_text()
    assert "Mẫu" not in forms
    assert "0912345678" not in forms
    assert Path(counter.state / "desk/forms").stat().st_mode & 0o077 == 0
