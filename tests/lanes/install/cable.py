"""The other end of a new gate's cable: who gives addresses there, and who enrols gates."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.lanes.appliance.district import COMMAND, PORT, District
from tests.lanes.appliance.machine import GUEST, HOST, PREFIX, Machine, until

ENROL_PORT = 8443
ENROL = f"""
[enrol]
address = "{HOST}:{ENROL_PORT}"
keys = "{{home}}/enrolment"
brokers = [{{{{ host = "{HOST}", port = {PORT} }}}}]
state = "enrol"
"""
PLACE = "Chợ Mẫu Hai"


class Enrolling(District):
    """A district that enrols gates by code."""

    def __init__(self, folder: Path) -> None:
        """Make an authority, and write what its collector is to do."""
        super().__init__(folder)
        self.config = folder / "collector.toml"
        with self.config.open("a") as config:
            config.write(ENROL.format(home=self.home.folder))

    @contextlib.contextmanager
    def enrolling(self, machine: Machine) -> Iterator[None]:
        """Run the enrolment process at the machine's cable while the block lasts."""
        with self._program(machine, "enrol", "-c", COMMAND, "enrol", "--config", self.config):
            until((self.folder / "enrol/counter").exists, 20, (self.folder / "enrol.log").read_text)
            yield

    def code(self, gate: str, *words: str) -> str:
        """Have a code made, as a technician does at a terminal; return its text."""
        command = [sys.executable, "-c", COMMAND, "enrol-code", "--config", str(self.config)]
        command += ["--gate", gate, "--place", PLACE, "--wiring", "relay-door", *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextlib.contextmanager
def addresses(machine: Machine, folder: Path) -> Iterator[None]:
    """Give the gate an address when it asks for one, as a router does."""
    inside = machine.district
    subprocess.run([*inside, "ip", "link", "set", "ve-gate", "up"], check=True)
    subprocess.run(
        [*inside, "ip", "address", "replace", f"{HOST}/{PREFIX}", "dev", "ve-gate"], check=True
    )
    command = [*inside, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0"]
    command += ["--interface=ve-gate", "--bind-interfaces", "--no-ping", "--dhcp-authoritative"]
    command += [f"--dhcp-range={GUEST},{GUEST},255.255.255.252,1h", f"--dhcp-option=3,{HOST}"]
    command += [f"--dhcp-leasefile={folder}/leases", "--user=root", "--log-facility=-"]
    with (folder / "router.log").open("w") as log:
        router = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            router.terminate()
            router.wait()
            subprocess.run([*inside, "ip", "link", "set", "ve-gate", "down"], check=False)
