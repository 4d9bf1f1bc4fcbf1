"""Why a code is not read, and when the person is told."""

import cv2
import numpy as np
import pytest
import zxingcpp

from device.flow import Frame, Guidance, Luma, Sighting
from device.reading import suspect
from device.reading.cascade import CascadeReader
from device.reading.guidance import Adviser, Seen, why
from device.reading.suspect import LOOKS, Suspect, find
from device.reading.view import View

S = 1_000_000_000
CODE = (Sighting(b"text", ((0, 0), (9, 0), (9, 9), (0, 9)), "test"),)


def door(grey: int = 110) -> Luma:
    dice = np.random.default_rng(5)
    return np.clip(grey + dice.normal(0, 3, (720, 1280)), 0, 255).astype(np.uint8)


def code(side: int, text: str = "GP1:" + "7QZ$" * 30) -> Luma:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    bare = np.asarray(zxingcpp.write_barcode_to_image(made, scale=4), np.uint8)
    framed = np.pad(bare, 16, constant_values=255)
    drawn = cv2.resize(framed, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(15 + drawn * 0.85, np.uint8)


def held(side: int, x: int = 500, y: int = 180) -> Luma:
    frame, drawn = door(), code(side)
    height, width = min(side, 720 - y), min(side, 1280 - x)
    frame[y : y + height, x : x + width] = drawn[:height, :width]
    return frame


def blurred(luma: Luma, px: float) -> Luma:
    return np.asarray(cv2.GaussianBlur(luma, (0, 0), px), np.uint8)


def told(luma: Luma, frames: int = 14) -> Guidance | None:
    reader = CascadeReader()
    for number in range(frames):
        assert reader.see(Frame(luma, number * S // 15, number)) == ()
    return reader.guidance


def test_there_is_no_guidance_for_an_empty_door() -> None:
    assert told(door()) is None


def test_there_is_no_guidance_for_a_code_that_is_read() -> None:
    reader = CascadeReader()
    for number in range(6):
        assert reader.see(Frame(held(360), number * S // 15, number))
    assert reader.guidance is None


def test_a_blurred_code_is_told_to_be_blurred() -> None:
    assert told(blurred(held(420), 5.0)) is Guidance.BLURRED


def test_a_code_in_the_dark_is_told_to_be_in_the_dark() -> None:
    dim = cv2.convertScaleAbs(blurred(held(420), 4.5), alpha=0.22)
    assert told(np.asarray(dim, np.uint8)) is Guidance.TOO_DARK


def test_a_code_far_away_is_told_to_be_far() -> None:
    assert told(blurred(held(84, 600, 330), 0.9)) is Guidance.TOO_FAR


def test_a_code_that_does_not_fit_is_told_to_be_close() -> None:
    big = code(1150)
    assert (
        told(np.ascontiguousarray(np.pad(big[:720, :], ((0, 0), (65, 65))))) is Guidance.TOO_CLOSE
    )


def seen(x: int, up_ns: int, module: float = 4.0) -> Seen:
    return Seen(Suspect((x, 180, x + 420, 600), module, is_cut=False), up_ns)


def test_a_code_that_reaches_beyond_the_middle_is_not_told_to_be_close() -> None:
    view = View(blurred(held(300), 3.5))
    seen = [find(view, look) for look in range(len(LOOKS))]
    assert any(seen)
    assert [each for each in seen if each is not None and each.is_cut] == []


def test_a_code_that_crosses_the_view_is_told_to_be_moving() -> None:
    assert why(held(420, 560), seen(560, S // 5), seen(460, 0)) is Guidance.MOVING
    assert why(held(420, 560), seen(560, 9 * S), seen(460, 0)) is not Guidance.MOVING


def test_a_torn_poster_tells_nobody_who_walks_by_to_try_again() -> None:
    wall, told_at = blurred(held(300), 4.0), []
    reader = CascadeReader()
    for number in range(30 * 15):
        frame = wall.copy()
        frame[:, number * 7 % 300 : number * 7 % 300 + 120] = 20  # somebody walks to and fro
        reader.see(Frame(frame, number * S // 15, number))
        if reader.guidance is not None:
            told_at.append(number // 15)
    assert told_at
    assert told_at[-1] <= 11


def test_a_reflection_over_a_code_is_told_to_be_glare() -> None:
    frame = held(420)
    cv2.ellipse(frame, (700, 380), (150, 90), 30, 0, 360, 255, -1)
    assert why(frame, seen(500, 0), None) is Guidance.GLARE


def test_a_code_that_looks_good_gets_no_reason() -> None:
    assert why(held(420), seen(500, 0), None) is None


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (60, 60)])
def test_small_pictures_hold_no_suspect(shape: tuple[int, int]) -> None:
    assert suspect.find(View(np.zeros(shape, np.uint8))) is None


def test_a_suspect_beyond_the_frame_is_not_looked_at() -> None:
    outside = Seen(Suspect((5000, 5000, 5100, 5100), 3.0, is_cut=False), 0)
    assert why(door(), outside, None) is None


class Door:
    """An adviser, and what it says over time."""

    def __init__(self) -> None:
        self.now: Guidance | None = None
        self.adviser = Adviser(lambda: self.now)
        self.frame = 0

    def watch(
        self, seconds: float, now: Guidance | None, sightings: tuple[Sighting, ...] = ()
    ) -> list[float]:
        """Return when something was said, in seconds."""
        self.now, said = now, []
        for _ in range(round(seconds * 10)):
            if self.adviser.advise(sightings, self.frame * S // 10) is not None:
                said.append(self.frame / 10)
            self.frame += 1
        return said


def test_advice_comes_after_a_while_and_not_with_every_frame() -> None:
    assert Door().watch(10, Guidance.BLURRED) == [0.8, 4.8, 8.8]


def test_bringing_a_code_into_view_is_no_reason_for_advice() -> None:
    door = Door()
    assert door.watch(0.7, Guidance.MOVING) == []
    assert door.watch(2, None, CODE) == []


def test_a_flicker_of_the_reason_does_not_begin_the_wait_again() -> None:
    door = Door()
    assert door.watch(0.5, Guidance.BLURRED) == []
    assert door.watch(0.2, None) == []
    assert door.watch(0.5, Guidance.BLURRED) == [0.8]


def test_nobody_is_advised_while_another_is_answered() -> None:
    door = Door()
    door.adviser.answered(3 * S)
    assert door.watch(6, Guidance.BLURRED) == [4.5]


def test_an_empty_door_is_never_spoken_to() -> None:
    assert Door().watch(60, None) == []
