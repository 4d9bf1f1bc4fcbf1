"""Revoking a client's certificate: who is on which list, through years of renewals and a theft."""

import io
import sys
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from device import enrol
from provisioning import (
    authority,
    certificates,
    cli,
    clock,
    expiry,
    files,
    gates,
    homeassistant,
    revocation,
    revoked,
    roster,
    turnover,
)
from provisioning.authority import Authority
from provisioning.certificates import Issuer
from provisioning.errors import (
    CertificateUnknown,
    FileUnusable,
    KeyMissing,
    RequestInvalid,
)
from tests.provisioning.test_authority_commands import credential, found, given
from wire import certificate
from wire.keys import Keyring
from wire.record import Direction

__all__ = ["credential"]

PLACE = ("Chợ Mẫu", "Xã Mẫu", "economy", (Direction.IN,))


def by_file(home: Authority, folder: Path, name: str, now: datetime) -> bytes:
    """Admit a gate at the desk; return its request."""
    request = enrol.make_keys(folder / f"keys of {name}")
    place, area, sector, ways = PLACE
    gates.enrol(
        home, request, gate=name, place=place, area=area, sector=sector, directions=ways, now=now
    )
    return request


def by_network(home: Authority, folder: Path, name: str, now: datetime) -> x509.Certificate:
    """Let a gate enrol at the machine for that, whose files lie in `folder`."""
    request = enrol.make_keys(folder / f"keys of {name}")
    asked = gates._request(request)
    issuer = home.gate_issuer()
    key = gates._tls_key(asked)
    leaf = issuer.issue(name, key, certificates.CLIENT, hosts=(), now=now, days=730)
    own = folder / "enrol"
    (own / "requests").mkdir(parents=True, exist_ok=True)
    (own / "requests" / name).write_bytes(request)
    before = roster.enrolled(home.folder)
    entered = (*before, roster.Gate(name, *PLACE, asked.records))
    (own / "enrolled.json").write_bytes(msgspec.json.encode({"gates": entered}))
    if not (home.folder / "enrolled.json").exists():
        (home.folder / "enrolled.json").symlink_to(own / "enrolled.json")
    revoked.note(own, leaf)
    return leaf


def listed(home: Authority) -> dict[str, set[str]]:
    """Return whose certificates are on the list of each CA, by that CA's common name.

    Holds each list to its CA: the signature, the end, and one list for each CA.
    """
    owners = {int(each.serial, 16): each.name for each in revoked.load(home.folder)}
    lists, told = revoked.lists(home.folder), {}
    cas = revoked.cas(home.folder)
    assert lists.keys() == {revoked.key_id(each) for each in cas}
    for ca in cas:
        of = lists[revoked.key_id(ca)]
        assert of.is_signature_valid(ca.public_key())  # type: ignore[arg-type]  # EC
        assert of.next_update_utc == ca.not_valid_after_utc
        told[f"{revoked.owner(ca)} {revoked.key_id(ca)[:4]}"] = {
            owners[each.serial_number] for each in of
        }
    return told


def names(home: Authority) -> list[set[str]]:
    return list(listed(home).values())


def test_a_new_authority_has_an_empty_list_of_each_ca_whose_clients_come(home: Authority) -> None:
    assert [name.rpartition(" ")[0] for name in listed(home)] == ["Xã Mẫu", "gates: Xã Mẫu"]
    assert names(home) == [set(), set()]


def test_all_certificates_of_a_name_are_revoked_and_nobody_elses(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    request = by_file(home, tmp_path, "g1", now)
    by_file(home, tmp_path, "g2", now)
    gates.certify_all(home, now)
    by_network(home, tmp_path, "g3", now)
    done = revocation.revoke(home, "g1", now)
    assert [each.name for each in done] == ["g1", "g1"], "that of its enrolment, and the next"
    assert names(home) == [{"g1"}, set()]
    revocation.revoke(home, "g3", now)
    assert names(home) == [{"g1"}, {"g3"}]
    assert revocation.revoke(home, "g1", now) == ()
    revocation.revoke(home, "intake", now)
    assert names(home) == [{"g1", "intake"}, {"g3"}]
    remarks = (home.folder / "broker/revoked.pem").read_text()
    assert f"# g1 {done[0].serial}\n" in remarks
    with pytest.raises(RequestInvalid, match="revoked"):
        gates.enrol(
            home,
            request,
            gate="g1",
            place="Chợ Mẫu",
            area="Xã Mẫu",
            sector="economy",
            directions=(Direction.IN,),
            now=now,
        )


def test_whoever_else_was_certified_for_the_broker_is_revoked_by_name(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    homeassistant.certify(home, tmp_path / "out", now)
    (done,) = revocation.revoke(home, "home_assistant", now)
    assert done.name == "home_assistant"
    assert names(home) == [{"home_assistant"}, set()]


def test_one_certificate_is_named_by_its_number_or_by_a_file_with_it(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    leaf = by_network(home, tmp_path, "g1", now)
    (done,) = revocation.revoke(home, f"{leaf.serial_number:x}", now)
    assert done.name == "g1"
    other = by_network(home, tmp_path, "g2", now)
    for each in (tmp_path / "enrol/certificates").iterdir():
        each.unlink()
    path = tmp_path / "g2.pem"
    path.write_bytes(other.public_bytes(Encoding.PEM))
    revocation.revoke(home, str(path), now)
    assert names(home) == [set(), {"g1", "g2"}]


def test_what_is_not_known_or_not_ours_is_not_revoked(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    other = authority.create(tmp_path / "other", "Xã Khác", now=now)
    foreign = tmp_path / "foreign.pem"
    foreign.write_bytes((other.folder / "collector/certificate.pem").read_bytes())
    ended = by_network(home, tmp_path, "g1", now)
    for what in ("g9", "../../x", str(foreign), str(tmp_path / "none.pem"), ""):
        with pytest.raises(CertificateUnknown):
            revocation.revoke(home, what, now)
    with pytest.raises(CertificateUnknown):
        revocation.revoke(home, "g1", ended.not_valid_after_utc + timedelta(days=1))
    assert names(home) == [set(), set()]


def test_a_gate_whose_network_certificate_is_not_here_is_said(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    by_network(home, tmp_path, "g1", now)
    assert not revocation.is_unseen(home, "g1")
    for each in (tmp_path / "enrol/certificates").iterdir():
        each.unlink()
    assert revocation.is_unseen(home, "g1")
    assert not revocation.is_unseen(home, "g2")


def test_a_renewal_keeps_the_ca_for_gates_of_before_on_the_lists_until_it_ends(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    """A gate that slept shows what that CA has issued; and it can still be stolen."""
    by_network(home, tmp_path, "g1", now)
    by_network(home, tmp_path, "g2", now)
    revocation.revoke(home, "g1", now)
    turnover.renew(home, now + timedelta(days=150))
    assert names(home) == [set(), set(), {"g1"}]
    revocation.revoke(home, "g2", now + timedelta(days=160))
    assert names(home) == [{"g2"}, set(), {"g1", "g2"}], "its next certificate, and that of before"
    turnover.renew(turnover.again(home), now + timedelta(days=330))
    assert names(home) == [{"g2"}, set(), set(), {"g1", "g2"}]
    turnover.renew(turnover.again(home), now + timedelta(days=500))
    assert names(home) == [{"g2"}, set(), set(), set()]
    assert len(list((home.folder / "offline").glob("retired-*"))) == 2


def test_a_gate_that_was_revoked_gets_no_next_certificate(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    by_file(home, tmp_path, "g1", now)
    by_network(home, tmp_path, "g2", now)
    by_network(home, tmp_path, "g3", now)
    for name in ("g1", "g2"):
        revocation.revoke(home, name, now)
    assert [each.name for each in gates.certify_all(home, now)] == ["certificate-g3.json"]
    by_network(home, tmp_path / "anew", "g2", now)
    data = (tmp_path / "anew/enrol/requests/g2").read_bytes()
    (tmp_path / "enrol/requests/g2").write_bytes(data)
    entry = roster.Gate("g2", *PLACE, gates._request(data).records)
    (tmp_path / "enrol/enrolled.json").write_bytes(msgspec.json.encode({"gates": [entry]}))
    (made,) = gates.certify_all(home, now)
    told = certificate.unpack(made.read_bytes(), Keyring([home.public.root]), "g2")
    assert told.gate == "g2", "with another key it is another machine"


def test_after_a_recovery_the_cas_of_before_are_on_the_lists_and_after_the_next_renewal_not(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    by_file(home, tmp_path, "g1", now)
    by_network(home, tmp_path, "g2", now)
    revocation.revoke(home, "g2", now)
    turnover.recover(home, now)
    home = turnover.again(home)
    assert names(home) == [set(), set(), set(), {"g2"}]
    revocation.revoke(home, "g1", now)
    assert names(home) == [{"g1"}, set(), {"g1"}, {"g2"}]
    turnover.renew(home, now)
    assert names(home) == [{"g1"}, set(), set()]


def test_without_the_key_of_a_ca_of_before_its_last_list_goes_on(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    by_network(home, tmp_path, "g1", now)
    by_network(home, tmp_path, "g2", now)
    revocation.revoke(home, "g1", now)
    (home.folder / "enrolment/gate-ca-key.pem").unlink()
    turnover.renew(home, now)
    home = turnover.again(home)
    assert names(home) == [set(), set(), {"g1"}]
    assert revoked.uncovered(home.folder) == []
    with pytest.raises(KeyMissing):
        revocation.revoke(home, "g2", now)
    assert names(home) == [set(), set(), {"g1"}], "all of it or nothing"


def test_a_ca_of_before_without_key_and_list_is_said_and_the_next_renewal_ends_it(
    home: Authority, now: datetime
) -> None:
    (home.folder / "offline/ca-key.pem").unlink()
    (home.folder / "broker/revoked.pem").unlink()
    turnover.recover(home, now)
    assert revoked.uncovered(home.folder) == ["CN=Xã Mẫu"]
    turnover.renew(turnover.again(home), now)
    assert revoked.uncovered(home.folder) == []


def test_a_folder_of_before_there_were_lists_has_them_from_its_next_revocation_on(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    by_file(home, tmp_path, "g1", now)
    for name in ("broker/issuers.pem", "broker/revoked.pem"):
        (home.folder / name).unlink()
    revocation.revoke(home, "g1", now)
    assert names(home) == [{"g1"}, set()]


def test_a_book_that_is_none_is_named_and_left_as_it_is(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    by_file(home, tmp_path, "g1", now)
    path = home.folder / "revoked.json"
    for data in (b"", b"{}x", b"[" * 9000, b'{"revoked":[{}]}'):
        path.write_bytes(data)
        with pytest.raises(FileUnusable):
            revocation.revoke(home, "g1", now)
        assert path.read_bytes() == data
    assert revoked.cas(home.folder)
    (home.folder / "broker/issuers.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nx")
    assert revoked.cas(home.folder) == []
    (home.folder / "broker/revoked.pem").write_bytes(b"-----BEGIN X509 CRL-----\n")
    assert revoked.lists(home.folder) == {}


def test_what_has_ended_by_itself_leaves_the_list(home: Authority, now: datetime) -> None:
    issuer = home.issuer()
    leaf = issuer.issue(
        "g1", certificates.new_key().public_key(), certificates.CLIENT, hosts=(), now=now, days=10
    )
    revoked.note(home.folder, leaf)
    revocation.revoke(home, "g1", now)
    assert names(home) == [{"g1"}, set()]
    turnover.renew(home, now + timedelta(days=11))
    assert names(home)[0] == set()


def test_the_end_of_the_lists_is_told_months_ahead(home: Authority, now: datetime) -> None:
    (found,) = [each for each in expiry.ends(home).ends if each.what == expiry.REVOCATIONS]
    gate_ca = home.gate_issuer().ca.not_valid_after_utc
    assert found.until == clock.millis(gate_ca)
    assert expiry.level(found, gate_ca - timedelta(days=75)) is expiry.Level.SOON
    turnover.renew(home, now + timedelta(days=350))
    late = now + timedelta(days=360)
    (found,) = [each for each in expiry.ends(home).ends if each.what == expiry.REVOCATIONS]
    assert expiry.level(found, late) is expiry.Level.GOOD, "the one of before ends with its CA"


@pytest.mark.usefixtures("credential")
def test_the_command_needs_the_root_only_for_what_was_not_made_over_the_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_LANG", "en")
    folder, pages = found(tmp_path)
    home, now = authority.load(folder), clock.now()
    by_network(home, tmp_path, "g1", now)
    capsys.readouterr()
    revoke = ["authority", "revoke", "--authority", str(folder)]
    assert cli.main([*revoke, "g1"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("CAUTION: g1, certificate ")
    assert "\nnot-confirmed: " in told
    assert names(home) == [set(), set()]
    assert cli.main([*revoke, "g1", "--yes"]) == 0
    told = capsys.readouterr().out
    assert "g1: certificate " in told
    assert "broker/revoked.pem" in told
    assert "CAUTION" not in told
    assert cli.main([*revoke, "g1"]) == 0
    assert "g1: revoked before" in capsys.readouterr().out
    assert cli.main([*revoke, "g2"]) == 2
    assert capsys.readouterr().err.startswith("certificate-unknown: ")
    revoke.append("--yes")
    assert cli.main([*revoke, "intake"]) == 2
    told = capsys.readouterr().err
    assert "Nothing is taken from any gate" in told
    assert "\nroot-absent: " in told
    assert cli.main([*revoke, "intake", *given(pages[:2])]) == 0
    assert names(home) == [{"intake"}, {"g1"}]
    assert cli.main(["authority", "renew", "--authority", str(folder), *given(pages[1:])]) == 0
    assert names(home) == [{"intake"}, set(), {"g1"}]
    assert "CAUTION" not in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "code"), [("có\n", 0), ("yes\n", 0), ("\n", 2), ("no\n", 2)])
@pytest.mark.usefixtures("credential")
def test_who_sits_there_is_asked_before_a_certificate_counts_no_more(
    home: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    by_network(home, tmp_path, "g1", clock.now())
    there = io.StringIO(answer)
    monkeypatch.setattr(there, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", there)
    assert cli.main(["authority", "revoke", "--authority", str(home.folder), "g1"]) == code
    assert len(revoked.load(home.folder)) == (0 if code else 1)


def test_what_cannot_be_written_is_said(home: Authority, now: datetime) -> None:
    (home.folder / "certificates").rename(home.folder / "kept")
    (home.folder / "certificates").write_text("in the way")
    key: EllipticCurvePrivateKey = certificates.new_key()
    issuer: Issuer = home.issuer()
    leaf = issuer.issue("g1", key.public_key(), certificates.CLIENT, hosts=(), now=now, days=10)
    with pytest.raises(FileUnusable):
        revoked.note(home.folder, leaf)
    assert files.read(home.folder / "certificates", 100) == b"in the way"
