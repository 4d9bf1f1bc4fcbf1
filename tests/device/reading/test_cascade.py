"""The stream: what is spent on which frame, and that a few frames make one sure reading."""

import cv2
import msgspec
import numpy as np
import pytest
import zxingcpp

from device.flow import Frame, Luma, Sighting
from device.reading import cascade
from device.reading.attempts import Attempt
from device.reading.cascade import CascadeReader, Pace
from device.reading.motion import Motion
from device.reading.view import View
from device.reading.zxing import Code, Found

S = 1_000_000_000
STILL = np.full((720, 1280), 120, np.uint8)


class Engines:
    """Attempts that note that they were made, and read what a test lets them read."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.reads: dict[str, bytes] = {}

    def attempt(self, name: str, cost: float) -> Attempt:
        def look(_: View) -> Found:
            self.made.append(name)
            text = self.reads.get(name)
            return [] if text is None else [Code(text, ((0, 0), (9, 0), (9, 9), (0, 9)))]

        return Attempt(name, cost, look)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Engines:
    """Give a reader a cheap attempt and four costlier ones."""
    made = Engines()
    always = (made.attempt("cheap", 1.0),)
    monkeypatch.setattr(cascade, "quick", lambda _: (made.attempt("q", 1.0),))
    monkeypatch.setattr(cascade, "last", lambda _: ())
    rotation = tuple(
        made.attempt(name, cost) for name, cost in zip("abcd", (2, 2, 3, 9), strict=True)
    )
    monkeypatch.setattr(cascade, "always", lambda: always)
    monkeypatch.setattr(cascade, "rotation", lambda _: rotation)
    return made


class Door:
    """Shows frames to a reader at 15 a second and says what was tried."""

    def __init__(self, engines: Engines, pace: Pace | None = None) -> None:
        self.engines, self.number = engines, 0
        self.reader = CascadeReader(pace or Pace(budget=8.0))

    def show(self, luma: Luma = STILL) -> str:
        self.engines.made.clear()
        self.number += 1
        self.seen = self.reader.see(Frame(luma, self.number * S // 15, self.number))
        return "".join(self.engines.made).removeprefix("cheap")


def test_every_frame_gets_the_cheap_attempts(engines: Engines) -> None:
    door = Door(engines)
    for _ in range(100):
        door.show()
        assert engines.made[0] == "cheap"


def test_costlier_attempts_take_turns_within_the_budget(engines: Engines) -> None:
    door = Door(engines)
    assert [door.show() for _ in range(5)] == ["q", "abc", "d", "qabc", "d"]


def test_a_still_door_gets_one_costlier_attempt_twice_a_second(engines: Engines) -> None:
    door = Door(engines)
    for _ in range(20):
        door.show()
    tried = [door.show() for _ in range(45)]
    assert sum(map(len, tried)) == 6
    assert max(map(len, tried)) == 1
    assert {name for name in tried if name} == set("qabcd")


def test_motion_brings_the_budget_back(engines: Engines) -> None:
    door = Door(engines)
    for _ in range(40):
        door.show()
    moved = STILL.copy()
    moved[200:400, 300:500] = 200
    assert door.show(moved) == "q"
    assert sum(len(door.show(moved)) for _ in range(4)) > 4


def test_a_read_code_ends_the_attempts_of_the_frame(engines: Engines) -> None:
    door = Door(engines)
    engines.reads["cheap"] = b"text"
    assert door.show() == ""
    assert door.seen == (Sighting(b"text", ((0, 0), (9, 0), (9, 9), (0, 9)), "cheap"),)


def test_the_attempt_that_read_comes_first_and_on_every_frame(engines: Engines) -> None:
    door = Door(engines)
    engines.reads["c"] = b"text"
    assert [door.show(), door.show()] == ["q", "abc"]
    # The door stays still for longer than the time after motion; the code stays in view.
    assert {door.show() for _ in range(60)} == {"c"}
    del engines.reads["c"]
    assert door.show()[0] == "c"


def test_a_poster_does_not_keep_others_from_being_read(engines: Engines) -> None:
    door = Door(engines)
    engines.reads["cheap"] = b"poster"
    for _ in range(90):
        door.show()
    engines.reads["b"] = b"pass"
    moved = STILL.copy()
    moved[200:400, 300:500] = 200
    texts = set()
    for luma in (moved, STILL, moved, STILL):
        door.show(luma)
        texts |= {each.text for each in door.seen}
    assert texts == {b"poster", b"pass"}


def test_the_same_frames_are_read_the_same_way_again(engines: Engines) -> None:
    one = Door(engines)
    first = [one.show() for _ in range(30)]
    other = Door(engines)
    assert [other.show() for _ in range(30)] == first


@pytest.mark.parametrize("luma", [np.zeros((0, 0), np.uint8), np.zeros((1, 1), np.uint8)])
def test_a_frame_that_is_no_picture_holds_no_code(luma: Luma) -> None:
    assert CascadeReader().see(Frame(luma, 1, 0)) == ()


def test_noise_is_no_motion() -> None:
    dice = np.random.default_rng(3)
    motion = Motion()
    frames = [
        np.clip(120 + dice.normal(0, 6, (720, 1280)), 0, 255).astype(np.uint8) for _ in range(9)
    ]
    assert [motion.moved(each) for each in frames] == [True] + [False] * 8


def test_slow_movement_adds_up() -> None:
    motion = Motion()
    greys = [motion.moved(np.full((720, 1280), 100 + n, np.uint8)) for n in range(13)]
    assert greys.count(True) == 2


def held(text: bytes, scale: int) -> Luma:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    bare = np.asarray(zxingcpp.write_barcode_to_image(made, scale=scale), np.uint8)
    frame = STILL.copy()
    frame[60 : 60 + bare.shape[0], 60 : 60 + bare.shape[1]] = bare
    return frame


def test_a_code_smaller_than_the_floor_of_this_door_is_not_read() -> None:
    small, large = Frame(held(b"far", 4), 1, 0), Frame(held(b"near", 12), 2, 1)
    assert len(CascadeReader().see(small)) == 1
    reader = CascadeReader(Pace(smallest_px=150))
    assert reader.see(small) == ()
    assert [each.text for each in reader.see(large)] == [b"near"]


def test_a_small_pass_beside_a_large_code_is_seen_within_two_frames() -> None:
    frame = held(b"large", 12)
    small = held(b"small", 2)[60:140, 60:140]
    frame[560:640, 1100:1180] = small
    reader = CascadeReader()
    seen = [reader.see(Frame(frame, number * S // 15, number)) for number in range(2)]
    assert {each.text for frames in seen for each in frames} == {b"large", b"small"}


def test_a_code_that_only_a_closer_look_reads_is_read_within_eight_frames() -> None:
    far = cv2.resize(held(b"A" * 60, 6)[60:420, 60:420], (106, 106), interpolation=cv2.INTER_AREA)
    frame = STILL.copy()
    frame[300:406, 100:206] = cv2.GaussianBlur(far, (0, 0), 0.75)
    reader = CascadeReader()
    seen = [reader.see(Frame(frame, number * S // 15, number)) for number in range(8)]
    assert any(seen)


def test_a_change_of_size_is_motion_and_a_tiny_frame_has_none() -> None:
    motion = Motion()
    assert motion.moved(STILL)
    assert motion.moved(STILL[:360])
    assert motion.moved(STILL[:20, :20])
    assert not motion.moved(STILL[:20, :20])


def test_the_pace_is_a_value_like_any_other() -> None:
    assert msgspec.structs.replace(Pace(), budget=3.0).floor_ns == Pace().floor_ns
