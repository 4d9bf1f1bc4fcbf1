"""What may go to gates: checked as a gate checks it, and never an older one."""

import os
import stat
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.errors import DocumentRefused, FileUnusable, KeyUnreadable
from collector.outgoing import LIMIT, Outgoing, checked, fetched, ring
from collector.roster import Gate, Roster
from wire import certificate, policy, signers, statuslist
from wire.canonical import canonical
from wire.certificate import Certificate
from wire.keyring import KeyList
from wire.keys import KeyEntry, Keyring, Use, entry, sign
from wire.record import Direction
from wire.sealing import seal_key

KEYS = {
    use: Ed25519PrivateKey.generate() for use in (Use.POLICY, Use.COMMAND, Use.STATUS, Use.ROOT)
}
RING = Keyring([entry(key.public_key(), use) for use, key in KEYS.items()])
NOBODY = KeyEntry("0" * 16, Use.RECORDS, "")


def gate(name: str, place: str) -> Gate:
    return Gate(name, place, "Mẫu", "transport", (Direction.IN,), NOBODY)


ROSTER = Roster("Huyện Mẫu", "", (gate("g1", "Bến xe"), gate("g2", "Bến xe"), gate("g3", "Chợ")))


def rules(version: int = 1, site: str = "Bến xe", use: Use = Use.POLICY) -> bytes:
    return policy.pack(policy.Policy(site=site, version=version, issued=5), KEYS[use])


def order(gate: str = "g1", issued: int = 10, use: Use = Use.COMMAND) -> bytes:
    document = {"gate": gate, "issued": issued, "expires": 100, "nonce": "0123456789", "does": "x"}
    return canonical(sign(document, "command", KEYS[use]))


def withdrawn(issued: int = 1) -> bytes:
    return statuslist.pack(
        statuslist.StatusList("ab" * 8, issued, *statuslist.packed(9, {3: 1})), KEYS[Use.STATUS]
    )


def published(store: Outgoing, now_ms: int) -> list[tuple[str, str, bytes]]:
    return sorted(store.parcels(now_ms, refused))


def refused(error: FileUnusable) -> None:
    raise AssertionError(error)


def test_a_policy_goes_to_the_gates_of_its_place() -> None:
    found = checked(rules(), RING, ROSTER)
    assert [(each.gate, each.leaf) for each in found] == [("g1", "policy"), ("g2", "policy")]


def test_a_gates_folder_is_open_to_the_group_whoever_made_it(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        store = Outgoing(tmp_path / "outgoing")
        store.put(checked(rules(), RING, ROSTER), RING, ROSTER)
    finally:
        os.umask(before)
    for path, mode in (("g1", 0o2770), ("g1/policy", 0o640)):
        assert stat.S_IMODE((tmp_path / "outgoing" / path).stat().st_mode) == mode


def test_lists_go_to_all() -> None:
    (found,) = checked(withdrawn(), RING, ROSTER)
    assert (found.gate, found.leaf) == ("all", "list-" + "ab" * 8)
    listed = signers.pack(signers.of(1, 5, ()), KEYS[Use.POLICY])
    (found,) = checked(listed, RING, ROSTER)
    assert (found.gate, found.leaf) == ("all", "signers")


def ring_of(version: int = 1, use: Use = Use.ROOT) -> bytes:
    keys = (entry(KEYS[Use.STATUS].public_key(), Use.RECEIPT),)
    seal = seal_key(X25519PrivateKey.from_private_bytes(bytes([9] * 32)).public_key())
    return canonical(
        sign(msgspec.to_builtins(KeyList(version, 5, keys, seal, "")), "keyring", KEYS[use])
    )


def test_a_ring_of_keys_goes_to_all_if_the_root_signed_it(tmp_path: Path) -> None:
    (found,) = checked(ring_of(), RING, ROSTER)
    assert (found.gate, found.leaf, found.order) == ("all", "keyring", 1)
    with pytest.raises(DocumentRefused):
        checked(ring_of(use=Use.POLICY), RING, ROSTER)
    store = Outgoing(tmp_path)
    store.put(checked(ring_of(2), RING, ROSTER), RING, ROSTER)
    with pytest.raises(DocumentRefused):
        store.put(checked(ring_of(1), RING, ROSTER), RING, ROSTER)


def test_a_certificate_goes_to_its_gate_if_the_root_signed_it() -> None:
    made = certificate.pack(Certificate("g2", "PEM", 7), KEYS[Use.ROOT])
    (found,) = checked(made, RING, ROSTER)
    assert (found.gate, found.leaf, found.order) == ("g2", "certificate", 7)
    for bad in (
        certificate.pack(Certificate("g2", "PEM", 7), KEYS[Use.POLICY]),
        certificate.pack(Certificate("g9", "PEM", 7), KEYS[Use.ROOT]),
    ):
        with pytest.raises(DocumentRefused):
            checked(bad, RING, ROSTER)


def test_a_key_that_has_ended_publishes_nothing_and_what_it_published_stays(
    tmp_path: Path,
) -> None:
    public = tmp_path / "public.json"
    keys = [entry(KEYS[Use.POLICY].public_key(), Use.POLICY, 1000)]
    root = entry(KEYS[Use.ROOT].public_key(), Use.ROOT)
    public.write_bytes(msgspec.json.encode({"keys": keys, "root": root}))
    store = Outgoing(tmp_path / "out")
    store.put(checked(rules(3), ring(public, 999), ROSTER), ring(public), ROSTER)
    with pytest.raises(DocumentRefused, match="ended"):
        checked(rules(4), ring(public, 1000), ROSTER)
    with pytest.raises(DocumentRefused):
        store.put(checked(rules(2), ring(public, 999), ROSTER), ring(public), ROSTER)


def test_a_command_goes_to_its_gate() -> None:
    (found,) = checked(order("g3"), RING, ROSTER)
    assert (found.gate, found.leaf) == ("g3", "command")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{}",
        b"\x00" * 99,
        rules().replace(b'"version":1', b'"version":2'),
        rules(use=Use.COMMAND),
        rules(site="Elsewhere"),
        order(use=Use.POLICY),
        order("g9"),
        order("../x"),
        withdrawn()[:-1],
        canonical(sign({"nonce": 1}, "command", KEYS[Use.COMMAND])),
        b"{" * LIMIT,
    ],
)
def test_what_a_gate_would_refuse_does_not_go(data: bytes) -> None:
    with pytest.raises(DocumentRefused):
        checked(data, RING, ROSTER)


def test_what_was_put_is_published_and_an_older_one_is_refused(tmp_path: Path) -> None:
    store = Outgoing(tmp_path)
    for data in (rules(2), withdrawn(2), rules(2)):
        store.put(checked(data, RING, ROSTER), RING, ROSTER)
    assert sorted(published(store, 0)) == [
        ("all", "list-" + "ab" * 8, withdrawn(2)),
        ("g1", "policy", rules(2)),
        ("g2", "policy", rules(2)),
    ]
    stamp = store.stamp()
    for data in (rules(1), withdrawn(1)):
        with pytest.raises(DocumentRefused, match="older"):
            store.put(checked(data, RING, ROSTER), RING, ROSTER)
    store.put(checked(rules(3), RING, ROSTER), RING, ROSTER)
    assert ("g1", "policy", rules(3)) in set(published(store, 0))
    assert store.stamp() != stamp


def test_a_command_leaves_when_it_expires(tmp_path: Path) -> None:
    store = Outgoing(tmp_path)
    store.put(checked(order(), RING, ROSTER), RING, ROSTER)
    assert [each[1] for each in published(store, 99)] == ["command"]
    assert list(published(store, 100)) == []


def test_what_lies_about_in_the_folder_is_no_document(tmp_path: Path) -> None:
    store = Outgoing(tmp_path / "none-yet")
    assert list(published(store, 0)) == []
    (tmp_path / "g1").mkdir()
    for name in (".policy.123", "-x", "pol icy"):
        (tmp_path / "g1" / name).write_bytes(b"x")
    assert list(Outgoing(tmp_path).parcels(0, refused)) == []


def test_a_file_that_cannot_be_read_keeps_no_other_back(tmp_path: Path) -> None:
    store = Outgoing(tmp_path)
    store.put(checked(rules(), RING, ROSTER), RING, ROSTER)
    (tmp_path / "g1/signers").write_bytes(bytes(LIMIT + 1))
    told: list[FileUnusable] = []
    assert [each[0] for each in sorted(store.parcels(0, told.append))] == ["g1", "g2"]
    assert len(told) == 1


def test_a_pipe_among_the_documents_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "g1").mkdir()
    (tmp_path / "g2").mkdir()
    os.mkfifo(tmp_path / "g1/policy")
    (tmp_path / "g2/policy").write_bytes(b"{}")
    told: list[FileUnusable] = []
    assert [each[0] for each in Outgoing(tmp_path).parcels(0, told.append)] == ["g2"]
    assert [str(each) for each in told] == [f"{tmp_path}/g1/policy: not a regular file"]


def test_a_file_that_is_none_or_too_long_is_said(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(bytes(LIMIT + 1))
    for name in ("none", "long"):
        with pytest.raises(FileUnusable):
            fetched(tmp_path / name)
    with pytest.raises(KeyUnreadable):
        ring(tmp_path / "none")
