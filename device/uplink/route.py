"""Which broker to try, when, and how. Pure: it holds numbers, and is told the time and the dice.

Addresses are tried in turn, at once one after the other; only after a whole round, or after a
connection that had worked, is there a wait, of full jitter: a fleet that lost its broker together
must not come back together. What a broker says of itself (busy, moved, too old for MQTT 5) is
believed of that broker only, and not for ever.
"""

from collections.abc import Callable

import msgspec

from device.uplink.link import BUSY, TAKEN_OVER, Manner

S = 10**9
BUSY_NS = 30 * S
TAKEN_NS = 60 * S
STEADY_NS = 30 * S
"""A connection that lasted so long was a good one, and its broker is forgiven what was before."""
UNSTEADY = 5
OLD_NS = 3600 * S
"""A broker that could not speak MQTT 5 is asked again after an hour: it may have been renewed."""

UNSUPPORTED_VERSION = 0x84
ALIAS_INVALID = 0x94
MOVED = (0x9C, 0x9D)


class Place(msgspec.Struct):
    """What is known of one broker."""

    where: str
    not_before: int = 0
    old_until: int = 0
    aliases: bool = True


class Route:
    """The addresses of one gate's brokers."""

    def __init__(
        self, places: tuple[str, ...], longest_s: float, dice: Callable[[float], float]
    ) -> None:
        """Take "host:port" of each; `dice` gives a number between 0 and what it is given."""
        self._places = [Place(where) for where in places]
        self._longest_s = longest_s
        self._dice = dice
        self._at = 0
        self._failed = self._short = 0
        self._not_before = 0
        self._welcomed_ns: int | None = None

    def due(self, now: int) -> int | None:
        """Return which address to try at `now`, or None to wait."""
        if now < self._not_before:
            return None
        for step in range(len(self._places)):
            index = (self._at + step) % len(self._places)
            if now >= self._places[index].not_before:
                self._at = index
                return index
        return None

    def manner(self, now: int) -> Manner:
        """Return how to speak to the address that is due."""
        place = self._places[self._at]
        return Manner(old=now < place.old_until, aliases=place.aliases)

    @property
    def unsteady(self) -> bool:
        """Say whether connections end again and again soon after they began.

        So it is when another client has our identity and the broker does not say so: each throws
        the other out.
        """
        return self._short >= UNSTEADY

    def welcomed(self, now: int) -> None:
        """Take note that the broker let us in."""
        self._welcomed_ns = now

    def lost(self, now: int, code: int, reference: str) -> None:
        """Take note that the connection failed or ended, with what reason code."""
        was_up = self._welcomed_ns is not None
        if was_up:
            steady = now - (self._welcomed_ns or 0) >= STEADY_NS
            self._short = 0 if steady else self._short + 1
            self._failed = 0 if steady else self._failed
        self._welcomed_ns = None
        place = self._places[self._at]
        if code == UNSUPPORTED_VERSION and now >= place.old_until:
            place.old_until = now + OLD_NS
            return
        if code == ALIAS_INVALID and place.aliases:
            place.aliases = False
        if code in BUSY:
            place.not_before = now + BUSY_NS // 2 + self._jitter(BUSY_NS / S)
        elif code == TAKEN_OVER:
            self._not_before = now + TAKEN_NS + self._jitter(4 * TAKEN_NS / S)
        self._go_on(now, code, reference, was_up=was_up)

    def _go_on(self, now: int, code: int, reference: str, *, was_up: bool) -> None:
        """Choose the next address, and wait after a whole round of failures."""
        count = len(self._places)
        named = [i for i, each in enumerate(self._places) if each.where == reference]
        if code in MOVED and named and named[0] != self._at:
            self._at = named[0]
        else:
            self._at = (self._at + 1) % count
        self._failed += 1
        rounds = self._failed // count
        if was_up or self._failed % count == 0:
            longest = min(self._longest_s, 2.0 ** min(rounds, 16))
            self._not_before = max(self._not_before, now + self._jitter(longest))

    def _jitter(self, longest_s: float) -> int:
        return int(self._dice(longest_s) * S)
