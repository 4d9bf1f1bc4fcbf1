"""What control cards ask of root, on a machine that is booted: done by its real services.

The scanner reads the codes of the virtual camera; nobody can press this machine's service button,
so a card is laid where the scanner would have laid it. Everything from there on is real.
"""

import json
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from provisioning import cards, clock, technicians, terms
from provisioning.authority import Authority
from provisioning.cards import For
from tests.lanes.appliance.district import GATE, District
from tests.lanes.appliance.gate import SCANNER, UPLINK, Gate
from tests.lanes.appliance.machine import GUEST, until
from wire.cardwork import Work
from wire.record import Note, What

pytestmark = pytest.mark.timeout(400)  # the first run makes the tree
IN_ORDER = True

LONG_S = 60.0
CARD, WAY_IN = "gate-card.service", "gate-technician.service"
ASKED = "/run/gate/asked/card.json"


def show(gate: Gate, district: District, work: Work) -> None:
    """Lay a card down as the scanner does, and wait until root has taken it."""
    now = clock.now()
    card = cards.issue(district.home, work, For(GATE), term=terms.hours(1, now), now=now)
    content = json.dumps({"card": card.text, "v": 1})
    lay = f"umask 077; mkdir -p {ASKED.rpartition('/')[0]}; echo '{content}' > {ASKED}.new"
    scanner = ["setpriv", "--reuid=gate-scanner", "--clear-groups", "sh", "-ec"]
    gate.machine.run(*scanner, f"{lay}; mv {ASKED}.new {ASKED}")
    until(lambda: not gate.machine.tried("test", "-e", ASKED), LONG_S, lambda: said(gate))
    until(lambda: state(gate, CARD) not in ("active", "activating"), LONG_S, lambda: said(gate))


def said(gate: Gate) -> str:
    return gate.machine.journal(CARD)[-2000:] + gate.machine.journal(WAY_IN)[-2000:]


def state(gate: Gate, unit: str) -> str:
    return gate.machine.shown(unit, "ActiveState")["ActiveState"]


class Technician:
    """Somebody with an SSH key at the other end of the cable."""

    def __init__(self, folder: Path) -> None:
        self.key = folder / "key"
        made = Ed25519PrivateKey.generate()
        private = made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        self.key.touch(0o600)
        self.key.write_bytes(private)
        self.public = folder / "key.pub"
        self.public.write_bytes(
            made.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        )

    def certify(self, home: Authority, *, is_root: bool = False, days: int = 1) -> None:
        """Have the authority certify the key."""
        now = clock.now() - (timedelta(days=2) if days < 0 else timedelta())
        made = technicians.certify(
            home,
            self.public,
            "ky-thuat",
            days=abs(days),
            is_root=is_root,
            now=now,
        )
        self.key.with_name("key-cert.pub").write_bytes(made)

    def asks(self, gate: Gate, command: str, user: str = "gate-tech") -> tuple[int, str]:
        """Run a command over SSH; return its status and what it printed."""
        ssh = [*gate.machine.district, "ssh", "-i", str(self.key), "-F", "none"]
        for option in (
            *("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"),
            *("IdentitiesOnly=yes", "ConnectTimeout=10", "LogLevel=ERROR"),
        ):
            ssh += ["-o", option]
        done = subprocess.run(
            [*ssh, f"{user}@{GUEST}", command], check=False, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr


def noted(gate: Gate, what: What) -> list[dict[str, object]]:
    found = (each for each in gate.records() if isinstance(each, Note))
    return [each.data for each in found if each.what is what]


@pytest.fixture(autouse=True)
def well(gate: Gate) -> None:
    until(lambda: gate.is_ready(SCANNER), LONG_S, gate.said)


def test_nobody_logs_in_at_a_screen_or_a_line_and_nothing_is_swapped_or_dumped(gate: Gate) -> None:
    for unit in ("getty@tty1", "serial-getty@ttyAMA0", "ssh.service", "ssh.socket", "getty.target"):
        assert gate.machine.shown(unit, "LoadState")["LoadState"] == "masked", unit
    assert not gate.machine.tried("pgrep", "-x", "sshd")
    shadow = gate.machine.run("cat", "/etc/shadow").splitlines()
    passwords = {line.split(":")[0]: line.split(":")[1] for line in shadow}
    assert passwords["gate-tech"] == "*"
    assert all(each[:1] in ("*", "!") for each in passwords.values()), "nobody has a password"
    assert gate.machine.run("systemctl", "show", "-pDefaultLimitCORE").strip().endswith("=0")
    assert "core_pattern = |/bin/false" in gate.machine.run("cat", "/etc/sysctl.d/99-gate.conf")


def test_the_way_in_is_shut_until_a_card_opens_it_and_then_for_the_certified_alone(
    gate: Gate, district: District, tmp_path: Path
) -> None:
    technician = Technician(tmp_path)
    technician.certify(district.home)
    status, why = technician.asks(gate, "id")
    assert (status, "refused" in why) == (255, True), why
    show(gate, district, Work.TECHNICIAN)
    until(lambda: state(gate, WAY_IN) == "active", LONG_S, lambda: said(gate))
    assert gate.machine.shown(WAY_IN, "RuntimeMaxUSec") == {"RuntimeMaxUSec": "30min"}
    status, told = technician.asks(gate, "id -un")
    assert (status, told.strip()) == (0, "gate-tech"), said(gate)
    assert technician.asks(gate, "id", "root")[0] == 255, "not certified for it"
    assert technician.asks(gate, "cat /etc/gate/keys/scanner/records.pem")[0] != 0
    technician.certify(district.home, days=-1)
    assert technician.asks(gate, "id")[0] == 255, "run out"
    technician.key.with_name("key-cert.pub").unlink()
    assert technician.asks(gate, "id")[0] == 255, "not certified at all"
    until(lambda: noted(gate, What.TECHNICIAN) == [{"open": True}], LONG_S, gate.said)


def test_when_the_time_is_up_sessions_end_and_it_is_shut(
    gate: Gate, district: District, tmp_path: Path
) -> None:
    technician = Technician(tmp_path)
    technician.certify(district.home, is_root=True)
    gate.machine.run(
        "sh",
        "-ec",
        f"""mkdir -p /run/systemd/system/{WAY_IN}.d
      printf '[Service]\\nRuntimeMaxSec=4\\n' > /run/systemd/system/{WAY_IN}.d/short.conf
      systemctl daemon-reload""",
    )
    show(gate, district, Work.TECHNICIAN)
    until(lambda: state(gate, WAY_IN) == "active", LONG_S, lambda: said(gate))
    assert technician.asks(gate, "sleep 300", "root")[0] != 0, "its session was ended"
    until(lambda: state(gate, WAY_IN) in ("failed", "inactive"), LONG_S, lambda: said(gate))
    assert not gate.machine.tried("test", "-e", "/run/gate-technician/authorities")
    assert technician.asks(gate, "id", "root")[0] == 255
    until(lambda: noted(gate, What.TECHNICIAN)[-1:] == [{"open": False}], LONG_S, gate.said)
    assert gate.machine.tried_output("systemctl", "is-enabled", WAY_IN).strip() == "static"


def test_what_is_no_card_is_taken_away_and_changes_nothing(gate: Gate) -> None:
    before = state(gate, WAY_IN)
    gate.machine.run("sh", "-c", f"mkdir -p /run/gate/asked; echo nonsense > {ASKED}")
    until(lambda: not gate.machine.tried("test", "-e", ASKED), LONG_S, lambda: said(gate))
    until(lambda: "card.refused" in gate.machine.journal(CARD), LONG_S, lambda: said(gate))
    assert state(gate, WAY_IN) == before


def test_a_gate_with_scans_of_its_own_is_ended_by_a_losing_card_alone(
    gate: Gate, district: District
) -> None:
    boot = "/boot/firmware/gate"
    show(gate, district, Work.FACTORY_RESET)
    refused = [line for line in gate.machine.journal(CARD).splitlines() if "records-held" in line]
    assert re.search(r"waiting\W+[1-9]", refused[-1]), "it says how many"
    assert gate.machine.tried("test", "-e", "/etc/gate/keys/enrolment.json")
    before = gate.machine.run("cat", "/etc/gate/keys/request.json")
    show(gate, district, Work.FACTORY_RESET_LOSING)
    request = f"{boot}/request.json"
    until(
        lambda: gate.machine.tried_output("cat", request).strip() not in ("", before.strip()),
        LONG_S,
        lambda: said(gate),
    )
    assert gate.machine.tried("test", "-s", f"{boot}/lost-records-{GATE}.jsonl")
    assert not gate.machine.tried("test", "-e", "/etc/gate/keys/enrolment.json")
    assert gate.machine.tried_output("ls", "/var/lib/gate/accepted") == ""
    assert state(gate, UPLINK) != "failed"
