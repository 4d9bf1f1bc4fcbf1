"""Which way a person passes: a door with one way, with a button, or that alternates.

Pure but for one thing it remembers: that the button was pressed. Who went which way before is a
value, and so is the time, counted by the boot clock.
"""

import msgspec

from wire.policy import Way
from wire.record import Direction

_S = 1_000_000_000
OTHER = {Direction.IN: Direction.OUT, Direction.OUT: Direction.IN}


class Chosen(msgspec.Struct, frozen=True):
    """The way in which someone would pass now."""

    direction: Direction
    inferred: bool = False
    """It was worked out from what came before; nobody and no door said it."""


class Ways:
    """One door's ways."""

    def __init__(
        self,
        rule: Way,
        usual: Direction = Direction.IN,
        *,
        button_s: float = 10.0,
        forget_s: float = 16 * 3600.0,
    ) -> None:
        """Decide by `rule`; `usual` is the way at a door with a button when nobody presses it.

        At a door that alternates the button turns round what was inferred. A press counts for one
        person and for `button_s`. An entry longer ago than `forget_s` has no exit any more: who
        forgot to show the code on the way out comes in the next day.
        """
        self._rule, self._usual = rule, usual
        self._button_ns, self._forget_s = int(button_s * _S), forget_s
        self._turned_ns: int | None = None

    def heeding(self, rule: Way, forget_s: float) -> None:
        """Go by another rule from now on; a press that waits for its person still counts."""
        self._rule, self._forget_s = rule, forget_s

    def press(self, up_ns: int) -> None:
        """Let the next person go the other way; pressed again, it is the usual way again."""
        self._turned_ns = None if self._is_turned(up_ns) else up_ns

    def of(self, last: Direction | None, since_s: float | None, up_ns: int) -> Chosen:
        """Return the way of someone who passed `last`, `since_s` seconds ago, or never."""
        chosen = self._without_button(last, since_s)
        if self._is_turned(up_ns) and self._rule in (Way.BUTTON, Way.ALTERNATE):
            return Chosen(OTHER[chosen.direction])
        return chosen

    def passed(self) -> None:
        """Take note that someone passed: the press was theirs."""
        self._turned_ns = None

    def _without_button(self, last: Direction | None, since_s: float | None) -> Chosen:
        match self._rule:
            case Way.IN:
                return Chosen(Direction.IN)
            case Way.OUT:
                return Chosen(Direction.OUT)
            case Way.BUTTON:
                return Chosen(self._usual)
        is_inside = last is Direction.IN and since_s is not None and since_s < self._forget_s
        return Chosen(Direction.OUT if is_inside else Direction.IN, inferred=True)

    def _is_turned(self, up_ns: int) -> bool:
        return self._turned_ns is not None and 0 <= up_ns - self._turned_ns <= self._button_ns
