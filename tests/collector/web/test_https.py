"""Pages over real TLS: with the files that are there, and with renewed ones without a restart."""

import datetime as dt
import http.client
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from collector.web import certificate
from tests.collector.web.conftest import CONFIG

pytestmark = pytest.mark.timeout(120)
NOW = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
HOST = "localhost"
COMMAND = [sys.executable, "-P", "-m", "collector"]


class Files:
    """A certificate and its key, written as a renewal does: each at once, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.certificate, self.key = folder / "fullchain.pem", folder / "privkey.pem"
        self.serial = 0

    def renew(self, *, parts: str = "both", passphrase: bytes | None = None) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(self.serial + 1)
            .not_valid_before(NOW - dt.timedelta(days=3650))
            .not_valid_after(NOW + dt.timedelta(days=3650))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        closing = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, closing)
        if parts != "key":
            _replace(self.certificate, made.public_bytes(Encoding.PEM))
        if parts != "certificate":
            _replace(self.key, pem)
        if parts == "both":
            self.serial += 1


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".new")
    partial.write_bytes(content)
    partial.chmod(0o600)
    partial.rename(path)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = Files(tmp_path)
    made.renew()
    return made


class Pages:
    """Running pages."""

    def __init__(self, child: "subprocess.Popen[str]", url: str) -> None:
        self.child, self.url = child, url
        self.port = int(url.rstrip("/").rpartition(":")[2])

    def asked(self, path: str = "/login") -> tuple[int, http.client.HTTPMessage, int]:
        """Return status, headers, and the serial number of the certificate shown."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        asking = http.client.HTTPSConnection(HOST, self.port, timeout=20, context=context)
        try:
            asking.request("GET", path)
            assert isinstance(asking.sock, ssl.SSLSocket)
            shown = asking.sock.getpeercert(binary_form=True)
            answer = asking.getresponse()
            answer.read()
        finally:
            asking.close()
        assert shown is not None
        return answer.status, answer.msg, x509.load_der_x509_certificate(shown).serial_number

    def hear(self, event: str) -> None:
        assert self.child.stderr is not None
        for line in self.child.stderr:
            if json.loads(line)["event"] == event:
                return
        pytest.fail(f"{event} was not said")


@pytest.fixture
def pages(tmp_path: Path, files: Files) -> Iterator[Pages]:
    text = CONFIG.partition("[vault]")[0]
    own = f'[web]\nport = 0\ncertificate = "{files.certificate}"\nkey = "{files.key}"\n'
    path = tmp_path / "collector.toml"
    path.write_text(text.replace("[web]\n", own), encoding="utf-8")
    (tmp_path / "roster.json").write_bytes(
        msgspec.json.encode({"authority": "Huyện Mẫu", "help_line": "0900", "gates": []})
    )
    child = subprocess.Popen(
        [*COMMAND, "web", "--config", str(path)], stderr=subprocess.PIPE, text=True
    )
    try:
        assert child.stderr is not None
        yield Pages(child, json.loads(child.stderr.readline())["url"])
    finally:
        child.terminate()
        child.communicate(timeout=30)


def test_pages_are_served_over_tls_and_their_cookies_travel_no_other_way(pages: Pages) -> None:
    assert pages.url.startswith("https://")
    status, headers, _ = pages.asked()
    assert status == 200
    cookies = headers.get_all("Set-Cookie") or []
    assert cookies
    assert all("secure" in each.lower() for each in cookies)
    assert "max-age=" in headers["Strict-Transport-Security"]
    with pytest.raises((http.client.HTTPException, OSError)):
        _in_clear(pages.port)


def test_a_renewed_certificate_counts_from_the_next_connection_on(
    pages: Pages, files: Files
) -> None:
    assert pages.asked()[2] == 1
    files.renew()
    assert pages.asked()[2] == 2
    pages.hear("certificate.renewed")


def test_half_a_renewal_changes_nothing(pages: Pages, files: Files) -> None:
    files.renew(parts="certificate")
    assert pages.asked()[::2] == (200, 1)
    pages.hear("certificate.kept")
    files.certificate.unlink()
    assert pages.asked()[2] == 1
    files.certificate.write_text("no certificate")
    assert pages.asked()[2] == 1
    files.renew()
    assert pages.asked()[2] == files.serial == 2


def test_nobody_says_by_what_browsers_came_but_a_proxy(pages: Pages) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    asking = http.client.HTTPSConnection(HOST, pages.port, timeout=20, context=context)
    asking.request("GET", "/login", headers={"X-Forwarded-Proto": "http"})
    answer = asking.getresponse()
    answer.read()
    asking.close()
    assert "max-age=" in (answer.getheader("Strict-Transport-Security") or "")


@pytest.mark.parametrize("wrong", ["absent", "no key", "another key", "passphrase"])
def test_files_that_do_not_serve_are_an_error_that_names_them(
    tmp_path: Path, files: Files, wrong: str
) -> None:
    match wrong:
        case "absent":
            files.certificate.unlink()
        case "no key":
            files.key.write_text("no key")
        case "another key":
            files.renew(parts="key")
        case _:
            files.renew(passphrase=b"mat khau dai")
    path = tmp_path / "collector.toml"
    own = f'[web]\nport = 0\ncertificate = "{files.certificate}"\nkey = "{files.key}"\n'
    path.write_text(CONFIG.partition("[vault]")[0].replace("[web]\n", own), encoding="utf-8")
    done = subprocess.run(
        [*COMMAND, "web", "--config", str(path)],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        env={**os.environ, "GATE_LANG": "en"},
    )
    assert done.returncode == 2
    assert done.stderr.startswith("key-unreadable: ")
    assert str(files.certificate) in done.stderr
    assert "\n  -> " in done.stderr


def test_one_file_without_the_other_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "collector.toml"
    text = CONFIG.partition("[vault]")[0]
    path.write_text(text.replace("[web]\n", '[web]\ncertificate = "a.pem"\n'), encoding="utf-8")
    done = subprocess.run(
        [*COMMAND, "check", "--config", str(path)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("config-invalid: ")
    assert "web" in done.stderr


def test_pages_behind_a_proxy_or_in_clear_have_no_certificate_of_their_own() -> None:
    assert certificate.served("web", None, None) == {}


def _in_clear(port: int) -> None:
    asking = http.client.HTTPConnection(HOST, port, timeout=20)
    try:
        asking.request("GET", "/login")
        asking.getresponse()
    finally:
        asking.close()
