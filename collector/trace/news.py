"""What has arrived since an answer was given: minutes, people, and longer meetings. Pure."""

import msgspec

from collector.trace.entries import Answer, Contact, State


class Changed(msgspec.Struct, frozen=True):
    """A contact whose minutes are others now."""

    person: int
    before: Contact
    now: Contact


class News(msgspec.Struct, frozen=True):
    """The difference between two answers to one question."""

    delivered_ms: int
    """Of the gates' time that had not been delivered then."""
    missing_ms: int
    """That has still not been."""
    fresh: tuple[Contact, ...]
    """Who is on the list now and was not."""
    changed: tuple[Changed, ...]
    gone: tuple[int, ...]
    """Who was on the list and is not: what came shows that they were elsewhere."""

    @property
    def is_empty(self) -> bool:
        """Say whether the list is the same."""
        return not (self.fresh or self.changed or self.gone)


def news(before: Answer, now: Answer) -> News:
    """Return what the later answer knows that the earlier one did not."""
    old = {each.person: each for each in before.contacts}
    new = {each.person: each for each in now.contacts}
    still = _undelivered(now, before.asked.until_ms)
    return News(
        delivered_ms=max(0, _undelivered(before, before.asked.until_ms) - still),
        missing_ms=still,
        fresh=tuple(each for each in now.contacts if each.person not in old),
        changed=tuple(
            Changed(each.person, old[each.person], each)
            for each in now.contacts
            if each.person in old and _minutes(old[each.person]) != _minutes(each)
        ),
        gone=tuple(person for person in old if person not in new),
    )


def _undelivered(answer: Answer, until_ms: int) -> int:
    """Return how much of the gates' time before a moment had not been delivered."""
    return sum(
        max(0, min(piece.until_ms, until_ms) - piece.from_ms)
        for each in answer.coverage
        for piece in each.pieces
        if piece.state is State.UNDELIVERED
    )


def _minutes(each: Contact) -> tuple[int, int, int]:
    return each.least_ms, each.most_ms, each.meetings
