"""Whom a trace has just named to an officer: these may go on the list of that case, nobody else.

In memory only, and for an hour: a list is made from an answer that the officer still has before
them. Who restarts the vault has the trace asked again.
"""

import threading
from collections.abc import Iterable

from collector.cases.circle import FRESH_MS

REMEMBERED = 100
"""Answers of so many officers and cases; the oldest goes first."""

Asker = tuple[str, int]
"""(officer, case)."""


class Answered:
    """The persons of the last answers."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._named: dict[Asker, dict[int, int]] = {}

    def note(self, asker: Asker, persons: Iterable[int], now_ms: int) -> None:
        """Remember whom an answer named."""
        with self._lock:
            kept = _fresh(self._named.pop(asker, {}), now_ms)
            self._named[asker] = {**kept, **dict.fromkeys(persons, now_ms)}
            while len(self._named) > REMEMBERED:
                del self._named[next(iter(self._named))]

    def named(self, asker: Asker, now_ms: int) -> frozenset[int]:
        """Return whom the answers of the last hour named."""
        with self._lock:
            return frozenset(_fresh(self._named.get(asker, {}), now_ms))


def _fresh(named: dict[int, int], now_ms: int) -> dict[int, int]:
    return {person: at for person, at in named.items() if at >= now_ms - FRESH_MS}
