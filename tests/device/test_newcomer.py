"""A gate that is nobody yet: it reads the authority's code and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device import joinstate
from device.credential import classify, enrolment_code
from device.errors import NotEnrolled
from device.flow import Press, Signal
from device.gpio.patterns import PATTERNS, length_ms
from device.joinstate import ASKED, SIGNALS, SILENT_NS, JoinState
from device.newcomer import ARMED_NS, Errands, Newcomer, refusal
from device.reading.presence import OnePerShowing
from tests.device.fakes import GivenInputs, SeenPanel, ShownFrames, SteppedClock, ToldReader
from tests.wire.samples import ENROL_CODE, ENTRIES, KEYS, PLAIN_PASS, VOUCHED
from wire import gatepass
from wire.enrolcode import issue, parse
from wire.joining import Step, Trouble
from wire.keys import Use
from wire.record import ClockState

S = 1_000_000_000
FRAME_NS = S // 10
ROOT = ENTRIES[Use.ROOT]
CODE = issue(ENROL_CODE, VOUCHED, KEYS[Use.ENROL]).encode()
FOREIGN = issue(ENROL_CODE, VOUCHED, KEYS[Use.CARD]).encode()
TODAY_MS = ENROL_CODE.issued * 1000 + 60_000


class Shown(SeenPanel):
    """A panel that keeps what it was asked to show."""

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__(lambda _at, _what: None, clock)
        self.shown: list[tuple[int, Signal]] = []

    def show(self, signal: Signal) -> None:
        super().show(signal)
        self.shown.append((self._clock.up_ns, signal))


class Door:
    """A newcomer over fakes, played by a script of (second, what happens)."""

    def __init__(self, folder: Path, wall_ms: int = TODAY_MS) -> None:
        self.run_folder, self.setup = folder / "run", folder / "setup"
        for each in (self.run_folder, self.setup):
            each.mkdir(parents=True)
        self.clock = SteppedClock(wall_ms)
        self.clock.state = ClockState.UNSYNCED
        self.reader, self.inputs, self.panel = ToldReader(), GivenInputs(), Shown(self.clock)
        self.is_enrolled = False

    def play(self, seconds: float, script: dict[float, object]) -> list[Signal]:
        """Let the frames run; return the signals, each said once until another one is."""
        told = dict(script)

        def frames() -> Iterator[int]:
            while self.clock.up_ns < seconds * S:
                self.clock.up_ns += FRAME_NS
                for at in [each for each in told if each * S <= self.clock.up_ns]:
                    self.happen(told.pop(at))
                yield self.clock.up_ns

        newcomer = Newcomer(
            root=ROOT,
            camera=ShownFrames(frames),
            reader=self.reader,
            presence=OnePerShowing(lambda text: classify(text).kind == enrolment_code.KIND),
            classify=classify,
            panel=self.panel,
            inputs=self.inputs,
            clock=self.clock,
            errands=Errands(
                ask=lambda text: joinstate.ask(self.run_folder, text),
                withdraw=lambda: joinstate.withdraw(self.run_folder),
                told=lambda: joinstate.told(self.setup),
                is_enrolled=lambda: self.is_enrolled,
            ),
            length_ms=length_ms,
            report=lambda _frame, _now: None,
            why=NotEnrolled("nobody yet"),
        )
        if self.is_enrolled or True in script.values():
            newcomer.run()
        else:
            with pytest.raises(NotEnrolled, match="nobody yet"):
                newcomer.run()
        found: list[Signal] = []
        for _at, signal in self.panel.shown:
            if not found or found[-1] is not signal:
                found.append(signal)
        return found

    def happen(self, what: object) -> None:
        match what:
            case bytes():
                self.reader.view = (what,) if what else ()
            case Press():
                self.inputs.press(what, self.clock.up_ns)
            case JoinState():
                state = msgspec.structs.replace(what, up_ns=self.clock.up_ns)
                joinstate.tell(self.setup, state)
            case bool():
                self.is_enrolled = what

    @property
    def asked(self) -> str | None:
        return joinstate.asked(self.run_folder)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def test_it_says_again_and_again_that_it_is_nobody(door: Door) -> None:
    assert door.play(20, {}) == [Signal.STARTING, Signal.UNENROLLED]
    times = [at for at, signal in door.panel.shown if signal is Signal.UNENROLLED]
    assert len(times) >= 5


def test_a_code_after_the_button_is_laid_down_for_the_helper(door: Door) -> None:
    shown = door.play(4, {1.0: Press.SERVICE, 2.0: CODE})
    assert shown == [Signal.STARTING, Signal.UNENROLLED, Signal.ENROLLING]
    assert door.asked == CODE.decode()
    path = door.run_folder / ASKED
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("pressed", [None, 40.0, -1.0])
def test_a_code_without_the_button_just_before_is_not_followed(
    door: Door, pressed: float | None
) -> None:
    """A button that is held since long before counts as little as none."""
    script: dict[float, object] = {35.0: CODE}
    if pressed is not None:
        script[0.5 if pressed < 0 else pressed] = Press.SERVICE
    shown = door.play(38, script)
    assert shown[-1] is Signal.JOIN_BUTTON
    assert door.asked is None


@pytest.mark.parametrize(
    "code", [FOREIGN, CODE[:-1], CODE[:40], b"GE1:"], ids=["foreign", "cut", "short", "empty"]
)
def test_a_code_that_is_not_the_authoritys_is_foreign_whatever_else(
    door: Door, code: bytes
) -> None:
    shown = door.play(8, {1.0: Press.SERVICE, 2.0: code})
    assert shown[-1] is Signal.JOIN_FOREIGN
    assert door.asked is None


def test_an_expired_code_is_said_only_by_a_clock_that_is_kept(tmp_path: Path) -> None:
    late = ENROL_CODE.expires * 1000
    sure, unsure = Door(tmp_path / "sure", late), Door(tmp_path / "unsure", late)
    sure.clock.state = ClockState.SYNCED
    assert sure.play(4, {1.0: Press.SERVICE, 2.0: CODE})[-1] is Signal.JOIN_EXPIRED
    assert unsure.play(4, {1.0: Press.SERVICE, 2.0: CODE})[-1] is Signal.ENROLLING
    assert (sure.asked, unsure.asked) == (None, CODE.decode())


def test_passes_and_everything_else_change_nothing(door: Door) -> None:
    pass_ = gatepass.issue(PLAIN_PASS, KEYS[Use.PASS_SEEN]).encode()
    shown = door.play(12, {1.0: Press.SERVICE, 2.0: pass_, 6.0: b"https://example.vn"})
    assert shown == [Signal.STARTING, Signal.UNENROLLED]
    assert door.asked is None


@pytest.mark.parametrize("trouble", list(Trouble))
def test_each_trouble_of_the_helper_has_a_pattern_of_its_own_then_it_waits_again(
    door: Door, trouble: Trouble
) -> None:
    failed = JoinState(Step.ASKED, 0, trouble=trouble)
    busy = JoinState(Step.LINKING, 0)
    shown = door.play(90, {1.0: Press.SERVICE, 2.0: CODE, 3.0: b"", 4.0: busy, 10.0: failed})
    assert shown == [
        *(Signal.STARTING, Signal.UNENROLLED, Signal.ENROLLING),
        *(SIGNALS[trouble], Signal.UNENROLLED),
    ]


def test_the_code_that_is_still_held_up_does_not_hide_what_became_of_it(door: Door) -> None:
    failed = JoinState(Step.ASKED, 0, trouble=Trouble.PASSPHRASE)
    again = {5.0 + n: (CODE if n % 2 else b"") for n in range(20)}
    shown = door.play(25, {1.0: Press.SERVICE, 2.0: CODE, 3.0: failed, **again})
    assert shown[-1] is Signal.JOIN_PASSPHRASE


def test_another_press_and_the_code_again_starts_anew(door: Door) -> None:
    failed = JoinState(Step.ASKED, 0, trouble=Trouble.NO_NETWORK)
    script = {1.0: Press.SERVICE, 2.0: CODE, 3.0: b"", 4.0: failed, 9.0: Press.SERVICE, 10.0: CODE}
    shown = door.play(12, script)
    assert shown[-2:] == [Signal.JOIN_NO_NETWORK, Signal.ENROLLING]


def test_a_helper_that_falls_silent_or_never_comes_is_a_fault(tmp_path: Path) -> None:
    fallen, absent = Door(tmp_path / "fallen"), Door(tmp_path / "absent")
    script: dict[float, object] = {1.0: Press.SERVICE, 2.0: CODE, 3.0: b""}
    assert absent.play(30, script)[-1] is Signal.JOIN_FAULT
    busy = {4.0: JoinState(Step.JOINING, 0)}
    shown = fallen.play(4 + SILENT_NS / S + 5, {**script, **busy})
    assert shown[-2:] == [Signal.ENROLLING, Signal.JOIN_FAULT]


def test_what_the_helper_said_of_an_earlier_code_is_not_told_of_this_one(door: Door) -> None:
    joinstate.tell(door.setup, JoinState(Step.ASKED, 0, trouble=Trouble.USED))
    shown = door.play(5, {1.0: Press.SERVICE, 2.0: CODE})
    assert Signal.JOIN_USED not in shown


def test_once_enrolled_it_ends_so_that_its_service_starts_it_as_a_gate(door: Door) -> None:
    door.play(9, {1.0: Press.SERVICE, 2.0: CODE, 5.0: True})
    assert door.clock.up_ns < 6 * S


def test_a_code_that_an_earlier_run_left_is_taken_away_at_the_start(door: Door) -> None:
    joinstate.ask(door.run_folder, CODE.decode())
    door.play(1, {})
    assert door.asked is None


def test_a_card_that_takes_nothing_is_a_fault_of_the_gate(door: Door) -> None:
    (door.run_folder / "asked").write_text("a file where a folder should be")
    door.run_folder.chmod(0o700)
    with pytest.raises(NotADirectoryError):
        door.play(1, {})


@given(st.binary(max_size=5000))
def test_whatever_stands_in_the_state_file_is_read_or_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / joinstate.STATE).write_bytes(data)
    assert joinstate.told(folder) is None or data.startswith(b"{")


def test_every_trouble_has_a_signal_and_each_signal_one_trouble() -> None:
    assert set(SIGNALS) == set(Trouble)
    patterns = [PATTERNS[each] for each in SIGNALS.values()]
    assert len(set(patterns)) == len(patterns)


def test_a_signature_is_looked_at_before_anything_else(door: Door) -> None:
    now = door.clock.now()
    assert refusal(parse(FOREIGN.decode()), ROOT, None, now) is Trouble.FOREIGN
    assert refusal(parse(CODE.decode()), ROOT, None, now) is Trouble.BUTTON
    assert refusal(parse(CODE.decode()), ROOT, -ARMED_NS - 1, now) is Trouble.BUTTON
    assert refusal(parse(CODE.decode()), ROOT, -ARMED_NS, now) is None
    assert refusal(parse(CODE.decode()), ROOT, 1, now) is Trouble.BUTTON
