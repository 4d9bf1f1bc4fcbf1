"""How wrong passwords are slowed down: a small table of limits, and the time as a value.

Kept in the memory of the one worker; a restart forgets it. It tells nobody whether a name exists.
"""

import math
import threading

Guesser = tuple[str, str]
"""(name, address)."""
WINDOW_S = 300.0
LIMITS = {"pair": 5, "address": 30, "name": 50}
"""Wrong passwords in the window: of one name from one address, from an address, for a name."""
REMEMBERED = 10_000


class Throttle:
    """Counts wrong passwords."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._wrong: dict[tuple[str, str], list[float]] = {}

    def wait_s(self, guesser: Guesser, now_s: float) -> int:
        """Return how many seconds this guesser must wait before the next try; 0 for none."""
        with self._lock:
            return max(self._wait(key, now_s) for key in _keys(guesser))

    def failed(self, guesser: Guesser, now_s: float) -> None:
        """Count a wrong password."""
        with self._lock:
            for key in _keys(guesser):
                times = self._wrong.pop(key, [])
                self._wrong[key] = [*times, now_s][-LIMITS[key[0]] :]
            while len(self._wrong) > REMEMBERED:
                del self._wrong[next(iter(self._wrong))]

    def succeeded(self, guesser: Guesser) -> None:
        """Forget the wrong ones of this name from this address."""
        with self._lock:
            self._wrong.pop(_keys(guesser)[0], None)

    def _wait(self, key: tuple[str, str], now_s: float) -> int:
        """Wait until the oldest of the last few has left the window."""
        times = self._wrong.get(key, [])
        if len(times) < LIMITS[key[0]]:
            return 0
        return max(0, math.ceil(times[0] + WINDOW_S - now_s))


def _keys(guesser: Guesser) -> tuple[tuple[str, str], ...]:
    name, address = guesser
    return (("pair", f"{name}\0{address}"), ("address", address), ("name", name))
