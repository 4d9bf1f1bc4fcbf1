"""Two certificates for the broker: of who tells a Home Assistant, and of the Home Assistant."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from broker.config import HOME_ASSISTANT, HOME_READER
from provisioning import cli, homeassistant
from provisioning.authority import Authority
from provisioning.errors import ClockWrong, FileUnusable


def test_each_has_a_key_a_clients_certificate_and_the_ca(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    made = homeassistant.certify(home, tmp_path / "out", now)
    assert [folder.name for folder in made] == [HOME_ASSISTANT, HOME_READER]
    for folder in made:
        leaf = x509.load_pem_x509_certificate((folder / "certificate.pem").read_bytes())
        authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        leaf.verify_directly_issued_by(authority)
        (name,) = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        assert name.value == folder.name
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert [*usage] == [ExtendedKeyUsageOID.CLIENT_AUTH]
        key = load_pem_private_key((folder / "tls.pem").read_bytes(), None)
        assert key.public_key() == leaf.public_key()
        assert (folder / "tls.pem").stat().st_mode & 0o077 == 0


def test_none_is_made_at_a_wrong_time_or_where_nothing_can_be_written(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(ClockWrong):
        homeassistant.certify(home, tmp_path, datetime(2000, 1, 1, tzinfo=UTC))
    (tmp_path / "file").touch()
    with pytest.raises(FileUnusable):
        homeassistant.certify(home, tmp_path / "file", now)


def test_the_command_says_where_they_are(
    home: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    out = ["--authority", str(home.folder), "--out", str(tmp_path / "out")]
    assert cli.main(["home-assistant", *out]) == 0
    assert str(tmp_path / "out/home_assistant") in capsys.readouterr().out
