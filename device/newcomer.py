"""A gate that is nobody yet: it waits for the authority's enrolment code, and reads nothing else.

The scanner's process, with camera and pins and no network. It checks the code by the root that came
with the memory card, and only within half a minute of the service button; then it lays the text
down for gate-setup, which checks it again and does the rest. Nothing is stored here, and nobody is
let in.
"""

from collections.abc import Callable
from typing import NamedTuple

import structlog

from device.errors import GateError
from device.flow import Credential, Form, Frame, Instant, Press, Pressed, Reading, Signal
from device.joinstate import SIGNALS, JoinState
from device.ports import Camera, Clock, Inputs, Panel, Presence, Reader
from wire.enrolcode import PREFIX, Parsed
from wire.errors import WireError
from wire.joining import Trouble
from wire.keys import KeyEntry
from wire.record import ClockState

log = structlog.get_logger()

BEGINS = PREFIX.encode()
ARMED_NS = 30 * 10**9
PAUSE_NS = 1_200_000_000
"""Dark between two patterns, so that short lights can be counted."""
TOLD_NS = 60 * 10**9
"""What went wrong is shown so long; then the gate says again that it waits for a code."""
UNHEARD_NS = 20 * 10**9
"""A helper that has not begun by then will not."""


def refusal(shown: Parsed, root: KeyEntry, armed_ns: int | None, now: Instant) -> Trouble | None:
    """Say why a code is not followed, or None. Only a clock that somebody keeps judges its dates.

    The code's signature comes first: to one that is not the authority's nothing else is said.
    """
    try:
        shown.verify(root)
    except WireError:
        return Trouble.FOREIGN
    if now.clock is not ClockState.UNSYNCED and now.wall_ms >= shown.claims.expires * 1000:
        return Trouble.EXPIRED
    if armed_ns is None or not 0 <= now.up_ns - armed_ns <= ARMED_NS:
        return Trouble.BUTTON
    return None


class Errands(NamedTuple):
    """What is done for a newcomer outside this process."""

    ask: Callable[[str], None]
    """Lay a code's text down for gate-setup."""
    withdraw: Callable[[], None]
    told: Callable[[], JoinState | None]
    """How far gate-setup is."""
    is_enrolled: Callable[[], bool]


class Newcomer:
    """One door without a name, from the camera's frame to the request."""

    def __init__(  # noqa: PLR0913  (the whole gate comes together here, each part under its name)
        self,
        *,
        root: KeyEntry,
        camera: Camera,
        reader: Reader,
        presence: Presence,
        classify: Callable[[bytes], Credential],
        panel: Panel,
        inputs: Inputs,
        clock: Clock,
        errands: Errands,
        length_ms: Callable[[Signal], int],
        report: Callable[[Frame, Instant], None],
        why: GateError,
    ) -> None:
        """Take the parts; `run` opens them.

        `report` is told of every frame that was got; `why` says why this gate is nobody.
        """
        self._root, self._camera, self._reader, self._presence = root, camera, reader, presence
        self._classify, self._panel, self._inputs = classify, panel, inputs
        self._clock, self._errands = clock, errands
        self._length_ms, self._report, self._why = length_ms, report, why
        self._armed_ns: int | None = None
        self._refused: tuple[Trouble, int] | None = None
        self._asked_ns: int | None = None
        self._next_ns = 0
        self._stopping = False

    def stop(self) -> None:
        """Ask the loop to end after the frame it is at; safe from a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Wait until the gate is enrolled or `stop` is called.

        Raises what it was made with if the frames end before.
        """
        self._errands.withdraw()
        with self._panel, self._inputs:
            self._panel.show(Signal.STARTING)
            with self._camera:
                for frame in self._camera:
                    if self._stopping or self._errands.is_enrolled():
                        return
                    self._see(frame)
        raise self._why

    def _see(self, frame: Frame) -> None:
        for pressed in self._inputs.pressed():
            self._heed(pressed)
        reading = self._presence.admit(self._reader.see(frame), frame.up_ns)
        now = self._clock.now()
        if reading is not None:
            self._answer(reading, now)
        self._show(now.up_ns)
        self._report(frame, now)

    def _heed(self, pressed: Pressed) -> None:
        if pressed.what is Press.SERVICE:
            self._armed_ns = pressed.up_ns

    def _answer(self, reading: Reading, now: Instant) -> None:
        """Follow an enrolment code, or say why not; whatever else is shown changes nothing."""
        self._presence.answered(reading, now.up_ns)
        text = reading.text if reading.form is Form.QR else b""
        shown = self._classify(text).content
        is_one = isinstance(shown, Parsed)
        if self._is_busy(now.up_ns) or not (is_one or text.startswith(BEGINS)):
            return
        # One that only begins like a code is damaged, and counts as little as a forged one.
        trouble = refusal(shown, self._root, self._armed_ns, now) if is_one else Trouble.FOREIGN
        if trouble is None:
            trouble = self._asked(reading, now)
        elif trouble is Trouble.BUTTON and self._is_told(now.up_ns):
            return  # the same code is still held up: what became of it matters more
        if self._refused is None or trouble is not self._refused[0]:
            self._next_ns = now.up_ns
            log.info("newcomer.code", trouble=trouble or "")
        self._refused = None if trouble is None else (trouble, now.up_ns)

    def _asked(self, reading: Reading, now: Instant) -> Trouble | None:
        """Lay the code down; one press of the button is good for one code."""
        try:
            self._errands.ask(reading.text.decode("ascii"))
        except (OSError, UnicodeDecodeError) as error:
            log.error("newcomer.unasked", detail=str(error))  # noqa: TRY400  (said, not debugged)
            return Trouble.FAULT
        self._armed_ns, self._asked_ns = None, now.up_ns
        return None

    def _is_busy(self, up_ns: int) -> bool:
        state = self._heard()
        if state is not None:
            return state.is_busy(up_ns)
        return self._asked_ns is not None and up_ns - self._asked_ns < UNHEARD_NS

    def _is_told(self, up_ns: int) -> bool:
        """Say whether it is still shown why the last code came to nothing."""
        state = self._heard()
        trouble = state.trouble_at(up_ns) if state is not None else None
        return state is not None and trouble is not None and up_ns - state.settled_ns < TOLD_NS

    def _heard(self) -> JoinState | None:
        """Return what gate-setup says of the code that was asked for, nothing older."""
        state = self._errands.told()
        since = self._asked_ns
        return state if state is not None and since is not None and state.up_ns >= since else None

    def _show(self, up_ns: int) -> None:
        """Say again and again how it stands, with a pause between."""
        if up_ns < self._next_ns:
            return
        signal = self._signal(up_ns)
        self._panel.show(signal)
        self._next_ns = up_ns + self._length_ms(signal) * 1_000_000 + PAUSE_NS

    def _signal(self, up_ns: int) -> Signal:
        state = self._heard()
        if self._refused is not None and up_ns - self._refused[1] < TOLD_NS:
            return SIGNALS[self._refused[0]]
        if self._is_busy(up_ns):
            return Signal.ENROLLING
        if state is None and self._asked_ns is not None:
            is_new = up_ns - self._asked_ns < UNHEARD_NS + TOLD_NS
            return Signal.JOIN_FAULT if is_new else Signal.UNENROLLED
        if state is not None and up_ns - state.settled_ns < TOLD_NS:
            trouble = state.trouble_at(up_ns)
            return SIGNALS[trouble] if trouble is not None else Signal.ENROLLING
        return Signal.UNENROLLED
