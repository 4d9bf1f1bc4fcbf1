"""A withdrawn gate, while it is connected and when it comes back; asked of a real Mosquitto.

Claims: its open connection ends within a few looks at the list and no other does; what it sends
until then is refused; it may come back, mute, and is put off the line again; a gate that is
restored works again.
"""

from pathlib import Path

import msgspec
import pytest

from broker.config import BrokerSettings
from broker.eviction import Arrivals, evict, names
from broker.launch import SURE, Broker, free_port, launch
from tests.broker.speaker import PATIENCE_S, District, Identity, Speaker
from wire.topics import topic


@pytest.fixture
def settings(district: District, tmp_path: Path) -> BrokerSettings:
    return msgspec.structs.replace(
        district.settings, port=free_port(), withdrawn=tmp_path / "withdrawn"
    )


def connected(settings: BrokerSettings, who: Identity) -> Speaker:
    speaker = Speaker(settings, who, "any")
    speaker.client.reconnect_delay_set(60)
    return speaker.connect()


def refused(broker: Broker, speaker: Speaker, where: str) -> None:
    """Wait until the broker, which has been told, takes nothing on `where` any more."""
    for _ in range(100):
        if speaker.publish(where, b"x").getName() == "Not authorized":
            return
    pytest.fail(f"{where} is still taken by {broker.pid}")


def test_a_withdrawn_gate_is_put_off_the_line_and_no_other_is(
    district: District, settings: BrokerSettings, tmp_path: Path
) -> None:
    assert settings.withdrawn is not None
    with launch(settings, tmp_path / "state") as broker:
        stolen, honest = connected(settings, district.gate1), connected(settings, district.gate2)
        broker.tend()
        assert stolen.lost.empty()
        settings.withdrawn.write_text("# stolen\ng1\n")
        broker.tend()
        assert stolen.lost.get(timeout=PATIENCE_S).is_failure
        assert not honest.publish(topic("g2", "scan"), b"here").is_failure
        assert honest.lost.empty()
        back = connected(settings, district.gate1)
        refused(broker, back, topic("g1", "scan"))
        broker.tend()
        assert back.lost.get(timeout=PATIENCE_S).is_failure
        settings.withdrawn.write_text("")
        broker.tend()
        restored = connected(settings, district.gate1)
        for _ in range(100):
            if not restored.publish(topic("g1", "scan"), b"x").is_failure:
                break
        assert not restored.publish(topic("g1", "scan"), b"x").is_failure
        broker.tend()
        assert restored.lost.empty()
        for each in (stolen, honest, back, restored):
            each.close()


def test_a_withdrawn_gate_hears_nothing_more(
    district: District, settings: BrokerSettings, tmp_path: Path
) -> None:
    assert settings.withdrawn is not None
    settings.withdrawn.write_text("g1\n")
    with launch(settings, tmp_path / "state"):
        stolen, intake = connected(settings, district.gate1), connected(settings, district.intake)
        honest = connected(settings, district.gate2)
        stolen.subscribe(topic("g1", "ack"))
        stolen.subscribe(topic("all", "+"))
        honest.subscribe(topic("all", "+"))
        intake.publish(topic("g1", "ack"), b"receipt")
        intake.publish(topic("all", "signers"), b"for all")
        assert honest.hear() == (topic("all", "signers"), b"for all")
        assert stolen.heard_nothing()
        for each in (stolen, intake, honest):
            each.close()


def test_only_names_are_read_from_the_list(tmp_path: Path) -> None:
    path = tmp_path / "withdrawn"
    assert names(path) == names(None) == ()
    path.write_bytes(b"g2\n\n# g3\n g1 \n../x\ng4\ntopic readwrite #\n\xff\n")
    assert names(path) == ("g1", "g2", "g4")


def test_without_a_broker_nobody_is_put_off(tmp_path: Path) -> None:
    assert not evict(tmp_path / "door", "g1")


def test_who_came_in_is_read_from_the_log_once_and_our_own_visits_are_not_meant(
    tmp_path: Path,
) -> None:
    log, door = tmp_path / "log", tmp_path / "own door"
    arrivals = Arrivals(log, door)
    assert arrivals.since_last() == frozenset()
    line = "2026-11-22T22:18:07: New client connected from {} as {} (p5, c1, k30, u'g1').\n"
    log.write_text(line.format("127.0.0.1:43021", "g1") + line.format(f"{door}:0", "g2"))
    assert arrivals.since_last() == {"g1"}
    with log.open("a") as file:
        file.write(line.format("::1:5", "g3") + "2026: New client connected from 10.0.0.1:7 as g")
    assert arrivals.since_last() == {"g3"}
    with log.open("a") as file:
        file.write("4 (p5, c1, k30).\n")
    assert arrivals.since_last() == {"g4"}
    log.write_text(line.format("127.0.0.1:1", "g5"))
    assert arrivals.since_last() == {"g5"}


def test_the_withdrawn_are_put_off_now_and_then_whatever_the_log_says(
    district: District, settings: BrokerSettings, tmp_path: Path
) -> None:
    assert settings.withdrawn is not None
    with launch(settings, tmp_path / "state") as broker:
        settings.withdrawn.write_text("g1\n")
        broker.tend()
        back = connected(settings, district.gate1)
        broker._arrivals.since_last()
        for _ in range(SURE):
            broker.tend()
        assert back.lost.get(timeout=PATIENCE_S).is_failure
        back.close()
