"""The gate's clock against servers that lie, clocks that jump, and receipts that come late."""

from pathlib import Path
from typing import Any

import pytest

from device.flow import Remark
from device.timekeeping.belief import Fault
from device.timekeeping.keeper import Limits, Timekeeper
from device.timekeeping.saved import NAME, Anchor, SavedTime
from tests.device.timekeeping.machine import DAY, GATE, JOURNAL, MS, NOON, Machine, S, receipt
from wire.record import ANCHORED_MS, ClockState, What

CEILING = NOON + 365 * DAY
Y1970, Y2099 = 3_600_000, 4_070_908_800_000


def keeper(machine: Machine, folder: Path | None = None, **limits: Any) -> Timekeeper:  # noqa: ANN401
    bounds = {"floor_ms": NOON - 30 * DAY, "ceiling_ms": CEILING, **limits}
    run = None if folder is None else folder / "run"
    return Timekeeper(machine, Limits(**bounds), SavedTime(folder), SavedTime(run), GATE)


def told(notes: tuple[Remark, ...]) -> list[tuple[str, int]]:
    assert all(each.what is What.CLOCK for each in notes)
    return [(each.data["how"], each.data["by_ms"]) for each in notes]


def confirmed(
    machine: Machine, clock: Timekeeper, seq: int, *, commit_ms: int = 40, back_ms: int = 60
) -> None:
    """Store record `seq`, and bring its receipt."""
    clock.look(JOURNAL, seq - 1, machine.up_ms * MS)
    machine.passes(1)
    clock.look(JOURNAL, seq, machine.up_ms * MS)
    machine.passes(commit_ms)
    signed = receipt(machine.true_ms, seq)
    machine.passes(back_ms)
    clock.heard(lambda: signed)


# -- a time server --------------------------------------------------------------------------------


def test_a_time_server_is_believed_and_its_loss_is_noted() -> None:
    machine = Machine()
    machine.answer()
    clock = keeper(machine)
    assert clock.now().clock is ClockState.SYNCED
    assert told(clock.notes()) == [("ntp", 0)]
    machine.passes(20 * S)
    machine.answered = None
    assert clock.now().clock is ClockState.UNSYNCED
    assert clock.now().wall_ms == machine.true_ms
    assert told(clock.notes()) == [("lost", 0)]


def test_a_kernel_that_is_kept_in_step_is_believed() -> None:
    machine = Machine()
    machine.answered = 0
    assert keeper(machine).now().clock is ClockState.SYNCED


def test_a_clock_that_somebody_stepped_is_not_believed_until_the_next_answer() -> None:
    machine = Machine()
    machine.answer()
    clock = keeper(machine)
    clock.notes()
    machine.passes(60 * S)
    up = machine.up_ms
    machine.step(-7 * S)
    assert machine.up_ms == up, "the wall clock alone moved"
    assert clock.now().clock is ClockState.UNSYNCED, "not one record is made with the old belief"
    assert told(clock.notes())[0] == ("step", -7 * S)
    machine.passes(30 * S)
    assert clock.now().clock is ClockState.UNSYNCED
    machine.answer()
    assert clock.now().clock is ClockState.SYNCED
    assert told(clock.notes()) == [("step", 7 * S)]


def test_a_time_server_that_steps_the_clock_is_believed_at_once() -> None:
    machine = Machine(wall_ms=NOON - 3 * DAY)
    clock = keeper(machine)
    assert clock.now().clock is ClockState.UNSYNCED
    machine.passes(20 * S)
    machine.answer()
    assert (clock.now().clock, clock.now().wall_ms) == (ClockState.SYNCED, machine.true_ms)
    assert ("step", 3 * DAY) in told(clock.notes())


def test_a_clock_that_is_stepped_all_the_time_does_not_fill_the_journal() -> None:
    machine = Machine()
    clock = keeper(machine)
    clock.notes()
    notes: list[tuple[str, int]] = []
    for number in range(600):
        machine.passes(100)
        machine.step(5 * S if number % 2 else -4 * S)
        clock.now()
        notes += told(clock.notes())
    steps = [by_ms for how, by_ms in notes if how == "step"]
    assert len(steps) <= 7
    assert sum(steps) <= 600 * S


def test_who_vouches_for_a_clock_is_believed_and_nothing_is_noted() -> None:
    machine = Machine(wall_ms=Y2099)
    clock = keeper(machine, vouched=True)
    assert (clock.now().clock, clock.now().wall_ms) == (ClockState.VOUCHED, Y2099)
    assert clock.notes() == ()


# -- receipts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("wall_ms", [Y1970, NOON - 3 * DAY, NOON + 3 * DAY, Y2099])
def test_receipts_alone_put_a_clock_right(wall_ms: int) -> None:
    machine = Machine(wall_ms=wall_ms)
    clock = keeper(machine)
    assert clock.now().clock is ClockState.UNSYNCED
    confirmed(machine, clock, 5)
    now = clock.now()
    assert now.clock is ClockState.ANCHORED
    assert abs(now.wall_ms - machine.true_ms) <= ANCHORED_MS
    assert abs(now.wall_ms - machine.true_ms) < S, "as near as the receipt was quick"


def test_a_receipt_outranks_a_time_server() -> None:
    machine = Machine()
    machine.answer(off_ms=-2 * DAY)
    clock = keeper(machine)
    assert clock.now().clock is ClockState.SYNCED
    confirmed(machine, clock, 5)
    now = clock.now()
    assert (now.clock, clock.fault) == (ClockState.ANCHORED, Fault.REFUTED)
    assert abs(now.wall_ms - machine.true_ms) < S
    machine.answer()
    assert (clock.now().clock, clock.fault) == (ClockState.SYNCED, Fault.NONE)


def test_a_receipt_for_records_of_before_says_only_how_late_it_is() -> None:
    machine = Machine(wall_ms=Y1970)
    clock = keeper(machine)
    signed = receipt(machine.true_ms, 3)
    machine.passes(200)
    clock.heard(lambda: signed)
    now = clock.now()
    assert now.clock is ClockState.UNSYNCED
    assert machine.true_ms - 2 * S < now.wall_ms <= machine.true_ms


def test_a_receipt_that_is_held_back_can_make_the_clock_unsure_and_not_wrong() -> None:
    machine = Machine(wall_ms=Y1970)
    clock = keeper(machine)
    confirmed(machine, clock, 5, back_ms=3_600 * S)
    now = clock.now()
    assert now.clock is ClockState.UNSYNCED
    confirmed(machine, clock, 6)
    assert clock.now().clock is ClockState.ANCHORED
    stale = receipt(NOON + 1, 5)
    before = clock.now().wall_ms
    clock.heard(lambda: stale)
    assert clock.now().wall_ms == before


def test_receipts_for_another_gate_say_nothing() -> None:
    machine = Machine(wall_ms=Y1970)
    clock = keeper(machine)
    before = clock.now().wall_ms
    clock.heard(lambda: receipt(machine.true_ms, 3, gate="cong-khac"))
    assert clock.now().wall_ms == before


def test_an_anchor_grows_old() -> None:
    machine = Machine(wall_ms=Y1970)
    clock = keeper(machine)
    confirmed(machine, clock, 5)
    machine.passes(6 * 3_600 * S)
    assert clock.now().clock is ClockState.ANCHORED
    machine.passes(DAY)
    assert clock.now().clock is ClockState.UNSYNCED


# -- times that cannot be -------------------------------------------------------------------------


def test_a_time_beyond_the_certificates_end_is_not_believed_nor_saved(tmp_path: Path) -> None:
    machine = Machine()
    machine.answer(off_ms=Y2099 - NOON)
    clock = keeper(machine, tmp_path)
    now = clock.now()
    assert (now.clock, clock.fault) == (ClockState.UNSYNCED, Fault.BEYOND)
    assert now.wall_ms < CEILING
    assert told(clock.notes())[0][0] == "clock-beyond"
    assert not (tmp_path / NAME).exists()
    machine.answer()
    machine.passes(S)
    assert clock.now().clock is ClockState.SYNCED


def test_another_certificate_lets_the_time_go_on_and_an_older_one_takes_nothing_back() -> None:
    machine = Machine()
    machine.answer()
    clock = keeper(machine, ceiling_ms=machine.true_ms - DAY)
    faults = [clock.fault]
    for days in (-2, 1):
        clock.extend(machine.true_ms + days * DAY)
        machine.passes(5_000)
        clock.now()
        faults.append(clock.fault)
    assert faults == [Fault.BEYOND, Fault.BEYOND, Fault.NONE]


def test_a_collector_beyond_it_is_not_believed_either(tmp_path: Path) -> None:
    machine = Machine()
    clock = keeper(machine, tmp_path)
    clock.heard(lambda: receipt(Y2099, 3))
    assert clock.now().wall_ms == machine.true_ms
    clock.notes()
    assert not (tmp_path / NAME).exists()


def test_a_saved_time_beyond_it_is_forgotten(tmp_path: Path) -> None:
    SavedTime(tmp_path).keep(Anchor(Y2099, "x", 5))
    machine = Machine(wall_ms=Y1970)
    assert keeper(machine, tmp_path).now().wall_ms < CEILING


# -- over a power cut -----------------------------------------------------------------------------


def test_a_gate_without_any_clock_goes_on_from_the_latest_anchor(tmp_path: Path) -> None:
    machine = Machine()
    machine.answer()
    clock = keeper(machine, tmp_path)
    clock.notes()
    later = Machine(wall_ms=Y1970, up_ms=5 * S, boot="ffffffff")
    later.true_ms += DAY
    again = keeper(later, tmp_path)
    now = again.now()
    assert (now.clock, now.wall_ms) == (ClockState.UNSYNCED, NOON)
    assert told(again.notes()) == [("saved", NOON - Y1970)]
    later.answer()
    assert (again.now().clock, again.now().wall_ms) == (ClockState.SYNCED, later.true_ms)


def test_a_time_that_a_lying_server_left_behind_does_not_stand_against_the_next(
    tmp_path: Path,
) -> None:
    machine = Machine()
    machine.answer(off_ms=200 * DAY)
    keeper(machine, tmp_path).notes()
    later = Machine(wall_ms=Y1970, boot="ffffffff")
    later.answer()
    assert keeper(later, tmp_path).now().clock is ClockState.SYNCED


def test_a_restart_in_the_same_boot_knows_what_receipts_have_proved(tmp_path: Path) -> None:
    machine = Machine(wall_ms=Y1970)
    clock = keeper(machine, tmp_path)
    confirmed(machine, clock, 5)
    assert told(clock.notes())[-1][0] == "receipt"
    machine.passes(90 * S)
    again = keeper(machine, tmp_path)
    assert again.now().clock is ClockState.ANCHORED
    assert abs(again.now().wall_ms - machine.true_ms) < S


def test_the_saved_time_moves_on_an_anchor_only_and_once_an_hour(tmp_path: Path) -> None:
    machine = Machine()
    clock = keeper(machine, tmp_path)
    for _ in range(5):
        machine.passes(3_600 * S)
        clock.now()
        clock.notes()
    assert not (tmp_path / NAME).exists(), "nobody said what time it is"
    written = []
    for _ in range(3 * 360):
        machine.passes(10 * S)
        if machine.up_ms % (60 * S) == 0:
            machine.answer()
        clock.now()
        clock.notes()
        if (tmp_path / NAME).exists():
            written.append((tmp_path / NAME).read_bytes())
    assert 3 <= len(set(written)) <= 4


@pytest.mark.parametrize("data", [b"", b"{", b'{"wall_ms":"x"}', b"\xff" * 9_000])
def test_a_damaged_file_is_no_time(tmp_path: Path, data: bytes) -> None:
    (tmp_path / NAME).write_bytes(data)
    assert keeper(Machine(wall_ms=Y1970), tmp_path).now().wall_ms == NOON - 30 * DAY


def test_a_file_that_cannot_be_written_does_not_end_the_door(tmp_path: Path) -> None:
    (tmp_path / "flat").write_text("")
    machine = Machine()
    machine.answer()
    clock = keeper(machine, tmp_path / "flat")
    assert told(clock.notes()) == [("ntp", 0)]
    assert clock.now().clock is ClockState.SYNCED


def test_a_moment_just_past_is_told_from_now() -> None:
    machine = Machine()
    clock = keeper(machine)
    now = clock.now()
    past = clock.at(now.up_ns - 250 * MS)
    assert (past.up_ns, past.wall_ms) == (now.up_ns - 250 * MS, now.wall_ms - 250)


def test_a_clock_that_was_stepped_is_no_better_after_a_restart(tmp_path: Path) -> None:
    machine = Machine()
    machine.answer()
    keeper(machine, tmp_path).notes()
    machine.passes(60 * S)
    machine.step(-7 * S)
    assert keeper(machine, tmp_path).now().clock is ClockState.UNSYNCED
    stepped = Machine()
    stepped.answer()
    clock = keeper(stepped, tmp_path / "other")
    clock.notes()
    stepped.passes(60 * S)
    stepped.step(-7 * S)
    clock.now()
    clock.notes()
    assert keeper(stepped, tmp_path / "other").now().clock is ClockState.UNSYNCED
    stepped.answer()
    assert keeper(stepped, tmp_path / "other").now().clock is ClockState.SYNCED


def test_a_receipt_for_a_record_of_before_says_nothing_by_a_later_one() -> None:
    machine = Machine(wall_ms=Y1970)
    clock = keeper(machine)
    clock.look(JOURNAL, 3, machine.up_ms * MS)
    signed = receipt(machine.true_ms, 3)
    machine.passes(60 * S)
    clock.look(JOURNAL, 3, machine.up_ms * MS)
    clock.look(JOURNAL, 5, machine.up_ms * MS)
    clock.heard(lambda: signed)
    assert clock.now().clock is ClockState.UNSYNCED, "record 4 says nothing of record 3"
