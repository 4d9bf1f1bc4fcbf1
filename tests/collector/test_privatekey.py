"""Private keys: read, or said to be what they are instead."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from collector import privatekey
from collector.errors import KeyUnreadable
from collector.passphrase import handed

SECRET = b"mat-khau-mau"
SIGNING, TLS = Ed25519PrivateKey.generate(), generate_private_key(SECP256R1())


def pem(key: Ed25519PrivateKey | EllipticCurvePrivateKey, *, closed: bool = False) -> bytes:
    how = BestAvailableEncryption(SECRET) if closed else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def test_each_kind_of_key_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(pem(SIGNING))
    assert privatekey.signing(path, "name").public_key() == SIGNING.public_key()
    path.write_bytes(pem(SIGNING, closed=True))
    assert privatekey.signing(path, "name", lambda: SECRET).public_key() == SIGNING.public_key()
    path.write_bytes(pem(TLS))
    assert privatekey.of_certificates(path, "name").public_key() == TLS.public_key()


@pytest.mark.parametrize(
    ("data", "secret", "why"),
    [
        (None, None, "No such file"),
        (b"no key", None, "no private key in PEM"),
        (b"no key", handed, "no private key in PEM"),
        (pem(SIGNING, closed=True), None, "no private key in PEM without a passphrase"),
        (pem(SIGNING, closed=True), handed, "its passphrase is missing or another"),
        (pem(SIGNING, closed=True), lambda: b"another", "its passphrase is missing or another"),
        (pem(TLS), None, "no Ed25519 key"),
    ],
    ids=["none", "other", "other, opened", "closed", "unopened", "another's", "of TLS"],
)
def test_what_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    data: bytes | None,
    secret: privatekey.Secret | None,
    why: str,
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    path = tmp_path / "key.pem"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(KeyUnreadable) as found:
        privatekey.signing(path, "issuing.keys", secret)
    assert str(found.value).startswith(f"issuing.keys: {path}: ")
    assert why in str(found.value)


def test_a_key_that_signs_makes_no_certificates(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(pem(SIGNING))
    with pytest.raises(KeyUnreadable, match="no key for TLS"):
        privatekey.of_certificates(path, "enrol.keys")
