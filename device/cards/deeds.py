"""What a card can have a gate do: one function each, which reads what the doing needs.

A deed is prepared before the card counts as understood, and done only after the scan of the card is
stored. What only root may do is asked of gate-setup (`asked.py`), which checks the card again. What
a card needs may be a password: it is never logged and in no error.
"""

from collections.abc import Callable

import msgspec

from device.cards.posts import Post, Posts
from device.flow import Instant, Remark
from wire.cardwork import (
    ENDING,
    HARMLESS,
    LOSING,
    NEEDS,
    Direct,
    Event,
    Needs,
    Nothing,
    People,
    Place,
    Work,
    needs_of,
)
from wire.controlcard import Card, Parsed

Done = Callable[[Parsed, Instant], tuple[Remark, ...]]


class Deed(msgspec.Struct, frozen=True):
    """One thing that a card can ask for."""

    prepare: Callable[[Card], Done]
    """Read what it needs and return how to do it; raises WireError for needs that are none."""
    changes: bool = True
    """It changes the gate: the card counts once, and only after the service button."""
    ends: bool = False
    """It ends the gate's records: not while the district lacks any of them."""


def known(
    set_count: Callable[[int, str], Remark], posts: Posts, ask: Callable[[Parsed], None]
) -> dict[str, Deed]:
    """Return all that a card can ask for, by the word that the card has for it.

    `ask` hands the card on to who may do what only root may.
    """
    here = {
        Work.IDENTIFY: identify(),
        Work.COUNT_RESET: count_reset(set_count),
        Work.PLACE: place(posts),
        Work.DIRECTION: direction(posts),
        Work.EVENT: event(posts),
    }
    handed_on = {work: root(work, ask) for work in Work if work not in here}
    return {work.value: deed for work, deed in (here | handed_on).items()}


def readable() -> dict[str, Deed]:
    """Return the same for where cards are only judged, and none is obeyed."""
    return {
        work.value: msgspec.structs.replace(root(work, lambda _shown: None), changes=changes)
        for work in Work
        for changes in [work not in HARMLESS]
    }


def identify() -> Deed:
    """Show which gate this is, among its neighbours: the signal alone does it."""

    def prepare(card: Card) -> Done:
        needs_of(card, Nothing)
        return lambda _shown, _now: ()

    return Deed(prepare, changes=Work.IDENTIFY not in HARMLESS)


def count_reset(set_count: Callable[[int, str], Remark]) -> Deed:
    """Set how many people are inside: `count`, or nobody."""

    def prepare(card: Card) -> Done:
        count = needs_of(card, People).count
        return lambda _shown, _now: (set_count(count, "card"),)

    return Deed(prepare)


def place(posts: Posts) -> Deed:
    """Let the gate stand at another place from now on."""

    def prepare(card: Card) -> Done:
        asked = needs_of(card, Place)

        def do(_shown: Parsed, _now: Instant) -> tuple[Remark, ...]:
            was = posts.lasting
            area, ways = asked.area or was.area, asked.ways or was.directions
            posts.stand(Post(asked.place, area, ways), card.issued)
            return ()

        return do

    return Deed(prepare)


def direction(posts: Posts) -> Deed:
    """Let the gate serve other ways from now on."""

    def prepare(card: Card) -> Done:
        ways = needs_of(card, Direct).ways

        def do(_shown: Parsed, _now: Instant) -> tuple[Remark, ...]:
            posts.stand(msgspec.structs.replace(posts.lasting, directions=ways), card.issued)
            return ()

        return do

    return Deed(prepare)


def event(posts: Posts) -> Deed:
    """Let the gate stand at another place from a time until another."""

    def prepare(card: Card) -> Done:
        asked = needs_of(card, Event)

        def do(_shown: Parsed, _now: Instant) -> tuple[Remark, ...]:
            was = posts.lasting
            there = Post(asked.place, was.area, asked.ways or was.directions)
            posts.lend(there, (asked.begins, asked.ends), card.issued)
            return ()

        return do

    return Deed(prepare)


def root(work: Work, ask: Callable[[Parsed], None]) -> Deed:
    """Hand the card on to who may do it."""
    kind: type[Needs] = NEEDS.get(work, Nothing)

    def prepare(card: Card) -> Done:
        needs_of(card, kind)

        def do(shown: Parsed, _now: Instant) -> tuple[Remark, ...]:
            ask(shown)
            return ()

        return do

    return Deed(prepare, ends=work in ENDING and work not in LOSING)
