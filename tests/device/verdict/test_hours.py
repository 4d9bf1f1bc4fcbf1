"""When a place is open: the place's own local time, also across midnight."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.verdict.hours import LAST_MS, is_open, local
from wire.canonical import read
from wire.openinghours import WEEK, Day, Hours, Opening

MONDAY = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def hours(*openings: tuple[str, str, str], closed: tuple[str, ...] = ()) -> Hours:
    made = [{"days": [days], "from": begin, "until": end} for days, begin, end in openings]
    return read(Hours, {"openings": made, "closed": list(closed)})


def when(text: str) -> dt.datetime:
    """Return `wed 07:00` of the week that begins on Monday, the first of June."""
    day, _, time = text.partition(" ")
    hour, minute = time.split(":")
    return MONDAY + dt.timedelta(WEEK.index(Day(day)), hours=int(hour), minutes=int(minute))


WORK = hours(("mon-fri", "07:00", "11:30"), ("mon-fri", "13:30", "17:00"))
SHIFT = hours(("mon-sat", "22:00", "06:00"))
WEEKEND = hours(("sat-mon", "08:00", "24:00"))
FEAST = hours(("mon-sun", "22:00", "02:00"), closed=("2026-06-03",))


@pytest.mark.parametrize(
    ("place", "open_at", "closed_at"),
    [
        (WORK, ["mon 07:00", "fri 11:29", "wed 13:30"], ["mon 06:59", "fri 11:30", "sat 09:00"]),
        (SHIFT, ["mon 22:00", "tue 05:59", "sun 05:59"], ["tue 06:00", "mon 05:59", "sun 22:00"]),
        (WEEKEND, ["sat 23:59", "mon 08:00"], ["tue 00:00", "fri 23:59", "sun 07:59"]),
        (FEAST, ["wed 01:59", "thu 22:00"], ["wed 22:00", "thu 01:59"]),
        (hours(), ["mon 00:00", "sun 23:59"], []),
        (hours(closed=("2026-06-03",)), ["tue 23:59", "thu 00:00"], ["wed 00:00", "wed 23:59"]),
        (hours(("mon-sun", "00:00", "24:00")), ["mon 00:00", "wed 23:59"], []),
    ],
)
def test_a_place_is_open_in_its_hours_only(
    place: Hours, open_at: list[str], closed_at: list[str]
) -> None:
    assert [each for each in open_at if not is_open(place, when(each))] == []
    assert [each for each in closed_at if is_open(place, when(each))] == []


def test_local_time_is_the_zones() -> None:
    spring_forward_ms = round(dt.datetime(2026, 3, 29, 1, 0, tzinfo=dt.UTC).timestamp() * 1000)
    assert local(spring_forward_ms, "Asia/Ho_Chi_Minh").hour == 8
    assert local(spring_forward_ms - 1, "Europe/Paris").hour == 1
    assert local(spring_forward_ms, "Europe/Paris").hour == 3


@given(st.integers(0, 2**53), st.sampled_from(["Asia/Ho_Chi_Minh", "Pacific/Kiritimati", "UTC"]))
def test_any_clock_has_a_local_time(wall_ms: int, zone: str) -> None:
    assert local(wall_ms, zone) <= local(LAST_MS, zone)


@given(st.integers(0, 7 * 24 * 60 - 1), st.integers(0, 23), st.integers(0, 23))
def test_a_night_shift_is_all_but_the_day_shift(minute: int, begin: int, end: int) -> None:
    if begin == end:
        return
    at = MONDAY + dt.timedelta(minutes=minute)
    one = Opening(days=("mon-sun",), opens=f"{begin:02}:00", closes=f"{end:02}:00")
    other = Opening(days=("mon-sun",), opens=f"{end:02}:00", closes=f"{begin:02}:00")
    assert is_open(Hours(openings=(one,)), at) is not is_open(Hours(openings=(other,)), at)
