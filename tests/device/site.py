"""One enrolled gate in a folder, as a technician leaves it, and the authority that admitted it."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from device import enrol
from provisioning import authority, clock, gates, passcard, passes
from provisioning.authority import Authority
from wire.record import Direction

NOW = clock.now()
"""When the tests run: certificates and passes are looked at by the real clock."""
GATE = "cong-mau"


class Site:
    """A gate's folder with keys, an enrolment and a configuration."""

    def __init__(self, folder: Path, home: Authority) -> None:
        self.folder, self.home = folder, home
        self.keys = folder / "keys"
        self.journal, self.run = folder / "state/journal", folder / "run"
        self.inbox, self.pins = folder / "state/inbox", folder / "pins.jsonl"
        self.pictures = folder / "pictures"
        self.pictures.mkdir(parents=True)

    @property
    def config(self) -> Path:
        return self.folder / "gate.toml"

    def enrol(self, gate: str = GATE, *, days: int = 300, issued: datetime = NOW) -> None:
        """Make the gate's keys and let the authority admit it."""
        self.keys.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.home.folder / "root.json", self.keys / enrol.ROOT)
        answer = gates.enrol(
            self.home,
            enrol.make_keys(self.keys),
            gate=gate,
            place="Chợ Mẫu",
            area="Xã Mẫu",
            sector="economy",
            directions=(Direction.IN,),
            now=issued,
            days=days,
            replace=True,
        )
        enrol.accept(self.keys, answer, enrol.root_key(self.keys / enrol.ROOT))

    def configure(self, changes: dict[str, str] | None = None) -> Path:
        """Write the configuration; `changes` replaces text in it."""
        text = CONFIG
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        self.config.write_text(text, encoding="utf-8")
        return self.config

    def draw_pass(self, name: str, *, days: int = 30, issued: datetime = NOW) -> Path:
        """Issue a pass and put its picture where the camera looks."""
        path = self.pictures / name
        issued_pass = passes.issue(self.home, "resident", days=days, now=issued)
        path.write_bytes(passcard.draw(issued_pass))
        return path


CONFIG = """\
[folders]
state = "state"
run = "run"
keys = "keys"

[camera]
source = "pictures"
path = "pictures"
fps = 15

[panel]
board = "mock"
trace = "pins.jsonl"

[clock]
vouched = true

[journal]
segment_records = 8

[link]
brokers = [{ host = "localhost", port = 8883 }]
retry_s = 1.0
reconnect_max_s = 0.2
"""


def create(folder: Path) -> Authority:
    """Make an authority that has been there for long, and whose online keys are still good."""
    return authority.create(folder, "Xã Mẫu", now=NOW - timedelta(days=400), days=800)
