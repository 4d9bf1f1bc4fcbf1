"""Write docs/asyncapi.yaml, what travels over MQTT, from the code.

python tools/asyncapi.py [FOLDER]      docs/ if no other is named
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from collector.homeassistant import discovery
from wire import batch, topics
from wire.certificate import Certificate
from wire.command import Command
from wire.keyring import KeyList
from wire.keys import Signed
from wire.policy import Policy
from wire.receipt import Receipt
from wire.record import Key, Missing, Note, Scan
from wire.signers import Signers
from wire.site import Summary
from wire.state import Health, State
from wire.statuslist import StatusList

ROOT = Path(__file__).resolve().parents[1]
HEAD = "# Made from the code by `make asyncapi`; do not edit it by hand.\n"
REF = "#/components/schemas/{name}"
PLAIN: dict[str, type] = {topics.SCAN: batch.Batch, topics.STATE: State, topics.HEALTH: Health}
SIGNED: dict[str, type | None] = {
    topics.ACK: Receipt,
    topics.POLICY: Policy,
    topics.SITE: Summary,
    topics.COMMAND: Command,
    topics.CERTIFICATE: Certificate,
    topics.SIGNERS: Signers,
    topics.KEYRING: KeyList,
    topics.LIST: StatusList,
}
"""What the `doc` of a signed message is."""
SHARED = (topics.SIGNERS, topics.KEYRING, topics.LIST)
"""What every gate reads."""
HOME: dict[str, tuple[str, dict[str, Any]]] = {
    "home-assistant-config": (
        discovery.config_topic("GATE").replace("GATE", "{gate}"),
        {
            "type": "object",
            "required": ["device", "origin", "components"],
            "description": "device discovery of Home Assistant; empty: the gate was withdrawn",
        },
    ),
    "home-assistant-state": (
        discovery.state_topic("GATE").replace("GATE", "{gate}"),
        {"$ref": REF.format(name="Figures")},
    ),
    "home-assistant-availability": (
        discovery.AVAILABILITY,
        {"enum": [discovery.ONLINE.decode(), discovery.OFFLINE.decode()]},
    ),
}
"""What a Home Assistant is told, where there is one: topic and payload."""
RECORDS = (Scan, Note, Key, Missing)
"""What is in the `scans` of a batch."""


def document() -> dict[str, Any]:
    """Return the whole description."""
    kinds = [*PLAIN.values(), Signed, *(kind for kind in SIGNED.values() if kind), *RECORDS]
    kinds.append(discovery.Figures)
    _, schemas = msgspec.json.schema_components(kinds, ref_template=REF)
    leaves = (*topics.FROM_GATE, *topics.TO_GATE, *SHARED)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Gate Scanner over MQTT",
            "version": topics.ROOT.rpartition("/")[2].removeprefix("v"),
            "description": "QoS 1, mutual TLS; a gate's name is its certificate's common name.",
        },
        "defaultContentType": batch.JSON,
        "channels": {
            **{_name(leaf): _channel(leaf) for leaf in leaves},
            **{name: _at(name, address) for name, (address, _) in HOME.items()},
        },
        "operations": {f"{name}-sent": _operation(name) for name in (*map(_name, leaves), *HOME)},
        "components": {
            "messages": {
                **{_name(leaf): _message(leaf) for leaf in leaves},
                **{name: {"payload": payload} for name, (_, payload) in HOME.items()},
            },
            "schemas": schemas,
        },
    }


def _name(leaf: str) -> str:
    return leaf.rstrip("-")


def _channel(leaf: str) -> dict[str, Any]:
    name = _name(leaf)
    address = topics.topic("{gate}", leaf)
    if leaf in SHARED:
        address = topics.topic(topics.ALL, leaf + ("{kid}" if leaf == topics.LIST else ""))
    return _at(name, address)


def _at(name: str, address: str) -> dict[str, Any]:
    parameters = [each for each in ("gate", "kid") if "{" + each + "}" in address]
    return {
        "address": address,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        **({"parameters": {each: {} for each in parameters}} if parameters else {}),
    }


def _operation(leaf: str) -> dict[str, Any]:
    who = "receive" if leaf in topics.FROM_GATE else "send"
    return {
        "action": who,
        "channel": {"$ref": f"#/channels/{_name(leaf)}"},
        "summary": f"the collector {who}s it",
        "bindings": {"mqtt": {"qos": 1, "retain": leaf not in (topics.SCAN, topics.ACK)}},
    }


def _message(leaf: str) -> dict[str, Any]:
    if leaf in PLAIN:
        return {"payload": {"$ref": REF.format(name=PLAIN[leaf].__name__)}}
    inner = SIGNED[leaf]
    told: list[dict[str, Any]] = [{"$ref": REF.format(name="Signed")}]
    if inner is not None:
        told.append({"properties": {"doc": {"$ref": REF.format(name=inner.__name__)}}})
    return {"payload": {"allOf": told}}


def yaml(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the lines of a value; texts are spelled as JSON spells them, which YAML reads."""
    pad = "  " * depth
    match value:
        case dict() if value:
            for key, each in value.items():
                yield from _entry(f"{pad}{json.dumps(key)}:", each, depth)
        case list() if value:
            for each in value:
                yield from _entry(f"{pad}-", each, depth)
        case _:
            yield pad + json.dumps(value, ensure_ascii=False)


def _entry(begin: str, value: object, depth: int) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield begin
        yield from yaml(value, depth + 1)
    else:
        yield f"{begin} {json.dumps(value, ensure_ascii=False)}"


def page() -> str:
    """Return the file."""
    return HEAD + "\n".join(yaml(document())) + "\n"


def main(arguments: list[str]) -> None:
    """Write it."""
    folder = Path(arguments[0]) if arguments else ROOT / "docs"
    (folder / "asyncapi.yaml").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
