"""`collector intake` under a hostile gate, a forgetful broker and a second worker: all for real.

Claims: documents reach the gates, also after the broker has forgotten them or somebody has put
others there; a withdrawn gate is refused at once; whatever a compromised gate sends, it is answered
with a reason, fills no disk, and its neighbour is served; two workers on one ledger store each
record once, also when one of them is killed.
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from broker.config import INTAKE
from broker.launch import from_folder, launch
from collector.ledger.ports import JOURNALS_KEPT
from provisioning import keyfile
from tests.collector.intake.test_process import District, Gate, start
from tests.waiting import until
from wire import batch, policy, site, topics
from wire.canonical import canonical
from wire.record import genesis

pytestmark = pytest.mark.journey


@pytest.fixture
def town(tmp_path: Path) -> District:
    made = District(tmp_path)
    made.admit("g2", Ed25519PrivateKey.generate())
    return made


@pytest.fixture
def intake(town: District) -> Iterator["subprocess.Popen[bytes]"]:
    child = start(town.config, "intake")
    yield child
    child.kill()
    child.communicate()


def ask(town: District, *words: str) -> tuple[int, str]:
    """Run the collector's command and return its status and what it said."""
    child = start(town.config, *words)
    out, errors = child.communicate(timeout=30)
    return child.returncode, (out + errors).decode()


def rules(town: District, version: int) -> bytes:
    key = keyfile.load_ed25519(town.folder / "authority/signing/policy.pem")
    return policy.pack(policy.Policy(site="Bến xe Mẫu", version=version, issued=1), key)


def intruder(town: District) -> mqtt.Client:
    """Connect with a second certificate that has the collector's rights."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "intake-2", protocol=mqtt.MQTTv5)
    certificate, key = (str(town.folder / f"intake-2.{part}") for part in ("pem", "key"))
    client.tls_set(str(town.folder / "authority/ca.pem"), certificate, key)
    client.connect("127.0.0.1", town.port)
    client.loop_start()
    return client


def two_intakes(town: District) -> Any:  # noqa: ANN401  # a context manager of the launcher's kind
    town.certify("intake-2")
    plain = from_folder(town.folder / "authority/broker", port=town.port)
    settings = type(plain)(
        plain.address,
        plain.port,
        plain.certificate,
        plain.key,
        plain.ca,
        intakes=(INTAKE, "intake-2"),
    )
    return launch(settings, town.folder / "mosquitto")


def test_documents_reach_the_gates_whatever_becomes_of_the_brokers_memory(
    town: District, intake: "subprocess.Popen[bytes]"
) -> None:
    path = town.folder / "policy.json"
    path.write_bytes(rules(town, 2))
    assert ask(town, "publish", str(path))[0] == 0
    with two_intakes(town):
        gate = Gate(town)
        until(lambda: gate.documents.get("policy") == rules(town, 2))
        until(lambda: "site" in gate.documents)
        ring = gate.ring
        assert site.unpack(gate.documents["site"], ring).gates == ("g2",)
        gate.documents.clear()
        other = intruder(town)
        other.publish(topics.topic("g1", "policy"), rules(town, 1), qos=1, retain=True)
        other.publish(topics.topic("all", "signers"), b"junk", qos=1, retain=True)
        until(lambda: gate.documents.get("policy") == rules(town, 2))
        until(lambda: gate.documents.get("signers") == b"")
        other.disconnect()
        other.loop_stop()
        other._reset_sockets()
        gate.close()
    with two_intakes(town):
        gate = Gate(town)
        until(lambda: gate.documents.get("policy") == rules(town, 2))
        path.write_bytes(rules(town, 1))
        status, said = ask(town, "publish", str(path))
        assert (status, said.splitlines()[0].split(":")[0]) == (2, "document-refused")
        path.write_bytes(rules(town, 3))
        assert ask(town, "publish", str(path))[0] == 0
        until(lambda: gate.documents.get("policy") == rules(town, 3))
        gate.close()
    assert intake.poll() is None


def test_a_withdrawn_gate_is_refused_at_once_and_may_be_taken_back(
    town: District, intake: "subprocess.Popen[bytes]", journal: Callable[..., Any]
) -> None:
    pen, other = journal("g1", "j1").scan(9), journal("g2", "j1").scan(9)
    with town.broker():
        gate, neighbour = Gate(town), Gate(town, "g2")
        gate.insist(pen.payload(1, 3), 3)
        assert ask(town, "gates", "revoke", "g1")[0] == 0
        gate.send("scan", pen.payload(4, 9))
        refused = gate.await_refusal("revoked-gate")
        assert refused is not None
        assert refused.high == 3
        assert neighbour.insist(other.payload(1, 9), 9).high == 9
        assert ask(town, "gates", "revoke", "g7")[0] == 2
        assert ask(town, "gates", "restore", "g1")[0] == 0
        assert gate.insist(pen.payload(4, 9), 9).high == 9
        gate.close()
        neighbour.close()
    assert intake.poll() is None


def hostile(journal: Callable[..., Any]) -> Iterator[tuple[bytes, str]]:
    """Yield what a compromised gate may send, and the reason that answers it ("" for none)."""
    pen = journal("g1", "j1").scan(60)
    yield b"", ""
    yield b"\xff" * 100_000, ""
    yield b"[" * 200_000, ""
    plain = {"v": 1, "journal": "j1", "boot": "b", "historical": False, "prev": "00" * 32}
    for first in (2**53, 2**63, -1, 0):
        yield canonical({**plain, "first": first, "scans": [{"seq": first}]}), ""
    yield canonical({**plain, "first": 9, "scans": [{"seq": 9}] * 2}), "unreadable"
    yield canonical({**plain, "first": 9, "scans": []}), "unreadable"
    yield canonical({**plain, "first": 9, "prev": "zz", "scans": [{"seq": 9}]}), "unreadable"
    yield canonical({**plain, "first": 1, "scans": [{"seq": 1}]}), "altered"
    neighbours = journal("g2", "j1").scan(3)
    yield neighbours.payload(1, 3), "altered"
    yield pen.payload(1, 10), ""
    yield journal("g1", "j1", boot="feedbeef").scan(3).payload(1, 3), "fork"
    last = {"t": "missing", "seq": 11, "last": 2**53 - 1, "after": "00" * 32, "cause": "x"}
    yield canonical({**plain, "first": 11, "scans": [last]}), "unsigned"
    for number in range(JOURNALS_KEPT + 5):
        name = f"made-up-{number}"
        begin = {**plain, "journal": name, "prev": genesis("g1", name).hex(), "first": 1}
        why = "too-many-journals" if number > JOURNALS_KEPT else ""
        yield canonical({**begin, "scans": [{"seq": 1, "t": "x"}]}), why
    for number in range(1, 40):
        forged = journal("g1", "j1", boot=f"{number:08x}").scan(50)
        yield forged.payload(1, 50), "fork"


def test_whatever_a_compromised_gate_sends_its_neighbour_is_served(
    town: District, intake: "subprocess.Popen[bytes]", journal: Callable[..., Any]
) -> None:
    other = journal("g2", "j1").scan(40)
    with town.broker():
        gate, neighbour = Gate(town), Gate(town, "g2")
        neighbour.insist(other.payload(1, 1), 1)
        for payload, why in hostile(journal):
            gate.send("scan", payload)
            gate.send("state", payload[:5_000])
            if why:  # one after another: of a heap, a receipt names one reason for each seq
                assert gate.await_refusal(why, wait_s=10) is not None, why
        gate.send("scan", canonical({"journal": "j1", "first": 2**53 - 1, "v": 1}))
        neighbour.send("scan", other.payload(2, 40))
        found = neighbour.await_receipt(40)
        assert found is not None
        assert found.hash == other.chain[40].hex()
        gate.close()
        neighbour.close()
    assert intake.poll() is None
    with town.view() as view:
        counts = {(tally.gate, tally.journal): tally for tally in view.tallies()}
        assert len(counts) == JOURNALS_KEPT + 1
        assert counts["g1", "j1"].rows == 10
        assert counts["g1", "j1"].forks <= 1000
        assert all((each.doubles, each.missing) == (0, 0) for each in counts.values())
        assert view.broken() == ()
        assert view.standings()["g2"].complaints == 0


@pytest.mark.parametrize("share", ["", 'share = "both"\n'])
def test_two_workers_on_one_ledger_store_each_record_once(
    town: District, intake: "subprocess.Popen[bytes]", journal: Callable[..., Any], share: str
) -> None:
    pen = journal("g1", "j1").scan(400)
    text = town.config.read_text(encoding="utf-8")
    second = text.replace("authority/collector/certificate.pem", "intake-2.pem")
    second = second.replace("authority/collector/tls.pem", "intake-2.key")
    second = second.replace("[broker]\n", f'[broker]\nname = "intake-2"\n{share}')
    (town.folder / "second.toml").write_text(second, encoding="utf-8")
    with two_intakes(town):
        worker = start(town.folder / "second.toml", "intake")
        gate = Gate(town)
        gate.insist(pen.payload(1, 1), 1)
        for first in range(2, 202, 20):
            gate.send("scan", pen.payload(first, first + 19, historical=True))
            gate.send("scan", pen.payload(max(1, first - 9), first))
        gate.insist(pen.payload(152, 201), 201) if not share else settle(gate, pen, 201)
        assert [each.poll() for each in (intake, worker)] == [None, None]
        worker.kill()
        worker.communicate()
        for first in range(202, 400, 40):
            gate.send("scan", pen.payload(first, min(first + 39, 400)))
        settle(gate, pen, 400)
        gate.close()
    with town.view() as view:
        (tally,) = view.tallies()
        assert (tally.rows, tally.doubles, tally.missing, tally.forks) == (400, 0, 0, 0)
        assert tally.chain == pen.chain[400].hex()
    assert intake.poll() is None


def settle(gate: Gate, pen: Any, high: int) -> None:  # noqa: ANN401  # a journal of the conftest
    """Send as a gate does whose receipts make no progress: from the mark, again and again."""
    while gate.await_receipt(high, wait_s=0.3) is None:
        for first in range(gate.high + 1, high + 1, batch.MAX_RECORDS):
            gate.send("scan", pen.payload(first, min(first + batch.MAX_RECORDS - 1, high)))
