"""Everything there is, on one picture.

For pictures that will not come again: `gate read`, tests, benchmarks. The scanner's stream is
read by `cascade`, which spreads the same attempts over frames.
"""

import functools

import msgspec
import numpy as np
import numpy.typing as npt

from device.flow import Sighting
from device.reading.attempts import Attempt, always, last, merged, quick, rotation, sightings
from device.reading.view import View, as_luma
from device.reading.zbar import ZBar
from device.resizing import fit

FIRST_LOOK = 1280
"""Pixels of the long side at which a picture is looked at first: larger ones cost more and,
with the attempts as they are, show hardly more codes."""


class Decoder:
    """The whole cascade. Not for use by two threads at once."""

    def __init__(self) -> None:
        """Make the engines once; they are kept."""
        self._always = always()
        zbar = ZBar()
        self._costlier = (*quick(zbar), *rotation(zbar), *last(zbar))

    def see(self, picture: npt.NDArray[np.generic]) -> tuple[Sighting, ...]:
        """Return every code read in the picture, the largest first; never raise.

        The cheap attempts are all made, because several codes may be in view; the costlier ones
        end with the first that reads something.
        """
        luma = as_luma(picture)
        if not luma.size:
            return ()
        small = fit(luma, FIRST_LOOK)
        found = self._whole(View(small))
        if small is luma:
            return found
        scale = max(luma.shape) / max(small.shape)
        if found:
            return tuple(_scaled(each, scale) for each in found)
        return self._first(View(luma), self._always)

    def _whole(self, view: View) -> tuple[Sighting, ...]:
        cheap = merged([sightings(each, view) for each in self._always])
        return cheap or self._first(view, self._costlier)

    @staticmethod
    def _first(view: View, attempts: tuple[Attempt, ...]) -> tuple[Sighting, ...]:
        for attempt in attempts:
            if found := sightings(attempt, view):
                return merged([found])
        return ()


def _scaled(sighting: Sighting, scale: float) -> Sighting:
    corners = tuple((round(x * scale), round(y * scale)) for x, y in sighting.corners)
    return msgspec.structs.replace(sighting, corners=corners)


@functools.cache
def _decoder() -> Decoder:
    return Decoder()


def decode(luma: npt.NDArray[np.generic]) -> list[bytes]:
    """Return the exact bytes of every code read in `luma`, the largest in view first.

    Takes any array: what is no picture holds no code. One thread at a time.
    """
    return [each.text for each in _decoder().see(luma)]
