"""The district at the other end of the cable: an authority, a real broker and a real intake."""

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from device import enrol
from provisioning import authority, clock, gates, passes
from provisioning.authority import Authority
from tests.lanes.appliance.machine import HOST, Machine
from wire.record import Direction

GATE = "cong-mau"
PORT = 8883
COMMAND = "import sys; from collector.cli import main; sys.exit(main())"
COLLECTOR = """\
[ledger]
path = "ledger.db"

[roster]
path = "{home}/roster.json"

[broker]
host = "{host}"
port = {port}
ca = "{home}/collector/ca.pem"
certificate = "{home}/collector/certificate.pem"
key = "{home}/collector/tls.pem"

[receipt]
key = "{home}/collector/receipt.pem"

[web]
state = "web"
"""


class District:
    """Who admits the gate and takes its records."""

    def __init__(self, folder: Path) -> None:
        """Make an authority in `folder`."""
        self.folder = folder
        self.home: Authority = authority.create(
            folder / "authority", "Xã Mẫu", hosts=(HOST,), now=clock.now()
        )
        (folder / "collector.toml").write_text(
            COLLECTOR.format(home=self.home.folder, host=HOST, port=PORT)
        )

    def passes(self, count: int) -> list[str]:
        """Issue passes; return their texts."""
        now = clock.now()
        return [passes.issue(self.home, "resident", days=1, now=now).text for _ in range(count)]

    def admit(self, request: bytes, place: str = "Chợ Mẫu") -> bytes:
        """Return the enrolment of the gate whose request this is."""
        return gates.enrol(
            self.home,
            request,
            gate=GATE,
            place=place,
            area="Xã Mẫu",
            sector="economy",
            directions=(Direction.IN,),
            now=clock.now(),
            replace=True,
        )

    @property
    def root(self) -> str:
        """Return the root key, as it comes with every memory card."""
        return (self.home.folder / enrol.ROOT).read_text()

    @contextlib.contextmanager
    def working(self, machine: Machine) -> Iterator[None]:
        """Run broker and intake at the machine's cable while the block lasts."""
        broker = ["-m", "broker", self.home.folder / "broker", "--address", HOST, "--port", PORT]
        state = self.folder / "broker"
        state.mkdir()
        intake = ["-c", COMMAND, "intake", "--config", self.folder / "collector.toml"]
        with (
            self._program(machine, "broker", *broker, "--state", state),
            self._program(machine, "intake", *intake),
        ):
            yield

    @contextlib.contextmanager
    def _program(self, machine: Machine, name: str, *words: object) -> Iterator[None]:
        command = ["setpriv", "--pdeathsig", "KILL", *machine.district]
        command += [sys.executable, *map(str, words)]
        with (self.folder / f"{name}.log").open("w") as log:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def rows(self) -> int:
        """Return how many records of the gate the ledger has committed."""
        path = self.folder / "ledger.db"
        if not path.exists():
            return 0
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            (found,) = database.execute("SELECT count(*) FROM record").fetchone()
        return int(found)
