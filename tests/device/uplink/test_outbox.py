"""The window over the journal: nothing beyond the end, nothing forgotten, and an end to it."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from device.uplink.outbox import LONGEST_NS, SHORTEST_NS, Outbox

WINDOW, RETRY_NS = 7, 100


class Sending(RuleBasedStateMachine):
    """An outbox, a journal that grows, a collector that receives, and a line that loses."""

    def __init__(self) -> None:
        super().__init__()
        self.box = Outbox(WINDOW, RETRY_NS)
        self.now = self.end = self.high = self.confirmed = 0
        self.journal = "one"
        self.flying: list[int] = []
        self.box.follow(self.journal, 0, 0)

    @rule(records=st.integers(1, 20))
    def store(self, records: int) -> None:
        self.end += records

    @rule(most=st.integers(1, 5), lost=st.booleans())
    def send(self, most: int, lost: bool) -> None:  # noqa: FBT001  # hypothesis passes values
        count = min(self.box.room(self.end), most)
        if count:
            first, last = self.box.sent + 1, self.box.sent + count
            self.box.handed_over(last, self.now)
            self.flying += [] if lost else range(first, last + 1)

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
        self.confirmed = self.box.confirmed
        assert not self.box.follow(self.journal, self.confirmed, self.now)

    @rule(ns=st.integers(1, 150))
    def time(self, ns: int) -> None:
        self.now += ns
        if self.box.stalled(self.now):
            self.box.rewind(self.now)
            assert self.box.sent == self.box.confirmed

    @rule()
    def reconnect(self) -> None:
        self.flying.clear()
        self.box.rewind(self.now)

    @rule()
    def card_is_swapped(self) -> None:
        self.journal += "'"
        self.flying.clear()
        self.end = self.high = self.confirmed = 0
        assert self.box.follow(self.journal, 0, self.now)

    @invariant()
    def never_beyond_the_end_or_the_window(self) -> None:
        assert self.box.confirmed <= self.box.sent <= self.end
        assert self.box.sent - self.box.confirmed <= WINDOW
        assert self.box.confirmed <= self.high

    def teardown(self) -> None:
        """From anywhere, a line that works again brings everything across."""
        for _ in range(3 * self.end + 3):
            self.now += LONGEST_NS
            if self.box.stalled(self.now):
                self.box.rewind(self.now)
            if count := self.box.room(self.end):
                first = self.box.sent + 1
                self.box.handed_over(first + count - 1, self.now)
                if first <= self.high + 1:
                    self.high = max(self.high, first + count - 1)
            self.box.receipt(self.high, self.now)
        assert self.box.confirmed == self.end


TestSending = Sending.TestCase


def test_waiting_for_a_receipt_begins_with_the_first_record_on_the_way() -> None:
    box = Outbox(WINDOW, RETRY_NS)
    box.follow("one", 0, 0)
    assert not box.stalled(10 * RETRY_NS)
    box.handed_over(1, 10 * RETRY_NS)
    box.handed_over(2, 10 * RETRY_NS + 50)
    assert not box.stalled(11 * RETRY_NS - 1)
    assert box.stalled(11 * RETRY_NS)


def test_a_collector_that_keeps_asking_is_not_flooded() -> None:
    box = Outbox(WINDOW, RETRY_NS)
    box.follow("one", 0, 0)
    starts = 0
    for second in range(600):
        for answer in range(50):
            now = second * 10**9 + answer
            box.handed_over(5, now)
            if box.misses(1, now):
                starts += 1
                box.rewind(now)
    assert 8 <= starts <= 20
    box.receipt(2, 600 * 10**9)
    box.handed_over(5, 600 * 10**9)
    assert not box.misses(2, 700 * 10**9)  # it has that one
    assert not box.misses(9, 700 * 10**9)  # and was never sent this one
    assert box.misses(3, 700 * 10**9 + SHORTEST_NS)


def test_a_late_receipt_never_moves_the_mark_back() -> None:
    box = Outbox(WINDOW, RETRY_NS)
    box.follow("one", 5, 0)
    box.receipt(3, 1)
    assert (box.confirmed, box.sent) == (5, 5)
