"""Closer looks at the place where a code was seen and not read.

A place is small, so what would cost too much on a whole frame can be tried there: enlarged,
sharpened, by the other engine. One such look a frame, in turns, as long as the place is known.
"""

import numpy as np

from device.flow import Luma
from device.reading.attempts import Attempt, enlarged, sharp
from device.reading.suspect import Suspect
from device.reading.view import View
from device.reading.zbar import ZBar
from device.reading.zxing import Code, Found

MARGIN = 0.3
"""Of the code's side, round it: its quiet zone, and how far a hand shakes between two frames."""
MOST_PX = 500
"""Of the place's longer side; a larger one is not enlarged any more."""


class Regions:
    """The looks at one place, in turns. Not for use by two threads at once."""

    def __init__(self, last: tuple[Attempt, ...], zbar: ZBar) -> None:
        """Take the attempts at a whole frame that are worth their cost only near a code."""
        self._last = last
        self._zbar = zbar
        self._turn = 0

    def turn(self, suspect: Suspect) -> tuple[Attempt, ...]:
        """Return what is to be tried at `suspect` in this frame."""
        looks = (
            Attempt("region-enlarged", 2.0, lambda view: _enlarged(view, suspect)),
            Attempt("region-sharper", 2.0, lambda view: _sharper(view, suspect)),
            Attempt("region-zbar", 2.0, lambda view: self._by_zbar(view, suspect)),
            *self._last,
        )
        look = looks[self._turn % len(looks)]
        self._turn += 1
        return (look,)

    def _by_zbar(self, view: View, suspect: Suspect) -> Found:
        left, top, part = _part(view, suspect)
        return _moved(self._zbar.read(part), left, top) if part.size else []


def _enlarged(view: View, suspect: Suspect) -> Found:
    left, top, part = _part(view, suspect)
    return enlarged(part, left, top) if max(part.shape) <= MOST_PX else []


def _sharper(view: View, suspect: Suspect) -> Found:
    left, top, part = _part(view, suspect)
    return enlarged(sharp(part, 2.0), left, top) if 0 < max(part.shape) <= MOST_PX else []


def _part(view: View, suspect: Suspect) -> tuple[int, int, Luma]:
    left, top, right, bottom = suspect.box
    around = round(MARGIN * max(right - left, bottom - top))
    left, top = max(0, left - around), max(0, top - around)
    return left, top, np.ascontiguousarray(view.full[top : bottom + around, left : right + around])


def _moved(found: Found, left: int, top: int) -> Found:
    return [
        Code(each.text, tuple((x + left, y + top) for x, y in each.corners), each.form)
        for each in found
    ]
