"""From files of certificates to the signed list of those whose health certificates count."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from device.credential import classify
from device.credential.dcc import Certificate
from device.credential.dcc_trust import Finding, TrustList, check
from provisioning import signers
from provisioning.authority import Authority
from provisioning.errors import FileUnusable, KeyMissing, SignerInvalid, SignersTooMany
from tests.device.credential import certificates as made
from wire.keys import Keyring
from wire.signers import Signers, unpack

FIRST, SECOND = made.certificate(made.P256), made.certificate(made.OTHER_P256)


def pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def read(home: Authority, path: Path) -> Signers:
    return unpack(path.read_bytes(), Keyring(home.public.keys))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "certificates"
    place.mkdir()
    (place / "vn.der").write_bytes(FIRST)
    (place / "both.PEM").write_bytes(b"Subject: VN\n" + pem(SECOND) + pem(FIRST))
    (place / "README").write_text("not a certificate")
    return place


def test_a_gate_believes_whoever_is_in_the_folder(
    home: Authority, folder: Path, now: datetime
) -> None:
    path, listed = signers.publish(home, (folder,), now)
    assert path == home.folder / "published/signers.json"
    assert read(home, path) == listed
    assert set(listed.certificates()) == {FIRST, SECOND}
    shown = classify(made.shown(der=FIRST).encode()).content
    assert isinstance(shown, Certificate)
    assert check(shown, TrustList(listed.certificates()), made.ISSUED) is Finding.GOOD


def test_a_new_list_takes_the_place_of_the_old_one(
    home: Authority, folder: Path, now: datetime
) -> None:
    _, before = signers.publish(home, (folder,), now)
    path, after = signers.publish(home, (folder / "vn.der",), now - timedelta(days=9))
    assert after.version == before.version + 1
    assert read(home, path).certificates() == (FIRST,)


def test_a_lost_list_does_not_set_versions_back(
    home: Authority, folder: Path, now: datetime
) -> None:
    path, before = signers.publish(home, (folder,), now)
    path.write_bytes(b"{}")
    _, after = signers.publish(home, (folder,), now + timedelta(seconds=1))
    assert after.version > before.version


@pytest.mark.parametrize(
    "content",
    [b"", b"text", FIRST[:-1], made.certificate(made.P384), pem(FIRST) + pem(FIRST)[:200]],
    ids=["empty", "text", "cut", "p384", "pem-cut"],
)
def test_a_file_without_a_usable_certificate_is_named(
    home: Authority, folder: Path, now: datetime, content: bytes
) -> None:
    wrong = folder / "wrong.cer"
    wrong.write_bytes(content)
    with pytest.raises(SignerInvalid, match=r"wrong\.cer"):
        signers.publish(home, (folder,), now)
    assert not (home.folder / "published/signers.json").exists()


def test_a_folder_without_certificates_does_not_take_everyones_trust_away(
    home: Authority, folder: Path, now: datetime
) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(SignerInvalid, match="empty"):
        signers.publish(home, (folder, folder / "empty"), now)


def test_a_file_that_is_not_there_is_said(home: Authority, folder: Path, now: datetime) -> None:
    with pytest.raises(FileUnusable):
        signers.publish(home, (folder / "nobody.der",), now)


def test_without_the_key_for_policies_nothing_is_signed(
    home: Authority, folder: Path, now: datetime
) -> None:
    (home.folder / "signing/policy.pem").unlink()
    with pytest.raises(KeyMissing):
        signers.publish(home, (folder,), now)


def test_more_signers_than_a_list_can_hold_are_said(
    home: Authority, folder: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wire.signers.MAX_SIGNERS", 1)
    with pytest.raises(SignersTooMany):
        signers.publish(home, (folder,), now)
