"""The interface in one document, OpenAPI 3.1, made from the values themselves. Pure."""

from typing import Any

import msgspec

from collector.tokens import Scope
from collector.web.interface import MOST, Gates, Records
from collector.web.passvalues import (
    KEY,
    NUMBER,
    PAGE,
    Answer,
    Done,
    Numbers,
    Passes,
    Refusal,
    Whole,
    Wish,
)

VERSION = "1"
Part = dict[str, Any]
_KINDS = (Records, Gates, Passes, Answer, Done, Wish, Numbers, Whole, Refusal)
_ALWAYS = {
    "400": "what was asked cannot be read",
    "401": "no token, or one that is not known",
    "403": "the token has not this scope",
    "405": "this address is not asked so",
    "503": "what is asked cannot be had now",
}
_SENT = {"413": "far too long", "415": "not JSON"}
_ISSUING = {
    "409": "another list was sent under this key, or somebody's pass was withdrawn",
    "422": "something is wrong with the list: each person's fault is named, nothing was issued",
    "429": "very many passes were given to this place just now: send the same again tomorrow",
}


def document(authority: str) -> Part:
    """Return the description of the interface."""
    schemas, components = msgspec.json.schema_components(_KINDS, ref_template=_REF)
    known: dict[type, Part] = dict(zip(_KINDS, schemas, strict=True))
    get, post = _Shape(known, "get"), _Shape(known, "post")
    key = _parameter("Idempotency-Key", {"type": "string", "pattern": KEY}, "header")
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Gate Scanner, {authority}", "version": VERSION},
        "security": [{"token": []}],
        "paths": {
            "/api/v1/records": get.of(
                Records,
                Scope.RECORDS,
                [_parameter("after", _integer(0, 2**62)), _parameter("limit", _integer(1, MOST))],
            ),
            "/api/v1/gates": get.of(Gates, Scope.GATES),
            "/api/v1/passes": {
                **get.of(
                    Passes,
                    Scope.PASSES,
                    [
                        _parameter("group", {"type": "string", "maxLength": 40}),
                        _parameter("after", {"type": "string", "pattern": NUMBER}),
                        _parameter("limit", _integer(1, PAGE)),
                    ],
                ),
                **post.of(Answer, Scope.ISSUE, [{**key, "required": True}], Wish, _ISSUING),
            },
            "/api/v1/passes/withdraw": post.of(
                Done, Scope.WITHDRAW, [], Numbers, {"404": "one of them is no pass of yours"}
            ),
            "/api/v1/passes/withdraw-group": post.of(
                Done, Scope.WITHDRAW, [], Whole, {"404": "no pass of yours is of this group"}
            ),
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": components,
        },
    }


_REF = "#/components/schemas/{name}"
JSON = "application/json"


class _Shape:
    """Describes what is asked by one method."""

    def __init__(self, known: dict[type, Part], method: str) -> None:
        self._known, self._method = known, method

    def of(
        self,
        gives: type,
        scope: Scope,
        parameters: list[Part] | None = None,
        takes: type | None = None,
        more: dict[str, str] | None = None,
    ) -> Part:
        refused = {"content": {JSON: {"schema": self._known[Refusal]}}}
        told = {**_ALWAYS, **(_SENT if takes else {}), **(more or {})}
        given = {"description": "ok", "content": {JSON: {"schema": self._known[gives]}}}
        part: Part = {
            "description": f"Asks for a token with the scope `{scope}`.",
            "parameters": parameters or [],
            "responses": {
                "200": given,
                **{status: {"description": why, **refused} for status, why in told.items()},
            },
        }
        if takes is not None:
            content = {JSON: {"schema": self._known[takes]}}
            part["requestBody"] = {"required": True, "content": content}
        return {self._method: part}


def _parameter(name: str, schema: Part, where: str = "query") -> Part:
    return {"name": name, "in": where, "schema": schema}


def _integer(least: int, most: int) -> Part:
    return {"type": "integer", "minimum": least, "maximum": most}
