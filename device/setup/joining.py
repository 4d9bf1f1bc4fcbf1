"""How a gate that was shown an enrolment code becomes one: gate-setup's story, one straight road.

Every step may be cut off by the power, and is harmless when done again: the keys are kept, the
district gives the same gate the same answer, and the enrolment itself is laid down last. Until then
the gate is nobody, and says so.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog

from device import enrol, plainfile
from device.errors import GateError, NotEnrolled
from device.flow import Instant
from device.joinstate import JoinState
from device.setup.forward import later_ms
from device.setup.trouble import JoinFailed
from wire import joining
from wire.enrolcode import Code, Network, parse
from wire.errors import WireError
from wire.joining import Answer, Progress, Step, Trouble
from wire.keys import KeyEntry
from wire.record import ClockState

log = structlog.get_logger()

TRIES = 4
BETWEEN_S = 3.0


class Asked(Protocol):
    """The district's end: posts a document to one server and returns the answer's."""

    def post(self, path: str, body: bytes) -> bytes:
        """Raise JoinFailed if there is none."""
        ...


class Hands(NamedTuple):
    """What the story needs done."""

    keys: Path
    link: Callable[[Network], None]
    """Join the network; raises JoinFailed or OSError."""
    district: Callable[[str, bytes], Asked]
    """Return the district's end at an address, known by its pin."""
    now: Callable[[], Instant]
    set_clock: Callable[[int], None]
    """Set the wall clock, in ms."""
    say: Callable[[JoinState], None]
    """Tell the scanner how far it is."""
    lay: Callable[[str, bytes], None]
    """Lay a document into the inbox, for the scanner to check; raises OSError."""
    selftest: Callable[[], bytes | None]
    """Try the parts; return the signed report, or None."""
    sleep: Callable[[float], None]


class Joining:
    """One code, from its text to the report."""

    def __init__(self, text: str, root: KeyEntry, hands: Hands) -> None:
        """Take what was asked; `run` does it."""
        self._text, self._root, self._hands = text, root, hands
        self._number = ""

    def run(self) -> bool:
        """Do all of it; say whether the gate has got as far as it can here."""
        try:
            code = self._believed()
            self._number = code.number.hex()
            self._say(Step.ASKED)
            self._forward(code.issued * 1000, code)
            if code.network.kind == "none":
                enrol.make_keys(self._hands.keys)
                self._say(Step.WAITING)
                return True
            self._say(Step.LINKING)
            self._hands.link(code.network)
            self._enrol(code)
        except JoinFailed as error:
            return self._failed(error.trouble, str(error))
        except (GateError, OSError) as error:
            return self._failed(Trouble.FAULT, str(error))
        return True

    def _believed(self) -> Code:
        """Check the code again: whoever laid it there, only the authority's word counts."""
        try:
            found = parse(self._text)
            found.verify(self._root)
        except WireError as error:
            raise JoinFailed(Trouble.FOREIGN) from error
        now = self._hands.now()
        is_sure = now.clock is not ClockState.UNSYNCED
        if is_sure and now.wall_ms >= found.claims.expires * 1000:
            raise JoinFailed(Trouble.EXPIRED)
        return found.claims

    def _enrol(self, code: Code) -> None:
        self._say(Step.KEYS)
        request = enrol.make_keys(self._hands.keys)
        self._say(Step.JOINING)
        district = self._hands.district(code.address, code.pin)
        answer = self._answer(district, request)
        for name, data in answer.documents.items():
            self._hands.lay(name, data)
        if code.wiring:
            plainfile.write(self._hands.keys / "wiring", f"{code.wiring}\n".encode(), 0o644)
        try:
            enrolled = enrol.accept(self._hands.keys, answer.enrolment, self._root)
        except NotEnrolled as error:
            raise JoinFailed(Trouble.FOREIGN, str(error)) from error
        self._forward(enrolled.issued, code)
        self._say(Step.ENROLLED)
        log.info("join.enrolled", gate=enrolled.gate)
        self._tell(district, Step.ENROLLED)
        self._test(district)

    def _answer(self, district: Asked, request: bytes) -> Answer:
        """Ask, and ask again while the district is silent: the same question has one answer."""
        body = joining.pack_ask(self._text, request)
        told = self._posted(district, body)
        try:
            found = joining.unpack_answer(told)
        except WireError as error:
            raise JoinFailed(Trouble.SERVER_FOREIGN) from error
        if isinstance(found, Trouble):
            raise JoinFailed(found)
        return found

    def _posted(self, district: Asked, body: bytes) -> bytes:
        for _turn in range(TRIES - 1):
            try:
                return district.post(joining.JOIN, body)
            except JoinFailed as error:
                if error.trouble is not Trouble.SILENT:
                    raise
            self._hands.sleep(BETWEEN_S)
        return district.post(joining.JOIN, body)

    def _test(self, district: Asked) -> None:
        """Try the parts and hand the report over: the gate is one already, whatever comes of it."""
        self._say(Step.TESTING)
        self._tell(district, Step.TESTING)
        report = self._hands.selftest()
        if report is None:
            log.error("join.untested")
            return
        try:
            district.post(joining.REPORT, report)
        except JoinFailed as error:
            log.error("join.report.unsent", code=error.code)  # noqa: TRY400  (said, not debugged)
            return
        self._say(Step.REPORTED)

    def _tell(self, district: Asked, step: Step) -> None:
        """Tell the district, which shows it to the technician; a gate goes on without."""
        key = enrol.load(self._hands.keys, self._root).records_key
        said = Progress(self._number, step, self._hands.now().wall_ms)
        try:
            district.post(joining.PROGRESS, joining.pack_progress(said, key))
        except JoinFailed as error:
            log.warning("join.untold", step=step, code=error.code)

    def _forward(self, at_ms: int, code: Code) -> None:
        """Set the clock to a time that is surely past, never back and never beyond the code."""
        target = later_ms(self._hands.now(), at_ms, code.issued * 1000, code.expires * 1000)
        if target is None:
            return
        try:
            self._hands.set_clock(target)
        except OSError as error:
            log.warning("join.clock.unset", detail=error.strerror)

    def _say(self, step: Step, trouble: Trouble | None = None) -> None:
        self._hands.say(JoinState(step, self._hands.now().up_ns, self._number, trouble))

    def _failed(self, trouble: Trouble, detail: str) -> bool:
        log.error("join.failed", code=trouble.value, detail=detail)
        self._say(Step.ASKED, trouble)
        return False
