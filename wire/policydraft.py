"""A policy as a person writes it: TOML, or JSON, with the fields of wire/policy.py.

A draft becomes a policy when it is dated, numbered and signed; until then it can be tried.
"""

import datetime as dt
import tomllib
from typing import Any

from wire.canonical import Document, parse
from wire.errors import WireError
from wire.policy import LIMIT

NOT_TEXT = "not UTF-8 text"
NOT_TOML = "not TOML"
TOO_LONG = "far too long"


def read(data: bytes) -> Document:
    """Return what a person wrote; raise WireError saying why it can't be read.

    Where that is known the message goes on with ` - at ` and the place. No field is looked at yet.
    """
    if len(data) > LIMIT:
        raise WireError(TOO_LONG)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WireError(NOT_TEXT) from error
    if text.lstrip().startswith("{"):
        return parse(text.encode(), LIMIT)
    try:
        return {key: _plain(each) for key, each in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(")[2].rstrip(")").removeprefix("at ")
        msg = f"{NOT_TOML} - at {where}"
        raise WireError(msg) from error
    except RecursionError as error:
        raise WireError(NOT_TOML) from error


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever TOML can hold)
    """Return TOML's own dates and times as the text that a policy has."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case dt.time():
            return value.isoformat("auto").removesuffix(":00")
        case dt.date():
            return value.isoformat()
    return value
