"""Says in words what msgspec says of a file in its own: which key, and what is wrong with it.

It knows no file and no key by name; what it does not recognise it passes on as it is.
"""

import re
from collections.abc import Callable

from device.i18n import _

NAMES: dict[type, str] = {
    int: "int",
    float: "float",
    str: "str",
    bool: "bool",
    list: "array",
    dict: "object",
}
_KINDS: dict[str, Callable[[], str]] = {
    "int": lambda: _("a whole number"),
    "float": lambda: _("a number"),
    "str": lambda: _("text"),
    "bool": lambda: _("true or false"),
    "array": lambda: _("a list"),
    "object": lambda: _("a table"),
    "date": lambda: _("a date"),
    "datetime": lambda: _("a date with a time"),
    "time": lambda: _("a time"),
}
_WRONG_TYPE = re.compile(r"Expected `([^`]+)`, got `(\w+)`")
_BOUND = re.compile(r"Expected `\w+` ([<>]=? [\d.]+)")
_LENGTH = re.compile(r"Expected `\w+` of length ([<>]=? \d+)")
_UNKNOWN = re.compile(r"Invalid (?:enum )?value (.*)")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")
_FIELD = re.compile(r"Object (contains unknown|missing required) field `([^`]*)`")


def expected(what: str, value: object) -> str:
    """Say that `what` is expected where `value` was found."""
    return _("{expected} is expected, not {found}").format(
        expected=what, found=_word(NAMES.get(type(value), type(value).__name__))
    )


def unparsed(message: str) -> str:
    """Say where a text stops being TOML; what its reader says in its own words helps nobody."""
    found = _PLACE.search(message)
    if found is None:
        return _("not TOML: the fault is at its end")
    return _("not TOML: line {line}, column {column}").format(line=found[1], column=found[2])


def named(message: str) -> str:
    """Say what is wrong with the full key first.

    `Expected int - at $.camera.fps` becomes `camera.fps: ...`, and a key that is unknown or missing
    is named like any other.
    """
    what, separator, where = message.partition(" - at `$")
    key = where.rstrip("`").lstrip(".") if separator else ""
    if found := _FIELD.fullmatch(what):
        key = f"{key}.{found[2]}".lstrip(".")
        unknown = found[1] == "contains unknown"
        return f"{key}: " + (_("there is no such key") if unknown else _("this key is missing"))
    return f"{key}: {_said(what)}" if key else _said(what)


def _said(what: str) -> str:
    """Say in words what msgspec says in its own."""
    if found := _WRONG_TYPE.fullmatch(what):
        expected, got = (
            [_word(each) for each in part.split(" | ") if each != "null"]  # TOML cannot say it
            for part in found.groups()
        )
        return _("{expected} is expected, not {found}").format(
            expected=", ".join(dict.fromkeys(expected)), found=got[0]
        )
    if found := _LENGTH.fullmatch(what):
        return _("its length must be {bound}").format(bound=found[1])
    if found := _BOUND.fullmatch(what):
        return _("must be {bound}").format(bound=found[1])
    if found := _UNKNOWN.fullmatch(what):
        return _("{value} is not known here").format(value=found[1])
    if what.startswith("Invalid RFC3339"):
        return _("a time such as 22:00:00 is expected")
    return what


def _word(kind: str) -> str:
    return _KINDS[kind]() if kind in _KINDS else kind
