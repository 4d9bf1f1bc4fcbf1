"""The panel on a terminal."""

import io

from device.flow import Signal
from device.gpio.console import Console
from device.gpio.patterns import PATTERNS, REST, Step


def lines(*steps: Step) -> list[str]:
    out = io.StringIO()
    console = Console(out, "g1", relay=True)
    for step in steps:
        console.show(step)
    console.close()
    console.close()
    return out.getvalue().splitlines()


def test_each_change_is_one_line_with_the_name_of_the_gate() -> None:
    found = lines(Step(ms=1, green=True, hz=880.0, relay=True), REST)
    assert [line.startswith("g1  ") for line in found] == [True, True]
    assert "♪ 880 Hz [relay]" in found[0]
    assert "♪" not in found[1]


def test_what_looks_the_same_is_not_repeated() -> None:
    assert len(lines(Step(ms=1, red=True), Step(ms=500, red=True), Step(ms=2, red=True))) == 2
    assert lines(REST, REST) == []


def test_closing_shows_rest_once() -> None:
    assert len(lines(Step(ms=1, amber=True))) == 2


def test_lamps_have_a_shape_as_well_as_a_colour() -> None:
    signs = [lines(Step(ms=1, **{name: True}))[0] for name in ("green", "red", "amber")]
    assert [s for line in signs for s in "●■▲" if s in line] == ["●", "■", "▲"]


def test_every_signal_can_be_shown() -> None:
    for signal in Signal:
        lines(*PATTERNS[signal])
