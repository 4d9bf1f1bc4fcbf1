"""How somebody holds a thing up to the door: coming in, shaking, going out.

Pure: where the four corners of the thing are at a time. Everything about a hand follows from
dice seeded with the person, and every hand is one that a person could have.
"""

import math

import msgspec
import numpy as np

COME_S = 0.45
GO_S = 0.4
"""How long coming into view and leaving it take."""

Dice = np.random.Generator
Corners = tuple[tuple[float, float], ...]


class Hand(msgspec.Struct, frozen=True):
    """One person's way of holding."""

    place: tuple[float, float]
    """Where the thing is held, as a fraction of the frame."""
    turn: float
    """In the plane of the picture, radians."""
    tilt: tuple[float, float]
    """How much nearer its right and lower edges are than the opposite ones, as a fraction."""
    side: float
    """From which side it comes: -1 left, 1 right."""
    shake_px: float
    shake_hz: float
    sway_rad: float
    phase: float


def hand(dice: Dice, *, upright: bool) -> Hand:
    """Throw the dice for one person; `upright` is held straighter, as a photo is for this."""
    calm = 0.3 if upright else 1.0
    return Hand(
        place=(float(dice.uniform(0.42, 0.58)), float(dice.uniform(0.48, 0.54))),
        turn=float(np.clip(dice.normal(0, 0.16), -0.5, 0.5)) * calm,
        tilt=(float(dice.uniform(-0.16, 0.16)) * calm, float(dice.uniform(-0.16, 0.16)) * calm),
        side=float(dice.choice([-1, 1])),
        shake_px=float(dice.uniform(1.0, 5.0)),
        shake_hz=float(dice.uniform(0.8, 3.0)),
        sway_rad=float(dice.uniform(0.0, 0.03)),
        phase=float(dice.uniform(0, math.tau)),
    )


def shift(since_s: float, hold_s: float) -> float:
    """Return how far out of place the thing is: 1 just outside the view, 0 held up."""
    if since_s < COME_S:
        return (1 - max(0.0, since_s) / COME_S) ** 2
    going_s = since_s - COME_S - hold_s
    return min(1.0, max(0.0, going_s) / GO_S) ** 2


def corners(
    held: Hand, size: tuple[int, int], thing: tuple[int, int], at: float, out: float
) -> Corners:
    """Return where a thing's corners are, clockwise from its top left, in pixels of the frame.

    `size` and `thing` are widths and heights, `at` the time in seconds, `out` as `shift` says.
    """
    shake = math.tau * held.shake_hz * at + held.phase
    x = held.place[0] * size[0] + held.shake_px * (math.sin(shake) + 0.5 * math.sin(2.3 * shake))
    y = held.place[1] * size[1] + held.shake_px * (
        math.cos(1.3 * shake) + 0.4 * math.sin(3 * shake)
    )
    x += held.side * out * size[0] * 0.35
    y += out * (size[1] * 0.75 + thing[1] / 2)
    angle = held.turn + held.sway_rad * math.sin(0.7 * shake) + 0.3 * held.side * out
    cos, sin = math.cos(angle), math.sin(angle)
    placed = []
    for right, down in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        near = 1 + right * held.tilt[0] + down * held.tilt[1]
        dx, dy = right * thing[0] * near, down * thing[1] * near
        placed.append((x + dx * cos - dy * sin, y + dx * sin + dy * cos))
    return tuple(placed)
