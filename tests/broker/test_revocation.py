"""Revoked certificates, asked of a real Mosquitto with the lists that an authority makes.

Claims: what is revoked is refused, and its open connection ends; nobody else is kept away, whatever
is wrong with the lists; and lists that cannot be used are said.
"""

import shutil
import ssl
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from broker import clock
from broker.config import BrokerSettings
from broker.i18n import _
from broker.launch import free_port, from_folder, launch
from broker.revocation import Change, InForce, ListsUnfit, fit
from provisioning import authority, certificates, revocation, revoked, turnover
from provisioning.authority import Authority
from provisioning.certificates import Issuer
from tests.broker.speaker import PATIENCE_S, Identity, Speaker
from tests.broker.test_launch import is_welcome

DAY = timedelta(days=1)
NUMBER = 4_102_444_800_000


class Town(NamedTuple):
    """An authority with two gates of each of its CAs, and its broker's settings."""

    home: Authority
    settings: BrokerSettings
    gates: dict[str, Identity]

    def lists(self, *made: bytes) -> None:
        """Give the broker these lists."""
        assert self.settings.revoked is not None
        self.settings.revoked.write_bytes(b"".join(made))

    def welcome(self) -> set[str]:
        """Return the gates that are let in."""
        return {name for name, who in self.gates.items() if is_welcome(self.settings, who)}


def gate(home: Authority, folder: Path, name: str, issuer: Issuer, chain: bytes = b"") -> Identity:
    """Issue a certificate as provisioning, or the enrolment process, does."""
    key, now = certificates.new_key(), clock.now()
    leaf = issuer.issue(name, key.public_key(), certificates.CLIENT, hosts=(), now=now, days=100)
    revoked.note(home.folder, leaf)
    made = Identity(folder / f"{name}.crt", folder / f"{name}.key")
    made.certificate.write_bytes(leaf.public_bytes(Encoding.PEM) + chain)
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def listed(issuer: Issuer, until: timedelta = DAY, since: timedelta = -DAY) -> bytes:
    """Return an empty list of a CA, for a time that no authority of ours would give it."""
    now = clock.now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.ca.subject)
        .last_update(now + since)
        .next_update(now + until)
        .add_extension(x509.CRLNumber(NUMBER), critical=False)
    )
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    home = authority.create(tmp_path / "home", "Xã Mẫu", now=clock.now())
    offline, online = home.issuer(), home.gate_issuer()
    chain = online.ca.public_bytes(Encoding.PEM)
    gates = {
        **{name: gate(home, tmp_path, name, offline) for name in ("file-1", "file-2")},
        **{name: gate(home, tmp_path, name, online, chain) for name in ("net-1", "net-2")},
    }
    return Town(home, from_folder(home.folder / "broker", port=free_port()), gates)


EVERYBODY = {"file-1", "file-2", "net-1", "net-2"}


def test_the_empty_lists_of_a_new_authority_keep_nobody_away(town: Town, tmp_path: Path) -> None:
    said = list[str]()
    with launch(town.settings, tmp_path / "state", tell=said.append):
        assert "crlfile" in (tmp_path / "state/mosquitto.conf").read_text()
        assert town.welcome() == EVERYBODY
    assert said == []


@pytest.mark.parametrize("name", ["file-1", "net-1"])
def test_a_revoked_certificate_is_refused_and_the_others_are_not(
    town: Town, tmp_path: Path, name: str
) -> None:
    revocation.revoke(town.home, name, clock.now())
    with launch(town.settings, tmp_path / "state"):
        assert town.welcome() == EVERYBODY - {name}


def test_what_is_revoked_while_the_broker_runs_is_put_off_the_line_and_never_comes_back(
    town: Town, tmp_path: Path
) -> None:
    with launch(town.settings, tmp_path / "state") as broker:
        pid = broker.pid
        stolen, honest = (
            Speaker(town.settings, town.gates[name], "any") for name in ("net-1", "net-2")
        )
        for each in (stolen, honest):
            each.client.reconnect_delay_set(60)
            each.connect()
        revocation.revoke(town.home, "net-1", clock.now())
        for _each in range(2):
            broker.tend()
        assert stolen.lost.get(timeout=PATIENCE_S).is_failure
        assert honest.lost.empty()
        assert town.welcome() == EVERYBODY - {"net-1"}
        assert broker.pid == pid
        for each in (stolen, honest):
            each.close()


def test_a_gate_that_has_a_new_certificate_under_its_old_name_stays(
    town: Town, tmp_path: Path
) -> None:
    revocation.revoke(town.home, "net-1", clock.now())
    online = town.home.gate_issuer()
    chain = online.ca.public_bytes(Encoding.PEM)
    town.gates["net-1"] = gate(town.home, tmp_path, "net-1", online, chain)
    with launch(town.settings, tmp_path / "state") as broker:
        back = Speaker(town.settings, town.gates["net-1"], "any").connect()
        revocation.revoke(town.home, "file-2", clock.now())
        for _each in range(3):
            broker.tend()
        assert town.welcome() == EVERYBODY - {"file-2"}
        back.close()


def unfit(town: Town) -> tuple[tuple[str, tuple[bytes, ...]], ...]:
    """Return lists that would keep good gates away, or let everybody in, and what is said."""
    offline, online = town.home.issuer(), town.home.gate_issuer()
    stranger = Issuer(offline.ca, certificates.new_key())
    lacking = "there is no revocation list of this CA, whose clients come here"
    broken = b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"
    return (
        (
            "the revocation list of this CA is past its end",
            (listed(offline), listed(online, until=-DAY / 2)),
        ),
        (
            "the revocation list of this CA begins later, or this clock is wrong",
            (listed(offline), listed(online, since=DAY / 2)),
        ),
        (lacking, (listed(offline),)),
        (lacking, (listed(stranger), listed(online))),
        (lacking, (b"",)),
        ("it holds something that is no revocation list", (broken,)),
    )


@pytest.mark.parametrize("which", range(6))
def test_lists_that_cannot_be_used_keep_nobody_away_and_are_said(
    town: Town, tmp_path: Path, which: int
) -> None:
    why, lists = unfit(town)[which]
    town.lists(*lists)
    said = list[str]()
    with launch(town.settings, tmp_path / "state", tell=said.append) as broker:
        broker.tend()
        assert "crlfile" not in (tmp_path / "state/mosquitto.conf").read_text()
        assert town.welcome() == EVERYBODY
    assert len(said) == 1
    assert _(why) in said[0]
    assert _("NO REVOCATION LIST IS IN FORCE") in said[0]


@pytest.mark.parametrize("which", range(6))
def test_where_good_lists_are_in_force_bad_ones_change_nothing(
    town: Town, tmp_path: Path, which: int
) -> None:
    revocation.revoke(town.home, "file-1", clock.now())
    said = list[str]()
    with launch(town.settings, tmp_path / "state", tell=said.append) as broker:
        town.lists(*unfit(town)[which][1])
        for _each in range(3):
            broker.tend()
        assert town.welcome() == EVERYBODY - {"file-1"}
        assert town.settings.revoked is not None
        town.settings.revoked.unlink()
        broker.tend()
        assert town.welcome() == EVERYBODY - {"file-1"}
    assert _("the last good lists stay in force") in said[0]


def test_lists_that_come_while_the_broker_runs_without_any_count_at_once(
    town: Town, tmp_path: Path
) -> None:
    assert town.settings.revoked is not None
    town.settings.revoked.unlink()
    with launch(town.settings, tmp_path / "state") as broker:
        assert town.welcome() == EVERYBODY
        revocation.revoke(town.home, "net-2", clock.now())
        revocation.revoke(town.home, "file-2", clock.now())
        broker.tend()
        assert town.welcome() == EVERYBODY - {"net-2", "file-2"}


def test_of_two_lists_of_a_ca_the_newer_counts(town: Town, tmp_path: Path) -> None:
    assert town.settings.revoked is not None
    before = town.settings.revoked.read_bytes()
    revocation.revoke(town.home, "file-1", clock.now() + DAY)
    town.lists(before, town.settings.revoked.read_bytes(), before)
    with launch(town.settings, tmp_path / "state"):
        assert town.welcome() == EVERYBODY - {"file-1"}


def test_lists_that_end_while_the_broker_runs_are_taken_from_it(town: Town, tmp_path: Path) -> None:
    said, now = list[str](), clock.now()
    town.lists(listed(town.home.issuer()), listed(town.home.gate_issuer()))
    force = InForce(town.settings, tmp_path, said.append)
    assert force.look(now) == (Change.RESTART, frozenset())
    assert force.copy == tmp_path / "revocation-lists"
    assert not force.ended(now)
    assert force.look(now) == (Change.NOTHING, frozenset())
    late = now + 2 * DAY
    assert force.ended(late)
    assert force.look(late) == (Change.RESTART, frozenset())
    gone: Path | None = force.copy
    assert gone is None
    assert not force.ended(late)
    assert [_("NO REVOCATION LIST IS IN FORCE") in each for each in said] == [True]


def test_a_ca_that_has_ended_needs_no_list(town: Town) -> None:
    late = town.home.gate_issuer().ca.not_valid_after_utc + DAY
    offline = town.home.issuer()
    town.lists(listed(offline, until=late - clock.now() + DAY))
    found = fit(town.settings, late)
    assert found is not None
    assert found.pem.count(b"BEGIN X509 CRL") == 1


def test_what_cannot_be_read_is_said(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    for changes in ({"revoked": folder}, {"issuers": broken}, {"issuers": folder}):
        with pytest.raises(ListsUnfit):
            fit(msgspec.structs.replace(town.settings, **changes), clock.now())
    with pytest.raises(ListsUnfit):
        fit(town.settings, clock.now() + 4000 * DAY)


def test_a_folder_that_is_carried_here_while_the_broker_runs_is_taken_up_once_it_is_whole(
    town: Town, tmp_path: Path
) -> None:
    """Half of it would have Mosquitto turn everybody away."""
    folder = tmp_path / "carried"
    shutil.copytree(town.home.folder / "broker", folder)
    town = town._replace(settings=from_folder(folder, port=town.settings.port))
    said = list[str]()
    with launch(town.settings, tmp_path / "state", tell=said.append) as broker:
        pid = broker.pid
        revocation.revoke(town.home, "file-1", clock.now())
        turnover.renew(town.home, clock.now())
        fresh = town.home.folder / "broker"
        for name in ("certificate.pem", "ca.pem", "issuers.pem", "revoked.pem"):
            shutil.copy(fresh / name, folder)
            broker.tend()
        assert town.welcome() == EVERYBODY, "as before"
        assert len(said) == 1
        assert _("the keys of the broker that lie here do not fit or are broken") in said[0]
        shutil.copy(fresh / "tls.pem", folder)
        broker.tend()
        for _each in range(100):  # Mosquitto reads them when it comes to it
            if not is_welcome(town.settings, town.gates["file-1"]):
                break
        assert town.welcome() == EVERYBODY - {"file-1"}
        assert broker.pid == pid
        assert shown(town.settings) == (fresh / "certificate.pem").read_text()


def shown(settings: BrokerSettings) -> str:
    """Return the certificate that the broker shows, PEM."""
    return ssl.get_server_certificate((settings.address, settings.port), timeout=PATIENCE_S)
