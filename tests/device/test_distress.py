"""A gate that cannot start says so on its lamps: the real program, its pins written down."""

import json

from device import enrol
from device.flow import Signal
from device.gpio.patterns import PATTERNS
from tests.device.command import gate
from tests.device.site import Site

LAMPS = {"GPIO17": "green", "GPIO27": "red"}


def flashes(site: Site) -> list[str]:
    """Return which lamp went on, in order."""
    levels = [json.loads(line) for line in site.pins.read_text().splitlines()]
    last = {each["pin"]: each["level"] for each in levels}
    assert not any(last.values()), "something was left on"
    return [LAMPS[each["pin"]] for each in levels if each["pin"] in LAMPS and each["level"] > 0]


def reds(signal: Signal) -> list[str]:
    """Return the flashes of a signal at a door without an amber lamp."""
    return ["red" for step in PATTERNS[signal] if step.red or step.amber]


def test_a_gate_that_nobody_admitted_says_so(site: Site) -> None:
    (site.keys / enrol.ENROLMENT).unlink()
    said = gate("run", "--config", site.config)
    assert (said.status, said.code) == (2, "not-enrolled")
    assert flashes(site)[-len(reds(Signal.UNENROLLED)) :] == reds(Signal.UNENROLLED)


def test_a_gate_whose_card_takes_nothing_is_out_of_order_and_mends_itself(site: Site) -> None:
    site.draw_pass("pass.png")
    site.journal.parent.mkdir(exist_ok=True)
    site.journal.write_text("a file where a folder should be")
    assert gate("run", "--config", site.config).status == 2
    assert flashes(site)[-len(reds(Signal.OUT_OF_ORDER)) :] == reds(Signal.OUT_OF_ORDER)
    site.pins.unlink()
    site.journal.unlink()
    assert gate("run", "--config", site.config).status == 0
    assert "green" in flashes(site)


def test_a_torn_configuration_is_named_whatever_the_lamps_can_show(site: Site) -> None:
    site.config.write_text(site.config.read_text()[:40])
    said = gate("run", "--config", site.config)
    assert (said.status, said.code) == (2, "config-invalid")
