"""What a technician gets on paper is drawn from what the gate runs with."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from device import config
from device.flow import Signal
from device.gpio.diagram import diagram
from device.gpio.meanings import MEANINGS
from device.gpio.sheet import sheet
from device.pinout import sets
from device.pinout.header import PLACES
from device.pinout.pins import InputPins, Pins
from device.wiring import paper

DOCS = Path(__file__).resolve().parents[3] / "docs"
SVG = "{http://www.w3.org/2000/svg}"


def english(message: str) -> str:
    return message


def words(drawn: str) -> str:
    return "\n".join(each.text or "" for each in ET.fromstring(drawn).iter(f"{SVG}text"))  # noqa: S314


def test_the_pictures_in_the_handbook_are_what_would_be_drawn_now(tmp_path: Path) -> None:
    """If this fails: gate panel --sheet docs/images --wiring docs/wiring."""
    drawn = paper.write_sheets(tmp_path / "images") + paper.write_diagrams(tmp_path / "wiring")
    assert len(drawn) == 2 * (1 + len(sets.PINS))
    for path in drawn:
        assert path.read_text() == (DOCS / path.relative_to(tmp_path)).read_text(), path.name


def test_the_sheet_names_every_signal_and_every_pitch() -> None:
    said = words(sheet(english))
    assert MEANINGS.keys() == set(Signal)
    for name, meaning in MEANINGS.values():
        assert name in said
        assert meaning in said
    assert "1760" in said


@pytest.mark.parametrize("name", list(sets.PINS))
def test_a_diagram_shows_everything_that_is_connected_and_where(name: str) -> None:
    panel = config.panel_of(name)
    said = words(diagram(name, panel.pins, panel.inputs, english))
    pins = [each.pin for each in panel.pins.outputs()] + [pin for _, pin in panel.inputs.inputs()]
    assert sorted(
        int(line.rpartition("place ")[2]) for line in said.splitlines() if " · place " in line
    ) == sorted(PLACES[pin] for pin in pins)


@pytest.mark.parametrize("name", list(sets.PINS))
def test_whoever_wires_a_lock_is_told_of_the_fire_release(name: str) -> None:
    panel = config.panel_of(name)
    said = words(diagram(name, panel.pins, panel.inputs, english))
    assert ("The fire release is wired past the gate" in said) is (panel.pins.relay is not None)
    assert ("never leave the 10 kΩ out" in said) is (panel.pins.relay is not None)


def test_lamps_of_a_common_anode_are_drawn_from_the_other_end() -> None:
    cathode, anode = (
        words(diagram(name, panel.pins, panel.inputs, english))
        for name, panel in ((n, config.panel_of(n)) for n in ("rgb-cathode", "rgb-anode"))
    )
    assert "common anode" in anode
    assert "common anode" not in cathode
    assert anode.count("3V3") == cathode.count("3V3") + 2


def test_a_relay_that_a_low_level_switches_on_is_pulled_the_other_way() -> None:
    pins = Pins(relay=6, relay_active_high=False)
    assert "10 kΩ → 3V3" in words(diagram("x", pins, InputPins(), english))
    assert "10 kΩ → GND" in words(diagram("x", Pins(relay=26), InputPins(), english))
