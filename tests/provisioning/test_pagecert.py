"""The pages' own certificate: believed for its hosts by who installed it, and for nothing else."""

import re
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from provisioning import authority, certificates, clock, pagecert, pagesheet
from provisioning.authority import Authority
from provisioning.certificates import Issuer
from provisioning.cli import main
from provisioning.errors import RootAbsent, ValueInvalid
from tests.provisioning.printed import text

NOW = clock.now()
"""OpenSSL asks the real clock."""
HOSTS = ("localhost", "cong.example.vn")


@pytest.fixture
def home(tmp_path: Path) -> Authority:
    return authority.create(tmp_path / "authority", "Huyện Mẫu", help_line="0900 000 000", now=NOW)


def handshake(chain: bytes, key: bytes, ca: bytes, host: str, folder: Path) -> None:
    """Speak TLS as a browser does that has installed `ca`; raise ssl.SSLError if it warns."""
    (folder / "chain").write_bytes(chain)
    (folder / "key").write_bytes(key)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "chain", folder / "key")
    asking = ssl.create_default_context(cadata=ca.decode())
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = serving.wrap_bio(theirs, ours, server_side=True)
    client = asking.wrap_bio(ours, theirs, server_hostname=host)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert client.version() is not None
    assert client.getpeercert()


@pytest.mark.parametrize("host", [*HOSTS, "127.0.0.1"])
def test_whoever_installed_it_is_not_warned(home: Authority, tmp_path: Path, host: str) -> None:
    made = pagecert.make(home, (*HOSTS, "127.0.0.1"), NOW)
    handshake(made.chain, made.key, made.ca, host, tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(made.chain, made.key, made.ca, "other.example.vn", tmp_path)
    own = (home.folder / "ca.pem").read_bytes()
    with pytest.raises(ssl.SSLCertVerificationError):  # who has installed that one only
        handshake(made.chain, made.key, own, host, tmp_path)


@pytest.mark.parametrize("host", ["other.example.vn", "192.0.2.1", "example.vn", "::1"])
def test_even_its_key_can_speak_for_no_other_host(
    home: Authority, tmp_path: Path, host: str
) -> None:
    made = pagecert.make(home, HOSTS, NOW)
    stolen = load_pem_private_key((home.folder / pagecert.KEY).read_bytes(), None)
    assert isinstance(stolen, ec.EllipticCurvePrivateKey)
    thief = Issuer(x509.load_pem_x509_certificate(made.ca), stolen)
    key = certificates.new_key()
    leaf = thief.issue("x", key.public_key(), certificates.SERVER, hosts=(host,), now=NOW, days=30)
    chain = leaf.public_bytes(Encoding.PEM) + made.ca
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ssl.SSLCertVerificationError, match="subtree violation"):
        handshake(chain, plain, made.ca, host, tmp_path)


def test_a_renewal_needs_no_new_installation(home: Authority, tmp_path: Path) -> None:
    first = pagecert.make(home, HOSTS, NOW)
    again = pagecert.make(home, HOSTS[:1], NOW)
    assert (again.ca, again.fingerprint) == (first.ca, first.fingerprint)
    assert again.key != first.key
    handshake(again.chain, again.key, first.ca, "localhost", tmp_path)


def test_other_hosts_need_it_anew(home: Authority, tmp_path: Path) -> None:
    first = pagecert.make(home, HOSTS, NOW)
    with pytest.raises(ValueInvalid):
        pagecert.make(home, ("moi.example.vn",), NOW)
    with pytest.raises(ValueInvalid):
        pagecert.make(home, ("192.0.2.1",), NOW)
    anew = pagecert.make(home, ("moi.example.vn", "192.0.2.1"), NOW, anew=True)
    assert anew.ca != first.ca
    handshake(anew.chain, anew.key, anew.ca, "192.0.2.1", tmp_path)


def test_it_is_valid_for_no_longer_than_phones_take(home: Authority) -> None:
    made = pagecert.make(home, HOSTS, NOW)
    leaf = x509.load_pem_x509_certificates(made.chain)[0]
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=398)
    assert leaf.not_valid_after_utc == made.until
    for days in (0, -1, pagecert.MOST_DAYS + 1):
        with pytest.raises(ValueInvalid):
            pagecert.make(home, HOSTS, NOW, days)


@pytest.mark.parametrize("host", ["", "a b", "*.example.vn", "x" * 300, "http://a.vn", "-a.vn"])
def test_what_is_no_host_makes_nothing(home: Authority, host: str) -> None:
    with pytest.raises(ValueInvalid):
        pagecert.make(home, (host,), NOW)
    assert not (home.folder / pagecert.KEY).exists()


def test_the_ca_is_closed_with_what_people_keep_of_the_root(tmp_path: Path) -> None:
    root = Ed25519PrivateKey.generate()
    shared = authority.create(tmp_path / "shared", "Huyện Mẫu", now=NOW, root=root)
    pagecert.make(shared, HOSTS, NOW)
    assert b"ENCRYPTED" in (shared.folder / pagecert.KEY).read_bytes()
    pagecert.make(shared, HOSTS, NOW)  # opened again with the same
    with pytest.raises(RootAbsent):
        pagecert.make(authority.load(shared.folder), HOSTS, NOW)


def test_the_sheet_tells_what_to_compare_and_for_which_addresses(home: Authority) -> None:
    made = pagecert.make(home, HOSTS, NOW)
    drawn = pagesheet.draw("Huyện Mẫu", "0900 000 000", HOSTS, made)
    said = " ".join(text(drawn).split())
    digest = x509.load_pem_x509_certificate(made.ca).fingerprint(hashes.SHA256())
    shown = "".join(re.findall(r"(?:[0-9A-F]{2}:){5,}[0-9A-F]{2}", said)).replace(":", "")
    assert shown == digest.hex().upper()
    for words in ("https://cong.example.vn/", "Huyện Mẫu", "0900 000 000", "Android", "iPhone"):
        assert words in said
    assert "so từng cặp ký tự" in said


def test_the_command_leaves_what_the_server_takes_and_what_people_install(
    home: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "web"
    words = ["web", "--authority", str(home.folder), "--host", "localhost", "--out", str(out)]
    assert main(words) == 0
    assert str(out) in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == {
        *("privkey.pem", "fullchain.pem", "ca.crt", "sheet.pdf"),
    }
    assert (out / "privkey.pem").stat().st_mode & 0o077 == 0
    handshake(
        (out / "fullchain.pem").read_bytes(),
        (out / "privkey.pem").read_bytes(),
        (out / "ca.crt").read_bytes(),
        "localhost",
        tmp_path,
    )
    (tmp_path / "file").touch()
    assert main([*words[:-1], str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.startswith("file-unusable: ")
