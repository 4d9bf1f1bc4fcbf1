"""Whom a trace has just named to an officer: these may go on the list of that case, nobody else.

In memory only, and for an hour: a list is made from an answer that the officer still has before
them. Who restarts the vault has the trace asked again.
"""

import threading

from collector.cases.circle import FRESH_MS
from collector.trace.entries import Answer

REMEMBERED = 100
"""Answers of so many officers and cases; the oldest goes first."""
WHOLE = 8
"""So many last answers are remembered whole: whoever makes a list of one does so at once."""

Asker = tuple[str, int]
"""(officer, case)."""


class Answered:
    """The persons of the last answers."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._named: dict[Asker, dict[int, int]] = {}
        self._last: dict[Asker, Answer] = {}

    def note(self, asker: Asker, answer: Answer, now_ms: int) -> None:
        """Remember an answer, and whom it named."""
        with self._lock:
            kept = _fresh(self._named.pop(asker, {}), now_ms)
            persons = (each.person for each in answer.contacts)
            self._named[asker] = {**kept, **dict.fromkeys(persons, now_ms)}
            while len(self._named) > REMEMBERED:
                del self._named[next(iter(self._named))]
            self._last.pop(asker, None)
            self._last[asker] = answer
            while len(self._last) > WHOLE:
                del self._last[next(iter(self._last))]

    def last(self, asker: Asker) -> Answer | None:
        """Return the last answer, if it has not been pushed out by others'."""
        with self._lock:
            return self._last.get(asker)

    def named(self, asker: Asker, now_ms: int) -> frozenset[int]:
        """Return whom the answers of the last hour named."""
        with self._lock:
            return frozenset(_fresh(self._named.get(asker, {}), now_ms))


def _fresh(named: dict[int, int], now_ms: int) -> dict[int, int]:
    return {person: at for person, at in named.items() if at >= now_ms - FRESH_MS}
