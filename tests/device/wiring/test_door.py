"""The real door on folders: what comes into force, who is inside, and what outlives the power."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from device import clock, config, enrol
from device.cards.posts import Post, Posts
from device.gpio.mock import traced_factory
from device.journal.reader import JournalReader
from device.wiring import door, waiting
from tests.device.fakes import ShownFrames
from tests.device.site import NOW, Site
from wire import policy
from wire.canonical import Document
from wire.keys import Use
from wire.policy import Ceiling, Policy, Way
from wire.record import Direction


@pytest.fixture
def school(site: Site) -> Site:
    """Return a gate of one place that serves both ways, with one pass to show."""
    issued = int(NOW.timestamp() * 1000)
    rules = Policy(
        site="Chợ Mẫu",
        version=1,
        issued=issued,
        direction=Way.ALTERNATE,
        gates_of_place=1,
        ceiling=Ceiling(people=1),
    )
    site.inbox.mkdir(parents=True, exist_ok=True)
    data = policy.pack(rules, site.home.signing_key(Use.POLICY))
    (site.inbox / "policy.json").write_bytes(data)
    empty = np.full((400, 400), 255, np.uint8)
    for number in range(3):
        cv2.imwrite(str(site.pictures / f"a{number}.png"), empty)
    site.draw_pass("b.png")
    return site


def walk_by(site: Site) -> list[str]:
    """Run the scanner over the pictures once, and return what it stored, one line each."""
    with door.scanner(config.load(site.config)) as scanner:
        before = _stored(site)
        scanner.run()
    return _stored(site)[len(before) :]


def _stored(site: Site) -> list[str]:
    if not any(site.journal.glob("*")):
        return []
    lines = []
    with JournalReader(site.journal) as reader:
        reader.seek(1)
        while documents := reader.take(10_000, 1000).documents:
            lines += [line for each in documents if (line := _line(each))]
    return lines


def _line(record: Document) -> str:
    """Return what a record tells of the door; the pass has no list yet, which is not the point."""
    if record["t"] == "note" and record["what"] != "head":
        return str(record["what"])
    if record["t"] != "scan":
        return ""
    marks = [each for each in record.get("marks", []) if each != "list-stale"]
    return " ".join([record["dir"], record["reason"], *marks])


def let_go(site: Site) -> None:
    """Let time pass in which the code was not held up."""
    (site.run / "seen").unlink()


def cut_power(site: Site) -> None:
    for path in site.run.iterdir():
        if path.is_file():
            path.unlink()


def test_a_restarted_gate_knows_its_policy_and_who_is_inside(school: Site) -> None:
    assert walk_by(school) == ["start", "policy", "in accepted way-inferred", "stop"]
    let_go(school)
    assert walk_by(school) == ["start", "policy", "out accepted way-inferred", "stop"]
    let_go(school)
    assert walk_by(school) == ["start", "policy", "in accepted way-inferred", "stop"]


def test_after_a_power_cut_a_full_place_is_full(school: Site) -> None:
    walk_by(school)
    cut_power(school)
    assert walk_by(school) == ["start", "policy", "count", "in full", "stop"]


def test_a_gate_takes_no_policy_that_was_changed_on_its_way(school: Site) -> None:
    path: Path = school.inbox / "policy.json"
    path.write_bytes(path.read_bytes().replace(b"alternate", b"button"))
    assert walk_by(school) == ["start", "in accepted", "stop"]


def test_buttons_on_the_pins_reach_the_door(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.configure({'board = "mock"': 'board = "mock"\ninputs = { admit = 13, passed = 19 }'})
    board = traced_factory(None, clock.up_ns)
    monkeypatch.setattr("device.wiring.panel.traced_factory", lambda *_, **__: board)

    def frames() -> Iterator[int]:
        yield clock.up_ns()
        board.pin(13).drive_low()
        yield clock.up_ns()
        yield clock.up_ns()

    monkeypatch.setattr("device.wiring.door.camera", lambda _source: ShownFrames(frames))
    assert walk_by(site) == ["start", "in attended", "stop"]


def test_nobody_passed_through_a_door_with_a_contact(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.configure(
        {
            'board = "mock"': 'board = "mock"\ninputs = { admit = 13, passed = 19 }',
            "[clock]": "[door]\npassed_within_s = 0.001\n\n[clock]",
        }
    )
    board = traced_factory(None, clock.up_ns)
    monkeypatch.setattr("device.wiring.panel.traced_factory", lambda *_, **__: board)

    def frames() -> Iterator[int]:
        yield clock.up_ns()
        board.pin(13).drive_low()
        over_ns = clock.up_ns() + 5_000_000
        while clock.up_ns() < over_ns:
            yield clock.up_ns()
        yield clock.up_ns()

    monkeypatch.setattr("device.wiring.door.camera", lambda _source: ShownFrames(frames))
    assert walk_by(site) == ["start", "in attended", "cancelled", "stop"]


def test_a_card_moves_the_gate_to_a_place_with_rules_of_its_own(school: Site) -> None:
    folders = config.load(school.config).folders
    posts = Posts(
        folders.accepted, enrol.held(school.keys, enrol.root_key(school.keys / "root.json"))
    )
    posts.stand(Post("Trường Mẫu", "Xã Mẫu", (Direction.OUT,)), int(NOW.timestamp()))
    seen = walk_by(school)
    assert ("placed" in seen, "policy" in seen) == (True, False)
    assert [each for each in seen if each.startswith("out ")] == ["out accepted"]
    let_go(school)
    assert "placed" not in walk_by(school)


def test_when_an_event_ends_every_part_is_taken_up_anew(school: Site) -> None:
    school.configure({'path = "pictures"': 'path = "pictures"\nrepeat = true'})
    found = config.load(school.config)
    now_s = int(clock.SystemClock(vouched=True).now().wall_ms / 1000)
    enrolled = enrol.held(school.keys, enrol.root_key(school.keys / "root.json"))
    posts = Posts(found.folders.accepted, enrolled)
    # A gate that is longer than this about its start finds the event over, and stays as it is.
    posts.lend(Post("Đám cưới", "", (Direction.IN,)), (now_s - 9, now_s + 8), now_s)
    stops: list[Callable[[], None]] = []

    def stoppable(stop: Callable[[], None]) -> None:
        stops.append(stop)
        if len(stops) == 2:
            stop()

    waiting.watch(found, stoppable)
    noted = [each for each in _stored(school) if each in ("start", "placed", "stop")]
    assert noted == ["start", "placed", "stop", "start", "placed", "stop"]
