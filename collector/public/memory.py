"""The desk, as the page asks it: what everybody may know is asked for once in a while only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from collector.errors import CollectorError, DeclarationRefused
from collector.issuing.ports import About, Declaring

KEPT_S = 5.0
"""Until a commune that was renamed shows its new name."""

_log = structlog.get_logger()


class RememberingDesk:
    """Remembers what the desk tells everybody, and nothing else."""

    def __init__(self, desk: Declaring, clock: Callable[[], float]) -> None:
        """Take the desk itself, and the time in s since whenever."""
        self._desk, self._clock = desk, clock
        self._about: tuple[float, About] | None = None
        self._is_lost = False

    def about(self) -> About:
        """Return what everybody may know, as of a few seconds ago."""
        now_s, told = self._clock(), self._about
        if told is None or not 0 <= now_s - told[0] < KEPT_S:
            with self._heard():
                told = self._about = (now_s, self._desk.about())
        return told[1]

    def remembered(self) -> About | None:
        """Return what the desk told last, however long ago; the desk is not asked."""
        return self._about[1] if self._about else None

    def declare(self, form: bytes, sealed: bytes, area: str, task: str, ends: int) -> str:
        """Have the desk keep a declaration."""
        with self._heard():
            return self._desk.declare(form, sealed, area, task, ends)

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Log once when the desk is lost, and once when it is back."""
        try:
            yield
        except DeclarationRefused:  # it has answered
            raise
        except CollectorError as error:
            if not self._is_lost:
                _log.warning("public.desk_lost", code=error.code)
            self._is_lost = True
            raise
        if self._is_lost:
            _log.info("public.desk_back")
        self._is_lost = False
