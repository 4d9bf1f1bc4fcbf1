"""Who a gate is to the broker: the newest certificate of the root's, for its own key and name."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from device import config, enrol
from device.accepted import Accepted
from device.believed import Believed
from device.flow import Instant
from device.mandate import Mandate
from device.uplink import tls
from device.uplink.identity import SHOWN, Identity
from device.wiring.timepiece import certificate_ms
from provisioning import certificates, clock, gates
from tests.device.site import GATE, NOW, Site
from wire import certificate
from wire.certificate import Certificate
from wire.keys import Use
from wire.record import ClockState

LATER = NOW + timedelta(days=1)


class Gate:
    """An enrolled gate, and what the authority makes for it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.root = enrol.root_key(site.keys / enrol.ROOT)
        self.held = enrol.held(site.keys, self.root)
        site.inbox.mkdir(parents=True, exist_ok=True)
        self.restart()

    def restart(self) -> None:
        ring = Believed(self.held, self.root)
        keys = self.site.keys / "uplink"
        self.identity = Identity(GATE, keys, self.site.inbox, ring, self.held.issued)
        self.identity.begin()

    def lay(self, data: bytes) -> bool:
        """Let it come by the road."""
        (self.site.inbox / "certificate.json").write_bytes(data)
        return self.identity.hear(data)

    def made(self) -> bytes:
        (path,) = certified(self.site, LATER)
        return path.read_bytes()


def certified(site: Site, now: datetime) -> list[Path]:
    """Return the certificates for this gate; the authority has those of other tests too."""
    return [
        each for each in gates.certify_all(site.home, now) if each.stem == f"certificate-{GATE}"
    ]


@pytest.fixture
def gate(site: Site) -> Gate:
    site.enrol()
    return Gate(site)


def test_the_next_certificate_is_shown_and_outlives_a_restart(gate: Gate) -> None:
    assert gate.lay(gate.made())
    shown = gate.site.inbox / SHOWN
    assert gate.identity.path == shown
    tls.context(gate.site.keys / "uplink", shown, None)
    gate.restart()
    assert gate.identity.path == shown


def forged(gate: Gate, name: str) -> bytes:
    home, now = gate.site.home, clock.millis(LATER)
    good = certificate.unpack(gate.made(), gate.identity.ring.root, GATE)
    stranger = certificates.new_key().public_key()
    leaf = home.issuer().issue(GATE, stranger, certificates.CLIENT, hosts=(), now=LATER, days=9)
    others_key = leaf.public_bytes(Encoding.PEM).decode()
    match name:
        case "policy key":
            return certificate.pack(good, home.signing_key(Use.POLICY))
        case "another gate":
            return certificate.pack(Certificate("other", good.certificate, now), home.root())
        case "another key":
            return certificate.pack(Certificate(GATE, others_key, now), home.root())
        case "no certificate":
            return certificate.pack(Certificate(GATE, "-----", now), home.root())
        case "older than the enrolment":
            issued = gate.held.issued
            return certificate.pack(Certificate(GATE, good.certificate, issued), home.root())
    return b"rubbish"


@pytest.mark.parametrize(
    "name",
    [
        *("policy key", "another gate", "another key", "no certificate"),
        *("older than the enrolment", "rubbish"),
    ],
)
def test_what_is_not_the_roots_for_our_key_and_name_is_not_shown(gate: Gate, name: str) -> None:
    assert not gate.lay(forged(gate, name))
    gate.restart()
    assert gate.identity.path is None
    assert not (gate.site.inbox / SHOWN).exists()


def test_an_older_one_does_not_come_back(gate: Gate) -> None:
    first = gate.made()
    (path,) = certified(gate.site, LATER + timedelta(days=1))
    assert gate.lay(path.read_bytes())
    assert not gate.lay(first)


def test_a_gate_whose_place_another_machine_has_taken_gets_none(gate: Gate, tmp_path: Path) -> None:
    other = Site(tmp_path / "other", gate.site.home)
    other.enrol()
    data = gate.made()
    assert not gate.lay(data)
    assert Gate(other).lay(data)


def test_the_scanner_knows_how_long_the_link_lasts(gate: Gate) -> None:
    """So neither the alarm nor the bound of its clock is that of the old certificate."""
    gate.site.configure()
    folders = config.load(gate.site.config).folders
    told = Mandate(Accepted(folders.inbox, folders.accepted), gate.held, gate.root)
    before = certificate_ms(told.certificate)
    gate.lay(gate.made())
    for second in range(9):
        told.refresh(Instant(second * 2 * 10**9, 0, ClockState.UNSYNCED, "0a0b0c0d"))
    days = (certificate_ms(told.certificate) - before) / 86_400_000
    assert round(days) == 730 + 1 - 300
    again = Mandate(Accepted(folders.inbox, folders.accepted), gate.held, gate.root)
    assert again.certificate == told.certificate


def test_a_gate_of_which_no_request_is_kept_is_left_out(gate: Gate) -> None:
    (gate.site.home.folder / gates.REQUESTS / GATE).write_bytes(b"damaged")
    assert certified(gate.site, LATER) == []
