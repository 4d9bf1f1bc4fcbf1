"""Certifying technicians: what is in a certificate, and for whom none is made."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    SSHCertificate,
    load_ssh_public_identity,
)

from provisioning import cli, technicians
from provisioning.authority import Authority
from provisioning.errors import ClockWrong, TechnicianKeyInvalid, ValueInvalid
from wire import sshcertificate
from wire.errors import WireError
from wire.keys import Use


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pub"
    public = Ed25519PrivateKey.generate().public_key()
    path.write_bytes(public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    return path


@pytest.mark.parametrize(
    ("is_root", "principals"),
    [(False, [b"gate-technician"]), (True, [b"gate-technician", b"gate-root"])],
)
def test_a_certificate_is_for_a_time_and_no_more_than_was_asked_for(
    home: Authority,
    key: Path,
    now: datetime,
    is_root: bool,  # noqa: FBT001  (one of two)
    principals: list[bytes],
) -> None:
    made = technicians.certify(home, key, "anh-ba", days=7, is_root=is_root, now=now)
    found = load_ssh_public_identity(made)
    assert isinstance(found, SSHCertificate)
    found.verify_cert_signature()
    assert found.valid_principals == principals
    assert found.key_id == b"anh-ba"
    assert found.valid_before == int((now + timedelta(days=7)).timestamp())
    assert set(found.extensions) == {b"permit-pty"}, "no forwarding"
    signer = found.signature_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    assert signer.decode() in sshcertificate.authorities(home.public.keys)


def test_only_keys_of_that_use_let_technicians_in(home: Authority) -> None:
    others = tuple(key for key in home.public.keys if key.use is not Use.TECHNICIAN)
    with pytest.raises(WireError):
        sshcertificate.authorities(others)
    assert sshcertificate.authorities(home.public.keys).count("\n") == 1


@pytest.mark.parametrize(
    ("name", "days"), [("", 7), ("a b", 7), ("đ", 7), ("x" * 65, 7), ("anh-ba", 0), ("anh-ba", 32)]
)
def test_what_no_gate_would_be_told_is_refused(
    home: Authority, key: Path, now: datetime, name: str, days: int
) -> None:
    with pytest.raises(ValueInvalid):
        technicians.certify(home, key, name, days=days, is_root=False, now=now)


def test_a_file_without_a_key_or_with_a_weak_one_is_refused(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    rsa = generate_private_key(65537, 2048).public_key()
    for data in (b"", b"ssh-rsa AAAA", rsa.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)):
        (tmp_path / "other.pub").write_bytes(data)
        with pytest.raises(TechnicianKeyInvalid):
            technicians.certify(
                home, tmp_path / "other.pub", "anh-ba", days=7, is_root=False, now=now
            )
    with pytest.raises(ClockWrong):
        technicians.certify(
            home,
            tmp_path / "other.pub",
            "anh-ba",
            days=7,
            is_root=False,
            now=datetime(2000, 1, 1, tzinfo=UTC),
        )


def test_the_command_writes_a_certificate(
    home: Authority, key: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    out = key.with_name("key-cert.pub")
    here = ["--authority", str(home.folder), "--name", "anh-ba", "--out", str(out)]
    assert cli.main(["technician", str(key), *here]) == 0
    assert "certified" in capsys.readouterr().out
    assert out.read_bytes().startswith(b"ssh-ed25519-cert-v01@openssh.com ")
