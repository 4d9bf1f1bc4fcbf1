"""Why a code that is in view cannot be read, as far as can be told from what is seen of it.

`why` looks at one frame; `Adviser` decides when it is worth telling the person. It never speaks
of an empty door: without something that looks like a code there is nothing to say.
"""

from collections.abc import Callable

import cv2
import msgspec
import numpy as np

from device.flow import Guidance, Luma, Sighting
from device.reading.suspect import Suspect

_S = 1_000_000_000
_NEVER = -(2**62)

FAR_MODULE = 2.0
"""Pixels: the least that engines read in an ordinary frame (docs/performance.md)."""
FAR_SIDE = 60
"""Pixels: a code whose modules could not be counted is too far if it is smaller than this."""
DARK = 60
"""Grey level: paper is no lighter than this in the dark."""
GLARE = 252
"""Grey level from which a pixel shows nothing but light."""
GLARE_SHARE = 0.12
"""Of the code's area: more than error correction can repair."""
MOVING_PX_S = 250
"""Pixels a second: three pixels in a shutter time of 1/80 s."""
SOFT = 0.22
"""The steepest edges, as a part of the contrast from one pixel to the next but one: a sharp edge
rises by nearly all of it, an edge blurred by three pixels by a fifth."""


class Seen(msgspec.Struct, frozen=True):
    """A suspect and when it was seen."""

    suspect: Suspect
    up_ns: int


def why(luma: Luma, seen: Seen, before: Seen | None) -> Guidance | None:
    """Say why the code in `luma` cannot be read, or None if it looks as if it could be.

    `before` is where it was a moment ago, if it was there.
    """
    suspect = seen.suspect
    if suspect.is_cut:
        return Guidance.TOO_CLOSE
    part = _inside(luma, suspect)
    if part.size < 64:
        return None
    speed = 0.0 if before is None else _speed(seen, before)
    far = 0 < suspect.module < FAR_MODULE or max(part.shape) < FAR_SIDE
    reasons = (
        (Guidance.TOO_DARK, lambda: float(np.percentile(part, 90)) < DARK),
        (Guidance.MOVING, lambda: speed > MOVING_PX_S),
        (Guidance.TOO_FAR, lambda: far),
        (Guidance.GLARE, lambda: _blind(part) > GLARE_SHARE),
        (Guidance.BLURRED, lambda: _sharpness(part) < SOFT),
    )
    return next((reason for reason, holds in reasons if holds()), None)


def _inside(luma: Luma, suspect: Suspect) -> Luma:
    left, top, right, bottom = (max(0, each) for each in suspect.box)
    return luma[top:bottom, left:right]


def _speed(seen: Seen, before: Seen) -> float:
    """Return pixels a second; 0 if the two are too far apart in time to be one movement."""
    passed_s = (seen.up_ns - before.up_ns) / _S
    if not 0 < passed_s < 0.6:
        return 0.0
    (x, y), (was_x, was_y) = seen.suspect.centre, before.suspect.centre
    return float(np.hypot(x - was_x, y - was_y)) / passed_s


def _blind(part: Luma) -> float:
    """Return the share of the code where there is nothing but light.

    White paper well lit has dark modules among it; a cell of it that has none is a reflection.
    """
    height, width = (side // 8 * 8 for side in part.shape)
    if not height or not width:
        return 0.0
    cells = part[:height, :width].reshape(8, height // 8, 8, width // 8)
    return float((cells.min(axis=(1, 3)) >= GLARE).mean())


def _sharpness(part: Luma) -> float:
    soft = cv2.GaussianBlur(part, (3, 3), 0)
    contrast = float(np.percentile(soft, 95)) - float(np.percentile(soft, 5))
    if contrast < 8:
        return 0.0
    across = np.abs(soft[:, 2:].astype(np.int16) - soft[:, :-2])
    return float(np.percentile(across, 98)) / contrast if across.size else 0.0


class AdviceRules(msgspec.Struct, frozen=True):
    """When a person is told. Times in seconds."""

    hold_s: float = 0.8
    """Somebody who is still bringing the code into view needs no advice."""
    every_s: float = 4.0
    gap_s: float = 0.7
    """Without a reason for so long, whoever was there has left."""
    after_s: float = 1.5
    """After an answer: the code is being taken away."""


class Adviser:
    """The Guide port: decides when to say `try again`, and why."""

    def __init__(
        self, guidance: Callable[[], Guidance | None], rules: AdviceRules | None = None
    ) -> None:
        """Take what the reader says of its last frame, and the rules."""
        self._guidance = guidance
        self._rules = rules or AdviceRules()
        self._since: int | None = None
        self._last_ns = _NEVER
        self._quiet_until = _NEVER

    def advise(self, sightings: tuple[Sighting, ...], up_ns: int) -> Guidance | None:
        """Return what to tell the person now, if anything.

        `sightings` are the codes read in this frame: whoever's code is read needs no advice.
        """
        guidance = self._guidance()
        if sightings:
            self._since = None
            return None
        if guidance is None:
            if up_ns - self._last_ns > self._rules.gap_s * _S:
                self._since = None
            return None
        self._last_ns = up_ns
        if self._since is None:
            self._since = up_ns
        if up_ns - self._since < self._rules.hold_s * _S or up_ns < self._quiet_until:
            return None
        self._quiet_until = up_ns + int(self._rules.every_s * _S)
        return guidance

    def answered(self, until_ns: int) -> None:
        """Say that somebody was answered, and that the answer is shown until `until_ns`."""
        self._since = None
        quiet_ns = until_ns + int(self._rules.after_s * _S)
        self._quiet_until = max(self._quiet_until, quiet_ns)
