"""A paper log is typed in later: a record for each time on it, with what was told of it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.desk import entry, log
from device.desk.entry import Why
from device.errors import JournalFull
from device.journal.store import CardJournal
from tests.device.desk.counter import Browser, Counter
from wire.record import Direction, Identity, Mark, Reason, Told

NOW = dt.datetime(2026, 11, 28, 18, 0, tzinfo=log.ZONE)
SHEET = {"day": "2026-11-28", "within": "15"}


def line(number: int = 0, came: str = "7:30", **typed: str) -> dict[str, str]:
    usual = {"in": came, "out": "", "name": "Trần Văn Mẫu", "born": "1950", "number": ""}
    return {f"{field}.{number}": value for field, value in {**usual, **typed}.items()}


def ms(hour: int, minute: int = 0, day: int = 28) -> int:
    at = dt.datetime(2026, 11, day, hour, minute, tzinfo=log.ZONE)
    return int(at.timestamp() * 1000)


def wrong(typed: dict[str, str]) -> dict[str, Why]:
    with pytest.raises(entry.Wrongs) as raised:
        log.read(typed, NOW)
    return raised.value.found


def test_each_time_on_a_line_is_one_record_between_its_bounds() -> None:
    came, left, late = log.read({**SHEET, **line(out="8h05"), **line(4, came="", out="11.00")}, NOW)
    assert (came.way, came.told) == (Direction.IN, Told(ms(7, 30), 900_000))
    assert (left.way, left.told) == (Direction.OUT, Told(ms(8, 5), 900_000))
    assert (late.number, late.way, late.told.at) == (4, Direction.OUT, ms(11))
    assert {each.identity for each in (came, left, late)} == {Identity.DECLARED}


def test_where_papers_were_looked_at_the_holders_were_seen() -> None:
    (found,) = log.read({**SHEET, **line(), "looked": "1"}, NOW)
    assert found.identity is Identity.SEEN


def test_a_column_that_was_left_empty_in_a_hurry_is_taken() -> None:
    assert log.read({**SHEET, **line(born="", phone="0912345678")}, NOW)
    assert wrong({**SHEET, **line(born="")}) == {"born.0": Why.MISSING}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({}, {"name.0": Why.MISSING}),
        ({**line(came="")}, {"in.0": Why.MISSING}),
        ({**line(came="25:00")}, {"in.0": Why.NO_TIME}),
        ({**line(came="sáng")}, {"in.0": Why.NO_TIME}),
        ({**line(came="19:00")}, {"in.0": Why.NOT_YET}),
        ({**line(out="7:00")}, {"out.0": Why.BEFORE_ENTRY}),
        ({**line(name="")}, {"name.0": Why.MISSING}),
        ({**line(11, name="😷")}, {"name.11": Why.NO_NAME}),
        ({**line(), "day": ""}, {"day": Why.MISSING}),
        ({**line(), "day": "29/11/2026"}, {"day": Why.NOT_YET}),
        ({**line(), "day": "2026-11-01"}, {"day": Why.TOO_OLD}),
        ({**line(), "day": "30/02/2026"}, {"day": Why.NO_DATE}),
        ({**line(), "within": "1"}, {"within": Why.NO_CHOICE}),
        ({**line(), "within": "1440"}, {"within": Why.NO_CHOICE}),
    ],
)
def test_what_cannot_be_is_named_by_its_line(typed: dict[str, str], found: dict[str, Why]) -> None:
    assert wrong({**SHEET, **typed}) == found


@given(st.dictionaries(st.sampled_from([f"{f}.0" for f in log.FIELDS]), st.text(max_size=40)))
def test_any_sheet_is_read_or_refused(typed: dict[str, str]) -> None:
    try:
        found = log.read({**SHEET, **typed}, NOW)
    except entry.Wrongs:
        return
    assert all(each.told.at <= NOW.timestamp() * 1000 for each in found)


def today(hours_ago: float) -> dict[str, str]:
    at = dt.datetime.now(log.ZONE) - dt.timedelta(hours=hours_ago)  # noqa: TID251  (the desk's day)
    return {"day": at.date().isoformat(), "in": f"{at:%H:%M}"}


def test_a_sheet_is_stored_once_and_counts_nobody_in_now(
    counter: Counter, browser: Browser
) -> None:
    before = today(30)
    sheet = {
        "day": before["day"],
        "within": "30",
        **line(came=before["in"]),
        **line(1, came=before["in"]),
    }
    sent = {**browser.get("/paper").form("/paper"), **sheet}
    for _ in range(3):
        browser.post("/paper", sent)
        assert "Đã lưu 2 dòng" in browser.text
    scans = counter.scans()
    assert len(scans) == 2
    for scan, fields in scans:
        assert (scan.kind, scan.marks, scan.reason) == ("paper", (Mark.PAPER,), Reason.ATTENDED)
        assert scan.told is not None
        assert scan.told.within == 30 * 60_000
        assert 29 * 3_600_000 < scan.wall - scan.told.at < 31 * 3_600_000
        assert fields["name"] == "Trần Văn Mẫu"


def test_one_wrong_line_stores_none_and_keeps_what_was_typed(
    counter: Counter, browser: Browser
) -> None:
    before = today(30)
    sheet = {
        "day": before["day"],
        "within": "15",
        **line(came=before["in"]),
        **line(1, came="99"),
    }
    browser.post("/paper", {**browser.get("/paper").form("/paper"), **sheet})
    assert browser.status == 422
    assert 'href="#in.1"' in browser.text
    assert "Trần Văn Mẫu" in browser.text
    assert counter.scans() == []


def test_a_sheet_that_was_cut_off_half_way_goes_on_behind_what_was_stored(
    counter: Counter, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = today(30)
    lines = {
        key: value for number in range(4) for key, value in line(number, came=before["in"]).items()
    }
    sent = {**browser.get("/paper").form("/paper"), "day": before["day"], "within": "15", **lines}
    real, count = CardJournal.scan, 0

    def failing(self: CardJournal, *given: object) -> object:
        nonlocal count
        count += 1
        if count == 3:
            raise JournalFull
        return real(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(CardJournal, "scan", failing)
        assert browser.post("/paper", sent).status == 503
    assert len(counter.scans()) == 2
    assert "Đã lưu 4 dòng" in browser.post("/paper", sent).text
    assert len(counter.scans()) == 4
