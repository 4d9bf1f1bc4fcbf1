"""Records, and the chain that holds them together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import DOCUMENTS, KEY, NOTE, PAPER, SCAN
from wire.canonical import Document, canonical
from wire.errors import WireError
from wire.record import (
    Record,
    genesis,
    link,
    link_spelled,
    read_spelled,
    to_document,
    to_record,
)


def chained(documents: list[Document], gate: str = "g1", journal: str = "j1") -> bytes:
    """Return the chain value after all of `documents`."""
    chain = genesis(gate, journal)
    for document in documents:
        chain = link(chain, document)
    return chain


@pytest.mark.parametrize("record", [SCAN, NOTE, KEY, PAPER], ids=["scan", "note", "key", "paper"])
def test_a_record_is_stored_and_read_again(record: Record) -> None:
    assert to_record(to_document(record)) == record
    assert read_spelled(canonical(to_document(record))) == record


def test_what_is_at_its_default_is_not_written() -> None:
    assert "marks" in DOCUMENTS[0]
    bare = to_document(to_record({k: v for k, v in DOCUMENTS[0].items() if k != "marks"}))
    assert "marks" not in bare


@pytest.mark.parametrize(
    "change",
    [
        {"t": "visit"},
        {"t": []},
        {"seq": 0},
        {"seq": 2**53},
        {"seq": True},
        {"seq": 1.0},
        {"up": -1},
        {"wall": 2**60},
        {"clock": "perhaps"},
        {"reason": "because"},
        {"marks": ["odd"]},
        {"key": 0},
        {"told": {"at": -1, "within": 0}},
        {"told": {"at": 5}},
        {"told": {"at": 5, "within": 86_400_001}},
        {"told": 5},
    ],
    ids=str,
)
def test_a_record_of_another_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        to_record({**DOCUMENTS[0], **change})
    with pytest.raises(WireError):
        read_spelled(canonical({**DOCUMENTS[0], **change}))


@given(st.data())
def test_the_chain_shows_a_record_changed_removed_doubled_or_moved(data: st.DataObject) -> None:
    documents = [{**DOCUMENTS[i % 3], "seq": i + 1} for i in range(data.draw(st.integers(2, 9)))]
    at = data.draw(st.integers(0, len(documents) - 1))
    to = data.draw(st.integers(0, len(documents) - 1).filter(lambda each: each != at))
    moved = [*documents]
    moved[at], moved[to] = moved[to], moved[at]
    changed = [*documents]
    changed[at] = {**changed[at], "up": changed[at]["up"] + 1}
    removed = documents[:at] + documents[at + 1 :]
    doubled = documents[: at + 1] + documents[at:]
    values = [chained(each) for each in (documents, moved, changed, removed, doubled)]
    assert len(set(values)) == len(values)


def test_the_chain_belongs_to_one_gate_and_one_journal() -> None:
    names = [("g1", "j1"), ("g1", "j2"), ("g2", "j1"), ("g1j", "1"), ("", "g1j1")]
    assert len({chained(DOCUMENTS, *each) for each in names}) == len(names)


def test_the_chain_runs_over_the_spelled_record() -> None:
    assert link(b"x", DOCUMENTS[0]) == link_spelled(b"x", canonical(DOCUMENTS[0]))
    shuffled = dict(reversed(DOCUMENTS[0].items()))
    assert link(b"x", shuffled) == link(b"x", DOCUMENTS[0])
