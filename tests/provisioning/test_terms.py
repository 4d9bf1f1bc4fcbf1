"""From when to when a pass is good, as people say it."""

from datetime import UTC, datetime, timedelta

import pytest

from provisioning import terms
from provisioning.errors import ValueInvalid
from provisioning.terms import VIETNAM, Term

NOON = datetime(2026, 11, 22, 12, tzinfo=VIETNAM)


def local(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


def test_a_day_is_from_midnight_to_midnight_in_vietnam() -> None:
    assert terms.day("2026-11-23") == Term(local(23), local(24))
    assert terms.day("2026-11-23").begins.astimezone(UTC).hour == 17


def test_some_days_are_so_many_times_24_hours() -> None:
    assert terms.days(3, NOON) == Term(NOON, local(25, 12))


def test_a_period_given_by_dates_includes_both() -> None:
    begins = terms.moment("2026-11-23")
    assert terms.until(begins, "2026-11-25") == Term(local(23), local(26))
    assert terms.until(begins, "2026-11-23") == Term(local(23), local(24))


def test_a_period_may_end_at_an_hour() -> None:
    assert terms.until(NOON, "2026-11-22T17:30") == Term(NOON, local(22, 17, 30))
    assert terms.until(NOON, "2026-11-22T10:30Z").ends == local(22, 17, 30)


def test_a_year_from_date_to_date_is_allowed() -> None:
    begins = terms.moment("2027-03-01")
    assert terms.until(begins, "2028-03-01").ends - begins == timedelta(days=367)


@pytest.mark.parametrize(
    "text", ["2026-11-21", "2026-11-22T12:00", "2027-11-25", "9001-01-01", "soon", "", "0000-00-00"]
)
def test_a_period_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueInvalid):
        terms.until(NOON, text)


@pytest.mark.parametrize("count", [0, -1, 367, 10**9])
def test_a_number_of_days_that_cannot_be_is_refused(count: int) -> None:
    with pytest.raises(ValueInvalid):
        terms.days(count, NOON)


@pytest.mark.parametrize("text", ["2026-11-23T07:00", "2026-02-30", "23/11/2026", "today", ""])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueInvalid):
        terms.day(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01", datetime(2026, 11, 30, 17, tzinfo=UTC)),
        ("2026-12-01T07:00", datetime(2026, 12, 1, 0, tzinfo=UTC)),
        ("2026-12-01 07:00:00", datetime(2026, 12, 1, 0, tzinfo=UTC)),
        ("2026-12-01T00:00:00Z", datetime(2026, 12, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_date_without_a_zone_is_meant_in_vietnam(text: str, moment: datetime) -> None:
    assert terms.moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-13-01",
        "20261201",
        "2026-W01-1",
        "0001-01-01",
        "9999-12-31",
        "2026-12-01T99",
    ],
)
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueInvalid):
        terms.moment(text)
