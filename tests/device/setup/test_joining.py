"""A gate that is shown a code becomes one; whatever goes wrong, it says what it waits for."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from device import enrol, plainfile
from device.joinstate import OVER
from device.selftest.report import signed
from device.setup import join
from device.setup.trouble import JoinFailed
from tests.collector.enrol.district import CABLE, GATE, PLACE, WIFI, District
from tests.device.setup.newgate import NewGate
from wire.enrolcode import Network
from wire.joining import Step, Trouble
from wire.record import ClockState, Direction
from wire.selftest import Found, Outcome, Report

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> District:
    return District(tmp_path_factory.mktemp("district"))


@pytest.fixture
def district(made: District) -> Iterator[District]:
    with made.open():
        yield made


@pytest.fixture
def gate(tmp_path: Path, made: District) -> NewGate:
    return NewGate(tmp_path / "gate", made.root, made.now_ms)


def report_of(gate: NewGate) -> bytes:
    key = load_pem_private_key((gate.keys / enrol.RECORDS_KEY).read_bytes(), None)
    found = (Found("camera", Outcome.GOOD),)
    made = Report(GATE, PLACE, gate.wall_ms, ClockState.UNSYNCED, "0.1.0", found)
    return signed(made, key)  # type: ignore[arg-type]


def test_a_gate_that_is_shown_a_code_becomes_one(district: District, gate: NewGate) -> None:
    text = district.code(WIFI, replace=True)

    said = gate.show(text, selftest=lambda: report_of(gate))

    assert [each.step for each in gate.said] == [
        *(Step.ASKED, Step.LINKING, Step.KEYS, Step.JOINING),
        *(Step.ENROLLED, Step.TESTING, Step.REPORTED),
    ]
    assert said.trouble is None
    assert gate.joined == [WIFI]
    enrolled = enrol.load(gate.keys, gate.root).enrolment
    assert (enrolled.gate, enrolled.place) == (GATE, PLACE)
    assert set(enrolled.directions) == set(Direction)
    assert [(each.host, each.port) for each in enrolled.brokers] == [("localhost", 8883)]
    assert (gate.keys / "wiring").read_text() == "relay-door\n"
    (entry,) = (each for each in district.admitted.gates() if each.gate == GATE)
    assert entry.records.kid == enrolled.records
    line = district.book.line(said.number)
    assert line is not None
    assert (line.used, line.step, line.passed, line.text) == (True, Step.REPORTED, True, "")


def test_a_used_code_makes_no_second_gate(
    district: District, gate: NewGate, tmp_path: Path
) -> None:
    text = district.code(gate="cong-mau-2")
    copied = NewGate(tmp_path / "copied", district.root, district.now_ms)
    assert gate.show(text).trouble is None

    said = copied.show(text)

    assert said.trouble is Trouble.USED
    assert not copied.is_enrolled
    line = district.book.line(said.number)
    assert line is not None
    assert line.trouble is Trouble.USED


def test_the_same_gate_asking_again_gets_the_same_answer(district: District, gate: NewGate) -> None:
    text = district.code(gate="cong-mau-3")
    gate.show(text)
    first = (gate.keys / enrol.ENROLMENT).read_bytes()
    (gate.keys / enrol.ENROLMENT).unlink()  # as if the answer had been cut off
    gate.show(text)
    assert (gate.keys / enrol.ENROLMENT).read_bytes() == first


def test_of_two_gates_at_once_with_one_code_one_becomes_it(
    district: District, tmp_path: Path
) -> None:
    text = district.code(gate="cong-mau-4")
    gates = [NewGate(tmp_path / f"{n}", district.root, district.now_ms) for n in range(4)]
    asking = [threading.Thread(target=each.show, args=(text,)) for each in gates]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert sorted(each.is_enrolled for each in gates) == [False, False, False, True]
    refused = [each.said[-1].trouble for each in gates if not each.is_enrolled]
    assert refused == [Trouble.USED] * 3


def test_an_expired_code_makes_no_gate_whatever_the_gates_clock_says(
    district: District, gate: NewGate
) -> None:
    text = district.code(gate="cong-mau-5")
    district.now_ms += 25 * HOUR_MS
    try:
        assert gate.show(text).trouble is Trouble.EXPIRED
        gate.clock, gate.wall_ms = ClockState.SYNCED, district.now_ms
        gate.joined.clear()
        assert gate.show(text).trouble is Trouble.EXPIRED
        assert gate.joined == []  # a sure clock does not even ask
    finally:
        district.now_ms -= 25 * HOUR_MS


def test_a_code_of_another_authority_is_foreign(
    gate: NewGate, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = District(tmp_path_factory.mktemp("stranger"))
    said = gate.show(stranger.code())
    assert said.trouble is Trouble.FOREIGN
    assert gate.joined == []


def test_no_part_of_a_code_is_one(made: District, gate: NewGate) -> None:
    text = made.code(gate="cong-mau-6")
    for length in range(0, len(text), 40):
        assert gate.show(text[:length]).trouble is Trouble.FOREIGN
    assert gate.joined == []


def test_a_clock_that_woke_in_the_past_is_set_forward_by_code_and_answer(
    district: District, gate: NewGate
) -> None:
    gate.wall_ms = 1_600_000_000_000
    gate.show(district.code(gate="cong-mau-7"))
    assert gate.wall_ms == district.now_ms


@pytest.mark.parametrize("state", [ClockState.SYNCED, ClockState.VOUCHED])
def test_a_clock_that_somebody_keeps_is_left_alone(
    district: District, gate: NewGate, state: ClockState
) -> None:
    gate.clock, gate.wall_ms = state, district.now_ms - HOUR_MS
    gate.show(district.code(gate="cong-mau-8", replace=True))
    assert gate.wall_ms == district.now_ms - HOUR_MS


def test_a_clock_that_may_not_be_set_stops_nothing(district: District, gate: NewGate) -> None:
    def refuse(_ms: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    gate.wall_ms = 0
    assert gate.show(district.code(gate="cong-mau-9"), set_clock=refuse).trouble is None
    assert gate.is_enrolled


@pytest.mark.parametrize("trouble", [Trouble.PASSPHRASE, Trouble.NO_WIFI, Trouble.NO_NETWORK])
def test_a_network_that_cannot_be_joined_is_said_and_another_code_works(
    district: District, gate: NewGate, trouble: Trouble
) -> None:
    def refuse(_network: Network) -> None:
        raise JoinFailed(trouble)

    text = district.code(WIFI, gate="cong-mau-10", replace=True)
    assert gate.show(text, link=refuse).trouble is trouble
    assert gate.show(district.code(gate="cong-mau-10", replace=True)).step in OVER


def test_a_district_that_is_down_is_asked_again_and_the_code_stays_good(
    made: District, gate: NewGate
) -> None:
    with made.open():
        text = made.code(gate="cong-mau-11")
        port = int(made.address.rpartition(":")[2])
    said = gate.show(text)
    assert said.trouble is Trouble.SILENT
    assert len(gate.slept) == 3
    assert port
    line = made.book.line(said.number)
    assert line is not None
    assert not line.used


@pytest.mark.parametrize("lost", [1, 2, 9])
def test_a_district_that_fails_between_admitting_and_answering_has_admitted_one_gate(
    made: District, gate: NewGate, lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked again and gives the same answer; where it stays away, a later try brings it."""
    fails = [OSError("the process ended")] * lost
    name = f"cong-giua-{lost}"

    def admit_and_fail(body: bytes) -> bytes:
        answer = made.desk.join(body)
        if fails:
            raise fails.pop()
        return answer

    monkeypatch.setattr(made, "_join", admit_and_fail)
    with made.open():
        text = made.code(gate=name)
        said = gate.show(text)
        if lost > 3:
            assert said.trouble is Trouble.SILENT
            assert not gate.is_enrolled
            fails.clear()
            said = gate.show(text)
        assert said.trouble is None
    assert gate.is_enrolled
    assert [each.gate for each in made.admitted.gates()].count(name) == 1
    known = enrol.load(gate.keys, gate.root).enrolment
    (entry,) = (each for each in made.admitted.gates() if each.gate == name)
    assert entry.records.kid == known.records


def test_a_report_that_cannot_be_handed_over_leaves_a_gate(
    district: District, gate: NewGate
) -> None:
    assert gate.show(district.code(gate="cong-mau-12"), selftest=lambda: b"{}").step is Step.TESTING
    assert gate.is_enrolled


def test_without_a_network_the_gate_makes_its_keys_and_waits(made: District, gate: NewGate) -> None:
    said = gate.show(made.code(Network("none"), gate="cong-mau-13"))
    assert (said.step, said.trouble) == (Step.WAITING, None)
    assert (gate.keys / enrol.REQUEST).exists()
    assert gate.joined == []


def test_policy_and_lists_are_laid_into_the_inbox_before_it_is_a_gate(
    district: District, gate: NewGate, tmp_path: Path
) -> None:
    told = {"policy.json": b"{}", "list-0123456789abcdef": b"\0"}
    district.desk._in_force = lambda place: told if place == PLACE else {}
    inbox = tmp_path / "inbox"
    was: list[bool] = []

    def laid(name: str, data: bytes) -> None:
        was.append(gate.is_enrolled)
        join.lay(inbox, name, data)

    gate.show(district.code(gate="cong-mau-14"), lay=laid)

    assert {path.name: path.read_bytes() for path in inbox.iterdir()} == told
    assert was == [False, False]
    assert gate.is_enrolled


class PowerCut(BaseException):
    """The power fails; nothing catches it."""


def test_after_a_power_cut_at_any_write_the_gate_is_nobody_or_a_gate(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cut at every file that gate-setup writes, before it is there and after."""
    left = 0

    def cutting(write: Callable[..., None]) -> Callable[..., None]:
        def cut(*words: object, **more: object) -> None:
            nonlocal left
            for _side in ("before", "after"):
                left -= 1
                if left == 0:
                    raise PowerCut
                if _side == "before":
                    write(*words, **more)

        return cut

    monkeypatch.setattr(plainfile, "write", cutting(plainfile.write))
    cuts = 0
    for point in range(1, 100):
        one = NewGate(tmp_path / f"{point}", district.root, district.now_ms)
        text = district.code(CABLE, gate=f"cong-cat-{point}")
        left = point
        try:
            one.show(text)
        except PowerCut:
            cuts += 1
        else:
            break
        left = 0
        was = one.is_enrolled
        assert one.show(text).trouble is None, point  # the technician shows it again
        assert one.is_enrolled
        assert was in (True, False)
    assert cuts >= 12
    with contextlib.suppress(FileNotFoundError):
        assert not list(tmp_path.rglob(".*.new"))
