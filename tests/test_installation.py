"""What the gate's lamps, the technician's page and the handbook say of an installation is one."""

import re
from pathlib import Path

import pytest

from collector.counter import WIRINGS
from collector.web.installing import LIGHTS
from device.gpio.patterns import PATTERNS
from device.joinstate import SIGNALS
from device.pinout import sets
from device.selftest.report import NAMES
from wire.joining import Trouble

DOCS = Path(__file__).resolve().parents[1] / "docs"
LONG_MS = 250


def lights(trouble: Trouble) -> tuple[int, int]:
    """Return how many long and short lights the gate shows for a trouble."""
    lit = [step.ms for step in PATTERNS[SIGNALS[trouble]] if step.red or step.amber]
    long = sum(ms >= LONG_MS for ms in lit)
    return long, len(lit) - long


@pytest.mark.parametrize("trouble", list(Trouble))
def test_the_page_counts_lights_as_the_gate_shows_them(trouble: Trouble) -> None:
    assert LIGHTS[trouble] == lights(trouble)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_handbook_counts_them_so_too(language: str) -> None:
    text = (DOCS / f"install.{language}.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| (\d) \| `([a-z-]+)` \|", text, re.MULTILINE)
    told = {code: (int(long), int(short)) for long, short, code in rows}
    assert told == {each.value: lights(each) for each in Trouble}


def test_the_page_offers_the_wiring_that_gates_know() -> None:
    assert set(WIRINGS) == set(sets.PINS)


def test_the_page_has_a_word_for_each_part_that_is_tried() -> None:
    path = DOCS.parent / "collector/web/templatetags/install_words.py"
    text = path.read_text(encoding="utf-8")
    assert all(f'"{name}": _(' in text for name in NAMES)
