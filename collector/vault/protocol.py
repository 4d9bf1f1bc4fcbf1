"""How requests travel over the vault's socket: one length, one JSON document, and one back.

Names and types are those of requests.py, so that page and vault cannot disagree about them. Pure.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, get_type_hints

import msgspec

from collector.errors import CollectorError
from collector.i18n import N_
from collector.vault.errors import RequestInvalid
from collector.vault.requests import Requests

MAX_REQUEST = 1024 * 1024
MAX_ANSWER = 256 * 1024 * 1024
"""A trace over a province's fortnight is tens of megabytes."""


class Form(msgspec.Struct, frozen=True):
    """What a request takes, by name and in order, and what it gives."""

    takes: Mapping[str, Any]
    gives: Any


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request as it travels."""

    ask: str
    args: dict[str, msgspec.Raw]

    def __repr__(self) -> str:
        """Say what is asked, and not about whom."""
        return f"<Asked: {self.ask}>"


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer as it travels: what was asked for, or what went wrong."""

    gives: msgspec.Raw = msgspec.Raw(b"null")
    code: str = ""
    detail: str = ""


@lru_cache(maxsize=1)
def forms() -> Mapping[str, Form]:
    """Return every request there is."""
    found = {}
    for name, method in inspect.getmembers(Requests, inspect.isfunction):
        if not name.startswith("_"):
            hints = get_type_hints(method, include_extras=True)
            gives = hints.pop("return")
            found[name] = Form(hints, gives)
    return found


def asked(name: str, args: tuple[object, ...], named: Mapping[str, object]) -> bytes:
    """Spell a request."""
    takes = list(forms()[name].takes)
    given = {**dict(zip(takes, args, strict=False)), **named}
    return msgspec.json.encode({"ask": name, "args": given})


def answered(data: bytes, answer: Callable[[str, dict[str, Any]], object]) -> bytes:
    """Return the answer to a request, which may be an error; `answer` gives it."""
    try:
        request, args = _read(data)
        gives = msgspec.json.encode(answer(request, args))
        return msgspec.json.encode(Told(gives=msgspec.Raw(gives)))
    except CollectorError as error:
        return msgspec.json.encode(Told(code=error.code, detail=str(error)))


def failed() -> bytes:
    """Return the answer to a request at which the vault itself was at fault."""
    return msgspec.json.encode(Told(code=CollectorError.code))


def told(name: str, data: bytes) -> Any:  # noqa: ANN401  # requests.py says what each gives
    """Return what a request gave; raise the error that it met."""
    try:
        answer = msgspec.json.decode(data, type=Told)
        if not answer.code:
            return msgspec.json.decode(answer.gives, type=forms()[name].gives)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestInvalid(N_("an answer of another release")) from error
    raise error_of(answer.code, answer.detail)


def error_of(code: str, detail: str) -> CollectorError:
    """Return the error that has this code."""
    for kind in _kinds(CollectorError):
        if kind.__dict__.get("code") == code:
            return kind(detail) if detail else kind()
    return CollectorError(detail)


def _read(data: bytes) -> tuple[str, dict[str, Any]]:
    try:
        request = msgspec.json.decode(data, type=Asked)
        form = forms()[request.ask]
        if request.args.keys() != form.takes.keys():
            raise RequestInvalid(N_("not what this request takes"))
        args = {
            name: msgspec.json.decode(request.args[name], type=kind)
            for name, kind in form.takes.items()
        }
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError) as error:
        raise RequestInvalid(N_("not what this request takes")) from error
    return request.ask, args


def _kinds(kind: type[CollectorError]) -> "list[type[CollectorError]]":
    return [kind, *(each for below in kind.__subclasses__() for each in _kinds(below))]
