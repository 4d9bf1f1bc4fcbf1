"""Whether the camera sees the door, from its frames alone.

Looked at twice a second; a state counts when it has lasted, because a person who walks past
covers the lens for a moment. It knows nothing of codes and keeps no picture but a few hundred
pixels of the last one.
"""

import cv2
import cv2.typing
import msgspec
import numpy as np
import numpy.typing as npt

from device.flow import Luma, ViewHealth

_S = 1_000_000_000
STEP = 16


class ViewRules(msgspec.Struct, frozen=True):
    """When a view is what. Grey levels of 255, times in seconds."""

    every_s: float = 0.5
    lasting_s: float = 10.0
    """A state is told when it has lasted so long; that the view is clear again, at once."""
    frozen_s: float = 10.0
    """No sensor gives the same pixels for so long: its noise is never the same."""
    dark: float = 22.0
    """The lightest hundredth of the picture is darker."""
    over_exposed: float = 250.0
    """More than half of the picture is lighter."""
    flat: float = 9.0
    """The standard deviation of a picture with something before the lens is less."""
    soft: float = 0.3
    """Steepest edges at a quarter of the size beside those at a sixteenth: less is no focus."""


class ViewWatch:
    """Looks at frames and says how the view is."""

    def __init__(self, rules: ViewRules | None = None) -> None:
        """Take the rules."""
        self._rules = rules or ViewRules()
        self._due_ns = -(2**62)
        self._sparse: npt.NDArray[np.uint8] | None = None
        self._changed_ns = 0
        self._state = self._told = ViewHealth.CLEAR
        self._since_ns = 0

    @property
    def state(self) -> ViewHealth:
        """Return how the view is."""
        return self._told

    def look(self, luma: Luma, up_ns: int) -> ViewHealth:
        """Take note of a frame; return how the view is."""
        if up_ns < self._due_ns or not luma.size:
            return self._told
        self._due_ns = up_ns + int(self._rules.every_s * _S)
        state = self._now(luma, up_ns)
        if state is not self._state:
            self._state, self._since_ns = state, up_ns
        if state in {ViewHealth.CLEAR, ViewHealth.FROZEN}:
            self._told = state  # frozen has waited already
        elif up_ns - self._since_ns >= self._rules.lasting_s * _S:
            self._told = state
        return self._told

    def _now(self, luma: Luma, up_ns: int) -> ViewHealth:
        sparse = np.ascontiguousarray(luma[::STEP, ::STEP])
        if self._sparse is None or not np.array_equal(sparse, self._sparse):
            self._sparse, self._changed_ns = sparse, up_ns
        if up_ns - self._changed_ns >= self._rules.frozen_s * _S:
            return ViewHealth.FROZEN
        return _how(luma, sparse, self._rules)


def _how(luma: Luma, sparse: npt.NDArray[np.uint8], rules: ViewRules) -> ViewHealth:
    if float(np.percentile(sparse, 99)) < rules.dark:
        return ViewHealth.DARK
    if float(np.median(sparse)) > rules.over_exposed:
        return ViewHealth.OVER_EXPOSED
    quarter = cv2.resize(luma, None, fx=1 / 4, fy=1 / 4, interpolation=cv2.INTER_AREA)
    if float(quarter.std()) < rules.flat:
        return ViewHealth.COVERED
    return ViewHealth.DEFOCUSED if sharpness(quarter) < rules.soft else ViewHealth.CLEAR


def sharpness(quarter: cv2.typing.MatLike) -> float:
    """Return how steep edges are in a picture beside the same picture at a quarter of its size.

    About 1 where an edge is one pixel wide, a quarter where it is four, whatever is in the
    picture. The picture is itself a quarter of the frame: a door behind the place where codes are
    held is never quite in focus, and the sensor's noise is averaged away.
    """
    coarse = cv2.resize(quarter, None, fx=1 / 4, fy=1 / 4, interpolation=cv2.INTER_AREA)
    return _steepest(quarter) / max(1.0, _steepest(coarse))


def _steepest(picture: cv2.typing.MatLike) -> float:
    rises = np.abs(np.diff(picture.astype(np.int16), axis=1))
    return float(np.percentile(rises, 99.5)) if rises.size else 255.0
