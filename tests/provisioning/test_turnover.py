"""Keys turned over: in good time nobody notices, and after a theft the thief is nobody."""

import shutil
import ssl
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from provisioning import (
    authority,
    cards,
    certificates,
    clock,
    expiry,
    files,
    keyfile,
    making,
    passes,
    policies,
    roster,
    turnover,
    withdrawal,
)
from provisioning.authority import Authority
from provisioning.cards import For
from provisioning.errors import FileUnusable, KeyEndsFirst
from provisioning.expiry import Level
from provisioning.terms import Term
from wire import gatepass, keyring, policy, voucher
from wire.cardwork import Work
from wire.errors import SignatureInvalid
from wire.keyring import KeyList
from wire.keys import Keyring, Use, entry, kid_of, raw_public
from wire.record import Direction
from wire.sealing import DataKey, open_data_key

ONLINE = (Use.POLICY, Use.CARD, Use.COMMAND, Use.STATUS, Use.TECHNICIAN)


def ring(home: Authority) -> KeyList:
    """Return the ring that would be published."""
    data = (home.folder / "published/keyring.json").read_bytes()
    assert data == home.keyring(), "what is published and what the enrolment service gives"
    return keyring.unpack(data, Keyring([home.public.root]))


def rules(home: Authority, folder: Path, now: datetime) -> Path:
    draft = folder / "policy.toml"
    draft.write_text('site = "Chợ Mẫu"\n', encoding="utf-8")
    return policies.publish(home, policies.draft(home, draft, now))


def good(home: Authority, text: str, at: datetime | None = None) -> bool:
    """Say whether gates with the ring of now take a pass."""
    try:
        gatepass.parse(text).verify(
            Keyring(ring(home).keys, None if at is None else clock.millis(at))
        )
    except SignatureInvalid:
        return False
    return True


def test_after_a_renewal_old_and_new_are_believed_and_only_the_new_can_sign(
    home: Authority, now: datetime
) -> None:
    before = {use: kid_of(raw_public(home.signing_key(use))) for use in ONLINE}
    turnover.renew(home, now)
    home = turnover.again(home)
    listed = {key.kid: key.use for key in ring(home).keys}
    for use in ONLINE:
        kid = kid_of(raw_public(home.signing_key(use)))
        assert kid != before[use]
        assert listed[kid] is listed[before[use]] is use
    receipt = keyfile.load_ed25519(home.folder / making.RECEIPT)
    assert listed[kid_of(raw_public(receipt))] is Use.RECEIPT
    assert voucher.vouched(home.voucher(), home.public.root).kid == kid_of(
        raw_public(keyfile.load_ed25519(home.folder / making.ENROL_KEY))
    )


def test_passes_outlive_renewals_and_the_next_ones_come_from_a_key_that_gates_know(
    home: Authority, now: datetime
) -> None:
    enrolled = Keyring(home.public.keys)
    old = passes.issue(home, "resident", days=366, now=now).text
    turnover.renew(home, now + timedelta(days=150))
    home = turnover.again(home)
    fresh = passes.issue(home, "resident", days=366, now=now + timedelta(days=150)).text
    assert gatepass.parse(fresh).verify(enrolled) is Use.PASS_SEEN, "gates that heard of nothing"
    for text in (old, fresh):
        assert good(home, text, now + timedelta(days=366))


def test_four_years_of_renewals_keep_the_ring_small_and_every_key_within_its_time(
    home: Authority, now: datetime
) -> None:
    at = now
    for _ in range(8):
        at += timedelta(days=180)
        turnover.renew(turnover.again(home), at)
        home = turnover.again(home)
        for use in ONLINE:
            kid = kid_of(raw_public(home.signing_key(use)))
            until = {key.kid: key.until for key in ring(home).keys}[kid]
            assert until == clock.millis(at + timedelta(days=200))
    found = ring(home)
    assert len(found.keys) < 120
    versions = found.version
    assert versions == clock.millis(at)


def test_a_renewal_signs_again_what_gates_hold_so_that_nothing_hangs_on_an_old_key(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    path = rules(home, tmp_path, now)
    withdrawal.renew(home, now)
    before = policy.unpack(path.read_bytes(), Keyring(home.public.keys), "Chợ Mẫu")
    told = turnover.renew(home, now)
    home = turnover.again(home)
    assert {each.name for each in told} >= {"keyring.json", path.name}
    fresh = policy.unpack(path.read_bytes(), Keyring(home.public.keys), "Chợ Mẫu")
    assert fresh.version > before.version
    assert kid_of(raw_public(home.signing_key(Use.POLICY))) in path.read_text()
    lists = {each.name for each in told if each.name.startswith("list-")}
    assert lists == {f"list-{key.kid}" for key in home.issuers() if not key.way}


def test_after_a_recovery_no_key_of_before_is_in_the_ring(home: Authority, now: datetime) -> None:
    before = {key.kid for key in home.public.keys}
    old = passes.issue(home, "resident", days=30, now=now).text
    turnover.recover(home, now)
    home = turnover.again(home)
    assert before & {key.kid for key in ring(home).keys} == set()
    assert not good(home, old)
    assert good(home, passes.issue(home, "resident", days=30, now=now).text)
    assert set(home.public.reserve) <= {key.kid for key in ring(home).keys}
    kept = {path.name for path in (home.folder / "offline").glob("reserve-*.pem")}
    assert kept == {f"reserve-{kid}.pem" for kid in home.public.reserve}


def test_what_a_thief_signed_with_the_old_keys_is_not_signed_again(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    """A policy of a key that was never ours lies among what is published."""
    path = rules(home, tmp_path, now)
    thief = Ed25519PrivateKey.generate()
    loose = policy.Policy(site="Chợ Giả", version=2**40, issued=1)
    forged = path.with_name("policy-forged.json")
    forged.write_bytes(policy.pack(loose, thief))
    assert forged not in turnover.recover(home, now)


def test_passes_may_stay_when_their_key_was_not_what_was_stolen(
    home: Authority, now: datetime
) -> None:
    old = passes.issue(home, "resident", days=30, now=now).text
    turnover.recover(home, now, passes_stay=True)
    assert good(turnover.again(home), old)


def test_lists_of_issuers_that_are_gone_are_not_published_any_more(
    home: Authority, now: datetime
) -> None:
    withdrawal.renew(home, now)
    turnover.recover(home, now)
    home = turnover.again(home)
    left = {path.name for path in (home.folder / "published").glob("list-*")}
    assert left == {f"list-{key.kid}" for key in home.issuers() if not key.way}


def test_personal_fields_are_sealed_to_a_new_key_only_if_that_is_asked_and_the_old_one_stays(
    home: Authority, now: datetime
) -> None:
    old = home.public.seal
    sealed = DataKey.fresh().sealed_to(old)
    turnover.recover(home, now)
    assert turnover.again(home).public.seal == old
    turnover.recover(turnover.again(home), now, seal=True)
    fresh = turnover.again(home).public.seal
    assert fresh != old
    assert ring(turnover.again(home)).seal == fresh
    for name, text in (
        ("seal.pem", DataKey.fresh().sealed_to(fresh)),
        (f"seal-{old.kid}.pem", sealed),
    ):
        vault = load_pem_private_key((home.folder / "vault" / name).read_bytes(), None)
        assert isinstance(vault, X25519PrivateKey)
        open_data_key(text, vault)


def shake(
    broker: Path, believed: str, client: tuple[Path, Path] | None = None, name: str = "localhost"
) -> None:
    """Shake hands with a broker's folder in memory; raise SSLError if either side refuses."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(broker / "certificate.pem", broker / "tls.pem")
    server.load_verify_locations(broker / "ca.pem")
    server.verify_mode = ssl.CERT_REQUIRED if client else ssl.CERT_NONE
    gate = ssl.create_default_context(cadata=believed)
    gate.minimum_version = server.minimum_version = ssl.TLSVersion.TLSv1_2
    gate.maximum_version = ssl.TLSVersion.TLSv1_2  # so that the client hears of a refusal at once
    if client:
        gate.load_cert_chain(*client)
    there, here = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = gate.wrap_bio(there, here, server_hostname=name)
    other = server.wrap_bio(here, there, server_side=True)
    waiting = [one, other]
    while waiting:
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                continue


def gate_of(home: Authority, folder: Path, now: datetime) -> tuple[Path, Path]:
    """Return the certificate and key of a gate."""
    key, made = certificates.new_key(), (folder / "gate.crt", folder / "gate.key")
    issuer = home.issuer()
    leaf = issuer.issue("g1", key.public_key(), certificates.CLIENT, hosts=(), now=now, days=300)
    made[0].write_bytes(leaf.public_bytes(Encoding.PEM))
    keyfile.save(made[1], key)
    return made


def test_gates_find_the_new_broker_whether_or_not_they_have_heard_of_the_new_ca(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    """Nobody has to visit a gate that slept through the ceremony."""
    gate = gate_of(home, tmp_path, now)
    old = (home.folder / "ca.pem").read_text()
    turnover.recover(home, now)
    home = turnover.again(home)
    new = ring(home).ca
    assert new != old
    for believed in (old, new):
        shake(home.folder / "broker", believed, gate)
        shake(home.folder / "enrolment", believed)


def test_a_broker_that_a_thief_made_with_the_old_ca_is_left_once_the_ring_is_there(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    stolen = Path(shutil.copytree(home.folder, tmp_path / "stolen"))
    old = (home.folder / "ca.pem").read_text()
    turnover.recover(home, now)
    shake(stolen / "broker", old)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(stolen / "broker", ring(turnover.again(home)).ca)


def test_the_brokers_names_go_with_it(tmp_path: Path, now: datetime) -> None:
    hosts = ("broker.xa.example", "192.0.2.7")
    home = authority.create(tmp_path / "a", "Xã Mẫu", hosts=hosts, now=now)
    for turn in (turnover.renew, turnover.recover):
        turn(turnover.again(home), now)
        leaf = x509.load_pem_x509_certificate((home.folder / "broker/certificate.pem").read_bytes())
        assert certificates.hosts(leaf) == hosts
        use = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert list(use) == [ExtendedKeyUsageOID.SERVER_AUTH]


@pytest.mark.parametrize("turn", [turnover.renew, turnover.recover])
def test_cut_off_at_any_write_it_can_be_done_again(
    home: Authority, now: datetime, monkeypatch: pytest.MonkeyPatch, turn: object
) -> None:
    assert callable(turn)
    real, count = files.write, [0]

    def counted(path: Path, data: bytes, mode: int = 0o644) -> None:
        count[0] += 1
        real(path, data, mode)

    spare = authority.load(Path(shutil.copytree(home.folder, home.folder.with_name("spare"))))
    with monkeypatch.context() as patched:
        patched.setattr(files, "write", counted)
        turn(spare, now)
    for cut in range(count[0]):
        left = [cut]

        def until_cut(path: Path, data: bytes, mode: int = 0o644, left: list[int] = left) -> None:
            if not left[0]:
                raise FileUnusable(path=path, detail="cut")
            left[0] -= 1
            real(path, data, mode)

        with monkeypatch.context() as patched:
            patched.setattr(files, "write", until_cut)
            with pytest.raises(FileUnusable):
                turn(turnover.again(home), now)
        assert not list(home.folder.glob(".turning.*"))
    turn(turnover.again(home), now)
    home = turnover.again(home)
    listed = {key.kid for key in ring(home).keys}
    for use in ONLINE:
        assert kid_of(raw_public(home.signing_key(use))) in listed
    assert good(home, passes.issue(home, "resident", days=30, now=now).text)
    shake(home.folder / "broker", ring(home).ca)


def test_what_ends_when_is_told_months_ahead(home: Authority, now: datetime) -> None:
    found = {each.what: each for each in expiry.ends(home).ends}
    uses = {*ONLINE, Use.RECEIPT, Use.ENROL, Use.PASS_SEEN, Use.PASS_DECLARED}
    names = {"ca", "gate-ca", "broker", "intake", "enrolment"}
    desk = {f"issuing-{way}" for way in (*making.WAYS, making.LISTS)}
    assert found.keys() == {
        *(use.value for use in uses),
        *(f"{n}-certificate" for n in names),
        *desk,
        "revocation-lists",
    }
    card = found["card"]
    days = {Level.GOOD: 124, Level.SOON: 125, Level.URGENT: 170, Level.ENDED: 200}
    for expected, after in days.items():
        assert expiry.level(card, now + timedelta(days=after, seconds=1)) is expected
    assert found["pass-seen"].until == card.until, "when it can issue no pass for a year any more"


def test_after_a_renewal_the_dates_lie_beside_the_roster(home: Authority, now: datetime) -> None:
    turnover.renew(home, now + timedelta(days=100))
    path = home.folder / expiry.NAME
    assert str(clock.millis(now + timedelta(days=300))) in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o644


def test_nothing_is_issued_that_gates_would_refuse_before_its_time(
    home: Authority, now: datetime
) -> None:
    """A key that is not renewed issues shorter passes, and then none."""
    for after in (0, 199, 201, 560):
        passes.issue(home, "resident", days=366, now=now + timedelta(days=after))
    with pytest.raises(KeyEndsFirst):
        passes.issue(home, "resident", days=366, now=now + timedelta(days=600))
    passes.issue(home, "resident", days=30, now=now + timedelta(days=600))
    make_gate(home)
    late = now + timedelta(days=190)
    term = Term(late, now + timedelta(days=201))
    with pytest.raises(KeyEndsFirst):
        cards.issue(home, Work.IDENTIFY, For("cho-mau"), term=term, now=late)
    term = Term(late, now + timedelta(days=199))
    cards.issue(home, Work.IDENTIFY, For("cho-mau"), term=term, now=late)


def make_gate(home: Authority) -> None:
    key = entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)
    roster.enter(
        home.folder, roster.Gate("cho-mau", "Chợ Mẫu", "Xã", "economy", (Direction.IN,), key)
    )
