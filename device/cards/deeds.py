"""What a card can have a gate do: one function each, which reads what the doing needs.

A deed is prepared before the card counts as understood, and done only after the scan of the card is
stored. What a card needs may be a password: it is never logged and in no error.
"""

from collections.abc import Callable, Mapping

import msgspec

from device.flow import Instant, Remark
from wire.errors import WireError
from wire.strictcbor import Item

Needs = Mapping[int | bytes | str, Item]
Done = Callable[[Instant], tuple[Remark, ...]]
MOST_PEOPLE = 10**6


class Deed(msgspec.Struct, frozen=True):
    """One thing that a card can ask for."""

    prepare: Callable[[Needs], Done]
    """Read what it needs and return how to do it; raises WireError for needs that are none."""
    changes: bool = True
    """It changes the gate: the card counts once, and only after the service button."""


def known(set_count: Callable[[int, str], Remark]) -> dict[str, Deed]:
    """Return all that a card can ask for, by the word that the card has for it."""
    return {"identify": identify(), "count-reset": count_reset(set_count)}


def identify() -> Deed:
    """Show which gate this is, among its neighbours: the signal alone does it."""

    def prepare(needs: Needs) -> Done:
        _only(needs)
        return lambda _now: ()

    return Deed(prepare, changes=False)


def count_reset(set_count: Callable[[int, str], Remark]) -> Deed:
    """Set how many people are inside: `count`, or nobody."""

    def prepare(needs: Needs) -> Done:
        _only(needs, "count")
        count = needs.get("count", 0)
        if type(count) is not int or not 0 <= count <= MOST_PEOPLE:
            msg = "a count that is no number of people"
            raise WireError(msg)
        return lambda _now: (set_count(count, "card"),)

    return Deed(prepare)


def _only(needs: Needs, *known: str) -> None:
    """Raise WireError for needs that this gate does not know: it would do half of what is asked."""
    if not set(needs) <= set(known):
        msg = "the card needs what this gate does not know"
        raise WireError(msg)
