"""Picks the parts at the pins: lamps, buzzer, relay, buttons, and the lamp for the night."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import msgspec
import numpy as np

from device import clock, config
from device.flow import Frame, Instant
from device.gpio.board import Board
from device.gpio.console import Console
from device.gpio.inputs import Contacts
from device.gpio.mock import traced_factory
from device.gpio.player import Lamps, Player
from device.gpio.quiet import QuietHours
from device.gpio.voice import offset_of
from device.gpio.white import WhiteLamp
from device.reading.motion import STEP, Motion

DUSK = 45.0
"""Grey level of 255: when half of the view is darker, a printed code is hard to read."""
STIR = 4.0
"""Grey levels by which somebody in the dark differs from the dark."""


class Pinned(NamedTuple):
    """What is connected to the pins."""

    panel: Player
    inputs: Contacts
    light: Callable[[Frame], None]
    """To be told of every frame: switches the white lamp, if there is one."""


def pinned(
    found: config.Panel, gate: str, now: Callable[[], Instant], *, out: bool = False
) -> Pinned:
    """Take the pins of a gate; `out`: show it all on the terminal too, whatever is configured."""
    factory = traced_factory(found.trace, clock.up_ns) if found.board == "mock" else None
    tone = found.pins.tone_offset or offset_of(gate)
    board = Board(msgspec.structs.replace(found.pins, tone_offset=tone), factory)
    lamps: list[Lamps] = [board]
    if found.console or out:
        lamps.append(Console(sys.stdout, gate, relay=found.pins.relay is not None))
    inputs = Contacts(found.inputs, clock.up_ns, factory)
    return Pinned(Player(lamps, _quiet(found.quiet, now)), inputs, _night(board, found))


def _quiet(found: config.Quiet | None, now: Callable[[], Instant]) -> Callable[[], bool]:
    if found is None:
        return lambda: False
    hours = QuietHours(found.begins, found.ends, found.utc_offset_min)
    return lambda: hours.cover(now())


def _night(board: Board, found: config.Panel) -> Callable[[Frame], None]:
    if found.pins.white is None:
        return lambda _frame: None
    lamp, motion = WhiteLamp(), Motion(STIR)

    def look(frame: Frame) -> None:
        was = lamp.is_on
        dark = float(np.median(frame.luma[::STEP, ::STEP])) < DUSK
        is_on = lamp.look(dark=dark, moved=motion.moved(frame.luma), up_ns=frame.up_ns)
        if is_on is not was:
            board.light(on=is_on)

    return look
