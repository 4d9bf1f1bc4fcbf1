"""Writes what a technician needs on paper: the sheet of signals, and the wiring diagrams."""

import gettext
from collections.abc import Callable
from pathlib import Path

from device import config
from device.gpio.diagram import diagram
from device.gpio.sheet import sheet
from device.i18n import DOMAIN, LOCALE
from device.pinout import sets

LANGUAGES = ("vi", "en")


def write_sheets(folder: Path) -> list[Path]:
    """Write the sheet of all signals in each language; return the files."""
    return [
        _written(folder / f"signals-{language}.svg", sheet(_words(language)))
        for language in LANGUAGES
    ]


def write_diagrams(folder: Path) -> list[Path]:
    """Write the diagram of each named set of wiring in each language; return the files."""
    written = []
    for name in sets.PINS:
        panel = config.panel_of(name)
        for language in LANGUAGES:
            drawn = diagram(name, panel.pins, panel.inputs, _words(language))
            written.append(_written(folder / f"{name}-{language}.svg", drawn))
    return written


def _words(language: str) -> Callable[[str], str]:
    """Return what says a message in one language, whatever the language of this process."""
    return gettext.translation(DOMAIN, LOCALE, [language]).gettext


def _written(path: Path, drawn: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drawn, encoding="utf-8")
    return path
