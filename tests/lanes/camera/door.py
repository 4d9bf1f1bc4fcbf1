"""A gate in the Debian tree, with a camera that plays pictures, seen from outside."""

import json
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import QRData

from device import enrol
from device.journal.reader import JournalReader
from provisioning import clock, gates
from provisioning.authority import Authority
from wire.record import MAX_SEQ, Direction, Record, to_record

ROOT = Path(__file__).resolve().parents[3]
TREE = ROOT / "tools/tree"
SIZE = (1280, 720)
FPS = 20

BLACK, GREY, WHITE = (0, 0, 0), (110, 110, 110), (255, 255, 255)
MODULE = 8
"""Pixels a module."""

PIPELINE = f"""\
%YAML 1.1
---
"Virtual0":
  supported_formats:
  - width: {SIZE[0]}
    height: {SIZE[1]}
    frame_rates: [5, 30]
  frames:
    path: "/opt/lane/frames/"
  location: "CameraLocationFront"
  model: "virtual"
"""

CONFIG = f"""\
[folders]
state = "state"
run = "run"
keys = "keys"

[camera]
source = "picamera2"
width = {SIZE[0]}
height = {SIZE[1]}
fps = {FPS}
controls = {{ LensPosition = 5.0 }}

[reading]
leave_s = 0.4

[panel]
board = "mock"
trace = "pins.jsonl"
pins = {{ amber = 22, relay = 26 }}

[clock]
vouched = true

[link]
brokers = [{{ host = "localhost" }}]
"""


class Shown(msgspec.Struct, frozen=True):
    """A code held before the camera."""

    text: str
    pictures: int = 4
    angle: float = 0.0


def draw(shown: Shown | None) -> Image.Image:
    """Return what the camera sees: a code on grey, or only grey."""
    view = Image.new("RGB", SIZE, GREY)
    if shown is not None:
        code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
        code.add_data(QRData(shown.text.encode()))
        code.make(fit=True)
        modules = code.get_matrix()
        small = Image.new("RGB", (len(modules), len(modules)), WHITE)
        small.putdata([BLACK if dark else WHITE for row in modules for dark in row])
        sheet = small.resize((MODULE * len(modules),) * 2, Image.Resampling.NEAREST)
        turned = sheet.rotate(shown.angle, expand=True, fillcolor=GREY)
        view.paste(turned, ((SIZE[0] - turned.width) // 2, (SIZE[1] - turned.height) // 2))
    return view


def film(folder: Path, shown: list[Shown], pause: int = 3) -> None:
    """Write the pictures that the camera plays in a loop: each code, then nothing for a while."""
    folder.mkdir()
    pictures: list[Shown | None] = []
    for each in shown:
        pictures += [each] * each.pictures + [None] * pause
    for number, picture in enumerate(pictures):
        draw(picture).save(folder / f"{number}.jpg", quality=90)


class Door:
    """One gate: its folder, its process, and what it left behind."""

    def __init__(self, tree: Path, folder: Path, program: Path) -> None:
        """Lay the program and the bootstrap into `folder`, which the tree will show."""
        self._tree, self.folder = tree, folder
        shutil.copytree(program, folder / "site")
        for script in ("bootstrap.py", "keeper.py"):
            shutil.copy(Path(__file__).with_name(script), folder)
        (folder / "pipeline").mkdir()
        self._child: subprocess.Popen[bytes] | None = None

    def admit(self, authority: Authority) -> None:
        """Make it a gate of `authority`."""
        keys = self.folder / "keys"
        keys.mkdir()
        shutil.copy(authority.folder / "root.json", keys / enrol.ROOT)
        answer = gates.enrol(
            authority,
            enrol.make_keys(keys),
            gate=self.folder.name,
            place="Chợ Mẫu",
            area="Xã Mẫu",
            sector="economy",
            directions=(Direction.IN,),
            now=clock.now(),
        )
        enrol.accept(keys, answer, enrol.root_key(keys / enrol.ROOT))
        (self.folder / "gate.toml").write_text(CONFIG)

    def connect(self, shown: list[Shown]) -> None:
        """Give it a camera before which these codes are held."""
        film(self.folder / "frames", shown)
        (self.folder / "pipeline/virtual.yaml").write_text(PIPELINE)

    def unplug(self) -> None:
        """Let no frame come any more."""
        (self.folder / "unplugged").touch()

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Start the gate, as its service does."""
        self.run(["site/bin/gate", "run", "--config", "/opt/lane/gate.toml"], environment)

    def run(self, program: list[str], environment: Mapping[str, str] | None = None) -> None:
        """Start a program of this folder behind the bootstrap."""
        settings = {
            "PYTHONPATH": "/opt/lane/site",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONFAULTHANDLER": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "LIBCAMERA_LOG_LEVELS": "*:ERROR",
            "CAMERA_FPS": str(FPS),
            "CAMERA_UNPLUGGED": "/opt/lane/unplugged",
            **(environment or {}),
        }
        command: list[str | Path] = [
            *("setpriv", "--pdeathsig", "KILL", "--", TREE, "enter", self._tree, self.folder),
            *("env", *(f"{name}={value}" for name, value in settings.items())),
            *("python", "/opt/lane/bootstrap.py", f"/opt/lane/{program[0]}", *program[1:]),
        ]
        with (self.folder / "log").open("w") as log:
            self._child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log
            )

    @property
    def child(self) -> subprocess.Popen[bytes]:
        """Return its process."""
        assert self._child is not None
        return self._child

    def ended(self, within_s: float) -> int:
        """Wait for its end and return the exit status; a program that hangs says where."""
        try:
            return self.child.wait(within_s)
        except subprocess.TimeoutExpired:
            self.child.send_signal(signal.SIGABRT)  # Python's fault handler is on
            return self.child.wait(within_s)

    def kill(self) -> None:
        """End it, whatever it is doing; harmless afterwards."""
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def log(self) -> str:
        """Return all that it said."""
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return what it logged under `name`; a line half written is left for the next look."""
        lines = (line for line in self.log().splitlines(keepends=True) if line.startswith("{"))
        whole = [json.loads(line) for line in lines if line.endswith("}\n")]
        return [each for each in whole if each.get("event") == name]

    def records(self) -> list[Record]:
        """Return its journal, from the first record."""
        with JournalReader(self.folder / "state/journal") as reader:
            reader.seek(1)
            taken = reader.take(MAX_SEQ, MAX_SEQ).documents
        return [to_record(each) for each in taken]

    def pins(self) -> list[dict[str, Any]]:
        """Return every change of level at its pins."""
        return [json.loads(line) for line in (self.folder / "pins.jsonl").read_text().splitlines()]

    def open_files(self) -> int:
        """Return how many files it holds open."""
        return len(list(Path(f"/proc/{self.child.pid}/fd").iterdir()))
