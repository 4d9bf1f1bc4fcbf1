"""A hundred gates enrolled side by side against one collector: the real process, real HTTPS."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector import clock, counter, roster
from tests import ports
from tests.collector.enrol.district import order
from tests.device.setup.newgate import NewGate
from tests.lanes.appliance.district import COMMAND
from tests.lanes.appliance.machine import until
from tests.lanes.install.cable import Enrolling
from wire.joining import Step

pytestmark = pytest.mark.timeout(180)
GATES, MOST_S = 100, 120


@pytest.fixture
def open_district(tmp_path: Path) -> Iterator[Enrolling]:
    """Return a district whose enrolment process is at work on this machine."""
    found, port = Enrolling(tmp_path), ports.free()
    text = found.config.read_text().replace("10.77.0.1:8443", f"127.0.0.1:{port}")
    found.config.write_text(f'{text}host = "127.0.0.1"\nport = {port}\n')
    command = [sys.executable, "-c", COMMAND, "enrol", "--config", str(found.config)]
    with (tmp_path / "enrol.log").open("w") as log:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        until((tmp_path / "enrol/counter").exists, 30, (tmp_path / "enrol.log").read_text)
        yield found
    finally:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)
        child.kill()
        child.wait()


def test_a_hundred_gates_are_enrolled_side_by_side(
    open_district: Enrolling, tmp_path: Path, figures: dict[str, Any]
) -> None:
    enrolling = counter.enrolling(tmp_path / "enrol/counter")
    texts = [enrolling.make(order(gate=f"cong-{n}")).text for n in range(GATES)]
    root, now = open_district.home.public.root, clock.wall_ms()
    gates = [NewGate(tmp_path / f"gates/{n}", root, now) for n in range(GATES)]
    shown = [
        threading.Thread(target=gate.show, args=(text,))
        for gate, text in zip(gates, texts, strict=True)
    ]

    began = clock.steady_s()
    for each in shown:
        each.start()
    for each in shown:
        each.join()
    figures["hundred_gates_s"] = round(clock.steady_s() - began, 1)

    assert [gate.said[-1].trouble for gate in gates] == [None] * GATES
    assert all(gate.is_enrolled for gate in gates)
    listed = roster.load(open_district.home.folder / "roster.json")
    assert listed.names() == {f"cong-{n}" for n in range(GATES)}
    lines = enrolling.listed("ky-thuat")
    assert {(line.used, line.step) for line in lines} == {(True, Step.TESTING)}
    assert figures["hundred_gates_s"] <= MOST_S
