"""Minutes together: whatever clocks, doors and people do, the truth lies within the bounds."""

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from collector.localday import HOUR_MS, MINUTE_MS, midnight
from collector.trace.entries import Doubt, How, Setting, Sighting, Stay, Way
from collector.trace.meetings import absence, bounds
from collector.trace.stays import stays

PLACE, OTHER = 1, 2
LONGEST_MS = 12 * HOUR_MS
SETTINGS = {each: Setting(each, area=1, longest_ms=LONGEST_MS) for each in (PLACE, OTHER)}
DAY = midnight(20_800)
SINCE, UNTIL = DAY + 6 * HOUR_MS, DAY + 20 * HOUR_MS
Span = tuple[int, int]


class Life(msgspec.Struct):
    """One person's day at one place: the truth, and what the doors saw of it."""

    present: list[Span]
    seen: list[Sighting]


@st.composite
def broken(draw: st.DrawFn) -> list[Span]:
    """Draw when the place's gate is down."""
    cuts = draw(st.lists(st.integers(6 * 60, 18 * 60), max_size=4, unique=True))
    return [
        (DAY + at * MINUTE_MS, DAY + (at + draw(st.integers(5, 90))) * MINUTE_MS)
        for at in sorted(cuts)
    ]


@st.composite
def lives(draw: st.DrawFn, down: list[Span], mark: int) -> Life:
    """Draw somebody who comes and goes, is not always seen going, and slips out while it is down.

    Nobody slips in: whoever is never seen is in no answer, and the coverage says that it may be so.
    """
    life, now, seq = Life([], []), DAY + 6 * HOUR_MS, 0
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.sampled_from([PLACE, PLACE, OTHER]))
        came = now + draw(st.integers(4, 180)) * MINUTE_MS
        left = came + draw(st.integers(4, 300)) * MINUTE_MS
        seq += 2
        life.seen.append(draw(scans(came, place, Way.IN, mark, seq)))
        if draw(st.booleans()):
            life.seen.append(draw(scans(left, place, Way.OUT, mark, seq + 1)))
        if place == PLACE:
            life.present += draw(outings(came, left, down))
        now = left
    return life


@st.composite
def scans(draw: st.DrawFn, true: int, place: int, way: Way, mark: int, seq: int) -> Sighting:
    early, late = draw(st.integers(0, 90_000)), draw(st.integers(0, 90_000))
    return Sighting(true - early, early + late, 1, place, way, mark * 10 + place, seq)


@st.composite
def outings(draw: st.DrawFn, came: int, left: int, down: list[Span]) -> list[Span]:
    """Draw the parts of a stay without the time between leaving in one break, returning in one."""
    usable = [(max(a, came), min(b, left)) for a, b in down if a < left and b > came]
    if not usable or not draw(st.booleans()):
        return [(came, left)]
    first = draw(st.integers(0, len(usable) - 1))
    second = draw(st.integers(first, len(usable) - 1))
    out = draw(st.integers(*usable[first]))
    back = max(out, draw(st.integers(*usable[second])))
    return [(came, out), (back, left)]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Life, Life, list[Span]]:
    down = draw(broken())
    return draw(lives(down, 1)), draw(lives(down, 2)), down


def together(one: list[Span], other: list[Span], margin: int) -> int:
    """Return how long they truly were there together in the window."""
    return sum(
        max(0, min(a[1] + margin, b[1], UNTIL) - max(a[0], b[0], SINCE)) for a in one for b in other
    )


def answered(one: Life, other: Life, down: list[Span], margin: int = 0) -> Span:
    least = most = 0
    found = [[x for x in stays(each.seen, SETTINGS) if x.place == PLACE] for each in (one, other)]
    assume(not any(each.doubts for both in found for each in both))
    for index in found[0]:
        for contact in found[1]:
            both = bounds(index, contact, (SINCE, UNTIL), margin, absence(index, down))
            least, most = least + both[0], most + both[1]
    return least, most


@given(pairs())
def test_the_true_minutes_together_lie_within_the_bounds(
    drawn: tuple[Life, Life, list[Span]],
) -> None:
    one, other, down = drawn
    least, most = answered(one, other, down)
    assert least <= together(one.present, other.present, 0) <= most


# One day in six is of that kind; now and then fifty others come before the tenth of them.
@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(pairs(), st.sampled_from([5, 30]))
def test_the_minutes_after_someone_has_left_lie_within_them_too(
    drawn: tuple[Life, Life, list[Span]], minutes: int
) -> None:
    one, other, down = drawn
    first, last = one.present[:1], other.present[:1]
    alone = (Life(first, one.seen), Life(last, other.seen), down)
    assume(len(one.present) == len(other.present) == 1)
    least, most = answered(*alone, margin=minutes * MINUTE_MS)
    assert least <= together(first, last, minutes * MINUTE_MS) <= most


def stay(begin: int, end: int, doubts: int = 0, sure: int = 0) -> Stay:
    """Return a stay in minutes of the day; each bound is `sure` minutes wide."""
    at, to = DAY + begin * MINUTE_MS, DAY + end * MINUTE_MS
    wide = sure * MINUTE_MS
    return Stay(PLACE, at, at + wide, to, to + wide, How.SEEN, Doubt(doubts))


def minutes(
    one: Stay, other: Stay, *down: Span, window: Span = (0, 24 * 60), margin: int = 0
) -> Span:
    breaks = [(DAY + a * MINUTE_MS, DAY + b * MINUTE_MS) for a, b in down]
    inside = (DAY + window[0] * MINUTE_MS, DAY + window[1] * MINUTE_MS)
    least, most = bounds(one, other, inside, margin * MINUTE_MS, absence(one, breaks))
    return least // MINUTE_MS, most // MINUTE_MS


@pytest.mark.parametrize(
    ("down", "least"),
    [
        ((), 60),
        (((510, 520),), 50),
        (((450, 460),), 60),
        (((570, 580),), 60),
        (((450, 460), (570, 580)), 0),
        (((500, 505), (515, 520)), 40),
        (((450, 460), (500, 510)), 30),
        (((500, 510), (570, 580)), 20),
    ],
)
def test_a_gate_that_did_not_work_takes_from_what_is_certain(
    down: tuple[Span, ...], least: int
) -> None:
    assert minutes(stay(480, 540), stay(420, 600), *down) == (least, 60)


def test_clock_errors_take_from_the_least_and_add_to_the_most() -> None:
    assert minutes(stay(480, 540, sure=2), stay(480, 540, sure=2)) == (58, 62)


def test_only_the_window_counts() -> None:
    assert minutes(stay(480, 540), stay(420, 600), window=(500, 510)) == (10, 10)
    assert minutes(stay(480, 540), stay(420, 600), window=(541, 600)) == (0, 0)


def test_who_comes_within_the_margin_met_the_air() -> None:
    assert minutes(stay(480, 540), stay(545, 600)) == (0, 0)
    assert minutes(stay(480, 540), stay(545, 600), margin=15) == (10, 10)
    assert minutes(stay(480, 540), stay(530, 600), (545, 550), margin=15) == (15, 25)


def test_a_copied_code_makes_nothing_certain() -> None:
    assert minutes(stay(480, 540, Doubt.COPIED), stay(480, 540)) == (0, 60)
    assert minutes(stay(480, 540), stay(480, 540, Doubt.UNSURE)) == (0, 60)
