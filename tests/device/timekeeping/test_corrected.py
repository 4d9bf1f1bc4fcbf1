"""Whatever happens to a gate's clocks, the collector's corrected times hold the true one."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.ledger.times import STATED_MS, Slot, Times, observed
from device.flow import Instant
from device.timekeeping.keeper import Limits, Timekeeper
from device.timekeeping.saved import SavedTime
from tests.device.timekeeping.machine import DAY, GATE, JOURNAL, MS, NOON, Machine, S, receipt

HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("passes"), st.integers(1, 3 * 3_600 * S)),
        st.tuples(st.just("answer"), st.integers(-400, 400)),
        st.tuples(st.just("silence"), st.just(0)),
        st.tuples(st.just("step"), st.integers(-60 * 365 * DAY, 80 * 365 * DAY)),
        st.tuples(st.just("little step"), st.integers(-5 * S, 5 * S)),
        st.tuples(st.just("record"), st.just(0)),
        st.tuples(st.just("receipt"), st.integers(0, 100 * S)),
        st.tuples(st.just("replay"), st.just(0)),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(st.just("power cut"), st.integers(0, DAY)),
    ),
    max_size=25,
)


class Life:
    """One gate and its collector: the truth is known here and nowhere else."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._run, self._boots = folder / "card", folder / "run", 0
        self.machine = Machine(boot="boot0")
        self.made: list[tuple[Instant, int]] = []
        self._committed = 0
        self._signed = [receipt(NOON - DAY, 0)]
        self._starts()

    def _starts(self) -> None:
        limits = Limits(floor_ms=NOON - 30 * DAY, ceiling_ms=NOON + 20 * 365 * DAY)
        self.clock = Timekeeper(
            self.machine, limits, SavedTime(self._folder), SavedTime(self._run), GATE
        )
        self._look()

    def _look(self) -> None:
        self.clock.look(JOURNAL, len(self.made), self.machine.up_ms * MS)
        for note in self.clock.notes():
            known, true = note.data["known"], self.machine.true_ms - self.machine.up_ms
            assert known.get("lo", true) <= true <= known.get("hi", true), "what is proved is so"

    def lives(self, happens: str, much: int) -> None:
        machine = self.machine
        match happens:
            case "passes":
                machine.passes(much)
            case "answer":
                machine.answer(much)
            case "silence":
                machine.answered = None
            case "step" | "little step":
                machine.step(max(much, -machine.wall_ms))
            case "record":
                self._record()
            case "receipt":
                self._confirm(much)
            case "replay":
                self.clock.heard(lambda: self._signed[0])
            case "restart":
                self._starts()
            case "power cut":
                self._cut(much)
        self._look()
        self._record()

    def _record(self) -> None:
        self.made.append((self.clock.now(), self.machine.true_ms))
        self._look()
        self.machine.passes(66)

    def _confirm(self, back_ms: int) -> None:
        """Let the collector commit what there is, and its receipt take a while."""
        self._committed = len(self.made)
        self._signed.append(receipt(self.machine.true_ms, self._committed))
        self.machine.passes(back_ms)
        self.clock.heard(lambda: self._signed[-1])

    def _cut(self, off_ms: int) -> None:
        self._boots += 1
        before, self.machine = self.machine, Machine(boot=f"boot{self._boots}", up_ms=3 * S)
        self.machine.true_ms = before.true_ms + off_ms + 3 * S
        self.machine.wall_ms = 0
        self._starts()


@settings(max_examples=40, deadline=None)
@given(HAPPENINGS)
def test_a_corrected_time_is_within_its_stated_bound(happenings: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        life = Life(Path(folder))
        for happens, much in happenings:
            life.lives(happens, much)
    received = life.machine.true_ms + S
    slots: dict[tuple[str, int], Slot] = {}
    for seq, (at, true_ms) in enumerate(life.made, 1):
        stated = STATED_MS.get(at.clock)
        assert stated is None or _slewed(happenings) or abs(at.wall_ms - true_ms) <= stated
        stamp = (at.up_ns // MS, at.wall_ms, at.clock)
        observed(slots, at.boot, seq, stamp, received)
    if _slewed(happenings):
        return
    times = Times(slots.values())
    for at, true_ms in life.made:
        moment = times.moment(at.boot, at.up_ns // MS, received)
        if moment.bound_ms is None:
            assert true_ms <= moment.ms
        else:
            assert abs(moment.ms - true_ms) <= moment.bound_ms + 1


def _slewed(happenings: list[tuple[str, int]]) -> bool:
    """Say whether somebody moved the clock by so little that it looks like a time server's work."""
    return any(happens.endswith("step") and abs(much) <= 2_500 for happens, much in happenings)
