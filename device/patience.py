"""What the door shows while the card takes its time: first "wait", then "see the attendant".

The scanner stands still in a flush and can show nothing itself, so a thread does, and never after
the flush is over: the answer is the scanner's to show. That a person comes while the card hangs in
work that could have waited, nobody can see: it is shown whether somebody is there or not.

It knows no journal and no clock; how long is too long is all it is told.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, Self

import structlog

from device.flow import Signal

log = structlog.get_logger()

STEPS = ((0.3, Signal.WAIT), (3.0, Signal.ATTENDANT))
"""After so many seconds, show that."""


class Over(Protocol):
    """Says when a flush is over; threading.Event is one."""

    def wait(self, timeout: float) -> bool:
        """Wait at most so many seconds; say whether it is over."""
        ...

    def is_set(self) -> bool:
        """Say whether it is over."""
        ...

    def set(self) -> None:
        """Say that it is."""
        ...


class Patience:
    """Shows that an answer takes longer than usual."""

    def __init__(
        self, show: Callable[[Signal], None], event: Callable[[], Over] = threading.Event
    ) -> None:
        """Show with `show`, which is called by a thread of its own while the caller waits."""
        self._show, self._event = show, event
        self._flushes: queue.SimpleQueue[tuple[Over, float] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._watch, name="patience", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop; harmless when repeated."""
        if self._thread is not None:
            self._flushes.put(None)
            self._thread.join()
            self._thread = None

    @contextmanager
    def during(self, after_s: float = 0.0) -> Iterator[None]:
        """Watch over what is done in the `with`; when it is left, nothing more is shown.

        The first `after_s` seconds do not count: somebody else is being answered.
        """
        over = self._event()
        self._flushes.put((over, after_s))
        try:
            yield
        finally:
            with self._lock:
                over.set()

    def _watch(self) -> None:
        while (flush := self._flushes.get()) is not None:
            self.outlast(*flush)

    def outlast(self, over: Over, spared_s: float = 0.0) -> None:
        """Show one step after another until it is over; the first seconds are spared."""
        waited = -spared_s
        for after_s, signal in STEPS:
            if over.wait(after_s - waited):
                return
            waited = after_s
            with self._lock:
                if over.is_set():
                    return
                log.warning("card.slow", after_s=after_s, signal=signal)
                self._show(signal)
