"""The window over the journal: nothing beyond the end, nothing forgotten, and an end to it."""

import itertools

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from device.uplink.outbox import BATCH, LIVE, LONGEST_NS, SHORTEST_NS, SLOW_NS, Outbox

WINDOW, RETRY_NS = 7, 100
S = 10**9
SOON = S // 10


class Sending(RuleBasedStateMachine):
    """An outbox, a journal that grows, a collector that receives, and a line that loses."""

    def __init__(self) -> None:
        super().__init__()
        self.box = Outbox(WINDOW, RETRY_NS)
        self.now = self.end = self.high = self.says = 0
        self.journal = "one"
        self.flying: list[int] = []
        self.box.follow(self.journal, 0, 0)

    @rule(records=st.integers(1, 20) | st.just(LIVE + 30))
    def store(self, records: int) -> None:
        self.end += records

    @rule(most=st.integers(1, 5), lost=st.booleans())
    def send(self, most: int, lost: bool) -> None:  # noqa: FBT001  # hypothesis passes values
        count = min(self.box.room(self.end, self.now), most)
        if count > 0:
            first, last = self.box.sent + 1, self.box.sent + count
            self.box.handed_over(last, self.now)
            self.flying += [] if lost else range(first, last + 1)

    @rule(most=st.integers(1, 5))
    def send_ahead(self, most: int) -> None:
        count = min(self.box.room_ahead(self.end, self.now), most)
        if count > 0:
            before = self.box.ahead
            assert before > self.box.sent
            self.box.handed_ahead(before + count)
            self.flying += range(before + 1, before + count + 1)

    @precondition(lambda self: self.flying)
    @rule()
    def arrive(self) -> None:
        seq = self.flying.pop(0)
        if seq == self.high + 1:  # the collector takes what is next, and what it has, it has
            self.high = seq

    @rule(late=st.integers(0, 3))
    def receipt(self, late: int) -> None:
        self.box.receipt(max(0, self.high - late), self.now)

    @rule()
    def scanner_confirms(self) -> None:
        self.says = max(self.says, self.box.confirmed)
        assert not self.box.follow(self.journal, self.says, self.now)

    @rule(ns=st.integers(1, 150))
    def time(self, ns: int) -> None:
        self.now += ns
        if self.box.stalled(self.now):
            self.box.rewind(self.now)
            assert self.box.sent == self.box.confirmed

    @rule()
    def broker_takes_nothing(self) -> None:
        self.box.hold(self.now)
        assert self.box.room(self.end, self.now) == 0
        assert self.box.room_ahead(self.end, self.now) == 0

    @rule(seq=st.integers(1, 40))
    def refuse(self, seq: int) -> None:
        self.box.refused(seq)

    @precondition(lambda self: self.high)
    @rule(part=st.floats(0, 1))
    def collector_is_restored(self, part: float) -> None:
        self.high = int(self.high * part)
        self.now += LONGEST_NS
        self.flying.clear()
        if self.high < self.box.confirmed:
            assert self.box.reopen(self.high + 1, self.now)

    @rule()
    def reconnect(self) -> None:
        self.flying.clear()
        self.box.rewind(self.now)

    @rule()
    def card_is_swapped(self) -> None:
        self.journal += "'"
        self.flying.clear()
        self.end = self.high = self.says = 0
        assert self.box.follow(self.journal, 0, self.now)

    @invariant()
    def never_beyond_the_end_or_the_window(self) -> None:
        assert self.box.confirmed <= self.box.sent <= self.end
        assert self.box.sent - self.box.confirmed <= WINDOW
        assert self.box.confirmed <= self.high
        assert self.box.ahead <= self.end

    def teardown(self) -> None:
        """From anywhere, a line that works again brings everything across."""
        for _ in range(3 * self.end + 3):
            self.now += LONGEST_NS
            if self.box.stalled(self.now):
                self.box.rewind(self.now)
            if (count := self.box.room(self.end, self.now)) > 0:
                first = self.box.sent + 1
                self.box.handed_over(first + count - 1, self.now)
                if first <= self.high + 1:
                    self.high = max(self.high, first + count - 1)
            self.box.receipt(self.high, self.now)
        assert self.box.confirmed == self.end


TestSending = Sending.TestCase


def followed(window: int = 1000, **more: float) -> Outbox:
    box = Outbox(window, RETRY_NS, **more)
    box.follow("one", 0, 0)
    return box


def test_waiting_for_a_receipt_begins_with_the_first_record_on_the_way() -> None:
    box = followed(WINDOW)
    assert not box.stalled(10 * RETRY_NS)
    box.handed_over(1, 10 * RETRY_NS)
    box.handed_over(2, 10 * RETRY_NS + 50)
    assert not box.stalled(11 * RETRY_NS - 1)
    assert box.stalled(11 * RETRY_NS)


def test_a_collector_that_keeps_asking_is_not_flooded() -> None:
    box = followed(WINDOW)
    starts = 0
    for second in range(600):
        for answer in range(50):
            now = second * S + answer
            box.handed_over(5, now)
            if box.misses(1, 1, now):
                starts += 1
                box.rewind(now)
    assert 8 <= starts <= 20
    box.receipt(2, 600 * S)
    box.handed_over(5, 600 * S)
    assert not box.misses(2, 2, 700 * S)  # it has that one
    assert not box.misses(9, 9, 700 * S)  # and was never sent this one
    assert box.misses(3, 4, 700 * S + SHORTEST_NS)


def test_a_late_receipt_never_moves_the_mark_back() -> None:
    box = Outbox(WINDOW, RETRY_NS)
    box.follow("one", 5, 0)
    box.receipt(3, 1)
    assert (box.confirmed, box.sent) == (5, 5)


def test_what_is_sent_ahead_of_a_backlog_is_no_gap() -> None:
    box = followed()
    box.handed_over(50, 0)
    assert box.room_ahead(400, 0) == 0  # what was there before is backlog
    assert box.room_ahead(402, 0) == 2
    box.handed_ahead(402)
    assert box.room_ahead(402, 0) == 0
    assert not box.misses(51, 400, S)  # the collector's answer to what was sent ahead
    assert box.misses(21, 40, S)


def test_live_records_need_no_full_batch_and_backlog_does() -> None:
    box = followed(120)
    assert box.room(3, 0) == 3
    box.handed_over(3, 0)
    assert box.room(1000, SOON) == BATCH
    box.handed_over(100, SOON)
    assert box.room(1000, SOON) == 0  # 23 would fit into the window
    box.receipt(60, SOON)
    assert box.room(1000, SOON) == BATCH


def test_a_backlog_keeps_to_its_rate_and_live_records_do_not() -> None:
    box = followed(10_000, backlog_per_s=1000.0)
    sent = {0: 0, 1: 0}
    for ms in range(0, 2000, 5):
        while (count := box.room(10**6, ms * 10**6)) > 0:
            box.handed_over(box.sent + count, ms * 10**6)
            box.receipt(box.sent, ms * 10**6)
            sent[ms // 1000] += count
    assert sent[1] == pytest.approx(1000, abs=BATCH)
    assert sent[0] <= 1000 + 100
    assert box.waits(10**6)
    assert box.room(box.sent + 1, 2 * S) == 1


def test_slow_receipts_let_less_backlog_be_on_the_way_and_quick_ones_more() -> None:
    box, now = followed(), S

    def on_the_way(took_ns: int) -> int:
        nonlocal now
        while (count := box.room(10**6, now)) > 0:
            box.handed_over(box.sent + count, now)
        flying = box.sent - box.confirmed
        now += took_ns
        box.receipt(box.sent, now)
        return flying

    slow = [on_the_way(2 * SLOW_NS) for _ in range(8)]
    assert slow[:3] == [1000, 500, 250]
    assert slow[-1] == BATCH
    assert [on_the_way(S // 100) for _ in range(12)][-1] == 1000


def test_a_refused_batch_is_sent_again_record_by_record() -> None:
    box = followed()
    box.handed_over(50, 0)
    box.receipt(10, 0)
    box.refused(11)
    singles = []
    while box.sent < 50:
        assert box.room(400, S) == 1
        box.handed_over(box.sent + 1, S)
        singles.append(box.sent)
        box.receipt(box.sent, S)
    assert singles == list(range(11, 51))
    assert box.room(400, S) == BATCH


def test_a_broker_that_takes_nothing_is_asked_less_and_less() -> None:
    box = followed()
    tries = []
    for ms in range(0, 300_000, 50):
        if box.room(10, ms * 10**6) > 0:
            tries.append(ms)
            box.handed_over(10, ms * 10**6)
            box.hold(ms * 10**6)
    gaps = [b - a for a, b in itertools.pairwise(tries)]
    assert gaps == sorted(gaps)
    assert gaps[0] == 1000
    assert gaps[-1] == LONGEST_NS // 10**6
    box.receipt(5, 300 * S)
    assert box.room(10, 300 * S) == 5


def test_a_mark_that_the_scanner_takes_back_is_taken_back_here() -> None:
    box = Outbox(WINDOW, RETRY_NS)
    box.follow("one", 20, 0)
    box.handed_over(23, 0)
    assert not box.follow("one", 12, 1)
    assert (box.confirmed, box.sent) == (12, 12)


def test_a_collector_that_was_restored_is_sent_what_it_lost_and_not_flooded() -> None:
    box = Outbox(WINDOW, RETRY_NS)
    box.follow("one", 20, 0)
    assert box.reopen(8, S)
    assert (box.confirmed, box.sent) == (7, 7)
    assert not box.reopen(3, S)  # at the same moment
    assert not box.follow("one", 20, S)  # the scanner's mark is not news
    assert box.confirmed == 7
    assert box.reopen(3, 10 * S)
    assert not box.reopen(9, 20 * S)  # it is on its way anyway


def test_a_broker_that_takes_only_short_messages_gets_short_batches() -> None:
    box = followed()
    box.shorten(12)
    assert box.room(1000, S) == 12
    box.shorten(0)
    assert box.room(1000, S) == 1
