"""Hours as a person writes them."""

import pytest

from wire.openinghours import Hours, Opening


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        (("mon",), {0}),
        (("mon-fri",), {0, 1, 2, 3, 4}),
        (("sat-mon",), {5, 6, 0}),
        (("sun-sun",), {6}),
        (("tue-mon",), {0, 1, 2, 3, 4, 5, 6}),
        (("mon-wed", "wed", "sun"), {0, 1, 2, 6}),
    ],
)
def test_days_may_be_named_one_by_one_or_as_a_range(
    days: tuple[str, ...], numbers: set[int]
) -> None:
    assert Opening(days=days, opens="07:00", closes="08:00").weekdays == numbers


@pytest.mark.parametrize(
    ("opens", "closes", "minutes"),
    [
        ("07:00", "11:30", (420, 690)),
        ("00:00", "24:00", (0, 1440)),
        ("22:00", "06:00", (1320, 1800)),
        ("22:00", "00:00", (1320, 1440)),
    ],
)
def test_what_ends_before_it_begins_ends_on_the_next_day(
    opens: str, closes: str, minutes: tuple[int, int]
) -> None:
    assert Opening(days=("mon",), opens=opens, closes=closes).minutes == minutes


def test_no_hours_are_hours_too() -> None:
    assert (Hours().openings, Hours().closed) == ((), ())
