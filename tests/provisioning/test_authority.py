"""The authority's folder: what is in it, for whom, and that it is never overwritten."""

import shutil
import ssl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provisioning import authority, clock, keyfile, making
from provisioning.authority import Authority
from provisioning.errors import (
    AuthorityExists,
    AuthorityMissing,
    ClockWrong,
    FileUnusable,
    KeyMissing,
    ValueInvalid,
)
from wire import keyring, voucher
from wire.keys import KeyEntry, Keyring, Use, kid_of, raw_public
from wire.sealing import DataKey, open_data_key


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_every_part_is_there_and_no_key_is_readable_by_others(home: Authority) -> None:
    seen = {
        str(path.relative_to(home.folder)): path.stat().st_mode & 0o777
        for path in home.folder.rglob("*")
    }
    for kid in home.public.reserve:
        assert seen.pop(f"offline/reserve-{kid}.pem") == 0o600
    intake = certificate(home.folder / "collector/certificate.pem").serial_number
    assert seen.pop(f"certificates/intake.{intake:x}") == 0o644
    assert seen == {
        "ca.pem": 0o644,
        "public.json": 0o644,
        "root.json": 0o644,
        "roster.json": 0o644,
        "offline": 0o700,
        "offline/root.pem": 0o600,
        "offline/ca-key.pem": 0o600,
        "passes": 0o700,
        "passes/seen.pem": 0o600,
        "passes/declared.pem": 0o600,
        "issuing": 0o700,
        "issuing/self-service.pem": 0o600,
        "issuing/attendant.pem": 0o600,
        "issuing/institution.pem": 0o600,
        "issuing/status.pem": 0o600,
        "signing": 0o700,
        "signing/policy.pem": 0o600,
        "signing/card.pem": 0o600,
        "signing/command.pem": 0o600,
        "signing/status.pem": 0o600,
        "signing/technician.pem": 0o600,
        "broker": 0o700,
        "broker/tls.pem": 0o600,
        "broker/certificate.pem": 0o644,
        "broker/ca.pem": 0o644,
        "broker/issuers.pem": 0o644,
        "broker/revoked.pem": 0o644,
        "certificates": 0o700,
        "collector": 0o700,
        "collector/tls.pem": 0o600,
        "collector/certificate.pem": 0o644,
        "collector/ca.pem": 0o644,
        "collector/receipt.pem": 0o600,
        "enrolment": 0o700,
        "enrolment/enrol.pem": 0o600,
        "enrolment/voucher.bin": 0o644,
        "enrolment/gate-ca-key.pem": 0o600,
        "enrolment/gate-ca.pem": 0o644,
        "enrolment/tls.pem": 0o600,
        "enrolment/certificate.pem": 0o644,
        "enrolment/ca.pem": 0o644,
        "enrolment/keyring.json": 0o644,
        "vault": 0o700,
        "vault/seal.pem": 0o600,
    }
    assert home.folder.stat().st_mode & 0o777 == 0o700


def test_gates_are_told_every_key_with_its_one_use_and_never_the_root(home: Authority) -> None:
    passes = [Use.PASS_SEEN, Use.PASS_DECLARED, *making.WAYS.values()]
    signing = [Use.POLICY, Use.CARD, Use.COMMAND, Use.STATUS, Use.TECHNICIAN]
    signing += [Use.STATUS, Use.RECEIPT]
    assert [key.use for key in home.public.keys] == [*passes, *passes, *signing]
    assert len({key.kid for key in (*home.public.keys, home.public.root)}) == 18
    Keyring((*home.public.keys, home.public.root))


def test_gates_know_the_keys_in_reserve_before_anyone_uses_them(home: Authority) -> None:
    in_reserve = [key for key in home.public.keys if key.kid in home.public.reserve]
    assert [(key.use, key.way) for key in in_reserve] == [*making.TURNS]
    for key in in_reserve:
        path = home.folder / making.issuing(key.use, key.way)
        assert key.kid != kid_of(raw_public(keyfile.load_ed25519(path)))


def test_each_key_that_signs_for_gates_belongs_to_its_public_half(home: Authority) -> None:
    told = {key.use: key.kid for key in home.public.keys if not key.way}
    desk = {key.way: key.kid for key in home.public.keys if key.kid not in home.public.reserve}
    for way in (*making.WAYS, "status"):
        key = keyfile.load_ed25519(home.folder / f"issuing/{way}.pem")
        assert desk["lists" if way == "status" else way] == kid_of(raw_public(key))
    for use in (Use.POLICY, Use.CARD, Use.COMMAND, Use.STATUS, Use.TECHNICIAN):
        assert told[use] == kid_of(raw_public(home.signing_key(use)))


def test_public_halves_belong_to_the_private_ones(home: Authority) -> None:
    root = msgspec.json.decode((home.folder / "root.json").read_bytes(), type=KeyEntry)
    assert root == home.public.root
    assert root.use is Use.ROOT
    assert root.kid == kid_of(raw_public(home.root()))
    for key, use in zip(home.public.keys[:2], (Use.PASS_SEEN, Use.PASS_DECLARED), strict=True):
        assert key.kid == kid_of(raw_public(home.pass_key(use)))


def test_what_is_sealed_to_the_authority_opens_with_the_vaults_key(home: Authority) -> None:
    vault = load_pem_private_key((home.folder / "vault/seal.pem").read_bytes(), None)
    assert isinstance(vault, X25519PrivateKey)
    data_key = DataKey.fresh()
    opened = open_data_key(data_key.sealed_to(home.public.seal), vault)
    assert opened.open(data_key.seal({"a": 1}, b"here"), b"here") == {"a": 1}


def test_the_authoritys_certificate_lasts_ten_years_and_began_before_any_gates_clock(
    home: Authority, now: datetime
) -> None:
    ca = certificate(home.folder / "ca.pem")
    assert ca.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "Xã Mẫu"
    assert ca.not_valid_before_utc == datetime(2021, 1, 1, tzinfo=UTC)
    assert ca.not_valid_after_utc - now == timedelta(days=3653)
    assert isinstance(ca.public_key(), EllipticCurvePublicKey)


@pytest.mark.parametrize(
    ("part", "name", "use"),
    [
        ("broker", "broker", ExtendedKeyUsageOID.SERVER_AUTH),
        ("collector", "intake", ExtendedKeyUsageOID.CLIENT_AUTH),
        ("enrolment", "enrolment", ExtendedKeyUsageOID.SERVER_AUTH),
    ],
)
def test_each_service_has_a_certificate_for_its_one_use(
    home: Authority, part: str, name: str, use: x509.ObjectIdentifier
) -> None:
    leaf, ca = certificate(home.folder / part / "certificate.pem"), home.issuer().ca
    leaf.verify_directly_issued_by(ca)
    assert leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == name
    assert list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [use]
    assert leaf.not_valid_before_utc == ca.not_valid_before_utc
    public = leaf.public_key()
    assert isinstance(public, EllipticCurvePublicKey)
    assert isinstance(public.curve, SECP256R1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home.folder / part / "certificate.pem", home.folder / part / "tls.pem")


def test_the_broker_answers_to_the_names_it_was_given(tmp_path: Path, now: datetime) -> None:
    hosts = ("broker.xa.example", "192.0.2.7", "2001:db8::7")
    made = authority.create(tmp_path / "a", "Xã Mẫu", hosts=hosts, now=now)
    leaf = certificate(made.folder / "broker/certificate.pem")
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["broker.xa.example"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == [
        "192.0.2.7",
        "2001:db8::7",
    ]


@pytest.mark.parametrize("host", ["", "a b", "-a", "a..b", "*.example", "a/b", "ü", "x" * 64])
def test_a_host_that_is_none_is_refused_and_leaves_nothing(
    tmp_path: Path, now: datetime, host: str
) -> None:
    with pytest.raises(ValueInvalid):
        authority.create(tmp_path / "a", "Xã Mẫu", hosts=(host,), now=now)
    assert list(tmp_path.iterdir()) == []


def test_a_second_authority_never_overwrites_the_first(home: Authority, now: datetime) -> None:
    before = {p: p.read_bytes() for p in home.folder.rglob("*") if p.is_file()}
    with pytest.raises(AuthorityExists) as caught:
        authority.create(home.folder, "Xã Khác", now=now)
    assert caught.value.code == "authority-exists"
    assert {p: p.read_bytes() for p in home.folder.rglob("*") if p.is_file()} == before
    assert [p.name for p in home.folder.parent.iterdir()] == [home.folder.name]


def test_an_empty_folder_may_become_an_authority(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "a").mkdir()
    assert authority.create(tmp_path / "a", "Xã Mẫu", now=now).public.authority == "Xã Mẫu"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileUnusable):
        authority.create(tmp_path / "file" / "a", "Xã Mẫu", now=now)
    with pytest.raises(FileUnusable):
        authority.create(tmp_path / "file", "Xã Mẫu", now=now)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_keys_that_a_founding_cut_off_has_left_are_deleted_by_the_next(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut:
        cut.setattr(Path, "rename", lambda *_: sys.exit("the power fails"))
        cut.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(SystemExit):
            authority.create(tmp_path / "a", "Xã Mẫu", now=now)
    (left,) = tmp_path.iterdir()
    assert (left / "offline/root.pem").exists()
    (tmp_path / ".b.founding.x").mkdir()
    authority.create(tmp_path / "a", "Xã Mẫu", now=now)
    assert {path.name for path in tmp_path.iterdir()} == {"a", ".b.founding.x"}


def test_a_name_longer_than_x509_allows_is_kept_whole_in_public(
    tmp_path: Path, now: datetime
) -> None:
    name = "Ban chỉ đạo phòng, chống dịch của một xã có tên rất dài và nhiều dấu tiếng Việt"
    made = authority.create(tmp_path / "a", name, now=now)
    assert made.public.authority == name
    subject = certificate(made.folder / "ca.pem").subject
    common = subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert isinstance(common, str)
    assert name.startswith(common)
    assert 60 <= len(common.encode()) <= 64


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201])
def test_a_name_that_is_none_is_refused(tmp_path: Path, now: datetime, name: str) -> None:
    with pytest.raises(ValueInvalid):
        authority.create(tmp_path / "a", name, now=now)


def test_a_machine_that_lost_its_clock_makes_no_certificates(tmp_path: Path) -> None:
    with pytest.raises(ClockWrong, match="1970"):
        authority.create(tmp_path / "a", "Xã Mẫu", now=datetime(1970, 1, 1, tzinfo=UTC))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [None, b"", b"[]", b"{}", b"\xff", b"x" * 100_000])
def test_a_folder_that_is_no_authority_is_said(home: Authority, content: bytes | None) -> None:
    (home.folder / "public.json").unlink()
    if content is not None:
        (home.folder / "public.json").write_bytes(content)
    with pytest.raises(AuthorityMissing):
        authority.load(home.folder)


def test_a_key_that_is_kept_elsewhere_is_only_missed_by_the_work_that_needs_it(
    home: Authority,
) -> None:
    (home.folder / "offline/root.pem").unlink()
    (home.folder / "passes/declared.pem").write_bytes(b"broken")
    home.issuer()
    home.pass_key(Use.PASS_SEEN)
    for missing in (home.root, lambda: home.pass_key(Use.PASS_DECLARED)):
        with pytest.raises(KeyMissing):
            missing()


def test_a_key_of_another_kind_is_not_taken(home: Authority) -> None:
    (home.folder / "offline/root.pem").write_bytes((home.folder / "vault/seal.pem").read_bytes())
    (home.folder / "offline/ca-key.pem").write_bytes((home.folder / "passes/seen.pem").read_bytes())
    with pytest.raises(KeyMissing):
        home.root()
    with pytest.raises(KeyMissing):
        home.issuer()


def test_the_key_for_enrolment_has_the_roots_word_and_ends_in_half_a_year(
    home: Authority, now: datetime
) -> None:
    found = voucher.vouched(home.voucher(), home.public.root)
    assert found.kid == kid_of(raw_public(keyfile.load_ed25519(home.folder / making.ENROL_KEY)))
    assert found.until == int((now + timedelta(days=200)).timestamp()) * 1000


def test_every_online_key_ends_and_the_ring_that_the_root_signs_says_when(
    home: Authority, now: datetime
) -> None:
    told = keyring.unpack(home.keyring(), Keyring([home.public.root]))
    assert told.keys == home.public.keys
    assert told.seal == home.public.seal
    assert told.ca.encode() == (home.folder / "ca.pem").read_bytes()
    half_a_year = clock.millis(now + timedelta(days=200))
    signing = [key for key in told.keys if key.use not in making.PASSES]
    assert {key.until for key in signing} == {half_a_year}
    assert all((key.until or 0) > half_a_year for key in told.keys if key.use in making.PASSES)


def test_the_ca_that_is_online_makes_clients_and_neither_servers_nor_cas(
    home: Authority, now: datetime
) -> None:
    issuer = home.gate_issuer()
    issuer.ca.verify_directly_issued_by(home.issuer().ca)
    limits = issuer.ca.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)
    uses = issuer.ca.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert issuer.ca.not_valid_after_utc - now == timedelta(days=400)
