"""The drawn doorway: the same script is the same crowd, whoever looks and whenever."""

import itertools
import json
import re
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.camera.doorway import Doorway
from device.camera.scene import Scene, draw, in_view
from device.camera.script import Person, S, Script, load_script
from device.errors import ScriptInvalid
from device.flow import Frame
from device.reading.cascade import CascadeReader
from tests.device.site import Site

PASS = "GP1:" + "6BF 4M$%*+" * 18
CROWD = Script(
    seed=7,
    start_up_ns=100 * S,
    people=tuple(
        Person(f"mẫu-{n}", 2.0 * n + 0.5, 1.0, "phone" if n % 2 else "paper", text=PASS + str(n))
        for n in range(12)
    ),
)


def test_a_frame_follows_from_the_script_and_the_time_alone() -> None:
    moments = [101 * S + n * 333_000_000 for n in range(6)]
    one, other = Scene(CROWD), Scene(CROWD)
    forward = [one.draw(each) for each in moments]
    backward = [other.draw(each) for each in reversed(moments)][::-1]
    assert all((a == b).all() for a, b in zip(forward, backward, strict=True))
    assert (draw(CROWD, moments[0]) == forward[0]).all()


def test_another_seed_is_another_crowd() -> None:
    other = Script(seed=8, start_up_ns=CROWD.start_up_ns, people=CROWD.people)
    assert (draw(CROWD, 101 * S) != draw(other, 101 * S)).mean() > 0.1


def test_everybody_is_read_while_holding_still() -> None:
    reader = CascadeReader()
    for n in range(len(CROWD.people)):
        texts = set()
        for number in range(8):
            up_ns = CROWD.start_up_ns + round((2.0 * n + 1.1 + number / 15) * S)
            frame = Frame(draw(CROWD, up_ns), up_ns, number)
            texts |= {each.text for each in reader.see(frame)}
        assert texts == {f"{PASS}{n}".encode()}


def test_the_door_is_empty_before_between_and_after_people() -> None:
    reader = CascadeReader()
    for at_s in (-50.0, 0.2, 2.45, 1000.0):
        up_ns = round((100 + at_s) * S)
        assert in_view(CROWD, up_ns) == ()
        assert reader.see(Frame(draw(CROWD, up_ns), up_ns, 0)) == ()


def test_a_crowd_that_comes_again_has_other_names_and_other_hands() -> None:
    again = Script(seed=7, start_up_ns=0, people=CROWD.people, repeat_s=30.0)
    assert in_view(again, 1 * S) == ("mẫu-0",)
    assert in_view(again, 31 * S) == ("mẫu-0.1",)
    assert (draw(again, 1 * S) != draw(again, 31 * S)).mean() > 0.05


def test_who_is_still_in_view_when_the_crowd_comes_again_stays() -> None:
    one = Script(
        7, 0, (Person("late", 9.5, 2.0, text="A"), Person("early", 0, 1, text="B")), repeat_s=10.0
    )
    assert in_view(one, round(10.2 * S)) == ("late", "early.1")


def test_a_photo_is_held_up_as_it_is(tmp_path: Path) -> None:
    photo = np.full((300, 400), 255, np.uint8)
    cv2.imwrite(str(tmp_path / "photo.png"), photo)
    one = Script(1, 0, (Person("p", 0.0, 5.0, picture=str(tmp_path / "photo.png")),))
    assert (draw(one, 2 * S) > 170).mean() > 0.4


class SteppedClock:
    """Time that passes by sleeping, and a little with every look at it."""

    def __init__(self, start_ns: int) -> None:
        self.now_ns = start_ns

    def up_ns(self) -> int:
        self.now_ns += 1000
        return self.now_ns

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)


def test_the_record_proves_every_frame_that_showed_somebody(tmp_path: Path) -> None:
    clock, path = SteppedClock(CROWD.start_up_ns), tmp_path / "doorway.jsonl"
    with Doorway(CROWD, 15.0, clock.up_ns, clock.sleep, path) as camera:
        frames = list(itertools.islice(camera, 45))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    shown = [each for each in frames if in_view(CROWD, each.up_ns)]
    assert [line["n"] for line in lines] == [each.number for each in shown]
    assert 20 < len(lines) < 45
    for line in lines:
        assert line["who"] == list(in_view(CROWD, line["up_ns"]))
        assert line["crc"] == zlib.crc32(draw(CROWD, line["up_ns"]).data)


def test_frames_keep_the_pace_and_late_ones_are_dropped() -> None:
    clock = SteppedClock(CROWD.start_up_ns)
    with Doorway(CROWD, 10.0, clock.up_ns, clock.sleep) as camera:
        frames = iter(camera)
        stamps = [next(frames).up_ns for _ in range(3)]
        clock.sleep(1.0)
        stamps += [next(frames).up_ns for _ in range(2)]
    assert [round((b - a) / 1e8) for a, b in itertools.pairwise(stamps)] == [1, 1, 10, 1]


def test_a_restarted_scanner_sees_the_door_as_it_is_now() -> None:
    clock = SteppedClock(CROWD.start_up_ns + 5 * S)
    with Doorway(CROWD, 15.0, clock.up_ns, clock.sleep) as camera:
        frame = next(iter(camera))
    assert in_view(CROWD, frame.up_ns) == ("mẫu-2",)


def test_a_script_is_read_with_pictures_beside_it(tmp_path: Path) -> None:
    person = {"who": "p", "arrive_s": 1, "hold_s": 2, "picture": "photo.png"}
    path = tmp_path / "script.json"
    path.write_text(json.dumps({"seed": 1, "start_up_ns": 5, "people": [person]}))
    script = load_script(path)
    assert script.people[0].picture == str(tmp_path / "photo.png")
    assert script.size == (1280, 720)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("{", "not JSON"),
        ("[]", "a table|bảng"),
        ('{"seed": 1}', "start_up_ns"),
        ('{"seed":1,"start_up_ns":0,"people":[{"who":"p","arrive_s":0,"hold_s":1}]}', "picture"),
        ('{"seed":1,"start_up_ns":0,"people":[],"sede":1}', "sede"),
        ('{"seed":1,"start_up_ns":0,"people":[],"size":[9,9]}', "size"),
    ],
)
def test_a_script_that_is_wrong_says_where(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(content)
    with pytest.raises(ScriptInvalid, match=named):
        load_script(path)


def test_a_text_too_long_for_a_code_is_refused_without_being_quoted() -> None:
    one = Script(1, 0, (Person("p", 0.0, 5.0, text="secret" * 2000),))
    with pytest.raises(ScriptInvalid) as refused:
        draw(one, 2 * S)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_script_that_the_handbook_shows_brings_whom_it_names(language: str, site: Site) -> None:
    page = Path(f"docs/passes.{language}.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    path = site.draw_pass("pass.png").with_name("crowd.json")
    path.write_text(shown, encoding="utf-8")
    clock, reader = SteppedClock(3600 * S), CascadeReader()
    with Doorway(load_script(path), 5.0, clock.up_ns, clock.sleep) as camera:
        frames = itertools.islice(camera, 100)
        texts = {each.text for frame in frames for each in reader.see(frame)}
    assert {text[:4] for text in texts} == {b"http", b"GP1:"}
    assert len(texts) == 2
