"""The gate's services on a machine of their own: what a person at the door and a wire would see."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lanes.appliance.conftest import leave_out_where_it_cannot_run
from tests.lanes.appliance.district import District
from tests.lanes.appliance.gate import (
    AMBER,
    GREEN,
    RELAY,
    SCANNER,
    UPLINK,
    Gate,
    Level,
    now_ns,
)
from tests.lanes.appliance.machine import until
from tests.lanes.camera.door import Shown
from wire.record import Reason, Scan

leave_out_where_it_cannot_run()
pytestmark = pytest.mark.timeout(400)  # the first run makes the tree

LONG_S = 60.0
"""Enough for a busy machine."""
TRIES = 4
HINDERED = "Failed to spawn 'stop-post'"
"""What systemd says when someone outside took the unit's empty control group away, as there are
hosts of containers that do; on a machine of its own nobody does."""
LET_GO_S = 3.0
NOTICED_S, BACK_S = 10.0, 30.0
SCANNER_MB, UPLINK_MB = 130, 50


@pytest.fixture(autouse=True)
def well(gate: Gate) -> Iterator[None]:
    """Begin each test with a door that works, whatever the one before did to it."""
    for name in ("stuck", "unplugged"):
        gate.camera(name, on=False)
    until(lambda: gate.is_ready(SCANNER) and gate.is_ready(UPLINK), LONG_S, gate.said)
    gate.green_after(now_ns(), LONG_S)
    yield
    for name in ("stuck", "unplugged"):
        gate.camera(name, on=False)


def restarted(gate: Gate, unit: str, before: int) -> None:
    until(lambda: gate.restarts(unit) > before, LONG_S, gate.said)


def test_the_first_scan_is_confirmed_by_the_district(
    gate: Gate, district: District, figures: dict[str, Any]
) -> None:
    assert figures["first_confirmed_s"] < LONG_S
    end = gate.end()
    assert end is not None
    assert district.rows() >= end.confirmed >= 1


def test_it_shows_that_it_starts_and_is_soon_ready(gate: Gate, figures: dict[str, Any]) -> None:
    before = gate.restarts(SCANNER)
    killed = now_ns()
    gate.machine.signal(SCANNER, "KILL")
    restarted(gate, SCANNER, before)
    until(lambda: gate.is_ready(SCANNER), LONG_S, gate.said)
    began = gate.began_ns(SCANNER)
    assert began > killed
    light = gate.next_up(AMBER, began, LONG_S).up_ns
    figures["starting_shown_s"] = round((light - began) / 1e9, 2)
    figures["ready_s"] = round(gate.ready_s(SCANNER), 2)
    assert figures["starting_shown_s"] < figures["ready_s"]


def test_a_killed_scanner_is_back_at_once_and_leaves_no_code_behind(
    gate: Gate, texts: list[str], figures: dict[str, Any]
) -> None:
    before = gate.restarts(SCANNER)
    shown = gate.next_up(GREEN, now_ns(), LONG_S)
    gate.machine.signal(SCANNER, "KILL")  # with a code in view
    figures["kill_s"] = round(gate.green_after(max(shown.up_ns, now_ns()), LONG_S), 1)
    assert figures["kill_s"] < BACK_S
    assert gate.restarts(SCANNER) > before
    assert gate.holding(texts) == []


def test_a_crashed_scanner_is_back_and_dumps_no_picture_of_its_memory(
    gate: Gate, figures: dict[str, Any]
) -> None:
    before = gate.restarts(SCANNER)
    gate.machine.signal(SCANNER, "SEGV")
    crashed = now_ns()
    restarted(gate, SCANNER, before)
    figures["crash_s"] = round(gate.green_after(crashed, LONG_S), 1)
    assert gate.cores() == []


def test_a_killed_uplink_is_back_and_the_door_never_noticed(
    gate: Gate, figures: dict[str, Any]
) -> None:
    scanner, uplink = gate.restarts(SCANNER), gate.restarts(UPLINK)
    gate.machine.signal(UPLINK, "KILL")
    killed = now_ns()
    gate.green_after(killed, LONG_S)
    restarted(gate, UPLINK, uplink)
    reached = gate.records()[-1].seq
    until(lambda: (gate.end() or pytest.fail("no end")).confirmed >= reached, LONG_S, gate.said)
    figures["uplink_kill_to_confirmed_s"] = round((now_ns() - killed) / 1e9, 1)
    assert gate.restarts(SCANNER) == scanner


def stopped_while_open(gate: Gate) -> Level:
    """Stop the whole process while the relay is on; return when it went on."""
    for _ in range(TRIES):
        on = gate.next_up(RELAY, now_ns(), LONG_S)
        gate.machine.signal(SCANNER, "STOP")
        if gate.level(RELAY) > 0:
            return on
        gate.machine.signal(SCANNER, "CONT")  # too late: its pulse had ended
    pytest.fail("it could never be stopped in time")


def let_go(gate: Gate, since_ns: int) -> Level:
    """Wait for the next green light; return how the relay went off before it."""
    green = gate.next_up(GREEN, since_ns, LONG_S)
    off = [each for each in gate.pins() if each.pin == RELAY and since_ns < each.up_ns]
    before = [each for each in off if each.up_ns < green.up_ns and each.level == 0]
    return before[0] if before else green


def test_the_relay_lets_go_when_the_whole_process_is_stopped(
    gate: Gate, figures: dict[str, Any]
) -> None:
    hindered, tries, held = -1, TRIES, True
    while tries and len(gate.said_lines(SCANNER, HINDERED)) != hindered:
        hindered, tries = len(gate.said_lines(SCANNER, HINDERED)), tries - 1
        on, stopped = stopped_while_open(gate), now_ns()
        off = let_go(gate, stopped)
        figures["relay_held_s"] = round((off.up_ns - on.up_ns) / 1e9, 1)
        figures["hang_s"] = round(gate.green_after(stopped, LONG_S), 1)
        held = (off.pin, off.level) != (RELAY, 0.0)
    assert not held, "it was on until the next person came"
    assert "status=6/ABRT" in gate.machine.journal(SCANNER)


def test_the_relay_lets_go_by_itself_when_only_the_loop_hangs(
    gate: Gate, texts: list[str], figures: dict[str, Any]
) -> None:
    before = gate.restarts(SCANNER)
    on = gate.next_up(RELAY, now_ns(), LONG_S)
    gate.camera("stuck", on=True)
    hung = now_ns()
    until(lambda: gate.level(RELAY) == 0, LET_GO_S, gate.said)
    assert gate.restarts(SCANNER) == before
    restarted(gate, SCANNER, before)
    gate.camera("stuck", on=False)
    figures["loop_hang_s"] = round(gate.green_after(hung, LONG_S), 1)
    said = gate.machine.journal(SCANNER)
    assert "Fatal Python error: Aborted" in said, "where it hung is said"
    assert not [each for each in texts if each in said]
    assert on.level > 0


def test_a_camera_that_freezes_is_noticed_shown_and_survived(
    gate: Gate, figures: dict[str, Any]
) -> None:
    before = len(gate.said_lines(SCANNER, "camera-lost:"))
    gate.camera("unplugged", on=True)
    frozen = now_ns()
    until(lambda: len(gate.said_lines(SCANNER, "camera-lost:")) > before, LONG_S, gate.said)
    figures["frozen_noticed_s"] = round((now_ns() - frozen) / 1e9, 1)
    gate.distress_after(frozen, LONG_S)
    gate.camera("unplugged", on=False)
    figures["frozen_s"] = round(gate.green_after(frozen, LONG_S), 1)
    assert figures["frozen_noticed_s"] < NOTICED_S
    assert figures["frozen_s"] < BACK_S


def test_an_enrolment_laid_onto_the_boot_partition_is_taken_up(
    gate: Gate, district: District
) -> None:
    boot = gate.machine.path("/boot/firmware/gate")
    gate.machine.run("systemctl", "start", "gate-setup.service")
    request = (boot / "request.json").read_bytes()
    before = gate.machine.main_pid(SCANNER)
    answer = district.admit(request, place="Chợ Mới")
    (boot / "enrolment.new").write_bytes(answer)
    (boot / "enrolment.new").rename(boot / "enrolment.json")
    until((boot / "enrolment.accepted.json").exists, LONG_S, gate.said)
    assert "Chợ Mới" in (boot / "result.txt").read_text()
    until(lambda: gate.machine.main_pid(SCANNER) not in (0, before), LONG_S, gate.said)
    gate.green_after(now_ns(), LONG_S)
    modes = gate.machine.run("stat", "-c", "%U %G %a", "/etc/gate/keys/uplink/tls.pem")
    assert modes == "root gate-uplink 640\n"


def test_both_services_stay_small(
    gate: Gate, district: District, texts: list[str], figures: dict[str, Any]
) -> None:
    (fresh,) = district.passes(1)
    since = now_ns()
    try:
        with gate.barely_played(Shown(fresh, pictures=1)):
            gate.green_after(since, LONG_S)
            figures["scanner_mb"] = round(gate.resident_mb(SCANNER), 1)
            figures["uplink_mb"] = round(gate.resident_mb(UPLINK), 1)
    finally:
        gate.show([Shown(each) for each in texts])
        gate.machine.run("systemctl", "restart", SCANNER)
    assert figures["scanner_mb"] <= SCANNER_MB
    assert figures["uplink_mb"] <= UPLINK_MB


def test_every_green_light_is_a_stored_scan_through_all_of_it(gate: Gate) -> None:
    records = gate.records()
    assert [each.seq for each in records] == list(range(1, len(records) + 1))
    scans = [each for each in records if isinstance(each, Scan)]
    assert {each.reason for each in scans} == {Reason.ACCEPTED}
    greens = [each for each in gate.pins() if each.pin == GREEN and each.level > 0]
    assert 0 < len(greens) <= len(scans) + 1  # one may have been stored since
