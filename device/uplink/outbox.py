"""What to send next. Pure: it holds numbers, and is told the time.

Go-back-N over the journal's sequence: at most `window` records are on their way; a receipt moves
the confirmed mark; without progress for a while, or after a reconnect, sending starts again behind
the mark. QoS 1 alone resends only on reconnect, so the journal is what resends.
"""

SHORTEST_NS = 10**9 // 2
LONGEST_NS = 60 * 10**9
"""Between two new starts: doubled each time, so that who takes nothing is not flooded."""


class Outbox:
    """The window over one journal."""

    def __init__(self, window: int, retry_ns: int) -> None:
        """Allow `window` unconfirmed records on the way, and `retry_ns` without progress."""
        self._window = window
        self._retry_ns = retry_ns
        self.journal = ""
        self.confirmed = 0
        self.sent = 0
        """The last record handed to the link since the last rewind."""
        self._moved_ns = 0
        self._rewound_ns = -LONGEST_NS
        self._pause_ns = SHORTEST_NS

    def follow(self, journal: str, confirmed: int, up_ns: int) -> bool:
        """Take over the scanner's own view; say whether sending must start again at the mark."""
        if journal != self.journal:
            self.journal, self.confirmed, self.sent = journal, confirmed, confirmed
            self._moved_ns = up_ns
            self._pause_ns = SHORTEST_NS
            return True
        self.receipt(confirmed, up_ns)
        return False

    def receipt(self, high: int, up_ns: int) -> None:
        """Take note that everything up to `high` is confirmed."""
        if high > self.confirmed:
            self.confirmed = high
            self._moved_ns = up_ns
            self._pause_ns = SHORTEST_NS
        self.sent = max(self.sent, self.confirmed)

    def room(self, end: int) -> int:
        """Return how many records may be sent now, of those up to `end`."""
        return max(0, min(end, self.confirmed + self._window) - self.sent)

    def handed_over(self, last: int, up_ns: int) -> None:
        """Take note that records up to `last` are with the link."""
        if self.sent == self.confirmed:
            self._moved_ns = up_ns  # the first on the way: waiting for a receipt begins now
        self.sent = last

    def rewind(self, up_ns: int) -> None:
        """Start again behind the mark; the next time waits longer if no receipt comes between."""
        self.sent = self.confirmed
        self._moved_ns = self._rewound_ns = up_ns
        self._pause_ns = min(2 * self._pause_ns, LONGEST_NS)

    def misses(self, first: int, up_ns: int) -> bool:
        """Say whether to start again because the collector asks for record `first`.

        Every batch behind a gap is answered so; one new start mends them all.
        """
        return self.confirmed < first <= self.sent and self._rested(up_ns)

    def stalled(self, up_ns: int) -> bool:
        """Say whether records are on the way and no receipt has made progress for too long."""
        waited = up_ns - self._moved_ns >= self._retry_ns
        return self.sent > self.confirmed and waited and self._rested(up_ns)

    def _rested(self, up_ns: int) -> bool:
        return up_ns - self._rewound_ns >= self._pause_ns
