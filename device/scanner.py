"""The story of a gate: frame -> reading -> verdict -> scan -> signal.

One straight loop. It waits for nothing but the next frame and the journal's flush; the network is
not in this process. Only this module knows the order of the stages, and it names none of their
drivers.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from typing import Protocol

import structlog

from device.errors import JournalFull
from device.flow import (
    Credential,
    Form,
    Frame,
    Instant,
    Order,
    Press,
    Pressed,
    Reading,
    Remark,
    Signal,
    Verdict,
)
from device.ports import Camera, Clock, Guide, Inputs, Journal, NoInputs, Panel, Presence, Reader
from wire.record import Record, What

log = structlog.get_logger()


class Doorman(Protocol):
    """Answers a credential, heeds the buttons, and remembers who passed.

    - Writes nothing to the journal: what is to be noted there it hands back.
    - Whatever can't be had, be it a policy, a list or a memory, it answers all the same.
    """

    def begin(self, now: Instant) -> tuple[Remark, ...]:
        """Take up what was remembered; the journal is open."""
        ...

    def answer(self, credential: Credential, now: Instant) -> Verdict:
        """Return the answer; every credential has one."""
        ...

    def admit(self, now: Instant) -> Verdict | None:
        """Return the answer to the attendant's button, or None if it was just answered."""
        ...

    def heed(self, pressed: Pressed) -> tuple[Remark, ...]:
        """Take note of what came in."""
        ...

    def stored(
        self, credential: Credential, verdict: Verdict, seq: int, now: Instant
    ) -> tuple[Remark, ...]:
        """Do what follows from an answer that is stored and shown."""
        ...

    def tend(self, now: Instant) -> tuple[Remark, ...]:
        """Do what may wait until no one is waiting."""
        ...

    def ordered(self, now: Instant) -> Order | None:
        """Return what the district has the door do, once for each command."""
        ...

    def close(self) -> None:
        """Write what is not written yet."""
        ...


class Scanner:
    """One door, from the camera's frame to the lamp."""

    def __init__(  # noqa: PLR0913  (the whole gate comes together here, each part under its name)
        self,
        *,
        camera: Camera,
        reader: Reader,
        presence: Presence,
        classify: Callable[[bytes], Credential],
        doorman: Doorman,
        journal: Journal,
        panel: Panel,
        clock: Clock,
        speaks_ms: Callable[[Signal], int],
        report: Callable[[Frame, Instant], None],
        guide: Guide | None = None,
        inputs: Inputs | None = None,
        patient: Callable[[float], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """Take the parts; `run` opens them.

        `speaks_ms` says how long a signal needs before the next person may be answered; `report`
        is told of every frame that was got, and says how the gate fares. Without a `guide` nobody
        is told why a code cannot be read; without `inputs` there is no button. `patient` is entered
        while the loop may wait for the card; it says so at the door, but not before so many
        seconds have passed.
        """
        self._camera, self._reader, self._presence = camera, reader, presence
        self._classify, self._doorman = classify, doorman
        self._journal, self._panel, self._clock = journal, panel, clock
        self._speaks_ms = speaks_ms
        self._report = report
        self._guide = guide
        self._inputs = inputs or NoInputs()
        self._patient = patient
        self._speaks_until_ns = 0
        self._stopping = self.again = False

    def stop(self, *, again: bool = False) -> None:
        """Ask the loop to end after the frame it is at; safe from a signal handler.

        `again`: to be taken up anew, because what the parts were made for has changed.
        """
        self.again = again and not self._stopping
        self._stopping = True

    def run(self) -> None:
        """Watch the door until the frames end or `stop` is called."""
        with self._journal, self._panel, self._inputs, closing(self._doorman):
            self._panel.show(Signal.STARTING)
            with self._camera:
                self._note(Remark(What.START))
                self._note(*self._doorman.begin(self._clock.now()))
                self._panel.show(Signal.REST)
                for frame in self._camera:
                    if self._stopping:
                        break
                    self._see(frame)
            self._note(Remark(What.STOP))

    def _see(self, frame: Frame) -> None:
        for pressed in self._inputs.pressed():
            self._heed(pressed)
        sightings = self._reader.see(frame)
        reading = self._presence.admit(sightings, frame.up_ns)
        if reading is not None:
            self._answer(reading)
        elif self._guide is not None:
            why = self._guide.advise(sightings, frame.up_ns)
            if why is not None:
                self._panel.show(Signal.RETRY)
                log.info("guidance", why=why)
        now = self._clock.now()
        self._tend(now, is_quiet=reading is None)
        self._report(frame, now)

    def _tend(self, now: Instant, *, is_quiet: bool) -> None:
        """Do what may wait. A person may come while the card hangs in it, and must see why.

        Whoever was just answered sees the answer first.
        """
        with self._patient(max(0, self._speaks_until_ns - now.up_ns) / 1e9):
            self._journal.tend(now)
            if is_quiet:
                self._note(*self._doorman.tend(now))
                order = self._doorman.ordered(now)
                if order is not None:
                    self._obey(order, now)

    def _obey(self, order: Order, now: Instant) -> None:
        """Do what the district has asked for, and store the answer."""
        if order.verdict is not None:
            nobodys = Reading(b"", now.up_ns)
            self._settle(nobodys, Credential(order.verdict.kind), order.verdict, now)
        if order.signal is not None:
            self._panel.show(order.signal)
            self._speaks_until_ns = now.up_ns + self._speaks_ms(order.signal) * 1_000_000
        self._note(order.remark)
        if order.again:
            self.stop(again=True)

    def _answer(self, reading: Reading) -> None:
        """Judge a reading, store the scan, and only then show the signal."""
        self._panel.show(Signal.READ)
        credential = self._what(reading)
        captured = self._clock.at(reading.up_ns)
        verdict = self._doorman.answer(credential, captured)
        self._settle(reading, credential, verdict, captured)

    def _heed(self, pressed: Pressed) -> None:
        """Take note of a button or contact; the attendant's lets one person in."""
        self._note(*self._doorman.heed(pressed))
        if pressed.what is not Press.ADMIT:
            return
        at = self._clock.at(pressed.up_ns)
        verdict = self._doorman.admit(at)
        if verdict is not None:
            nobodys = Reading(b"", pressed.up_ns)
            self._settle(nobodys, Credential(verdict.kind), verdict, at)

    def _settle(
        self, reading: Reading, credential: Credential, verdict: Verdict, captured: Instant
    ) -> None:
        """Store the scan, only then show the signal, and only then do what follows."""
        record, signal = self._store(verdict, captured)
        stored = self._clock.now()
        self._panel.show(signal)
        shown = self._clock.now()
        until_ns = shown.up_ns + self._speaks_ms(signal) * 1_000_000
        self._speaks_until_ns = until_ns
        self._presence.answered(reading, until_ns)
        if self._guide is not None:
            self._guide.answered(until_ns)
        if record is not None:
            _tell(record, verdict, captured, stored, shown)
            self._note(*self._doorman.stored(credential, verdict, record.seq, captured))

    def _what(self, reading: Reading) -> Credential:
        """Say what a code is; only a whole QR code says anything, whatever text is in another."""
        return self._classify(reading.text if reading.form is Form.QR else b"")

    def _store(self, verdict: Verdict, captured: Instant) -> tuple[Record | None, Signal]:
        """Return the stored scan and what to show: a gate with a full card refuses, never forgets.

        One refusal too many is tallied by the journal and not told of singly.
        """
        try:
            with self._patient(0.0):
                return self._journal.scan(verdict, captured), verdict.signal
        except JournalFull as error:
            log.error("scan.refused", code=error.code)  # noqa: TRY400  (said, not debugged)
            return None, Signal.OUT_OF_ORDER

    def _note(self, *remarks: Remark) -> None:
        for each in remarks:
            try:
                self._journal.note(each.what, self._clock.now(), dict(each.data))
            except JournalFull as error:
                log.error("note.refused", what=each.what, code=error.code)  # noqa: TRY400


def _tell(
    record: Record, verdict: Verdict, captured: Instant, stored: Instant, shown: Instant
) -> None:
    """Log the passage: what was answered and why, nothing about who."""
    log.info(
        "passage",
        seq=record.seq,
        direction=verdict.direction,
        kind=verdict.kind,
        signature=verdict.signature,
        identity=verdict.identity,
        outcome=verdict.outcome,
        reason=verdict.reason,
        captured_ns=captured.up_ns,
        stored_ns=stored.up_ns,
        shown_ns=shown.up_ns,
    )
