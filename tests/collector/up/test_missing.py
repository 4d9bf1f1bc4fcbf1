"""What is said to be missing at a start: certificates and custodians, and who runs it all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from collector import config
from collector.config import Config
from collector.reached import local
from collector.up.missing import missing
from tests.collector.web.conftest import CONFIG

NOW = datetime(2026, 11, 28, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


def certificate(path: Path, issuer: str, days: int) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    made = (
        x509.CertificateBuilder()
        .subject_name(name("cong.example.vn"))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def district(tmp_path: Path) -> Config:
    path = tmp_path / "collector.toml"
    path.write_text(CONFIG.partition("[vault]")[0], encoding="utf-8")
    return config.load(path)


def codes(settings: Config, user: int = 1000) -> list[str]:
    return [each.code for each in missing(settings, NOW_MS, user)]


def web(district: Config, **more: object) -> Config:
    return msgspec.structs.replace(district, web=msgspec.structs.replace(district.web, **more))


def test_pages_for_this_machine_alone_miss_nothing(district: Config) -> None:
    assert codes(district) == []
    assert codes(web(district, host="::", https=True)) == []


def test_pages_in_clear_for_others_are_told_how_to_get_a_certificate(district: Config) -> None:
    assert codes(web(district, host="192.0.2.7")) == ["certificate-missing"]
    public = msgspec.structs.replace(district.public, host="::")
    issuing = config.IssuingConfig(keys=Path("k"), state=Path("s"))
    both = msgspec.structs.replace(district, public=public, issuing=issuing)
    assert codes(both) == ["certificate-missing"]


def test_a_name_that_the_certificate_does_not_have_is_said(
    district: Config, tmp_path: Path
) -> None:
    given = certificate(tmp_path / "web.pem", "A public one", 60)
    named = {"names": ("cong.example.vn",), "certificate": given, "key": tmp_path / "k.pem"}
    assert codes(web(district, host="::", **named)) == ["certificate-other"]


@pytest.mark.parametrize(
    ("issuer", "days", "expected"),
    [
        ("A public one", 60, []),
        ("A public one", 20, ["certificate-soon"]),
        ("A public one", -1, ["certificate-expired"]),
        ("Huyện Mẫu", 60, ["certificate-own"]),
        ("cong.example.vn", 60, ["certificate-own"]),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said(
    district: Config, tmp_path: Path, issuer: str, days: int, expected: list[str]
) -> None:
    given = certificate(tmp_path / "web.pem", issuer, days)
    subject = certificate(tmp_path / "own.pem", "x", 900)
    own = x509.load_pem_x509_certificate(subject.read_bytes())
    assert own.subject != own.issuer
    _authority(district.broker.ca)
    settings = web(district, host="::", certificate=given, key=tmp_path / "k.pem")
    assert codes(settings) == expected


def test_a_certificate_that_cannot_be_read_is_the_pages_own_error(
    district: Config, tmp_path: Path
) -> None:
    (tmp_path / "web.pem").write_text("no certificate")
    assert codes(web(district, certificate=tmp_path / "web.pem", key=tmp_path / "k")) == []


def test_root_is_told_of_a_better_user(district: Config) -> None:
    assert codes(district, user=0) == ["one-user"]


def test_a_vault_that_does_not_answer_says_itself_why(district: Config, tmp_path: Path) -> None:
    vault = config.VaultConfig(state=tmp_path / "vault")
    assert codes(msgspec.structs.replace(district, vault=vault)) == []


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("localhost", True)]
    + [(host, False) for host in ("0.0.0.0", "::", "192.0.2.1", "cong.example.vn")],  # noqa: S104
)
def test_only_loopback_is_this_machine(host: str, is_local: bool) -> None:  # noqa: FBT001
    assert local(host) is is_local


def _authority(path: Path) -> None:
    """Write a certificate whose subject is the authority's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Huyện Mẫu")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=9000))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(made.public_bytes(Encoding.PEM))
