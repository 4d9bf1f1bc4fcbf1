"""Says in words what msgspec and the reader of TOML say of a file in their own.

What it does not recognise it passes on as it is.
"""

import re
from collections.abc import Callable

from collector.i18n import _

_KINDS: dict[str, Callable[[], str]] = {
    "int": lambda: _("a whole number"),
    "float": lambda: _("a number"),
    "str": lambda: _("text"),
    "bool": lambda: _("true or false"),
    "array": lambda: _("a list"),
    "object": lambda: _("a table"),
}
_WRONG_TYPE = re.compile(r"Expected `([^`]+)`, got `(\w+)`")
_LENGTH = re.compile(r"Expected `\w+` of length ([<>]=? \d+)")
_BOUND = re.compile(r"Expected `\w+` ([<>]=? [\d.]+)")
_PATTERN = re.compile(r"Expected `str` matching regex .*")
_UNKNOWN = re.compile(r"Invalid (?:enum )?value (.*)")
_FIELD = re.compile(r"Object (contains unknown|missing required) field `([^`]*)`")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")


def unparsed(message: str) -> str:
    """Say where a text stops being TOML; what its reader says in its own words helps nobody."""
    found = _PLACE.search(message)
    if found is None:
        return _("not TOML: the fault is at its end")
    return _("not TOML: line {line}, column {column}").format(line=found[1], column=found[2])


def named(message: str) -> str:
    """Say what is wrong with the full path of the key first.

    `Expected ``int``, got ``str`` - at ``$.web.port``` becomes `web.port: ...`, and a key that is
    unknown or missing is named like any other.
    """
    what, separator, where = message.partition(" - at `$")
    key = where.rstrip("`").lstrip(".") if separator else ""
    if found := _FIELD.fullmatch(what):
        key = f"{key}.{found[2]}".lstrip(".")
        unknown = found[1] == "contains unknown"
        return f"{key}: " + (_("unknown key") if unknown else _("missing"))
    return f"{key}: {_said(what)}" if key else _said(what)


def _said(what: str) -> str:
    if found := _WRONG_TYPE.fullmatch(what):
        wanted = [_word(each) for each in found[1].split(" | ") if each != "null"]
        return _("{expected} is expected, not {found}").format(
            expected=", ".join(wanted), found=_word(found[2])
        )
    if found := _LENGTH.fullmatch(what):
        return _("its length must be {bound}").format(bound=found[1])
    if found := _BOUND.fullmatch(what):
        return _("must be {bound}").format(bound=found[1])
    if _PATTERN.fullmatch(what):
        return _("written in a way that is not allowed here")
    if found := _UNKNOWN.fullmatch(what):
        return _("{value} is not known here").format(value=found[1])
    return _(what)


def _word(kind: str) -> str:
    return _KINDS[kind]() if kind in _KINDS else kind
