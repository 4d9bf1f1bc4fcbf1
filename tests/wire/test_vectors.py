"""Golden vectors: the formats as they were first written, so that they never change silently.

A gate in a box speaks the format of its day for years. If a test here fails, the format changed:
give it a new version, and keep reading the old one.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.wire.samples import (
    DOCUMENTS,
    ENROL_CODE,
    ENROLMENT,
    ENTRIES,
    ENTRIES_PASS,
    FIELDS,
    FULL_PASS,
    HEALTH,
    KEYS,
    PAPER,
    PLAIN_PASS,
    RECEIPT,
    RING,
    STATE,
    VAULT,
    VOUCHED,
    seed,
)
from wire import batch, enrolcode, enrolment, gatepass, receipt, state
from wire.canonical import canonical
from wire.keys import Use
from wire.record import Scan, genesis, link, read_spelled, to_document, to_record
from wire.sealing import DataKey, open_data_key, place

VECTORS = Path(__file__).with_name("vectors")
PREV = genesis("g1", "j1")

WRITTEN: dict[str, Callable[[], bytes]] = {
    "pass": lambda: gatepass.issue(PLAIN_PASS, KEYS[Use.PASS_SEEN]).encode(),
    "pass-full": lambda: gatepass.issue(FULL_PASS, KEYS[Use.PASS_DECLARED]).encode(),
    "pass-entries": lambda: gatepass.issue(ENTRIES_PASS, KEYS[Use.PASS_SEEN]).encode(),
    "enrolment-code": lambda: enrolcode.issue(ENROL_CODE, VOUCHED, KEYS[Use.ENROL]).encode(),
    "scan": lambda: canonical(to_document(to_record(DOCUMENTS[0]))),
    "scan-told": lambda: canonical(to_document(PAPER)),
    "note": lambda: canonical(to_document(to_record(DOCUMENTS[1]))),
    "key": lambda: canonical(to_document(to_record(DOCUMENTS[2]))),
    "batch": lambda: batch.pack("j1", DOCUMENTS, PREV, historical=False),
    "receipt": lambda: receipt.pack(RECEIPT, KEYS[Use.RECEIPT]),
    "enrolment": lambda: enrolment.pack(ENROLMENT, KEYS[Use.ROOT]),
    "request": lambda: enrolment.pack_request("-----BEGIN-----", KEYS[Use.RECORDS]),
    "state": lambda: state.pack(STATE),
    "health": lambda: state.pack(HEALTH),
}
"""What is spelled the same each time."""


def kept(name: str) -> str:
    text: str = json.loads((VECTORS / f"{name}.json").read_text())["spelled"]
    return text


@pytest.mark.parametrize("name", WRITTEN)
def test_a_format_is_written_as_it_always_was(name: str) -> None:
    assert WRITTEN[name]().decode() == kept(name)


def test_what_was_written_is_read_as_it_always_was() -> None:
    assert gatepass.parse(kept("pass")).claims == PLAIN_PASS
    assert gatepass.parse(kept("pass")).verify(RING) is Use.PASS_SEEN
    assert gatepass.parse(kept("pass-full")).claims == FULL_PASS
    assert gatepass.parse(kept("pass-full")).verify(RING) is Use.PASS_DECLARED
    assert gatepass.parse(kept("pass-entries")).claims == ENTRIES_PASS
    code = enrolcode.parse(kept("enrolment-code"))
    code.verify(ENTRIES[Use.ROOT])
    assert code.claims == ENROL_CODE
    assert batch.unpack(kept("batch").encode()).documents() == DOCUMENTS
    assert read_spelled(kept("scan-told").encode()) == PAPER
    # A gate that is older than paper logs says nothing of when anything was told to be.
    before = read_spelled(kept("scan").encode())
    assert isinstance(before, Scan)
    assert before.told is None
    assert receipt.unpack(kept("receipt").encode(), RING) == RECEIPT
    assert enrolment.unpack(kept("enrolment").encode(), ENTRIES[Use.ROOT]) == ENROLMENT
    request = enrolment.unpack_request(kept("request").encode())
    assert request.records == ENTRIES[Use.RECORDS]
    assert state.unpack_state(kept("state").encode()) == STATE
    assert state.unpack_health(kept("health").encode()) == HEALTH


def test_a_deflated_batch_is_read_as_it_always_was() -> None:
    """Another build of zlib may spell it otherwise, so only reading is fixed."""
    found = batch.unpack(base64.b64decode(kept("batch-deflated")))
    assert found.documents() == DOCUMENTS
    assert found.historical


def test_what_was_sealed_is_opened_as_it_always_was() -> None:
    """Sealing takes random bytes, so only opening is fixed."""
    here = place("g1", "j1", 7)
    assert DataKey(seed("data")).open(kept("sealed-fields"), here) == FIELDS
    assert open_data_key(kept("sealed-key"), VAULT).open(kept("sealed-fields"), here) == FIELDS


def test_the_chain_is_computed_as_it_always_was() -> None:
    chain = PREV
    values = [chain.hex()]
    for document in DOCUMENTS:
        chain = link(chain, document)
        values.append(chain.hex())
    assert values == kept("chain").split()


def test_every_vector_is_looked_at() -> None:
    others = {"batch-deflated", "sealed-fields", "sealed-key", "chain"}
    assert {path.stem for path in VECTORS.iterdir()} == WRITTEN.keys() | others
