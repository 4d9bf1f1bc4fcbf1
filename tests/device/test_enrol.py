"""A gate's own keys, and whom it believes about who it is."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509

from device import enrol
from device.errors import NotEnrolled
from provisioning import authority, gates
from provisioning.authority import Authority
from wire import enrolment
from wire.enrolment import Enrolment
from wire.keys import KeyEntry, Use, kid_of, raw_public
from wire.record import Direction

NOW = datetime(2026, 11, 22, tzinfo=UTC)
Alter = Callable[[Enrolment], Enrolment]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "authority"
    authority.create(folder, "Xã Mẫu", now=NOW)
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Authority:
    return authority.load(shutil.copytree(made, tmp_path / "authority"))


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "gate/keys"


@pytest.fixture
def root(home: Authority) -> KeyEntry:
    return enrol.root_key(home.folder / "root.json")


def answer(home: Authority, keys: Path, gate: str = "g1", now: datetime = NOW) -> bytes:
    """Let the authority admit the gate whose keys are in `keys`."""
    return gates.enrol(
        home,
        enrol.make_keys(keys),
        gate=gate,
        place="Chợ Mẫu",
        area="Xã Mẫu",
        sector="economy",
        directions=(Direction.IN,),
        now=now,
        replace=True,
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_keys_are_made_for_their_one_reader(keys: Path) -> None:
    enrol.make_keys(keys)
    modes = {str(p.relative_to(keys)): p.stat().st_mode & 0o777 for p in keys.rglob("*")}
    assert modes == {
        "request.json": 0o644,
        "scanner": 0o700,
        "scanner/records.pem": 0o640,
        "uplink": 0o700,
        "uplink/tls.pem": 0o640,
    }


def test_no_private_half_is_in_the_request(keys: Path) -> None:
    request = enrolment.unpack_request(enrol.make_keys(keys))
    assert request.records.use is Use.RECORDS
    assert x509.load_pem_x509_csr(request.csr.encode()).is_signature_valid
    assert b"PRIVATE" not in (keys / "request.json").read_bytes()


def test_asking_again_changes_nothing(keys: Path) -> None:
    request = enrol.make_keys(keys)
    before = contents(keys)
    assert enrol.make_keys(keys) == request == before["request.json"]
    assert contents(keys) == before


@pytest.mark.parametrize("lost", ["request.json", "uplink/tls.pem", "scanner/records.pem"])
def test_after_a_power_cut_what_is_missing_is_made_and_the_rest_is_kept(
    keys: Path, lost: str
) -> None:
    enrol.make_keys(keys)
    before = contents(keys)
    (keys / lost).unlink()
    enrolment.unpack_request(enrol.make_keys(keys))
    after = contents(keys)
    assert after.keys() == before.keys()
    kept = set(before) - {lost, "request.json"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


@pytest.mark.parametrize("part", ["uplink/tls.pem", "scanner/records.pem"])
def test_a_damaged_key_is_said_and_never_overwritten(keys: Path, part: str) -> None:
    enrol.make_keys(keys)
    (keys / part).write_bytes(b"damaged")
    with pytest.raises(NotEnrolled, match="damaged"):
        enrol.make_keys(keys)
    assert (keys / part).read_bytes() == b"damaged"


def test_a_gate_that_took_its_answer_knows_who_it_is(
    home: Authority, keys: Path, root: KeyEntry
) -> None:
    data = answer(home, keys)
    accepted = enrol.accept(keys, data, root)
    enrolled = enrol.load(keys, root)
    assert enrolled.enrolment == accepted
    assert accepted.gate == "g1"
    assert kid_of(raw_public(enrolled.records_key)) == accepted.records
    assert (keys / "enrolment.json").read_bytes() == data
    assert (keys / "uplink/certificate.pem").read_text() == accepted.certificate
    assert (keys / "uplink/ca.pem").read_text() == accepted.ca


def test_an_answer_may_be_taken_twice_and_renewed_but_not_taken_back(
    home: Authority, keys: Path, root: KeyEntry
) -> None:
    first = answer(home, keys)
    enrol.accept(keys, first, root)
    enrol.accept(keys, first, root)
    renewed = answer(home, keys, now=NOW + timedelta(days=1))
    enrol.accept(keys, renewed, root)
    before = contents(keys)
    with pytest.raises(NotEnrolled, match="older"):
        enrol.accept(keys, first, root)
    assert contents(keys) == before


def test_a_gate_moves_to_another_authority_with_that_ones_root(
    home: Authority, keys: Path, root: KeyEntry, tmp_path: Path
) -> None:
    enrol.accept(keys, answer(home, keys), root)
    other = authority.create(tmp_path / "other", "Xã Khác", now=NOW)
    older = answer(other, keys, now=NOW - timedelta(days=30))
    assert enrol.accept(keys, older, other.public.root).authority == "Xã Khác"
    with pytest.raises(NotEnrolled):
        enrol.load(keys, root)


def test_the_answer_of_another_authority_counts_for_nothing(
    home: Authority, keys: Path, root: KeyEntry, tmp_path: Path
) -> None:
    data = answer(home, keys)
    other = authority.create(tmp_path / "other", "Xã Khác", now=NOW)
    before = contents(keys)
    with pytest.raises(NotEnrolled, match="not signed"):
        enrol.accept(keys, answer(other, keys), root)
    with pytest.raises(NotEnrolled, match="not signed"):
        enrol.accept(keys, data, other.public.root)
    assert contents(keys) == before


def test_any_changed_byte_is_noticed(home: Authority, keys: Path, root: KeyEntry) -> None:
    data = answer(home, keys)
    for at in range(0, len(data), 97):
        changed = bytearray(data)
        changed[at] ^= 0x04
        with pytest.raises(NotEnrolled):
            enrol.accept(keys, bytes(changed), root)
    for other in (b"", b"{}", b"\xff\xfe", data[:-1], data * 30):
        with pytest.raises(NotEnrolled):
            enrol.accept(keys, other, root)
    assert not (keys / "enrolment.json").exists()


def test_the_answer_to_another_gate_is_refused(
    home: Authority, keys: Path, root: KeyEntry, tmp_path: Path
) -> None:
    enrol.make_keys(keys)
    data = answer(home, tmp_path / "neighbour", gate="g2")
    with pytest.raises(NotEnrolled, match="another gate"):
        enrol.accept(keys, data, root)
    assert not (keys / "uplink/certificate.pem").exists()


def no_receipt_key(told: Enrolment) -> Enrolment:
    kept = tuple(key for key in told.keys if key.use is not Use.RECEIPT)
    return msgspec.structs.replace(told, keys=kept)


def other_name(told: Enrolment) -> Enrolment:
    return msgspec.structs.replace(told, gate="g2")


def no_direction(told: Enrolment) -> Enrolment:
    return msgspec.structs.replace(told, directions=())


def no_certificate(told: Enrolment) -> Enrolment:
    return msgspec.structs.replace(told, certificate="none")


def own_ca(told: Enrolment) -> Enrolment:
    return msgspec.structs.replace(told, ca=told.certificate)


def bad_seal(told: Enrolment) -> Enrolment:
    return msgspec.structs.replace(told, seal=msgspec.structs.replace(told.seal, public="AAAA"))


def wrong_kid(told: Enrolment) -> Enrolment:
    first = msgspec.structs.replace(told.keys[0], kid="0" * 16)
    return msgspec.structs.replace(told, keys=(first, *told.keys[1:]))


@pytest.mark.parametrize(
    "alter",
    [no_receipt_key, other_name, no_direction, no_certificate, own_ca, bad_seal, wrong_kid],
)
def test_even_a_signed_answer_must_be_usable(
    home: Authority, keys: Path, root: KeyEntry, alter: Alter
) -> None:
    told = enrolment.unpack(answer(home, keys), root)
    with pytest.raises(NotEnrolled):
        enrol.accept(keys, enrolment.pack(alter(told), home.root()), root)
    assert not (keys / "enrolment.json").exists()


def test_a_gate_without_keys_or_answer_says_which_is_missing(
    home: Authority, keys: Path, root: KeyEntry
) -> None:
    with pytest.raises(NotEnrolled, match="no keys yet"):
        enrol.load(keys, root)
    with pytest.raises(NotEnrolled, match="no keys yet"):
        enrol.accept(keys, answer(home, keys.parent / "elsewhere"), root)
    enrol.make_keys(keys)
    with pytest.raises(NotEnrolled, match="not enrolled yet"):
        enrol.load(keys, root)


def test_an_enrolment_beside_new_keys_is_noticed(
    home: Authority, keys: Path, root: KeyEntry
) -> None:
    enrol.accept(keys, answer(home, keys), root)
    (keys / "scanner/records.pem").unlink()
    enrol.make_keys(keys)
    with pytest.raises(NotEnrolled, match="does not belong"):
        enrol.load(keys, root)


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"x" * 100_000])
def test_a_card_without_a_proper_root_is_said(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "root.json").write_bytes(content)
    with pytest.raises(NotEnrolled, match=r"root\.json"):
        enrol.root_key(tmp_path / "root.json")


def test_a_key_for_another_use_is_no_root(home: Authority, tmp_path: Path) -> None:
    (tmp_path / "root.json").write_bytes(msgspec.json.encode(home.public.keys[0]))
    with pytest.raises(NotEnrolled, match="not an authority's root"):
        enrol.root_key(tmp_path / "root.json")
    false_kid = msgspec.structs.replace(home.public.root, kid="0" * 16)
    (tmp_path / "root.json").write_bytes(msgspec.json.encode(false_kid))
    with pytest.raises(NotEnrolled, match="cannot be read"):
        enrol.root_key(tmp_path / "root.json")
