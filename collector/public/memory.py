"""The desk, as the page asks it: what everybody may know is asked for once in a while only."""

from collections.abc import Callable

from collector.issuing.ports import About, Declaring

KEPT_S = 5.0
"""Until a commune that was renamed shows its new name."""


class RememberingDesk:
    """Remembers what the desk tells everybody, and nothing else."""

    def __init__(self, desk: Declaring, clock: Callable[[], float]) -> None:
        """Take the desk itself, and the time in s since whenever."""
        self._desk, self._clock = desk, clock
        self._about: tuple[float, About] | None = None

    def about(self) -> About:
        """Return what everybody may know, as of a few seconds ago."""
        now_s, told = self._clock(), self._about
        if told is None or not 0 <= now_s - told[0] < KEPT_S:
            told = self._about = (now_s, self._desk.about())
        return told[1]

    def declare(
        self, form: bytes, sealed: bytes, area: str, task: str, gets: str, ends: int
    ) -> str:
        """Have the desk keep a declaration."""
        return self._desk.declare(form, sealed, area, task, gets, ends)
