"""What each process carries in its memory: the camera's knows no network, the network's no camera.

An import rule sees what is written; this sees what is really loaded, libraries' own imports too.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.device.command import environment
from tests.device.site import Site

SCANNER = """
import json, sys
from device import cli
status = cli.main(["run", "--config", sys.argv[1]])
ours = [module for name, module in sys.modules.items() if name.split(".")[0] in ("device", "wire")]
for module in ours:
    if module.__name__ == "device.watchdog":
        continue  # speaks to systemd, over a unix socket
    for value in vars(module).values():
        assert getattr(value, "__name__", "") not in ("socket", "ssl", "asyncio"), module
print(json.dumps([status, sorted(sys.modules)]))
"""

UPLINK = """
import json, signal, sys
from device import cli
def end(*_):
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:  # it has come so far
        signal.raise_signal(signal.SIGTERM)
signal.signal(signal.SIGALRM, end)
signal.setitimer(signal.ITIMER_REAL, 1.0, 0.5)
status = cli.main(["uplink", "--config", sys.argv[1]])
print(json.dumps([status, sorted(sys.modules)]))
"""

NETWORK = {"paho", "http.client", "urllib.request", "inotify_simple", "ssl", "_ssl", "asyncio"}
"""Not `socket`, over which the watchdog speaks to systemd. That nobody else touches it is asked
below, and that it leads nowhere is the service's PrivateNetwork."""
IDLE = {"rich", "pygments"}
"""What only a terminal needs, and every process would load because it is installed."""
OURS = {"device.uplink", "device.uplink.link", "device.uplink.uplink", "wire.topics"}
DOOR = {"numpy", "cv2", "zxingcpp", "pyzbar", "gpiozero", "picamera2"}
DOORS = {"device.camera", "device.reading", "device.gpio", "device.credential", "device.verdict"}


def loaded(program: str, config: Path) -> set[str]:
    """Run the program and return the modules in its memory at its end."""
    done = subprocess.run(
        [sys.executable, "-c", program, config],
        check=False,
        capture_output=True,
        text=True,
        timeout=50,
        env=environment("en"),
    )
    assert done.stdout, done.stderr
    status, modules = json.loads(done.stdout.splitlines()[-1])
    assert status == 0, done.stderr
    return set(modules)


@pytest.fixture
def door(site: Site) -> Path:
    site.draw_pass("a.png")
    return site.config


def test_the_process_that_decodes_strangers_codes_has_no_code_for_a_network(door: Path) -> None:
    modules = loaded(SCANNER, door)
    assert "cv2" in modules
    assert modules & (NETWORK | OURS | IDLE) == set()


def test_what_the_log_brings_only_when_asked_is_there_when_asked() -> None:
    program = "from device import lean; import structlog; print(structlog.stdlib.asyncio.run)"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=50
    )
    assert "function run" in done.stdout


def test_the_process_with_the_network_has_no_code_for_camera_codes_and_pins(door: Path) -> None:
    modules = loaded(UPLINK, door)
    assert "paho.mqtt.client" in modules
    assert modules & (DOOR | DOORS | IDLE) == set()
