"""Admitting gates, from real requests made as a gate makes them."""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from device import enrol
from provisioning import gates, roster
from provisioning.authority import Authority
from provisioning.errors import (
    GateKnown,
    NameInvalid,
    ProvisionError,
    RequestInvalid,
    RequestUsed,
    RosterDamaged,
    ValueInvalid,
)
from wire import certificate, enrolment
from wire.keys import Keyring, Use, kid_of, raw_public
from wire.record import Direction

SPKI = PublicFormat.SubjectPublicKeyInfo


@pytest.fixture
def request_bytes(tmp_path: Path) -> bytes:
    return enrol.make_keys(tmp_path / "keys")


def admit(home: Authority, request: bytes, now: datetime, **changes: Any) -> bytes:  # noqa: ANN401
    """Admit a gate as usual, but for `changes`."""
    usual: dict[str, Any] = {
        "gate": "ben-xe-1",
        "place": "Bến xe Mẫu",
        "area": "Xã Mẫu",
        "sector": "transport",
        "directions": (Direction.IN,),
    }
    return gates.enrol(home, request, now=now, **(usual | changes))


def test_the_answer_says_all_that_a_gate_must_know(
    home: Authority, request_bytes: bytes, now: datetime
) -> None:
    both = (Direction.IN, Direction.OUT)
    answer = enrolment.unpack(admit(home, request_bytes, now, directions=both), home.public.root)
    assert answer.gate == "ben-xe-1"
    assert answer.authority == "Xã Mẫu"
    assert answer.place == "Bến xe Mẫu"
    assert answer.directions == both
    assert answer.keys == home.public.keys
    assert answer.seal == home.public.seal
    assert answer.issued == int(now.timestamp() * 1000)
    assert answer.records == enrolment.unpack_request(request_bytes).records.kid


def test_the_certificate_is_for_the_gates_key_and_names_the_gate(
    home: Authority, request_bytes: bytes, now: datetime
) -> None:
    answer = enrolment.unpack(admit(home, request_bytes, now, days=10), home.public.root)
    leaf = x509.load_pem_x509_certificate(answer.certificate.encode())
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(answer.ca.encode()))
    names = [each.value for each in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    assert names == ["ben-xe-1"]
    assert leaf.not_valid_after_utc == now + timedelta(days=10)
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    asked = enrolment.unpack_request(request_bytes)
    assert leaf.public_key() == x509.load_pem_x509_csr(asked.csr.encode()).public_key()


def test_no_certificate_outlives_the_authoritys(
    home: Authority, request_bytes: bytes, now: datetime
) -> None:
    later = now + timedelta(days=3600)
    answer = enrolment.unpack(admit(home, request_bytes, later, days=365), home.public.root)
    leaf = x509.load_pem_x509_certificate(answer.certificate.encode())
    assert leaf.not_valid_after_utc == home.issuer().ca.not_valid_after_utc


def test_the_collector_can_read_the_roster(
    home: Authority, request_bytes: bytes, now: datetime
) -> None:
    admit(home, request_bytes, now)
    kid = enrolment.unpack_request(request_bytes).records.kid
    public = enrolment.unpack_request(request_bytes).records.public
    assert msgspec.json.decode((home.folder / "roster.json").read_bytes()) == {
        "authority": "Xã Mẫu",
        "help_line": "0299 000 000",
        "gates": [
            {
                "gate": "ben-xe-1",
                "place": "Bến xe Mẫu",
                "area": "Xã Mẫu",
                "sector": "transport",
                "directions": ["in"],
                "records": {"kid": kid, "use": "records", "public": public},
            }
        ],
    }


def test_the_same_request_again_renews_the_gate(
    home: Authority, request_bytes: bytes, now: datetime
) -> None:
    admit(home, request_bytes, now)
    admit(home, request_bytes, now, place="Chợ Mẫu")
    assert [gate.place for gate in roster.load(home.folder).gates] == ["Chợ Mẫu"]


def test_another_machine_takes_a_gates_name_only_when_told_to(
    home: Authority, request_bytes: bytes, tmp_path: Path, now: datetime
) -> None:
    admit(home, request_bytes, now)
    before = roster.load(home.folder)
    second = enrol.make_keys(tmp_path / "second")
    with pytest.raises(GateKnown) as caught:
        admit(home, second, now)
    assert "--replace" in caught.value.remedy
    assert roster.load(home.folder) == before
    admit(home, second, now, replace=True)
    kids = [gate.records.kid for gate in roster.load(home.folder).gates]
    assert kids == [enrolment.unpack_request(second).records.kid]


def test_one_machine_is_never_two_gates(
    home: Authority, request_bytes: bytes, now: datetime
) -> None:
    admit(home, request_bytes, now)
    with pytest.raises(RequestUsed, match="ben-xe-1"):
        admit(home, request_bytes, now, gate="ben-xe-2", replace=True)


@pytest.mark.parametrize(
    "name",
    ["", "a" * 41, "A", "cổng", "a/b", "a+b", "#", "a b", "a_b", "a\n", "intake", "broker"],
)
def test_a_name_that_does_not_fit_into_topics_is_refused(
    home: Authority, request_bytes: bytes, now: datetime, name: str
) -> None:
    with pytest.raises(NameInvalid):
        admit(home, request_bytes, now, gate=name)
    assert roster.load(home.folder).gates == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"place": ""},
        {"area": " "},
        {"sector": "a\nb"},
        {"place": "x" * 201},
        {"directions": ()},
        {"days": 0},
        {"days": 3654},
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    home: Authority, request_bytes: bytes, now: datetime, changes: dict[str, object]
) -> None:
    with pytest.raises(ValueInvalid):
        admit(home, request_bytes, now, **changes)


def test_bytes_that_are_no_request_are_refused(
    home: Authority, request_bytes: bytes, now: datetime
) -> None:
    flipped = bytearray(request_bytes)
    flipped[len(flipped) // 2] ^= 1
    for data in (b"", b"{}", b"\x00", request_bytes[:-1], bytes(flipped), b"[" * 70_000):
        with pytest.raises(RequestInvalid):
            admit(home, data, now)
    assert roster.load(home.folder).gates == ()


def csr_with(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | Ed25519PrivateKey) -> str:
    """Ask for a certificate with a key of any kind."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "intake")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    algorithm = None if isinstance(key, Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    "csr",
    [
        "",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        csr_with(ec.generate_private_key(ec.SECP384R1())),
        csr_with(rsa.generate_private_key(65537, 2048)),
        csr_with(Ed25519PrivateKey.generate()),
    ],
    ids=["empty", "garbage", "p384", "rsa", "ed25519"],
)
def test_a_certificate_request_of_another_kind_is_refused(
    home: Authority, now: datetime, csr: str
) -> None:
    with pytest.raises(RequestInvalid):
        admit(home, enrolment.pack_request(csr, Ed25519PrivateKey.generate()), now)


def test_a_certificate_request_for_a_key_the_gate_does_not_hold_is_refused(
    home: Authority, now: datetime
) -> None:
    ours, theirs = (x509.load_pem_x509_csr(csr_with(new()).encode()) for new in (p256, p256))
    # Ours, with the other's public key put into it: the signature no longer fits.
    ours_spki = ours.public_key().public_bytes(Encoding.DER, SPKI)
    theirs_spki = theirs.public_key().public_bytes(Encoding.DER, SPKI)
    forged = ours.public_bytes(Encoding.DER).replace(ours_spki, theirs_spki)
    csr = x509.load_der_x509_csr(forged).public_bytes(Encoding.PEM).decode()
    with pytest.raises(RequestInvalid):
        admit(home, enrolment.pack_request(csr, Ed25519PrivateKey.generate()), now)


def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_the_name_in_the_request_counts_for_nothing(home: Authority, now: datetime) -> None:
    key = Ed25519PrivateKey.generate()
    answer = enrolment.unpack(
        admit(home, enrolment.pack_request(csr_with(p256()), key), now), home.public.root
    )
    leaf = x509.load_pem_x509_certificate(answer.certificate.encode())
    assert "intake" not in leaf.subject.rfc4514_string()
    assert [key.use for key in answer.keys].count(Use.RECORDS) == 0
    assert answer.records == kid_of(raw_public(key))


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[" * 10_000])
def test_a_damaged_roster_is_said_and_not_overwritten(
    home: Authority, request_bytes: bytes, now: datetime, content: bytes | None
) -> None:
    path = home.folder / "roster.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RosterDamaged):
        admit(home, request_bytes, now)
    assert (path.read_bytes() if path.exists() else None) == content


def test_gates_admitted_at_the_same_time_are_all_kept(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    faults: list[ProvisionError] = []

    def one(number: int) -> None:
        try:
            admit(home, enrol.make_keys(tmp_path / str(number)), now, gate=f"g{number}")
        except ProvisionError as error:
            faults.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    names = [gate.gate for gate in roster.load(home.folder).gates]
    assert names == [f"g{number}" for number in range(8)]


def join(home: Authority, folder: Path, gate: str) -> str:
    """Let a gate stand where the enrolment process puts it; return its CSR."""
    request = enrol.make_keys(folder / "keys-of-another")
    asked = enrolment.unpack_request(request)
    own = folder / "enrol"
    (own / "requests").mkdir(parents=True)
    entered = roster.Gate(gate, "Chợ Mẫu", "Xã Mẫu", "economy", (Direction.IN,), asked.records)
    (own / "enrolled.json").write_bytes(msgspec.json.encode({"gates": [entered]}))
    (home.folder / "enrolled.json").symlink_to(own / "enrolled.json")
    where = own / "requests" / gate
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_bytes(request)
    return asked.csr


def test_the_road_brings_certificates_to_gates_that_enrolled_over_the_network_too(
    home: Authority, request_bytes: bytes, tmp_path: Path, now: datetime
) -> None:
    admit(home, request_bytes, now)
    join(home, tmp_path, "cho-1")
    made = gates.certify_all(home, now)
    assert [path.name for path in made] == [
        "certificate-ben-xe-1.json",
        "certificate-cho-1.json",
    ]


def test_a_gate_that_enrolled_anew_over_the_network_is_certified_with_its_new_key(
    home: Authority, request_bytes: bytes, tmp_path: Path, now: datetime
) -> None:
    admit(home, request_bytes, now, gate="cho-1")
    csr = x509.load_pem_x509_csr(join(home, tmp_path, "cho-1").encode())
    (made,) = gates.certify_all(home, now)
    found = certificate.unpack(made.read_bytes(), Keyring([home.public.root]), "cho-1")
    leaf = x509.load_pem_x509_certificate(found.certificate.encode())
    assert leaf.public_key() == csr.public_key()


@pytest.mark.parametrize("name", ["../../outside", "intake", "broker", "Cho-1"])
def test_a_name_that_is_none_is_certified_for_nobody_who_wrote_it_online(
    home: Authority, tmp_path: Path, now: datetime, name: str
) -> None:
    join(home, tmp_path, name)
    # The one folder that keeps such a path from leading out of `published`.
    home.published("certificate-..").mkdir(parents=True)
    assert gates.certify_all(home, now) == []


def test_gates_that_get_no_next_certificate_are_named(
    home: Authority, request_bytes: bytes, tmp_path: Path, now: datetime
) -> None:
    """Those whose request is not here, is damaged, or is that of another machine."""
    for name in ("ben-xe-1", "ben-xe-2", "ben-xe-3"):
        admit(home, enrol.make_keys(tmp_path / name), now, gate=name)
    join(home, tmp_path, "cho-1")
    assert gates.unanswered(home) == []
    (tmp_path / "enrol/requests/cho-1").unlink()
    (home.folder / "requests/ben-xe-1").write_bytes(request_bytes)
    (home.folder / "requests/ben-xe-2").write_bytes(b"")
    assert gates.unanswered(home) == ["ben-xe-1", "ben-xe-2", "cho-1"]
    assert [path.name for path in gates.certify_all(home, now)] == ["certificate-ben-xe-3.json"]


def test_a_damaged_list_of_enrolled_gates_is_named(home: Authority, now: datetime) -> None:
    (home.folder / "enrolled.json").write_bytes(b"{")
    with pytest.raises(RosterDamaged, match="enrolled"):
        gates.certify_all(home, now)
