"""What of one journal to send next. Pure: it holds numbers, and is told the time.

Go-back-N over the journal's sequence: at most `window` records are on their way; a receipt moves
the confirmed mark; without progress for a while, or after a reconnect, sending starts again behind
the mark. QoS 1 alone resends only on reconnect, so the journal is what resends.

Two lanes. What is at the journal's end is live and goes at once. What is further behind is backlog:
it goes in full batches, at a limited rate, and no more of it is on the way than comes back in half
a second, so that a record of now never waits long behind records of yesterday, this gate's or
another's. While there is a backlog, a new record is sent ahead of it, so that the district sees who
is at the door now; in its place in the sequence it is sent again, because only there it is taken.
"""

SHORTEST_NS = 10**9 // 2
LONGEST_NS = 60 * 10**9
"""Between two new starts: doubled each time, so that who takes nothing is not flooded."""
BATCH = 50
LIVE = 2 * BATCH
"""Records behind the end that still count as live."""
SLOW_NS = 10**9 // 2
"""A receipt that takes longer says that too much is on the way."""
BURST_S = 0.1


class Outbox:
    """The window over one journal."""

    def __init__(self, window: int, retry_ns: int, backlog_per_s: float = 1e9) -> None:
        """Allow `window` unconfirmed records on the way, and `retry_ns` without progress.

        Of backlog at most `backlog_per_s` records a second are sent.
        """
        self._window = window
        self._retry_ns = retry_ns
        self._rate = backlog_per_s
        self.journal = ""
        self.confirmed = 0
        self.sent = 0
        """The last record handed to the link since the last rewind."""
        self.ahead = 0
        """The last record sent ahead of a backlog; 0 while there is none."""
        self.singly = 0
        """Up to this record one at a time: one of them was refused."""
        self._scanner_says = 0
        self._moved_ns = 0
        self._rewound_ns = self._reopened_ns = -LONGEST_NS
        self._pause_ns = SHORTEST_NS
        self._held_until = 0
        self._allowed = window
        self._batch = BATCH
        self._probe: tuple[int, int] | None = None
        self._tokens = 0.0
        self._filled_ns = 0

    def follow(self, journal: str, confirmed: int, up_ns: int) -> bool:
        """Take over the scanner's own view; say whether sending must start again at the mark."""
        if journal != self.journal:
            self.journal, self.confirmed, self.sent = journal, confirmed, confirmed
            self._scanner_says, self.ahead, self.singly = confirmed, 0, 0
            self._moved_ns = up_ns
            self._pause_ns = SHORTEST_NS
            return True
        if confirmed > self._scanner_says:  # a receipt may have come by another way
            self.receipt(confirmed, up_ns)
        elif confirmed < min(self._scanner_says, self.confirmed):  # the collector was restored
            self.confirmed = self.sent = confirmed
        self._scanner_says = confirmed
        return False

    def receipt(self, high: int, up_ns: int) -> None:
        """Take note that everything up to `high` is confirmed."""
        if high > self.confirmed:
            self.confirmed = high
            self._moved_ns = up_ns
            self._pause_ns = SHORTEST_NS
            self._held_until = 0
        self.sent = max(self.sent, self.confirmed)
        if self._probe is not None and high >= self._probe[0]:
            self._judge(up_ns - self._probe[1])

    def room(self, end: int, up_ns: int) -> int:
        """Return how many records may go in a batch now, of those up to `end`, in sequence."""
        if up_ns < self._held_until:
            return 0
        allowed = min(end, self.confirmed + min(self._window, self._allowed)) - self.sent
        if self.sent < self.singly:
            return min(1, max(0, allowed))
        if end - self.sent <= LIVE:
            return min(max(0, allowed), self._batch)
        full = min(self._batch, self._window)
        allowed = min(allowed, int(self._refilled(up_ns)))
        return full if allowed >= full else 0

    def room_ahead(self, end: int, up_ns: int) -> int:
        """Return how many records at the end may be sent ahead of the backlog."""
        if end - self.sent <= LIVE or up_ns < self._held_until:
            self.ahead = 0
            return 0
        if self.ahead == 0:
            self.ahead = end  # what is there already is backlog
        return min(end - max(self.ahead, self.sent), BATCH)

    def waits(self, end: int) -> bool:
        """Say whether a backlog waits for nothing but its rate."""
        room = self.confirmed + min(self._window, self._allowed) - self.sent
        return end - self.sent > LIVE and room >= min(self._batch, self._window)

    def handed_over(self, last: int, up_ns: int) -> None:
        """Take note that records up to `last` are with the link."""
        if self.sent == self.confirmed:
            self._moved_ns = up_ns  # the first on the way: waiting for a receipt begins now
        self._tokens = max(0.0, self._tokens - (last - self.sent))
        self.sent = last
        if self._probe is None:
            self._probe = (last, up_ns)

    def handed_ahead(self, last: int) -> None:
        """Take note that records up to `last` were sent ahead of the backlog."""
        self.ahead = last

    def rewind(self, up_ns: int) -> None:
        """Start again behind the mark; the next time waits longer if no receipt comes between."""
        self.sent = self.confirmed
        self._moved_ns = self._rewound_ns = up_ns
        self._pause_ns = min(2 * self._pause_ns, LONGEST_NS)
        self._probe = None

    def hold(self, up_ns: int) -> None:
        """Send nothing for a while, longer each time: nothing is taken now."""
        if up_ns < self._held_until:
            return
        self.rewind(up_ns)
        self._held_until = up_ns + self._pause_ns

    def reopen(self, first: int, up_ns: int) -> bool:
        """Go back to record `first`, which was confirmed: the collector has lost it.

        Say whether sending starts again; one that asks again and again is not flooded.
        """
        if first > self.confirmed or up_ns - self._reopened_ns < self._pause_ns:
            return False
        self._reopened_ns = up_ns
        self.confirmed = first - 1
        self.rewind(up_ns)
        return True

    def misses(self, first: int, last: int, up_ns: int) -> bool:
        """Say whether to start again because the collector asks for records `first` to `last`.

        Every batch behind a gap is answered so; one new start mends them all. What was sent ahead
        of a backlog is answered so too, and mends itself: its gap ends beyond what was sent.
        """
        asked = self.confirmed < first <= self.sent and last <= self.sent
        return asked and self._rested(up_ns)

    def refused(self, seq: int) -> None:
        """Take note that the batch with record `seq` was refused: find out which record it is."""
        if self.confirmed < seq <= self.sent:
            self.singly = max(self.singly, min(seq + BATCH, self.sent))
            self.sent = self.confirmed

    def shorten(self, most: int) -> None:
        """Put at most `most` records into a batch from now on: the broker takes no longer ones."""
        self._batch = max(1, min(self._batch, most))

    def stalled(self, up_ns: int) -> bool:
        """Say whether records are on the way and no receipt has made progress for too long."""
        waited = up_ns - self._moved_ns >= self._retry_ns
        return self.sent > self.confirmed and waited and self._rested(up_ns)

    def _rested(self, up_ns: int) -> bool:
        return up_ns - self._rewound_ns >= self._pause_ns

    def _judge(self, took_ns: int) -> None:
        """Allow less on the way if a receipt was slow, and a little more if not."""
        self._probe = None
        if took_ns > SLOW_NS:
            self._allowed = max(min(BATCH, self._window), self._allowed // 2)
        else:
            self._allowed = min(self._window, self._allowed + 2 * BATCH)

    def _refilled(self, up_ns: int) -> float:
        most = max(float(BATCH), self._rate * BURST_S)
        passed_s = (up_ns - self._filled_ns) / 1e9
        self._tokens = min(most, self._tokens + passed_s * self._rate)
        self._filled_ns = up_ns
        return self._tokens
