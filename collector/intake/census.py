"""How many people went in and out at each gate today, for the gates beside it.

Counts what the ledger has, accepted entries less exits, cancelled ones left out, and signs for each
gate of a place that has several what its siblings add. Names nobody. The day is the place's local
day; a scan belongs to the day its own clock says, or its arrival where that clock is not sure.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.ledger.ports import Ledger
from collector.roster import Roster
from wire import site, topics

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
AGAIN_MS = 300_000
"""A sum that did not change is signed again after so long, before it counts as old."""
AT_ONCE = 5_000
"""Rows counted in one step, so that receipts do not wait for a long day to be counted."""


class Census:
    """The count of the day."""

    def __init__(self, ledger: Ledger, key: Ed25519PrivateKey) -> None:
        """Take the open ledger and the key of the receipts; nothing is counted yet."""
        self._ledger, self._key = ledger, key
        self._since_ms = -1
        self._row = 0
        self._inside: dict[str, int] = {}
        self._said: dict[str, tuple[int, int, int, bytes]] = {}

    def summaries(self, roster: Roster, now_ms: int) -> Iterator[tuple[str, str, bytes]]:
        """Yield (gate, leaf, signed sum of its siblings) for all gates that have some."""
        self._count(now_ms)
        places: dict[str, list[str]] = {}
        for gate in roster.gates:
            places.setdefault(gate.place, []).append(gate.gate)
        for place, gates in places.items():
            if 1 < len(gates) <= site.MAX_GATES:
                for name in gates:
                    others = tuple(other for other in gates if other != name)
                    yield name, topics.SITE, self._said_to(name, place, others, now_ms)

    def _said_to(self, gate: str, place: str, others: tuple[str, ...], now_ms: int) -> bytes:
        """Return the sum for one gate: the same bytes while nothing changes."""
        inside = sum(self._inside.get(other, 0) for other in others)
        inside = max(-site.MAX_PEOPLE, min(site.MAX_PEOPLE, inside))
        old = self._said.get(gate)
        if old and old[:2] == (inside, self._since_ms) and now_ms - old[2] < AGAIN_MS:
            return old[3]
        summary = site.Summary(gate, place, others, inside, now_ms, self._since_ms)
        data = site.pack(summary, self._key)
        self._said[gate] = (inside, self._since_ms, now_ms, data)
        return data

    def _count(self, now_ms: int) -> None:
        since_ms = midnight(now_ms)
        if since_ms != self._since_ms:
            self._since_ms, self._inside = since_ms, {}
            self._row = self._ledger.row_before(since_ms)
        self._row, passed = self._ledger.passages(self._row, since_ms, AT_ONCE)
        for gate, change in passed.items():
            self._inside[gate] = self._inside.get(gate, 0) + change


def midnight(now_ms: int) -> int:
    """Return the beginning of the local day, ms since 1970."""
    now = datetime.fromtimestamp(now_ms / 1000, LOCAL)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return int(day.timestamp() * 1000)
