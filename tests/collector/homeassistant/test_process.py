"""`collector home-assistant` for real: its own process, the district's Mosquitto, its own account.

Claims: what it writes is retained and found by whoever may read; its account writes that and
nothing else; a gate that is withdrawn is taken back, after a restart too; a broker that forgets is
told again; a kill leaves the word that nobody tells.
"""

import json
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broker.config import HOME_ASSISTANT, HOME_READER
from broker.launch import from_folder, launch
from collector.config import load
from collector.errors import HomeAssistantUnset, KeyUnreadable
from collector.homeassistant import process
from collector.homeassistant.discovery import AVAILABILITY, config_topic, state_topic
from collector.ledger.entries import Post, Report, Topic
from collector.ledger.sqlite import SqliteLedger
from collector.withdrawn import WithdrawnFile
from tests.broker.speaker import Identity, Speaker
from tests.collector.intake.test_process import District
from wire import topics
from wire.state import Health, State, pack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
TABLE = """
[home_assistant]
host = "127.0.0.1"
port = {port}
ca = "authority/collector/ca.pem"
certificate = "home_assistant.pem"
key = "home_assistant.key"
state = "home-assistant"
"""
NOT_AUTHORIZED = 0x87


class Home:
    """A district with two gates, and a Home Assistant at its broker."""

    def __init__(self, folder: Path) -> None:
        self.district = District(folder)
        self.district.admit("g2", Ed25519PrivateKey.generate())
        for name in (HOME_ASSISTANT, HOME_READER):
            self.district.certify(name)
        self.config = self.district.config
        text = self.config.read_text() + TABLE.format(port=self.district.port)
        self.config.write_text(text)
        found = from_folder(self.folder / "authority/broker", port=self.district.port)
        self.settings = msgspec.structs.replace(found, home_assistant=True)
        self.report("g1", 3)

    @property
    def folder(self) -> Path:
        return self.district.folder

    def report(self, gate: str, waiting: int) -> None:
        """Put into the ledger what a gate says, as intake does."""
        now_ms = int(time.time() * 1000)  # noqa: TID251
        state = pack(State(online=True, scanning=True, incarnation=1, wall=now_ms))
        health = pack(Health(waiting=waiting, camera="ok", wall=now_ms))
        reports = (Report(gate, Topic.STATE, state), Report(gate, Topic.HEALTH, health))
        with SqliteLedger(self.folder / "ledger.db") as ledger:
            ledger.commit(Post((), reports, ()), now_ms)

    def broker(self) -> Any:  # noqa: ANN401  # launch's own
        return launch(self.settings, self.folder / "mosquitto")

    def start(self) -> "subprocess.Popen[bytes]":
        command = [str(Path(sys.executable).with_name("collector")), "home-assistant", "--config"]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen([*command, str(self.config)], stdout=log, stderr=log)

    def who(self, name: str) -> Identity:
        return Identity(self.folder / f"{name}.pem", self.folder / f"{name}.key")

    def withdraw(self, *names: str) -> None:
        path = self.folder / "road/withdrawn"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{name}\n" for name in names))
        assert WithdrawnFile(path).current() == {*names}


class Listener:
    """A Home Assistant's ears: what the broker keeps for it now."""

    def __init__(self, home: Home) -> None:
        self._speaker = Speaker(home.settings, home.who(HOME_READER), "any").connect()
        self.kept: dict[str, bytes] = {}
        assert not self._speaker.subscribe("homeassistant/#").is_failure

    def until(self, right: Callable[[dict[str, bytes]], bool]) -> None:
        """Listen until what is kept is right."""
        while not right(self.kept):
            topic, payload = self._next()
            self.kept[topic] = payload
            if not payload:
                del self.kept[topic]

    def _next(self) -> tuple[str, bytes]:
        for _ in range(6):  # a process that starts on a busy machine takes its time
            with suppress(queue.Empty):
                return self._speaker.hear()
        pytest.fail(f"it did not come to that: {sorted(self.kept)}")

    def state(self, gate: str) -> Any:  # noqa: ANN401
        return json.loads(self.kept.get(state_topic(gate), b"{}"))

    def close(self) -> None:
        self._speaker.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def start(home: Home) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    running: list[subprocess.Popen[bytes]] = []

    def started() -> "subprocess.Popen[bytes]":
        running.append(home.start())
        return running[-1]

    yield started
    for each in running:
        each.kill()
        each.wait()


Start = Callable[[], "subprocess.Popen[bytes]"]


def told(*gates: str) -> Callable[[dict[str, bytes]], bool]:
    wanted = {topic for gate in gates for topic in (config_topic(gate), state_topic(gate))}
    return lambda kept: {*kept} == wanted | {AVAILABILITY}


def test_gates_are_found_and_what_they_say_arrives(home: Home, start: Start) -> None:
    with home.broker():
        process = start()
        early = Listener(home)
        early.until(lambda kept: told("g1", "g2")(kept) and kept[AVAILABILITY] == b"online")
        assert early.state("g1")["waiting"] == 3
        assert early.state("g2")["waiting"] is None
        home.report("g1", 4)
        early.until(lambda _: early.state("g1")["waiting"] == 4)
        early.close()
        late = Listener(home)  # as a Home Assistant that starts later: all of it is retained
        late.until(told("g1", "g2"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        late.until(lambda kept: kept[AVAILABILITY] == b"offline")
        late.close()


def test_a_kill_leaves_the_word_that_nobody_tells(home: Home, start: Start) -> None:
    with home.broker():
        process, ears = start(), Listener(home)
        ears.until(lambda kept: kept.get(AVAILABILITY) == b"online")
        process.kill()
        ears.until(lambda kept: kept[AVAILABILITY] == b"offline")
        ears.close()


def test_a_withdrawn_gate_is_taken_back_and_a_restored_one_comes_again(
    home: Home, start: Start
) -> None:
    with home.broker():
        start()
        ears = Listener(home)
        ears.until(told("g1", "g2"))
        home.withdraw("g2")
        ears.until(told("g1"))
        home.withdraw()
        ears.until(told("g1", "g2"))
        ears.close()


def test_a_gate_withdrawn_while_nobody_told_is_taken_back_at_the_next_start(
    home: Home, start: Start
) -> None:
    with home.broker():
        process, ears = start(), Listener(home)
        ears.until(told("g1", "g2"))
        process.kill()
        process.wait()
        home.withdraw("g1", "g2")
        start()
        ears.until(told())
        ears.close()


def test_a_broker_that_has_forgotten_is_told_again(home: Home, start: Start) -> None:
    with home.broker() as broker:
        start()
        ears = Listener(home)
        ears.until(told("g1", "g2"))
        ears.close()
        broker.kill()
    with home.broker():
        ears = Listener(home)
        ears.until(told("g1", "g2"))
        ears.close()


def test_its_account_writes_what_home_assistant_reads_and_nothing_else(home: Home) -> None:
    with home.broker():
        writer = Speaker(home.settings, home.who(HOME_ASSISTANT), "any").connect()
        assert not writer.keep("homeassistant/device/gate_g1/config", b"{}").is_failure
        for topic in (
            *(topics.topic("g1", leaf) for leaf in (*topics.FROM_GATE, *topics.TO_GATE)),
            *(topics.topic(HOME_ASSISTANT, leaf) for leaf in topics.FROM_GATE),
            topics.topic(topics.ALL, topics.KEYRING),
            "elsewhere",
        ):
            assert writer.publish(topic, b"forged").value == NOT_AUTHORIZED, topic
        for topic in ("gq/v1/#", topics.topic("g1", "scan"), "homeassistant/#", "#"):
            writer.subscribe(topic)
        gate = Speaker(home.settings, home.who("g1"), "any").connect()
        gate.publish(topics.topic("g1", "health"), b"{}")
        writer.keep("homeassistant/device/gate_g1/config", b"{}")
        assert writer.heard_nothing()
        writer.close()
        gate.close()


def test_home_assistants_own_account_hears_no_gate_and_moves_none(home: Home) -> None:
    with home.broker():
        reader = Speaker(home.settings, home.who(HOME_READER), "any").connect()
        for topic in ("homeassistant/device/gate_g1/config", topics.topic("g1", "command")):
            assert reader.publish(topic, b"").value == NOT_AUTHORIZED
        assert not reader.publish("homeassistant/status", b"online").is_failure
        reader.subscribe("gq/v1/#")
        gate = Speaker(home.settings, home.who("g1"), "any").connect()
        gate.publish(topics.topic("g1", "health"), b"{}")
        assert reader.heard_nothing()
        reader.close()
        gate.close()


def test_without_its_table_nothing_is_told(tmp_path: Path) -> None:
    district = District(tmp_path)
    with pytest.raises(HomeAssistantUnset):
        process.run(load(district.config))


def test_a_certificate_that_cannot_be_read_is_named(home: Home) -> None:
    (home.folder / "home_assistant.pem").write_text("x")
    with pytest.raises(KeyUnreadable, match="home_assistant"):
        process.run(load(home.config))
