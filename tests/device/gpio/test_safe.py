"""After a crash every output goes to rest, whatever else is broken."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from device.gpio.board import Board
from device.gpio.mock import traced_factory
from device.gpio.patterns import Step
from device.gpio.safe import drive_to_rest, let_go
from device.pinout.header import KEPT
from device.pinout.pins import Pins
from tests.device.command import environment
from tests.device.site import Site

PINS = Pins(amber=22, relay=26, white=16)


def ran(config: Path, *before: str) -> subprocess.CompletedProcess[str]:
    program = [*before, "-m", "device.safe", "--config", str(config)]
    return subprocess.run(
        [sys.executable, *program],
        check=False,
        capture_output=True,
        text=True,
        timeout=50,
        env=environment("en"),
    )


def levels(trace: Path) -> dict[str, float]:
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    return {line["pin"]: line["level"] for line in lines}


def test_every_output_is_at_rest_after_a_crash_with_all_of_them_on(site: Site) -> None:
    """Nobody says so to a process that was killed: its levels stay where they were."""
    site.configure({'board = "mock"': 'board = "mock"\npins = { amber = 22, relay = 26 }'})
    killed = Board(Pins(amber=22, relay=26), traced_factory(site.pins, lambda: 0))
    killed.show(Step(ms=1, green=True, red=True, amber=True, hz=440.0, relay=True))
    assert set(levels(site.pins).values()) != {0.0}
    done = ran(site.config)
    assert (done.returncode, done.stderr) == (0, "")
    assert levels(site.pins) == dict.fromkeys(
        ["GPIO17", "GPIO18", "GPIO22", "GPIO26", "GPIO27"], 0.0
    )
    killed.close()


def test_a_relay_that_is_active_low_rests_high(site: Site) -> None:
    relay = "pins = { relay = 6, relay_active_high = false }"
    site.configure({'board = "mock"': f'board = "mock"\n{relay}'})
    assert ran(site.config).returncode == 0
    assert levels(site.pins)["GPIO6"] == 1.0


@pytest.mark.skipif(Path("/dev/gpiomem").exists(), reason="this machine has pins")
@pytest.mark.parametrize("text", ["[panel", "", None])
def test_a_torn_configuration_is_said_and_is_no_traceback(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "gate.toml"
    if text is not None:
        path.write_text(text)
    done = ran(path)
    assert done.returncode == 2
    assert done.stderr.startswith("config-")
    assert len(done.stderr.splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_it_loads_neither_camera_nor_decoders_nor_what_draws_pictures() -> None:
    program = "import sys, device.safe; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    modules = set(done.stdout.decode().split())
    assert "gpiozero" in modules
    assert modules & {"cv2", "numpy", "zxingcpp", "pyzbar", "picamera2", "tinydb", "paho"} == set()


def test_a_pin_that_cannot_be_had_keeps_no_other_from_being_driven() -> None:
    factory = traced_factory(None, lambda: 0)
    with_one = Board(Pins(green=4, red=PINS.relay or 0, buzzer=None), factory)
    held, failed = drive_to_rest(PINS.outputs(), factory)
    assert [what for what, _ in failed] == ["relay (26)"]
    assert len(held) == len(PINS.outputs()) - 1
    for each in held:
        each.close()
    with_one.close()


def test_where_nobody_knows_what_is_connected_every_pin_is_let_go_of() -> None:
    factory = traced_factory(None, lambda: 0)
    held, failed = let_go(factory)
    assert failed == []
    assert len(held) == 28 - len(KEPT)
    assert {factory.pin(pin)._function for pin in range(4, 14)} == {"input"}
    for each in held:
        each.close()
