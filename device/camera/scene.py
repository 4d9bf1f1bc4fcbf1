"""The drawn doorway: what a camera there would see at a time.

`draw` is a pure function of the script and the time, so that a run can be drawn again, and proven
the same, after it is over. It is cheap: a frame must cost less to draw than to read.
"""

import functools
import hashlib
from pathlib import Path

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from device.camera import held
from device.camera.hand import COME_S, GO_S, Hand, corners, hand, shift
from device.camera.script import Person, S, Script
from device.flow import Luma

NOISE = 3.5
"""Sigma of the sensor's noise, grey levels."""
ROAM = 64
"""Pixels each way by which the noise is moved from frame to frame."""
EXPOSURE_S = 0.006
KEPT = 6
"""People whose things are kept drawn; more are never in view together."""


Points = npt.NDArray[np.float32]
"""Four corners, each x and y."""


class Visit(msgspec.Struct, frozen=True):
    """One coming of one person."""

    who: str
    person: Person
    arrive_ns: int

    @property
    def end_ns(self) -> int:
        """Return when the view is empty again."""
        return self.arrive_ns + round((COME_S + self.person.hold_s + GO_S) * S)


class Prop(msgspec.Struct, frozen=True):
    """The thing that one person holds, and how."""

    thing: Luma
    hand: Hand


def draw(script: Script, up_ns: int) -> Luma:
    """Return the frame that a camera would capture at `up_ns`."""
    return _scene(script).draw(up_ns)


def in_view(script: Script, up_ns: int) -> tuple[str, ...]:
    """Return who is in view at `up_ns`, in order of arrival."""
    return tuple(visit.who for visit in visits(script, up_ns))


def visits(script: Script, up_ns: int) -> list[Visit]:
    """Return the comings that are in view at `up_ns`."""
    since_ns = up_ns - script.start_up_ns
    period_ns = None if script.repeat_s is None else round(script.repeat_s * S)
    rounds = [0]
    if period_ns is not None:
        last = since_ns // period_ns
        rounds = [each for each in (last - 1, last) if each >= 0]
    found = []
    for each in rounds:
        start_ns = script.start_up_ns + each * (period_ns or 0)
        for person in script.people:
            who = f"{person.who}.{each}" if each else person.who
            visit = Visit(who, person, start_ns + round(person.arrive_s * S))
            if visit.arrive_ns <= up_ns < visit.end_ns:
                found.append(visit)
    return sorted(found, key=lambda visit: visit.arrive_ns)


class Scene:
    """A script with what has been drawn for it so far. Remembering it changes no frame."""

    def __init__(self, script: Script) -> None:
        """Draw the empty door and the noise, once."""
        self._script = script
        self._size = script.size
        dice = _dice(script.seed, "door")
        self._door = _corridor(*script.size, dice)
        self._lighter, self._darker = _noise(*script.size, dice)
        self._prop = functools.lru_cache(KEPT)(self._make)

    def draw(self, up_ns: int) -> Luma:
        """Return the frame at `up_ns`."""
        frame = self._door.copy()
        for visit in visits(self._script, up_ns):
            self._hold_up(frame, visit, up_ns)
        return self._grained(frame, up_ns)

    def prepare(self, up_ns: int) -> None:
        """Draw what will be held up at `up_ns`, so that the first frame of it is not late."""
        for visit in visits(self._script, up_ns):
            self._prop(visit.who, visit.person)

    def _make(self, who: str, person: Person) -> Prop:
        dice = _dice(self._script.seed, who)
        width, height = self._size
        tallest = height * 9 // 10
        if person.picture is not None:
            thing = held.photo(Path(person.picture), width * 9 // 10, tallest)
        else:
            make = held.phone if person.medium == "phone" else held.paper
            thing = make(person.text or "", tallest, dice)
        blurred = cv2.GaussianBlur(thing, (0, 0), float(dice.uniform(0.4, 0.9)))
        gain = float(dice.uniform(0.72, 1.0))
        lit = np.asarray(cv2.convertScaleAbs(blurred, alpha=gain, beta=8), np.uint8)
        return Prop(lit, hand(dice, upright=person.picture is not None))

    def _hold_up(self, frame: Luma, visit: Visit, up_ns: int) -> None:
        prop = self._prop(visit.who, visit.person)
        at = (up_ns - visit.arrive_ns) / S
        now = self._corners(prop, visit, at)
        before = self._corners(prop, visit, at - EXPOSURE_S)
        left, top, right, bottom = _box(now, self._size)
        if right <= left or bottom <= top:
            return
        part = frame[top:bottom, left:right]
        moved = now - np.array((left, top), np.float32)
        height, width = prop.thing.shape
        flat = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
        matrix = cv2.getPerspectiveTransform(flat, moved)
        size = (right - left, bottom - top)
        seen = cv2.warpPerspective(prop.thing, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        way = np.abs(now - before).mean(axis=0)
        if np.max(way) >= 1.5:
            seen = cv2.blur(seen, (1 + round(float(way[0])), 1 + round(float(way[1]))))
        mask = np.zeros(part.shape, np.uint8)
        cv2.fillConvexPoly(mask, np.rint(moved).astype(np.int32), 255)
        part[:] = cv2.copyTo(seen, mask, part.copy())

    def _corners(self, prop: Prop, visit: Visit, at: float) -> Points:
        height, width = prop.thing.shape
        out = shift(at, visit.person.hold_s)
        return np.array(corners(prop.hand, self._size, (width, height), at, out), np.float32)

    def _grained(self, frame: Luma, up_ns: int) -> Luma:
        """Lay the sensor's noise over the frame, moved by something that the time decides."""
        width, height = self._size
        mixed = int.from_bytes(hashlib.blake2s(up_ns.to_bytes(8, "big")).digest()[:4])
        x, y = mixed % ROAM, mixed // ROAM % ROAM
        cv2.add(frame, self._lighter[y : y + height, x : x + width], dst=frame)
        cv2.subtract(frame, self._darker[y : y + height, x : x + width], dst=frame)
        return frame


@functools.lru_cache(4)
def _scene(script: Script) -> Scene:
    return Scene(script)


def _dice(seed: int, name: str) -> np.random.Generator:
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def _noise(width: int, height: int, dice: np.random.Generator) -> tuple[Luma, Luma]:
    grain = dice.normal(0, NOISE, (height + ROAM, width + ROAM)).astype(np.float32)
    lighter = np.asarray(np.clip(grain, 0, 255), np.uint8)
    return lighter, np.asarray(np.clip(-grain, 0, 255), np.uint8)


def _box(points: Points, size: tuple[int, int]) -> tuple[int, ...]:
    """Return left, top, right and bottom of what is in the frame."""
    left, top = np.floor(points.min(axis=0)).astype(int)
    right, bottom = np.ceil(points.max(axis=0)).astype(int) + 1
    return max(0, int(left)), max(0, int(top)), min(size[0], int(right)), min(size[1], int(bottom))


def _corridor(width: int, height: int, dice: np.random.Generator) -> Luma:
    """Draw a corridor with a doorway at its end, lamps above and tiles below."""
    far = np.array(((0.38, 0.3), (0.62, 0.3), (0.62, 0.68), (0.38, 0.68))) * (width, height)
    near = np.array(((0, 0), (1, 0), (1, 1), (0, 1))) * (width, height)
    room = np.full((height, width), 120, np.uint8)
    for side, grey in enumerate((168, 112, 92, 122)):  # ceiling, right, floor, left
        after = (side + 1) % 4
        wall = np.array((near[side], near[after], far[after], far[side]), np.int32)
        cv2.fillConvexPoly(room, wall, grey)
    for depth in (0.25, 0.45, 0.6, 0.72, 0.82, 0.9):
        edge = (near + (far - near) * depth).astype(np.int32)
        cv2.line(room, edge[3].tolist(), edge[2].tolist(), 78, 2)
        lamp = edge[:2].mean(axis=0)
        half = (1 - depth) * width * 0.08
        cv2.ellipse(room, (lamp.astype(int).tolist(), (half * 2, half / 2), 0), 240, -1)
    cv2.fillConvexPoly(room, far.astype(np.int32), 186)
    cv2.polylines(room, [far.astype(np.int32)], isClosed=True, color=60, thickness=5)
    soft = cv2.GaussianBlur(room, (0, 0), 5)
    stains = cv2.resize(dice.uniform(0.92, 1.08, (9, 16)), (width, height))
    return np.asarray(np.clip(soft * stains, 0, 255), np.uint8)
