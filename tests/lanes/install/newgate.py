"""A gate out of its box on its machine: the card's files, and nothing that names a place."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from tests.lanes.appliance.district import District
from tests.lanes.appliance.gate import BOOTSTRAP, PIPELINES, ROOT, SCANNER, TRACE, Gate, _build
from tests.lanes.appliance.machine import until
from tests.lanes.camera.door import FPS, PIPELINE, SIZE, Shown

SELFTEST, JOIN = "gate-selftest.service", "gate-join.service"
STATUS = "GPIO27"
"""Lit by every signal but the one for a stored scan, in every set of wiring."""
LONG_NS = 250_000_000
CONFIG = f"""\
[camera]
source = "picamera2"
width = {SIZE[0]}
height = {SIZE[1]}
fps = {FPS}

[panel]
board = "mock"
trace = "{{trace}}"

[clock]
vouched = true

[link]
reconnect_max_s = 2.0
"""
DROP_IN = f"""\
[Service]
ExecStart=
ExecStart=/opt/gate/current/bin/python /opt/lane/bootstrap.py /opt/lane/fingers.py \\
  /opt/gate/current/bin/gate {{command}}
Environment=CAMERA_FPS={FPS} CAMERA_PADDING=64 CAMERA_FORMAT=YUV420
Environment=CAMERA_UNPLUGGED=/opt/lane/unplugged CAMERA_STUCK=/opt/lane/stuck
"""
RUN = "run --config /etc/gate/gate.toml"
TEST = "selftest --config /etc/gate/gate.toml --out /run/gate-selftest"


class NewGate(Gate):
    """One gate without a name."""

    def install(self, district: District) -> None:
        """Install the project and the services, as they are on every memory card."""
        machine = self.machine
        _build(machine.lane)
        (wheel,) = machine.lane.glob("*.whl")
        pip = ["pip", "install", "--quiet", "--no-deps", "--no-index"]
        machine.prepare(*pip, f"/opt/lane/{wheel.name}")
        shutil.copytree(ROOT / "systemd", machine.lane / "systemd")
        machine.prepare("/opt/lane/systemd/install")
        machine.prepare("mkdir", "-p", "/boot/firmware")
        machine.write("/etc/gate/gate.toml", CONFIG.format(trace=TRACE))
        machine.write("/etc/gate/keys/root.json", district.root)
        machine.prepare("systemctl", "--quiet", "enable", "NetworkManager.service")

    def hang_up(self, shown: list[Shown]) -> None:
        """Put the camera up, with these codes held before it again and again."""
        machine = self.machine
        shutil.copy(BOOTSTRAP, machine.lane / "bootstrap.py")
        shutil.copy(ROOT / "tests/lanes/install/fingers.py", machine.lane)
        self.show(shown)
        machine.write(f"{PIPELINES}/virtual.yaml", PIPELINE)
        for unit, command in ((SCANNER, RUN), (SELFTEST, TEST)):
            machine.write(
                f"/etc/systemd/system/{unit}.d/lane.conf", DROP_IN.format(command=command)
            )

    def press(self) -> None:
        """Press the service button."""
        (self.machine.lane / "finger").write_text(str(time.monotonic_ns()))  # noqa: TID251

    @contextmanager
    def pressing(self, every_s: float = 0.7) -> Iterator[None]:
        """Answer every question of the self-test with yes while the block lasts."""
        ended = Event()

        def go_on() -> None:
            while not ended.wait(every_s):
                self.press()

        pressing = Thread(target=go_on)
        pressing.start()
        try:
            yield
        finally:
            ended.set()
            pressing.join()

    def rhythms(self, since_ns: int = 0) -> str:
        """Return the short and long lights of the status lamp, a blank where it was dark long."""
        found, lit_ns, dark_ns = "", 0, 0
        for each in self.pins():
            if each.pin != STATUS or each.up_ns < since_ns:
                continue
            if each.level > 0 and not lit_ns:
                found += " " if dark_ns and each.up_ns - dark_ns > 800_000_000 else ""
                lit_ns = each.up_ns
            elif each.level == 0 and lit_ns:
                found += "L" if each.up_ns - lit_ns >= LONG_NS else "s"
                lit_ns, dark_ns = 0, each.up_ns
        return found

    def shows(self, rhythm: str, since_ns: int, within_s: float = 30.0) -> None:
        """Wait until the lamp has shown a rhythm, whole, after `since_ns`."""
        until(
            lambda: rhythm in self.rhythms(since_ns).split(" ")[:-1],
            within_s,
            lambda: f"{rhythm} is not in {self.rhythms(since_ns)!r}\n{self.told()}",
        )

    def told(self) -> str:
        """Return the last that its services have said."""
        units = (SCANNER, JOIN, SELFTEST, "gate-uplink.service")
        return "\n".join(f"{each}: {self.machine.journal(each)[-2500:]}" for each in units)
