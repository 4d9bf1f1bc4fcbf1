"""How much anybody may have at once: a store of their own, which fills up again. Pure."""

from collections import OrderedDict

import msgspec

KNOWN = 50_000
"""So many are remembered; whoever came longest ago is forgotten first."""


class Store(msgspec.Struct):
    """What is left for one asker."""

    left: float
    at_s: float


class Stores:
    """The stores of all that came lately. Used by one thread at a time."""

    def __init__(self, burst: float, per_s: float) -> None:
        """Let each begin with `burst`, and get `per_s` back."""
        self._burst, self._per_s = burst, per_s
        self._known: OrderedDict[str, Store] = OrderedDict()

    def take(self, who: str, now_s: float) -> bool:
        """Take one; say whether there was one."""
        return self.spend(who, 1, now_s)

    def spend(self, who: str, count: int, now_s: float) -> bool:
        """Take so many, or what there is; say whether there was one."""
        store = self._known.pop(who, None) or Store(self._burst, now_s)
        store.left = self._filled(store, now_s)
        store.at_s = now_s
        self._known[who] = store
        while len(self._known) > KNOWN:
            self._known.popitem(last=False)
        if store.left < 1:
            return False
        store.left = max(0.0, store.left - count)
        return True

    def share(self, who: str, now_s: float) -> float:
        """Return how much of its store somebody has left, 0 to 1."""
        store = self._known.get(who)
        return self._filled(store, now_s) / self._burst if store else 1.0

    def _filled(self, store: Store, now_s: float) -> float:
        return min(self._burst, store.left + max(0.0, now_s - store.at_s) * self._per_s)
