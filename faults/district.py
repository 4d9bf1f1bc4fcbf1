"""An authority with a few gates, and the broker and the collector of its district.

All of it is outside of what is cut: what the collector has committed, no power cut at a gate may
take back. The gates' cards are in card.py.
"""

import contextlib
import secrets
import shutil
import socket
from pathlib import Path

from broker.launch import free_port
from device import enrol
from faults import programs
from faults.card import Card
from faults.children import Child, Nursery
from faults.writer import Task, write
from provisioning import authority as authorities
from provisioning import clock as calendar
from provisioning import gates
from wire.record import Direction

GATE_TOML = """\
[folders]
state = "card/state"
run = "run"
keys = "keys"

[camera]
source = "doorway"
script = "doorway.json"
fps = 12.0

[panel]
board = "mock"
trace = "pins.jsonl"

[clock]
vouched = true

[journal]
segment_records = 8
keep_confirmed_s = 2

[link]
brokers = [{{ host = "localhost", port = {port} }}]
keepalive_s = 5
retry_s = 1.0
reconnect_max_s = 0.5
"""
COLLECTOR_TOML = """\
[ledger]
path = "ledger.db"

[roster]
path = "{home}/roster.json"

[broker]
host = "localhost"
port = {port}
ca = "{home}/collector/ca.pem"
certificate = "{home}/collector/certificate.pem"
key = "{home}/collector/tls.pem"

[receipt]
key = "{home}/collector/receipt.pem"

[web]
state = "web"
"""


class Gate:
    """One gate: a card, what is gone with the power, and what the observer keeps beside."""

    def __init__(self, name: str, folder: Path) -> None:
        """Keep everything of it in `folder`; its card is not made yet."""
        self.name, self.folder = name, folder
        self.card = Card(folder / "card.img", folder / "card")
        self.run, self.boot = folder / "run", folder / "boot_id"
        self.trace, self.pins = folder / "greens.jsonl", folder / "pins.jsonl"
        self.config, self.log = folder / "gate.toml", folder / "log"
        self.starts = 0

    def power_on(self) -> None:
        """Begin a boot: nothing is left of what was in memory, and the boot has a new id."""
        shutil.rmtree(self.run, ignore_errors=True)
        self.run.mkdir()
        self.boot.write_text(secrets.token_hex(16))

    def lines(self) -> int:
        """Return how long the trace is by now."""
        return self.trace.stat().st_size if self.trace.exists() else 0


class District:
    """All of it, in one folder."""

    def __init__(self, folder: Path, names: list[str], nursery: Nursery) -> None:
        """Make the authority, and the gates of these names; nothing runs yet."""
        self.folder, self.nursery = folder, nursery
        folder.mkdir(parents=True)
        self.port = free_port()
        self.home = authorities.create(folder / "authority", "Xã Mẫu", now=calendar.now())
        self.gates = [self._admit(name) for name in names]
        text = COLLECTOR_TOML.format(home=self.home.folder, port=self.port)
        (folder / "collector.toml").write_text(text, encoding="utf-8")
        self.ledger = folder / "ledger.db"
        self.broker: Child | None = None
        self.intake: Child | None = None

    def _admit(self, name: str) -> Gate:
        gate = Gate(name, self.folder / name)
        keys = gate.folder / "keys"
        keys.mkdir(parents=True)
        shutil.copy(self.home.folder / "root.json", keys / enrol.ROOT)
        answer = gates.enrol(
            self.home,
            enrol.make_keys(keys),
            gate=name,
            place=f"Chợ Mẫu {name}",
            area="Xã Mẫu",
            sector="economy",
            directions=(Direction.IN,),
            now=calendar.now(),
        )
        enrol.accept(keys, answer, enrol.root_key(keys / enrol.ROOT))
        self.point(gate, self.port)
        gate.power_on()
        return gate

    def point(self, gate: Gate, port: int) -> None:
        """Let the gate look for its broker at that port."""
        gate.config.write_text(GATE_TOML.format(port=port), encoding="utf-8")

    # -- the district's side ------------------------------------------------------------------

    def open(self) -> None:
        """Start the broker and intake."""
        self.start_broker()
        self.start_intake()

    def start_broker(self) -> Child:
        """Start the broker; it remembers nothing of an earlier one."""
        words = [str(self.home.folder / "broker"), "--port", str(self.port)]
        words += ["--state", str(self.folder / "broker")]
        log = self.folder / "broker.log"
        self.broker = self.nursery.start(log, programs.broker, words)
        return self.broker

    def broker_listens(self) -> bool:
        """Say whether somebody answers where the broker should."""
        try:
            socket.create_connection(("localhost", self.port)).close()
        except OSError:
            return False
        return True

    def start_intake(self) -> Child:
        """Start intake."""
        words = ["intake", "--config", str(self.folder / "collector.toml")]
        self.intake = self.nursery.start(self.folder / "intake.log", programs.collector, words)
        return self.intake

    def close(self) -> None:
        """Stop both."""
        for each in (self.intake, self.broker):
            if each is not None:
                each.stop()

    # -- the gates' side ----------------------------------------------------------------------

    def writer(self, gate: Gate, seed: int, scans: int = 10**9, broken: str = "") -> Child:
        """Start the smallest scanner on the gate's card."""
        gate.starts += 1
        task = Task(gate.config, gate.trace, gate.boot, seed, scans, broken)
        return self.nursery.start(gate.log, write, task)

    def uplink(self, gate: Gate) -> Child:
        """Start the gate's uplink."""
        words = ["uplink", "--config", str(gate.config)]
        return self.nursery.start(gate.log, programs.gate, words, gate.boot)

    def door(self, gate: Gate, broken: str = "") -> Child:
        """Start the whole scanner: camera, reader, journal, pins."""
        gate.starts += 1
        words = ["run", "--config", str(gate.config)]
        return self.nursery.start(gate.log, programs.gate, words, gate.boot, broken)


def remove(folder: Path) -> None:
    """Delete what a district leaves."""
    with contextlib.suppress(OSError):
        shutil.rmtree(folder)
