"""The description of what travels over MQTT is the code's, and real messages fit it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tools import asyncapi
from wire import batch, receipt, site, topics
from wire.record import genesis
from wire.state import Health, State, pack

DOCUMENT = asyncapi.document()
SCHEMAS = DOCUMENT["components"]["schemas"]
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def test_the_file_is_the_codes() -> None:
    """After a change: `make asyncapi`."""
    path = Path(__file__).resolve().parents[2] / "docs" / "asyncapi.yaml"
    assert path.read_text(encoding="utf-8") == asyncapi.page()


def test_every_topic_has_a_channel_and_no_other() -> None:
    addresses = {each["address"] for each in DOCUMENT["channels"].values()}
    own = {topics.topic("{gate}", leaf) for leaf in (*topics.FROM_GATE, *topics.TO_GATE)}
    leaves = (topics.SIGNERS, topics.KEYRING, "list-{kid}")
    shared = {topics.topic(topics.ALL, leaf) for leaf in leaves}
    assert addresses == own | shared | {address for address, _ in asyncapi.HOME.values()}
    operations = DOCUMENT["operations"]
    assert all(operations[f"{leaf}-sent"]["bindings"]["mqtt"]["retain"] for leaf in topics.KEPT)
    assert not operations["scan-sent"]["bindings"]["mqtt"]["retain"]


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for key, text in value.items() if key == "$ref")
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        at: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            at = at[part]
        assert at


RECEIPT = receipt.Receipt("g", "j", 3, "00" * 32, 5)
SUMMARY = site.Summary("g", "p", ("g2",), 4, 5)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("State", pack(State(online=True, scanning=True, incarnation=1, wall=5, journal="j"))),
        ("Health", pack(Health(waiting=3, alarms=("too-hot",), temperature_c=50.0))),
        ("Batch", batch.pack("j", [{"seq": 1, "boot": "b"}], genesis("g", "j"), historical=False)),
        ("Signed", receipt.pack(RECEIPT, KEY)),
        ("Signed", site.pack(SUMMARY, KEY)),
    ],
)
def test_a_real_message_fits_its_schema(schema: str, message: bytes) -> None:
    said = set(msgspec.json.decode(message))
    assert said <= set(SCHEMAS[schema]["properties"])
    assert said >= set(SCHEMAS[schema].get("required", ()))


def test_yaml_is_spelled_so_that_nothing_in_it_can_be_taken_for_something_else() -> None:
    lines = list(asyncapi.yaml({"a": [1, {"b": "yes: #no"}], "c": {}, "d": None}))
    assert lines == ['"a":', "  - 1", "  -", '    "b": "yes: #no"', '"c": {}', '"d": null']
