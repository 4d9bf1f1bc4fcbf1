"""The gate on its machine, as whoever stands before it and whoever looks at its wires sees it."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from device import clock
from device.journal import durable
from device.journal.durable import End
from device.journal.reader import JournalReader
from tests.lanes.appliance.district import PORT, District
from tests.lanes.appliance.machine import HOST, Machine, until
from tests.lanes.camera.door import FPS, PIPELINE, SIZE, Shown, film
from wire.canonical import Document
from wire.record import MAX_SEQ, Record, Scan, to_record

ROOT = Path(__file__).resolve().parents[3]
BOOTSTRAP = ROOT / "tests/lanes/camera/bootstrap.py"
SCANNER, UPLINK = "gate-scanner.service", "gate-uplink.service"
GREEN, RED, AMBER, RELAY = "GPIO17", "GPIO27", "GPIO22", "GPIO26"
TRACE = "/run/gate/pins.jsonl"
TOGETHER_NS = 50_000_000
PIPELINES = "/usr/share/libcamera/pipeline/virtual"
CONFIG = f"""\
[camera]
source = "picamera2"
width = {SIZE[0]}
height = {SIZE[1]}
fps = {FPS}

[panel]
board = "mock"
trace = "{TRACE}"
pins = {{ amber = 22, relay = 26 }}

[clock]
vouched = true

[link]
brokers = [{{ host = "{HOST}", port = {PORT} }}]
reconnect_max_s = 2.0
"""
# All that differs from the unit as it is installed: the camera that plays pictures, in the place of
# a Pi's, with rows and planes as a Pi's has them.
DROP_IN = f"""\
[Service]
ExecStart=
ExecStart=/opt/gate/current/bin/python /opt/lane/bootstrap.py /opt/gate/current/bin/gate run \\
  --config /etc/gate/gate.toml
Environment=CAMERA_FPS={FPS} CAMERA_PADDING=64 CAMERA_FORMAT=YUV420
Environment=CAMERA_UNPLUGGED=/opt/lane/unplugged CAMERA_STUCK=/opt/lane/stuck
"""


class Level(NamedTuple):
    """A change of level at a pin."""

    up_ns: int
    pin: str
    level: float


class Gate:
    """One gate, from outside."""

    def __init__(self, machine: Machine) -> None:
        """Look at the gate on `machine`."""
        self.machine = machine

    def install(self, district: District) -> None:
        """Install the project, the services and the keys, as they are on a memory card."""
        machine = self.machine
        _build(machine.lane)
        (wheel,) = machine.lane.glob("*.whl")
        pip = ["pip", "install", "--quiet", "--no-deps", "--no-index"]
        machine.prepare(*pip, f"/opt/lane/{wheel.name}")
        shutil.copytree(ROOT / "systemd", machine.lane / "systemd")
        machine.prepare("/opt/lane/systemd/install")
        machine.prepare("mkdir", "-p", "/boot/firmware")  # a partition of its own on a card
        machine.write("/etc/gate/gate.toml", CONFIG)
        machine.write("/etc/gate/keys/root.json", district.root)
        request = machine.prepare("gate", "keys", "--config", "/etc/gate/gate.toml")
        (machine.lane / "enrolment.json").write_bytes(district.admit(request.encode()))
        enrol = ["gate", "enrol", "--config", "/etc/gate/gate.toml"]
        machine.prepare(*enrol, "/opt/lane/enrolment.json")

    def hang_up(self, shown: list[Shown]) -> None:
        """Put the camera up, with these codes held before it again and again."""
        machine = self.machine
        shutil.copy(BOOTSTRAP, machine.lane / "bootstrap.py")
        self.show(shown)
        machine.write(f"{PIPELINES}/virtual.yaml", PIPELINE)
        machine.write(f"/etc/systemd/system/{SCANNER}.d/lane.conf", DROP_IN)

    def units(self) -> list[str]:
        """Return where our units are inside, as they are installed."""
        ours = [*ROOT.glob("systemd/*.service"), *ROOT.glob("systemd/*.path")]
        return sorted(f"/etc/systemd/system/{each.name}" for each in ours)

    def said(self) -> str:
        """Return the last that both services have said."""
        return "\n".join(self.machine.journal(each)[-3000:] for each in (SCANNER, UPLINK))

    def show(self, shown: list[Shown], pause: int = 3) -> None:
        """Let these codes be held before the camera from its next opening on."""
        shutil.rmtree(self.machine.lane / "frames", ignore_errors=True)
        film(self.machine.lane / "frames", shown, pause)

    @contextlib.contextmanager
    def barely_played(self, shown: Shown) -> Iterator[None]:
        """Play one picture, as it comes, while the block lasts.

        The virtual camera keeps its whole film in the scanner's memory, twice, and to lay rows and
        planes as a Pi's are takes some too: a Pi's scanner has none of that.
        """
        drop_in = self.machine.path(f"/etc/systemd/system/{SCANNER}.d/memory.conf")
        drop_in.write_text("[Service]\nEnvironment=CAMERA_PADDING=0 CAMERA_FORMAT=NV12\n")
        self.machine.run("systemctl", "daemon-reload")
        self.show([shown], pause=0)
        try:
            self.machine.run("systemctl", "restart", SCANNER, UPLINK)
            yield
        finally:
            drop_in.unlink()
            self.machine.run("systemctl", "daemon-reload")

    def pins(self) -> list[Level]:
        """Return every change of level since the boot; a line half written is left out."""
        path = self.machine.path(TRACE)
        if not path.exists():
            return []
        lines = path.read_text().split("\n")[:-1]
        return [Level(**json.loads(line)) for line in lines]

    def level(self, pin: str) -> float:
        """Return how a pin stands."""
        return next((each.level for each in reversed(self.pins()) if each.pin == pin), 0.0)

    def next_up(self, pin: str, since_ns: int, within_s: float) -> Level:
        """Wait until a pin goes up after `since_ns`; return that change."""
        found: list[Level] = []

        def up() -> bool:
            found[:] = [
                each
                for each in self.pins()
                if each.pin == pin and each.level > 0 and each.up_ns > since_ns
            ]
            return bool(found)

        until(up, within_s, self.said)
        return found[0]

    def distress_after(self, since_ns: int, within_s: float) -> None:
        """Wait for red and amber at once: no signal but those of a door at fault has them."""

        def shown() -> bool:
            ups = [each for each in self.pins() if each.level > 0 and each.up_ns > since_ns]
            reds, ambers = ([e.up_ns for e in ups if e.pin == pin] for pin in (RED, AMBER))
            return any(abs(red - amber) < TOGETHER_NS for red in reds for amber in ambers)

        until(shown, within_s, self.said)

    def green_after(self, since_ns: int, within_s: float = 60.0) -> float:
        """Wait for the next green light; return the seconds from `since_ns` to it."""
        return (self.next_up(GREEN, since_ns, within_s).up_ns - since_ns) / 1e9

    def first_confirmed_after(self, since_ns: int, within_s: float = 90.0) -> float:
        """Wait until a scan is confirmed by the district; return the seconds to that."""

        def confirmed() -> bool:
            end = self.end()
            return end is not None and end.confirmed >= 1 and self._scan_up_to(end.confirmed)

        until(confirmed, within_s, self.said)
        return (now_ns() - since_ns) / 1e9

    def _scan_up_to(self, high: int) -> bool:
        return any(isinstance(each, Scan) and each.seq <= high for each in self.records())

    def end(self) -> End | None:
        """Return how far the journal is durable, and confirmed."""
        return durable.read(self.machine.path("/run/gate"))

    def records(self) -> list[Record]:
        """Return its journal, from the first record."""
        with JournalReader(self.machine.path("/var/lib/gate/journal")) as reader:
            reader.seek(1)
            taken: list[Document] = []
            while stretch := reader.take(MAX_SEQ, MAX_SEQ).documents:  # a segment at a time
                taken += stretch
        return [to_record(each) for each in taken]

    def said_lines(self, unit: str, words: str) -> list[str]:
        """Return the lines of a service's log that hold `words`."""
        return [line for line in self.machine.journal(unit).splitlines() if words in line]

    def camera(self, what: str, *, on: bool) -> None:
        """Let the camera be `unplugged` or `stuck`, or be well again."""
        mark = self.machine.lane / what
        if on:
            mark.touch()
        else:
            mark.unlink(missing_ok=True)

    def holding(self, texts: list[str]) -> list[str]:
        """Return the files, anywhere on the machine, in which one of `texts` stands."""
        left = ["--recursive", "--files-with-matches", "--fixed-strings", "--text"]
        words = [word for each in texts for word in ("-e", each)]
        folders = ["/var", "/run", "/etc", "/tmp", "/root", "/home"]  # noqa: S108  (looked through)
        found = self.machine.tried_output("grep", "-s", *left, *words, *folders)
        return [*found.splitlines(), *(each for each in texts if each in self.said())]

    def cores(self) -> list[str]:
        """Return pictures of memory, wherever they are usually left."""
        places = ["/var/lib/systemd/coredump", "/run/gate", "/var/lib/gate", "/"]
        listed = ["find", *places, "-maxdepth", "1", "-type", "f"]
        found = self.machine.tried_output(*listed, "-name", "*core*")
        return found.splitlines()

    def began_ns(self, unit: str) -> int:
        """Return when the process of a service began, in time since boot, to 10 ms."""
        stat = self.machine.path(f"/proc/{self.machine.main_pid(unit)}/stat").read_text()
        return int(stat.rpartition(")")[2].split()[19]) * 10_000_000

    def ready_s(self, unit: str) -> float:
        """Return how long a service took from its start to saying that it was ready."""
        names = ("ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic")
        began, ready = (int(self.machine.shown(unit, each)[each]) for each in names)
        return (ready - began) / 1e6

    def resident_mb(self, unit: str) -> float:
        """Return the memory that a service's process holds (VmRSS), in MB."""
        pid = self.machine.main_pid(unit)
        status = self.machine.path(f"/proc/{pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024

    def restarts(self, unit: str) -> int:
        """Return how often systemd has restarted a service."""
        return int(self.machine.shown(unit, "NRestarts")["NRestarts"])

    def is_ready(self, unit: str) -> bool:
        """Say whether a service runs and has said that it is ready."""
        return self.machine.shown(unit, "ActiveState") == {"ActiveState": "active"}


def now_ns() -> int:
    """Return the time since boot, which the machine has in common with this one."""
    return clock.up_ns()


def _build(folder: Path) -> None:
    build: list[str | Path] = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
    subprocess.run([*build, folder], cwd=ROOT, check=True, capture_output=True)
