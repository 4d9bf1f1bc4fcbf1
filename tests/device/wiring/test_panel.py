"""What is connected to the pins, as a configuration asks for it."""

import json
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from device import config
from device.errors import PinsMissing
from device.flow import Frame, Instant, Press, Signal
from device.gpio.voice import offset_of
from device.gpio.white import HOLD_NS
from device.pinout.pins import InputPins, Pins
from device.wiring.panel import Pinned, pinned
from wire.record import ClockState

S = 1_000_000_000
MIDNIGHT = Instant(0, 17 * 3600 * 1000, ClockState.SYNCED, "0a0b0c0d")


def connected(trace: Path, **changes: object) -> Pinned:
    found = config.Panel(board="mock", trace=trace)
    return pinned(msgspec.structs.replace(found, **changes), "cong-1", lambda: MIDNIGHT)


def levels(trace: Path, pin: int) -> list[float]:
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    return [line["level"] for line in lines if line["pin"] == f"GPIO{pin}"]


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return tmp_path / "pins.jsonl"


def frames(*greys: int) -> Iterator[Frame]:
    for number, grey in enumerate(greys):
        yield Frame(np.full((720, 1280), grey, np.uint8), number * S, number)


def test_the_white_lamp_lights_a_dark_door_when_somebody_comes(trace: Path) -> None:
    pins = connected(trace, pins=Pins(white=16))
    with pins.panel:
        for frame in frames(5, 5, 5):
            pins.light(frame)
        for frame in frames(5, 20, 20):
            pins.light(frame)
        assert levels(trace, 16) == [1.0]
        pins.light(Frame(np.full((720, 1280), 20, np.uint8), 3 * HOLD_NS, 9))
        assert levels(trace, 16) == [1.0, 0.0]


def test_by_day_the_white_lamp_stays_dark(trace: Path) -> None:
    pins = connected(trace, pins=Pins(white=16))
    with pins.panel:
        for frame in frames(120, 200, 90, 120):
            pins.light(frame)
    assert not trace.exists() or levels(trace, 16) == []


def test_in_quiet_hours_nothing_sounds(trace: Path) -> None:
    night = config.Quiet(begins=time(22), ends=time(6))
    for quiet, sounds in [(None, True), (night, False)]:
        trace.unlink(missing_ok=True)
        with connected(trace, quiet=quiet).panel as panel:
            panel.show(Signal.ACCEPT)
        assert bool(levels(trace, 18)) is sounds
        assert levels(trace, 17) == [1.0, 0.0]


def test_buttons_and_lamps_share_the_board(trace: Path) -> None:
    pins = connected(trace, inputs=InputPins(service=5))
    with pins.panel, pins.inputs as inputs:
        assert inputs.pressed() == ()
        inputs._edges.append(("service", True, 7))
        assert [each.what for each in inputs.pressed()] == [Press.SERVICE]
    assert levels(trace, 5) == [] if trace.exists() else True


@pytest.mark.skipif(Path("/dev/gpiomem").exists(), reason="this machine has pins")
def test_a_machine_without_pins_is_not_taken_for_one_with(trace: Path) -> None:
    with pytest.raises(PinsMissing):
        connected(trace, board="pins")


def test_each_gate_has_its_own_tone() -> None:
    assert offset_of("cong-1") != 1.0
