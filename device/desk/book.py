"""What a desk registers, each once: the journal's records, and what follows from them at the door.

It writes and never reads: nobody is told here who came.
"""

from collections.abc import Callable

import msgspec
import structlog

from device.desk import log as paper
from device.desk.entry import Entry
from device.desk.forms import Forms
from device.errors import GateError, StorageUnusable
from device.flow import Credential, Instant, Remark, Signal, Verdict
from device.ports import Clock, Journal
from wire.canonical import Document
from wire.record import Direction, Mark, Outcome, Reason, Signature

log = structlog.get_logger()

Answer = Callable[[Credential, Instant, Direction], Verdict]
"""The door's judge, the way being said."""
Follow = Callable[[Credential, Verdict, int, Instant], tuple[Remark, ...]]
"""What follows from a stored answer."""


class Kept(msgspec.Struct, frozen=True):
    """What became of a form."""

    seq: int = 0
    """Of its record; 0 if it was stored before, or was tallied."""
    verdict: Verdict | None = None
    again: bool = False
    """The form had been sent before: nothing was stored now."""


class Book:
    """The desk's pen."""

    def __init__(
        self, journal: Journal, clock: Clock, forms: Forms, answer: Answer, follow: Follow
    ) -> None:
        """Take the parts; what is to be noted is handed back by `remarks`."""
        self._journal, self._clock, self._forms = journal, clock, forms
        self._answer, self._follow = answer, follow
        self._remarks: list[Remark] = []

    def register(self, form: str, entry: Entry, given: Document | None = None) -> Kept:
        """Store that somebody was registered; `given` is kept with them, as a pass's number is.

        Raises JournalFull and other GateErrors if it was not stored.
        """
        credential = entry.credential
        personal = {**(credential.personal or {}), **(given or {})}

        def attended(_now: Instant) -> Verdict:
            return _verdict(credential.kind, entry, personal)

        return self._store(form, credential, attended)

    def show(self, form: str, credential: Credential, way: Direction) -> Kept:
        """Store what the door answers to a code. Raises GateError."""
        return self._store(form, credential, lambda now: self._answer(credential, now, way))

    def copy(self, form: str, lines: tuple[paper.Line, ...]) -> int:
        """Store the lines of a paper log that are not stored yet; return how many that were.

        Sent again after a crash, it goes on behind the last that was stored. Raises GateError.
        """
        stored = 0
        for line in lines:
            name = f"{form}-{line.number}-{line.way.value}"
            kept = self._store(name, None, lambda _now, line=line: _written(line))  # type: ignore[misc]
            stored += not kept.again
        return stored

    def has(self, form: str) -> bool:
        """Say whether a form was stored."""
        return self._forms.has(form)

    def remarks(self) -> tuple[Remark, ...]:
        """Return what is to be noted since the last call."""
        found, self._remarks = tuple(self._remarks), []
        return found

    def _store(
        self, form: str, credential: Credential | None, judge: Callable[[Instant], Verdict]
    ) -> Kept:
        if self._forms.has(form):
            return Kept(again=True)
        now = self._clock.now()
        verdict = judge(now)
        self._forms.will(form, now)
        try:
            record = self._journal.scan(verdict, now)
        except GateError:
            self._let_go(form)
            raise
        seq = record.seq if record is not None else 0
        log.info("desk", seq=seq, kind=verdict.kind, outcome=verdict.outcome, way=verdict.direction)
        if record is not None and credential is not None:
            self._remarks += self._follow(credential, verdict, seq, now)
        return Kept(seq, verdict)

    def _let_go(self, form: str) -> None:
        try:
            self._forms.failed(form)
        except StorageUnusable as error:  # after a start the journal says the same
            log.error("desk.forms", code=error.code)  # noqa: TRY400  (said, not debugged)


def _verdict(kind: str, entry: Entry, personal: Document) -> Verdict:
    return Verdict(
        kind=kind,
        signature=Signature.NOT_CHECKED,
        identity=entry.identity,
        outcome=Outcome.ACCEPTED,
        reason=Reason.ATTENDED,
        direction=entry.way,
        signal=Signal.ACCEPT,
        marks=entry.marks,
        personal=personal,
    )


def _written(line: paper.Line) -> Verdict:
    return Verdict(
        kind=line.credential.kind,
        signature=Signature.NOT_CHECKED,
        identity=line.identity,
        outcome=Outcome.ACCEPTED,
        reason=Reason.ATTENDED,
        direction=line.way,
        signal=Signal.ACCEPT,
        marks=(Mark.PAPER,),
        personal=line.credential.personal,
        told=line.told,
    )
