"""Says in a reader's words what is wrong with a file: what msgspec and TOML's reader say in theirs.

It knows no file and no key by name. Each program hands in the `_` of its own catalogues, which hold
these messages too; what is not recognised here is passed through it as it is.
"""

import re
from collections.abc import Callable

Translate = Callable[[str], str]

NAMES: dict[type, str] = {
    int: "int",
    float: "float",
    str: "str",
    bool: "bool",
    list: "array",
    dict: "object",
}
_KINDS: dict[str, Callable[[Translate], str]] = {
    "int": lambda _: _("a whole number"),
    "float": lambda _: _("a number"),
    "str": lambda _: _("text"),
    "bool": lambda _: _("true or false"),
    "array": lambda _: _("a list"),
    "object": lambda _: _("a table"),
    "date": lambda _: _("a date"),
    "datetime": lambda _: _("a date with a time"),
    "time": lambda _: _("a time"),
}
_WRONG_TYPE = re.compile(r"Expected `([^`]+)`, got `(\w+)`")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")
_FIELD = re.compile(r"Object (contains unknown|missing required) field `([^`]*)`")
_SAID: tuple[tuple[re.Pattern[str], Callable[[Translate], str]], ...] = (
    (
        re.compile(r"Expected `\w+` of length (?P<bound>[<>]=? \d+)"),
        lambda _: _("its length must be {bound}"),
    ),
    (re.compile(r"Expected `\w+` (?P<bound>[<>]=? [\d.]+)"), lambda _: _("must be {bound}")),
    (
        re.compile(r"Expected `str` matching regex .*"),
        lambda _: _("written in a way that is not allowed here"),
    ),
    (
        re.compile(r"Invalid (?:enum )?value (?P<value>.*)"),
        lambda _: _("{value} is not known here"),
    ),
    (re.compile(r"Invalid RFC3339 .*"), lambda _: _("a time such as 22:00:00 is expected")),
)
"""What msgspec says, and what we say, with the same parts."""


def detail(text: str, _: Translate) -> str:
    """Translate the detail of an error: the longest end of it that the catalogue has.

    What stands before, and a colon, is a name (a file, a key of the configuration) and stays.
    """
    parts = text.split(": ")
    for first in range(len(parts)):
        why = ": ".join(parts[first:])
        if (said := _(why)) != why:
            return ": ".join([*parts[:first], said])
    return text


def expected(what: str, value: object, _: Translate) -> str:
    """Say that `what` is expected where `value` was found."""
    return _("{expected} is expected, not {found}").format(
        expected=what, found=_word(NAMES.get(type(value), type(value).__name__), _)
    )


def unparsed(message: str, _: Translate) -> str:
    """Say where a text stops being TOML; what its reader says in its own words helps nobody."""
    found = _PLACE.search(message)
    if found is None:
        return _("not TOML: the fault is at its end")
    return _("not TOML: line {line}, column {column}").format(line=found[1], column=found[2])


def nested(_: Translate) -> str:
    """Say that a text is nested more deeply than its reader can follow."""
    return _("too many tables or lists inside one another")


def named(message: str, _: Translate) -> str:
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
    return f"{key}: {_said(what, _)}" if key else _said(what, _)


def _said(what: str, _: Translate) -> str:
    """Say in words what msgspec says in its own."""
    if found := _WRONG_TYPE.fullmatch(what):
        # TOML has no null to be told to write.
        wanted = [_word(each, _) for each in found[1].split(" | ") if each != "null"]
        return _("{expected} is expected, not {found}").format(
            expected=", ".join(dict.fromkeys(wanted)), found=_word(found[2], _)
        )
    for pattern, says in _SAID:
        if found := pattern.fullmatch(what):
            return says(_).format(**found.groupdict())
    return _(what)


def _word(kind: str, _: Translate) -> str:
    return _KINDS[kind](_) if kind in _KINDS else kind
