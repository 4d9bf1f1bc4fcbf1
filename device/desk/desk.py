"""The story of a desk: what the page asks -> entry -> record -> what the page shows.

One straight loop, as at a door: one request after the other, and between them what may wait. The
network is not in this process; the journal goes its way by the uplink, or waits.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from typing import Protocol

import structlog

from device.desk.book import Book
from device.desk.forms import Forms, Stamp
from device.desk.requests import Request, Response
from device.errors import GateError
from device.flow import Instant, Remark
from device.ports import Clock, Journal
from wire.record import What

log = structlog.get_logger()

TURN_S = 0.5
"""At the latest then what may wait is done."""


class Doorman(Protocol):
    """What a desk needs of who stands at a door beside the answers."""

    def begin(self, now: Instant) -> tuple[Remark, ...]:
        """Take up what was remembered; the journal is open."""
        ...

    def tend(self, now: Instant) -> tuple[Remark, ...]:
        """Do what may wait."""
        ...

    def close(self) -> None:
        """Write what is not written yet."""
        ...


class Asking(Protocol):
    """A request that waits for its answer."""

    request: Request

    def answer(self, response: Response) -> None:
        """Give it."""
        ...


class Counter(AbstractContextManager["Counter"], Protocol):
    """Where requests come from."""

    def next(self, seconds: float) -> Asking | None:
        """Return the next one; None if none came for so long."""
        ...


class Desk:
    """One desk."""

    def __init__(  # noqa: PLR0913  (the whole desk comes together here, each part under its name)
        self,
        *,
        counter: Counter,
        answer: Callable[[Request, Instant], Response],
        book: Book,
        forms: Forms,
        is_stored: Callable[[Stamp], bool],
        doorman: Doorman,
        journal: Journal,
        clock: Clock,
        report: Callable[[Instant], None],
    ) -> None:
        """Take the parts; `run` opens them.

        `is_stored` says whether the journal has a scan of that stamp; `report` is told of every
        turn.
        """
        self._counter, self._answer, self._book, self._forms = counter, answer, book, forms
        self._is_stored, self._doorman = is_stored, doorman
        self._journal, self._clock, self._report = journal, clock, report
        self._stopping = False

    def stop(self) -> None:
        """Ask the loop to end after its turn; safe from a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Serve the page until `stop` is called."""
        with self._journal, closing(self._doorman), closing(self._forms):
            self._forms.begin(self._is_stored)
            self._note(Remark(What.START))
            self._note(*self._doorman.begin(self._clock.now()))
            with self._counter:
                while not self._stopping:
                    self._turn()
            self._note(Remark(What.STOP))

    def _turn(self) -> None:
        asked = self._counter.next(TURN_S)
        if asked is not None:
            self._serve(asked)
        now = self._clock.now()
        self._journal.tend(now)
        self._note(*self._doorman.tend(now))
        self._report(now)

    def _serve(self, asked: Asking) -> None:
        """Answer one request; one that cannot be answered ends in an answer all the same."""
        response = Response(status=500)
        try:
            response = self._answer(asked.request, self._clock.now())
        finally:  # a fault ends the desk, which starts anew; the browser is not left waiting
            asked.answer(response)
        self._note(*self._book.remarks())

    def _note(self, *remarks: Remark) -> None:
        for each in remarks:
            try:
                self._journal.note(each.what, self._clock.now(), dict(each.data))
            except GateError as error:
                log.error("note.refused", what=each.what, code=error.code)  # noqa: TRY400
