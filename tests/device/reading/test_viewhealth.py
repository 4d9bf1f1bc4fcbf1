"""Whether the camera sees the door, from its frames alone."""

import cv2
import numpy as np
import pytest

from device.camera.scene import Scene
from device.camera.script import Script
from device.flow import Luma, ViewHealth
from device.reading.viewhealth import ViewWatch

S = 1_000_000_000
SCENE = Scene(Script(1, 0, ()))


def door(number: int) -> Luma:
    return SCENE.draw(number * S // 2)


def grained(luma: Luma, number: int) -> Luma:
    dice = np.random.default_rng(number)
    noisy = luma[::4, ::4] + dice.normal(0, 3, luma[::4, ::4].shape)
    return np.asarray(np.kron(np.clip(noisy, 0, 255), np.ones((4, 4))), np.uint8)


def dark(number: int) -> Luma:
    return grained(np.full((720, 1280), 9, np.uint8), number)


def covered(number: int) -> Luma:
    return grained(np.full((720, 1280), 90, np.uint8), number)


def over_exposed(number: int) -> Luma:
    bright = door(number)
    bright[:, :900] = 255
    bright[0, 0] = number % 256
    return bright


def defocused(number: int) -> Luma:
    return np.asarray(cv2.GaussianBlur(door(number), (0, 0), 16), np.uint8)


def frozen(_: int) -> Luma:
    return door(0)


VIEWS = {
    ViewHealth.CLEAR: door,
    ViewHealth.DARK: dark,
    ViewHealth.COVERED: covered,
    ViewHealth.OVER_EXPOSED: over_exposed,
    ViewHealth.DEFOCUSED: defocused,
    ViewHealth.FROZEN: frozen,
}


@pytest.mark.parametrize("state", list(ViewHealth))
def test_a_view_that_lasts_is_told_as_what_it_is(state: ViewHealth) -> None:
    watch = ViewWatch()
    told = [watch.look(VIEWS[state](number), number * S // 2) for number in range(24)]
    assert told[-1] is state
    assert set(told) <= {ViewHealth.CLEAR, state}
    assert told[18] is ViewHealth.CLEAR


def test_a_hand_before_the_lens_is_no_alarm_and_a_clear_view_is_told_at_once() -> None:
    watch = ViewWatch()
    for number in range(18):
        assert watch.look(covered(number), number * S // 2) is ViewHealth.CLEAR
    assert watch.look(door(18), 9 * S) is ViewHealth.CLEAR
    for number in range(19, 50):
        watch.look(covered(number), number * S // 2)
    assert watch.state is ViewHealth.COVERED
    assert watch.look(door(50), 25 * S) is ViewHealth.CLEAR


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (5, 3), (720, 1)])
def test_any_picture_has_a_health(shape: tuple[int, int]) -> None:
    watch = ViewWatch()
    for number in range(30):
        assert watch.look(np.zeros(shape, np.uint8), number * S) in set(ViewHealth)
