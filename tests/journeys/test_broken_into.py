"""What a broken-into broker or uplink can do: delay, and no more. One test for each claim.

Whoever has the broker or the uplink has the gate's TLS key, everything that was ever sent, and may
lay whatever they like into the inbox and before the collector. They have neither the gate's records
key, nor the collector's receipt key, nor a key of the authority's.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.intake.desk import Desk, Message
from collector.ledger.sqlite import SqliteLedger
from collector.ledger.sqliteview import SqliteView
from collector.proof import Flaw
from device.credential import classify
from device.flow import Instant, Signal, Verdict
from device.journal.quarantine import REFUSED
from device.mandate import POLICY
from tests.device.doorstep import GATE as DOOR
from tests.device.doorstep import KEYS, NOW_S, PLACE, Doorstep, text_of
from tests.device.fakes import MemoryJournal
from tests.journeys.stepped import GATE, RECORDS, RING, SIGNS, VAULT, Gate, Road, flaws
from wire import batch, head, policy, receipt, topics
from wire.canonical import canonical, parse
from wire.keys import Use, sign
from wire.policy import Kind, Policy, Take
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Outcome,
    Reason,
    Scan,
    Signature,
    What,
    link,
    to_document,
)

INTRUDER = Ed25519PrivateKey.from_private_bytes(bytes([13] * 32))
"""Any key that is not one of the authority's: that of the uplink's TLS, for example."""
PERSONAL = {
    "name": "Nguyễn Thị Mẫu Mười Hai",
    "number": "096090012345",
    "phone": "0900123456",
    "commune": "Xã Mẫu, Huyện Mẫu",
}
PASSED = Verdict(
    kind="id-card",
    signature=Signature.NOT_CHECKED,
    identity=Identity.UNKNOWN,
    outcome=Outcome.ACCEPTED,
    reason=Reason.ACCEPTED,
    direction=Direction.IN,
    signal=Signal.ACCEPT,
    personal=PERSONAL,
)


@pytest.fixture
def road(tmp_path: Path) -> Road:
    return Road(tmp_path)


# -- open a door ------------------------------------------------------------------------------


class Attacked:
    """A door into whose inbox an intruder lays what they like."""

    def __init__(self, folder: Path) -> None:
        self.step = Doorstep(folder, (Direction.IN,))
        journal = MemoryJournal(DOOR, VAULT, lambda: None)
        self.doorman = self.step.attendant(journal)
        self.now_s = 0.0
        self.noted: set[What] = set()
        self.doorman.begin(self.moment())

    def moment(self) -> Instant:
        up_ns = int(self.now_s * 1e9)
        wall_ms = NOW_S * 1000 + up_ns // 10**6
        return Instant(up_ns, wall_ms, ClockState.SYNCED, "0a0b0c0d")

    def tend(self) -> None:
        for _ in range(5):
            self.now_s += 2
            self.noted |= {each.what for each in self.doorman.tend(self.moment())}

    def answer(self, name: str) -> Outcome:
        self.now_s += 30
        return self.doorman.answer(classify(text_of(name)), self.moment()).outcome


def everything(version: int) -> Policy:
    """Return a policy that takes whatever is shown."""
    takes = tuple(Take(kind=kind) for kind in Kind)
    return Policy(site=PLACE, version=version, issued=NOW_S * 1000, takes=takes)


def forged_policy(door: Attacked) -> None:
    (door.step.inbox / POLICY).write_bytes(policy.pack(everything(9), INTRUDER))


def older_policy(door: Attacked) -> None:
    lax = policy.pack(everything(1), KEYS[Use.POLICY])
    (door.step.inbox / POLICY).write_bytes(lax)


def altered_policy(door: Attacked) -> None:
    path = door.step.inbox / POLICY
    signed = parse(path.read_bytes())
    signed["doc"]["takes"] = msgspec.to_builtins(everything(9))["takes"]
    path.write_bytes(canonical(signed))


def policy_under_another_use(door: Attacked) -> None:
    lax = msgspec.to_builtins(everything(9))
    for use in (Use.RECEIPT, Use.CARD, Use.PASS_SEEN):
        (door.step.inbox / POLICY).write_bytes(canonical(sign(lax, "policy", KEYS[use])))
        door.tend()


def commands(door: Attacked) -> None:
    for does in ("open-once", "open", "admit"):
        order = {"gate": DOOR, "does": does, "nonce": "1", "expires": 2**50}
        for key in (INTRUDER, KEYS[Use.RECEIPT]):
            (door.step.inbox / "command.json").write_bytes(canonical(sign(order, "command", key)))
            door.tend()


def another_signers_list(door: Attacked) -> None:
    for name in ("signers.json", "list-0123456789abcdef"):
        (door.step.inbox / name).write_bytes(canonical(sign({"v": 1}, "signers", INTRUDER)))


@pytest.mark.parametrize(
    "attack",
    [
        forged_policy,
        older_policy,
        altered_policy,
        policy_under_another_use,
        commands,
        another_signers_list,
    ],
)
def test_a_broken_into_broker_or_uplink_cannot_open_a_door(
    tmp_path: Path, attack: Callable[[Attacked], None]
) -> None:
    door = Attacked(tmp_path)
    door.step.bring_policy(3, takes=[{"kind": "pass", "identity": "seen"}])
    door.tend()
    turned_away = ("FORGED-A", "EXPIRED-A", "DECLARED-A", "LINK-A", "TEXT-A")
    assert {door.answer(name) for name in turned_away} == {Outcome.REJECTED}
    attack(door)
    door.tend()
    assert {door.answer(name) for name in turned_away} == {Outcome.REJECTED}
    assert What.COMMAND not in door.noted
    assert door.answer("PASS-A") is Outcome.ACCEPTED


# -- read a name ------------------------------------------------------------------------------


def spellings(value: str) -> list[bytes]:
    """Return how a text may be spelled in what was sent."""
    raw = value.encode()
    escaped = json.dumps(value)[1:-1].encode()
    coded = [base64.b64encode(raw + bytes(pad))[: len(raw) * 4 // 3 - 2] for pad in (0, 1, 2)]
    return [raw, escaped, raw.hex().encode(), *coded]


def test_a_broken_into_broker_or_uplink_cannot_read_a_name(road: Road) -> None:
    seen: list[bytes] = []
    with road.gate() as gate:
        for _ in range(120):
            gate.kept.scan(PASSED, road.moment())
            gate.tend()
        publish = gate.link.publish

        def listened(topic: str, payload: bytes, **more: int) -> bool:
            plain = batch._plain(payload)
            seen.append(topic.encode() + plain)
            return publish(topic, payload, weight=more["weight"])

        gate.link.publish = listened  # type: ignore[method-assign]  # a broker listens
        gate.carry(10)
        assert gate.kept.waiting == 0
    seen += [path.read_bytes() for path in (road.folder / "inbox").iterdir()]
    seen += [path.read_bytes() for path in road.journal.rglob("*") if path.is_file()]
    everywhere = b"\n".join(seen)
    sealed = [each["sealed"] for data in seen[:20] for each in _scans(data)]
    assert len(sealed) > 100
    assert len(set(sealed)) == len(sealed)  # and nobody is known again by what was sent
    for value in PERSONAL.values():
        for spelling in spellings(value):
            assert spelling not in everywhere


def _scans(sent: bytes) -> list[dict[str, str]]:
    at = sent.find(b'{"boot"')
    if at < 0 or not sent.startswith(b"gq/"):
        return []
    return [each for each in parse(sent[at:])["scans"] if each["t"] == "scan"]


# -- make a gate forget -----------------------------------------------------------------------


def lay(road: Road, found: receipt.Receipt, key: Ed25519PrivateKey, name: str) -> None:
    (road.folder / "inbox" / name).write_bytes(receipt.pack(found, key))


def test_a_broken_into_broker_or_uplink_cannot_make_a_gate_forget(road: Road) -> None:
    with road.gate() as gate:
        gate.store(40)
        name, last = gate.kept.journal, gate.kept.last
        truth = gate.kept._segments.chain_at(last)
        assert truth is not None
        good = receipt.Receipt(GATE, name, last, truth.hex(), 2**50)
        refusal = receipt.Refusal(1, "unreadable", "00" * 32)
        for number, (said, key) in enumerate(
            [
                (good, INTRUDER),
                (good, RECORDS),
                (msgspec.structs.replace(good, gate="gate-2"), SIGNS),
                (msgspec.structs.replace(good, journal="0" * 16), SIGNS),
                (msgspec.structs.replace(good, high=0, refused=(refusal,)), INTRUDER),
                (msgspec.structs.replace(good, high=0, want=((1, 9),)), INTRUDER),
            ]
        ):
            for where in ("receipt.json", REFUSED):
                lay(road, said, key, where)
                road.now_s += 5 * 24 * 3600
                gate.tend(20)
            assert gate.kept.confirmed == 0, number
        assert gate.kept._segments.shelf.firsts[0] == 1
        gate.carry(10)
    tally = road.tally()
    assert (tally.rows, tally.missing) == (tally.high, 0)


def test_a_refusal_that_rubbish_earned_makes_no_good_record_give_way(road: Road) -> None:
    """The uplink sends rubbish in a record's name and lays the collector's true refusal."""
    with road.gate() as gate:
        gate.store(20)
        name = gate.kept.journal
        with SqliteLedger(road.database) as ledger:
            desk = Desk(ledger, SIGNS)
            shelf = gate.kept._segments.shelf
            held = shelf.load(shelf.firsts[0])
            rubbish = (
                b'{"boot":"x","first":1,"historical":false,"journal":"%s",' % name.encode(),
                batch.splice(name, [held.records[0], b"{}"], bytes(32), historical=False),
                batch.splice(name, [held.records[0]], bytes(32), historical=True)[:-3],
            )
            for payload in rubbish:
                message = Message(topics.topic(GATE, topics.SCAN), payload)
                answers = desk.handle([message], road.gates, road.moment().wall_ms).answers
                for answer in answers:
                    said = receipt.unpack(answer.payload, RING)
                    assert {each.seq for each in said.refused} <= {1}
                    (road.folder / "inbox" / REFUSED).write_bytes(answer.payload)
                    gate.tend(12)
        assert shelf.firsts[:2] == [1, 9]
        gate.carry(10)
    assert road.gaps() == []
    assert road.tally().missing == 0


# -- invent a scan ----------------------------------------------------------------------------


def invented(gate: Gate, count: int) -> bytes:
    """Return scans nobody made, which continue the chain: whoever has read it can spell them."""
    seq = gate.kept.last
    chain = gate.kept._segments.chain_at(seq)
    assert chain is not None
    documents = [
        to_document(
            Scan(
                seq=number,
                boot="0a0b0c0d",
                up=number * 1000,
                wall=1_790_000_900_000,
                clock=ClockState.SYNCED,
                dir=Direction.IN,
                kind="pass",
                signature=Signature.CHECKED,
                identity=Identity.SEEN,
                outcome=Outcome.ACCEPTED,
                reason=Reason.ACCEPTED,
            )
        )
        for number in range(seq + 1, seq + 1 + count)
    ]
    return batch.pack(gate.kept.journal, documents, chain, historical=False)


def test_a_broken_into_broker_or_uplink_cannot_invent_a_scan_unmarked(road: Road) -> None:
    topic = topics.topic(GATE, topics.SCAN)
    with road.gate() as gate:
        gate.store(20)
        gate.carry(4)
        name, true = gate.kept.journal, gate.kept.last
        with SqliteLedger(road.database) as ledger:
            sent = Message(topic, invented(gate, 3))
            Desk(ledger, SIGNS).handle([sent], road.gates, road.moment().wall_ms)
        # At once: the gate has signed nothing of the kind.
        unsigned = [each for each in road.proof(name).findings if each.flaw is Flaw.UNSIGNED]
        assert unsigned[-1].last == true + 3
        assert not road.proof(name).holds
        # And as soon as the gate says anything: its own records are kept beside, and it is alarmed.
        gate.store(2)
        gate.kept.note(What.STOP, road.moment())
        gate.carry(30)
    found = {flaw for flaw, _, _ in flaws(road.proof(name))}
    assert Flaw.FORK in found
    with SqliteView(road.database) as view:
        assert view.standings()[GATE].forks > 0
        assert view.standings()[GATE].complaints > 0


def test_an_intruder_cannot_sign_a_head_for_what_was_invented(road: Road) -> None:
    topic = topics.topic(GATE, topics.SCAN)
    with road.gate() as gate:
        gate.store(20)
        gate.carry(4)
        name, seq = gate.kept.journal, gate.kept.last
        chain = gate.kept._segments.chain_at(seq)
        assert chain is not None
        claim = head.Head(GATE, name, seq, chain.hex())
        note = {
            "t": "note",
            "what": "head",
            "seq": seq + 1,
            "boot": "0a0b0c0d",
            "up": 1,
            "wall": 1,
            "clock": "synced",
        }
        for key in (INTRUDER, SIGNS):
            data = batch.pack(
                name, [{**note, "data": head.pack(claim, key)}], chain, historical=False
            )
            with SqliteLedger(road.database) as ledger:
                desk = Desk(ledger, SIGNS)
                handled = desk.handle([Message(topic, data)], road.gates, 1_790_000_900_000)
            assert "bad-head" in {each.why for each in handled.complaints} or not handled.stored
        assert link(chain, note) != chain
    proof = road.proof(name)
    assert proof.signed_to < seq
    assert Flaw.FALSE_HEAD in {flaw for flaw, _, _ in flaws(proof)}
