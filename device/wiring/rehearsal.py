"""Plays signals one after the other and names them: to try a gate's pins, or to learn its signs."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import msgspec

from device import clock, config
from device.errors import ArgumentsInvalid
from device.flow import Signal
from device.gpio.console import Console
from device.gpio.meanings import MEANINGS
from device.gpio.patterns import length_ms
from device.gpio.player import Player
from device.i18n import _
from device.wiring.panel import pinned

PAUSE_S = 0.8
"""Dark between two signals, so that one is not taken for a part of the other."""


def chosen(names: Sequence[str]) -> list[Signal]:
    """Return the signals of these names, or all there are; raise ArgumentsInvalid."""
    for name in names:
        if name not in list(Signal):
            what = _("{value} is not known here").format(value=repr(name))
            msg = f"{what} ({', '.join(Signal)})"
            raise ArgumentsInvalid(msg)
    return [Signal(name) for name in names] or [each for each in Signal if each is not Signal.REST]


def rehearse(
    panel: config.Panel | None,
    signals: Sequence[Signal],
    tell: Callable[[str], None],
    sleep: Callable[[float], None],
    *,
    relay: bool,
) -> None:
    """Play `signals`; `tell` gets a line about each before it is played.

    On the pins of `panel` and the terminal, or on the terminal alone. The relay stays at rest
    unless `relay` says otherwise: nobody expects a door to open. Raises PinsMissing.
    """
    with _player(panel, relay=relay) as player:
        for signal in signals:
            name, meaning = MEANINGS[signal]
            tell(f"{signal}: {_(name)} - {_(meaning)}")
            player.show(signal)
            sleep(length_ms(signal) / 1000 + PAUSE_S)


def _player(panel: config.Panel | None, *, relay: bool) -> AbstractContextManager[Player]:
    if panel is None:
        return Player([Console(sys.stdout, " ", relay=relay)])
    pins = panel.pins if relay else msgspec.structs.replace(panel.pins, relay=None)
    shown = msgspec.structs.replace(panel, pins=pins, quiet=None)
    return pinned(shown, " ", clock.SystemClock().now, out=True).panel
