"""The lists a gate holds: newest wins, nothing older comes back, a million passes cost little."""

import random
import tracemalloc

import pytest

from device.statuses import HeldLists, Lists
from device.verdict.trust import Finding, Latest, NoStatuses, Status, Statuses
from tests.wire.samples import ENTRIES, KEYS, RING
from wire import statuslist
from wire.keys import Use
from wire.statuslist import INVALID, SUSPENDED, StatusList

ISSUER = ENTRIES[Use.PASS_SEEN].kid
OTHER = ENTRIES[Use.PASS_DECLARED].kid
AT = 1_780_000_000


def listed(
    marked: dict[int, int], issued: int = AT, issuer: str = ISSUER, *, every: bool = False
) -> StatusList:
    bits, statuses = statuslist.packed(64, marked)
    return StatusList(issuer, issued, bits, statuses, every=every)


def test_without_a_list_nothing_is_known() -> None:
    assert HeldLists().of(ISSUER, 0, AT) == Finding(Status.UNLISTED, None)
    assert HeldLists([listed({})]).of(OTHER, 0, AT) == Finding(Status.UNLISTED, None)
    assert NoStatuses().of(ISSUER, 0, AT) == Finding(Status.UNLISTED, None)


def test_who_asks_for_long_asks_the_newest_lists() -> None:
    held: list[Statuses] = [NoStatuses()]
    latest = Latest(lambda: held[-1])
    assert latest.of(ISSUER, 1, AT).status is Status.UNLISTED
    held.append(HeldLists([listed({1: INVALID})]))
    assert latest.of(ISSUER, 1, AT).status is Status.WITHDRAWN


def test_each_status_is_told_with_the_age_of_the_word() -> None:
    held = HeldLists([listed({1: INVALID, 2: SUSPENDED, 3: 3})])
    said = [held.of(ISSUER, index, AT + 90.5) for index in (0, 1, 2, 3)]
    expected = [Status.GOOD, Status.WITHDRAWN, Status.SUSPENDED, Status.SUSPENDED]
    assert said == [Finding(status, 90.5) for status in expected]


def test_the_list_of_one_issuer_says_nothing_of_anothers_passes() -> None:
    held = HeldLists([listed({1: INVALID}), listed({2: INVALID}, issuer=OTHER)])
    assert held.of(ISSUER, 1, AT).status is Status.WITHDRAWN
    assert held.of(ISSUER, 2, AT).status is Status.GOOD
    assert held.of(OTHER, 1, AT).status is Status.GOOD
    assert held.of(OTHER, 2, AT).status is Status.WITHDRAWN


@pytest.mark.parametrize("index", [64, 10**6, 2**32 - 1, None])
def test_a_pass_that_the_list_does_not_reach_is_unlisted(index: int | None) -> None:
    assert HeldLists([listed({})]).of(ISSUER, index, AT) == Finding(Status.UNLISTED, 0.0)


def test_an_older_list_never_comes_back() -> None:
    held = HeldLists([listed({1: INVALID})])
    assert not held.take(listed({}, AT - 1))
    assert not held.take(listed({}, AT))
    assert held.of(ISSUER, 1, AT).status is Status.WITHDRAWN
    assert held.take(listed({2: INVALID}, AT + 1))
    assert held.of(ISSUER, 1, AT + 1) == Finding(Status.GOOD, 0.0)
    assert held.of(ISSUER, 2, AT + 1) == Finding(Status.WITHDRAWN, 0.0)


@pytest.mark.parametrize("index", [0, 63, 64, 2**32 - 1, None])
def test_an_issuer_withdrawn_as_a_whole_has_no_good_pass(index: int | None) -> None:
    """Whatever place a thief of its key writes into a pass, or none."""
    held = HeldLists([listed({}, every=True)])
    assert held.of(ISSUER, index, AT) == Finding(Status.WITHDRAWN, 0.0)
    assert held.of(OTHER, index, AT) == Finding(Status.UNLISTED, None)


def test_a_whole_issuer_withdrawn_by_mistake_is_good_again_with_the_next_list() -> None:
    held = HeldLists([listed({}, every=True)])
    assert held.take(listed({}, AT + 1))
    assert held.of(ISSUER, 0, AT + 1).status is Status.GOOD


def test_a_list_from_the_future_is_not_older_than_now() -> None:
    assert HeldLists([listed({})]).of(ISSUER, 0, AT - 500).age_s == 0.0


def test_a_million_statuses_are_held_in_little_more_than_their_bits() -> None:
    """What they cost in time is measured by bench/verdict; here only that nothing is unpacked."""
    chosen = random.Random(4).sample(range(1_000_000), 5_000)  # noqa: S311  (not for secrets)
    bits, statuses = statuslist.packed(1_000_000, dict.fromkeys(chosen, INVALID))
    made = StatusList(ISSUER, AT, bits, statuses)
    data = statuslist.pack(made, KEYS[Use.STATUS])
    tracemalloc.start()
    try:
        held = HeldLists([statuslist.unpack(data, RING, ISSUER)])
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 150_000
    assert most < 1_000_000
    others = set(range(0, 1_000_000, 97)) - set(chosen)
    assert {held.of(ISSUER, index, AT).status for index in chosen} == {Status.WITHDRAWN}
    assert {held.of(ISSUER, index, AT).status for index in others} == {Status.GOOD}


def test_how_old_the_oldest_list_is_is_told_and_whether_that_is_too_old() -> None:
    held = HeldLists([listed({}), listed({}, AT - 90, OTHER)])
    assert HeldLists().aged(AT, 60) == Lists(0, None, is_stale=False)
    assert held.aged(AT, 90) == Lists(2, 90, is_stale=False)
    assert held.aged(AT, 89) == Lists(2, 90, is_stale=True)
    assert held.aged(0, 60) == Lists(2, 0)
