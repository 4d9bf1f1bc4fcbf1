"""What may be connected to which pin."""

from pathlib import Path

import pytest

from device import config
from device.pinout import sets
from device.pinout.header import HEADER, KEPT, PLACES
from device.pinout.pins import InputPins, Pins, SideLamps, refuse_shared

DOCS = Path(__file__).resolve().parents[3] / "docs"
NAMES = list(sets.PINS)


@pytest.mark.parametrize("name", NAMES)
def test_every_set_of_wiring_is_one_that_configuration_takes(name: str) -> None:
    panel = config.panel_of(name)
    assert panel.wiring == name
    assert panel.inputs.service is not None


def test_in_every_set_the_lamps_and_the_buzzer_are_on_the_same_pins() -> None:
    same = {(p.red, p.green, p.buzzer) for p in (config.panel_of(name).pins for name in NAMES)}
    assert same == {(sets.STATUS, 17, 18)}


def test_the_same_input_is_on_the_same_pin_in_every_set() -> None:
    for name in ("service", "direction", "admit", "passed", "enclosure"):
        pins = {getattr(config.panel_of(each).inputs, name) for each in NAMES} - {None}
        assert len(pins) <= 1


def test_sets_and_their_contacts_are_the_same() -> None:
    assert sets.PINS.keys() == sets.INPUTS.keys()
    assert sets.DEFAULT in sets.PINS


def test_the_header_has_forty_places_and_every_pin_one() -> None:
    assert len(HEADER) == 40
    assert sorted(PLACES) == list(range(28))
    assert (PLACES[17], PLACES[27], PLACES[18], PLACES[26], PLACES[21]) == (11, 13, 12, 37, 40)
    assert [place for place, what in enumerate(HEADER, 1) if what == "GND"] == [
        *(6, 9, 14, 20, 25, 30, 34, 39)
    ]


@pytest.mark.parametrize("pin", sorted(KEPT))
@pytest.mark.parametrize("name", ["green", "red", "amber", "white", "relay", "buzzer"])
def test_a_pin_that_something_else_needs_is_refused(name: str, pin: int) -> None:
    with pytest.raises(ValueError, match=f"{pin} .*{name}"):
        Pins(**{name: pin})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=str(pin)):
        InputPins(service=pin)


def test_one_pin_does_one_thing() -> None:
    for make in (
        lambda: Pins(amber=17),
        lambda: Pins(attendant=SideLamps(green=17, red=23)),
        lambda: Pins(attendant=SideLamps(green=23, red=24, amber=24)),
        lambda: InputPins(service=5, admit=5),
        lambda: config.Panel(inputs=InputPins(service=17)),
    ):
        with pytest.raises(ValueError, match=r"17|24|5"):
            make()


def test_both_names_of_a_pin_that_is_used_twice_are_said() -> None:
    with pytest.raises(ValueError, match=r"pins\.green.*inputs\.service"):
        refuse_shared([("pins.green", 17), ("inputs.service", 17)])


@pytest.mark.parametrize("pin", range(4, 9))
def test_what_is_pulled_up_at_power_on_opens_no_door(pin: int) -> None:
    """From power-on until the gate runs the chip pulls GPIO 0 to 8 up, and the others down."""
    for name in ("relay", "buzzer", "white"):
        with pytest.raises(ValueError, match=f"{pin}.*{name}"):
            Pins(**{name: pin})  # type: ignore[arg-type]
    Pins(relay=pin, relay_active_high=False)
    Pins(green=pin)  # 50 kOhm light no lamp


@pytest.mark.parametrize("pin", [9, 12, 16, 22, 26])
def test_what_is_pulled_down_at_power_on_closes_no_relay_that_is_active_low(pin: int) -> None:
    with pytest.raises(ValueError, match="4, 5, 6, 7, 8"):
        Pins(relay=pin, relay_active_high=False)
    Pins(relay=pin)


def test_a_lamp_that_mixes_its_colours_has_no_amber_one() -> None:
    with pytest.raises(ValueError, match=r"amber|vàng"):
        Pins(mixed=True, amber=22)
    with pytest.raises(ValueError, match=r"amber|vàng"):
        Pins(mixed=True, attendant=SideLamps(green=23, red=24, amber=25))


def test_the_relay_is_the_first_of_the_outputs() -> None:
    """It is taken first at the start, and driven first after a crash."""
    assert config.panel_of("relay-door").pins.outputs()[0].name == "relay"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_handbook_has_every_key_of_the_panel_and_every_set(language: str) -> None:
    text = (DOCS / f"wiring.{language}.md").read_text()
    for table, keys in (("pins", Pins), ("inputs", InputPins)):
        for key in keys.__struct_fields__:
            assert f"`{table}.{key}`" in text, key
    for name in sets.PINS:
        assert f"| `{name}` |" in text
        assert (DOCS / f"wiring/{name}-{language}.svg").exists()
