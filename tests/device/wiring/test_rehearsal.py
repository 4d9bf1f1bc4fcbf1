"""Signals played one by one, for a technician."""

import json
from pathlib import Path

import pytest

from device import config
from device.errors import ArgumentsInvalid
from device.flow import Signal
from device.gpio.patterns import length_ms
from device.pinout.pins import Pins
from device.wiring.rehearsal import PAUSE_S, chosen, rehearse


def rehearsed(trace: Path, *signals: Signal, relay: bool = False) -> tuple[list[str], list[float]]:
    """Return what was told, and how long each signal was waited for."""
    told: list[str] = []
    slept: list[float] = []
    panel = config.Panel(board="mock", trace=trace, pins=Pins(relay=26))
    rehearse(panel, signals, told.append, slept.append, relay=relay)
    return told, slept


def pins(trace: Path) -> set[str]:
    return {json.loads(line)["pin"] for line in trace.read_text().splitlines()}


def test_each_signal_is_named_and_given_its_time(tmp_path: Path) -> None:
    told, slept = rehearsed(tmp_path / "pins", Signal.ACCEPT, Signal.RETRY)
    assert [line.partition(":")[0] for line in told] == ["accept", "retry"]
    assert slept == [length_ms(each) / 1000 + PAUSE_S for each in (Signal.ACCEPT, Signal.RETRY)]
    assert {"GPIO17", "GPIO27"} <= pins(tmp_path / "pins")


def test_no_door_opens_unless_that_was_asked_for(tmp_path: Path) -> None:
    rehearsed(tmp_path / "shut", Signal.ACCEPT)
    rehearsed(tmp_path / "open", Signal.ACCEPT, relay=True)
    assert "GPIO26" not in pins(tmp_path / "shut")
    assert "GPIO26" in pins(tmp_path / "open")


def test_without_pins_it_is_shown_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    rehearse(None, [Signal.REJECT], print, lambda _s: None, relay=False)
    assert "330 Hz" in capsys.readouterr().out


def test_without_a_name_every_signal_that_shows_something_is_played() -> None:
    assert set(chosen([])) == set(Signal) - {Signal.REST}
    assert chosen(["wait", "read"]) == [Signal.WAIT, Signal.READ]


def test_a_signal_that_there_is_not_is_said_with_those_there_are() -> None:
    with pytest.raises(ArgumentsInvalid, match=r"'gruen' .*accept, reject"):
        chosen(["gruen"])
