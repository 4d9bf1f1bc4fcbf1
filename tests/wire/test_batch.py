"""A batch of records on its way."""

import contextlib
import hashlib
import json
import random
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import DOCUMENTS
from wire import batch
from wire.canonical import Document, canonical
from wire.errors import WireError

PREV = bytes(range(32))


def said(**changes: object) -> bytes:
    """Spell a batch of two records as a gate would, with something changed."""
    document: Document = {
        "v": 1,
        "journal": "j1",
        "boot": "0badcafe",
        "historical": False,
        "first": 1,
        "prev": "",
        "scans": [{"seq": 1}, {"seq": 2}],
    }
    return json.dumps({**document, **changes}).encode()


@pytest.mark.parametrize("historical", [False, True])
@given(count=st.integers(1, 50), first=st.integers(1, 2**40), kinds=st.randoms())
def test_what_is_packed_is_unpacked(
    historical: bool,  # noqa: FBT001  (a parameter of the test)
    count: int,
    first: int,
    kinds: random.Random,
) -> None:
    documents = [{**kinds.choice(DOCUMENTS), "seq": first + i} for i in range(count)]
    data = batch.pack("j1", documents, PREV, historical=historical)
    found = batch.unpack(data)
    assert found.documents() == documents
    assert (found.journal, found.first, found.prev) == ("j1", first, PREV.hex())
    assert found.historical is historical
    assert batch.claimed(data) == ("j1", first)


@given(count=st.integers(1, 50), kinds=st.randoms(), historical=st.booleans())
def test_a_batch_spliced_from_stored_bytes_is_the_one_that_is_packed(
    count: int,
    kinds: random.Random,
    historical: bool,  # noqa: FBT001  (a parameter of the test)
) -> None:
    gone = {"t": "missing", "boot": DOCUMENTS[0]["boot"], "after": "00" * 32, "cause": "é"}
    documents = [{**kinds.choice([*DOCUMENTS, gone]), "seq": 7 + i} for i in range(count)]
    documents = [{**each, "boot": documents[0]["boot"]} for each in documents]
    stored = [canonical(each) for each in documents]
    spliced = batch.splice("j1", stored, PREV, historical=historical)
    assert spliced == batch.pack("j1", documents, PREV, historical=historical)


def test_live_records_can_be_read_by_any_tool_and_backlog_is_small() -> None:
    documents = [{**DOCUMENTS[0], "seq": 1 + i} for i in range(50)]
    live = batch.pack("j1", documents, PREV, historical=False)
    assert json.loads(live)["scans"][0]["reason"] == "accepted"
    assert len(batch.pack("j1", documents, PREV, historical=True)) * 5 < len(live)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(zlib.compress))
def test_any_bytes_are_a_batch_or_an_error(data: bytes) -> None:
    with contextlib.suppress(WireError):
        batch.unpack(data)
    journal, first = batch.claimed(data)
    assert isinstance(journal, str)
    assert first >= 1


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"v": 10**300},
        {"scans": []},
        {"scans": [{"seq": 1 + i} for i in range(51)]},
        {"scans": [{"seq": 1}, {"seq": 3}]},
        {"scans": [{"seq": 2}, {"seq": 1}]},
        {"scans": [{"seq": 1}, {"seq": 1}]},
        {"scans": [{"seq": 1}, {"seq": 2.0}]},
        {"scans": [{"seq": True}, {"seq": 2}]},
        {"scans": [{"seq": 1}, {}]},
        {"scans": [1, 2]},
        {"first": 0},
        {"first": 2**53},
        {"first": 1.5},
        {"journal": None},
    ],
    ids=str,
)
def test_what_is_no_batch_is_refused_briefly(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError) as refused:
        batch.unpack(said(**changes))
    assert len(str(refused.value)) < 100


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no batch",
        b"[]",
        zlib.compress(b"[]"),
        zlib.compress(said())[:-1],
        zlib.compress(said()) + b"more",
        zlib.compress(b"{" + b" " * 50_000_000 + b"}", 9),
        zlib.compress(zlib.compress(said())),
        zlib.compress(b'{"scans":' + b"[" * 200_000),
    ],
    ids=lambda data: str(data[:8]),
)
def test_bombs_and_torn_streams_are_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        batch.unpack(data)
    assert batch.claimed(data) == ("", 1)


def test_a_bomb_takes_no_memory() -> None:
    bomb = zlib.compress(b"{" + b" " * 50_000_000 + b"}", 9)
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            batch.unpack(bomb)
        assert tracemalloc.get_traced_memory()[1] < 8 * batch.MAX_BYTES
    finally:
        tracemalloc.stop()


def test_a_batch_as_long_as_allowed_is_read() -> None:
    filler = batch.MAX_BYTES - len(canonical(json.loads(said(filler=""))))
    whole = canonical(json.loads(said(filler="x" * filler)))
    assert len(whole) == batch.MAX_BYTES
    assert batch.unpack(whole) == batch.unpack(zlib.compress(whole))
    longer = canonical(json.loads(said(filler="x" * (filler + 1))))
    for data in (longer, zlib.compress(longer)):
        with pytest.raises(WireError, match=r"more than|longer than"):
            batch.unpack(data)


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"v": 2}, ("j1", 1)),
        ({"v": 2, "first": 2**53}, ("", 1)),
        ({"v": 2, "first": True}, ("", 1)),
        ({"v": 2, "first": -1}, ("", 1)),
        ({"v": 2, "first": "1"}, ("", 1)),
        ({"v": 2, "journal": 5}, ("", 1)),
    ],
)
def test_a_batch_that_cannot_be_read_still_says_whose_it_is(
    changes: dict[str, Any], claim: tuple[str, int]
) -> None:
    assert batch.claimed(said(**changes)) == claim


def test_a_declaration_of_missing_records_stands_for_its_range() -> None:
    gone = {"t": "missing", "seq": 2, "last": 9, "after": "00" * 32}
    found = batch.unpack(said(scans=[{"seq": 1}, gone, {"seq": 10}]))
    assert [each["seq"] for each in found.scans] == [1, 2, 10]
    with pytest.raises(WireError, match="not consecutive"):
        batch.unpack(said(scans=[{"seq": 1}, gone, {"seq": 3}]))


@pytest.mark.parametrize("last", [2**53, 2**63, 2**200])
def test_no_declaration_reaches_beyond_the_last_number(last: int) -> None:
    with pytest.raises(WireError, match="beyond"):
        batch.unpack(said(scans=[{"t": "missing", "seq": 1, "last": last}]))


@pytest.mark.parametrize("historical", [False, True])
def test_a_torn_batch_still_says_whose_it_is(
    historical: bool,  # noqa: FBT001  (a parameter of the test)
) -> None:
    plain = zlib.decompress(batch.pack("j1", [{**DOCUMENTS[0], "seq": 7}], PREV, historical=True))
    torn = plain[:-1]
    data = zlib.compress(torn) if historical else torn
    with pytest.raises(WireError):
        batch.unpack(data)
    assert batch.claimed(data) == ("j1", 7)


@pytest.mark.parametrize("first", [0, 2**53, 10**20])
def test_a_torn_batch_that_begins_with_no_sequence_number_is_nobodys(first: int) -> None:
    torn = canonical(json.loads(said(first=first)))[:-1]
    assert b'"first":%d,' % first in torn
    assert batch.claimed(torn) == ("", 1)


@given(st.binary(max_size=300))
def test_anything_has_a_name_and_two_that_differ_have_two(data: bytes) -> None:
    assert batch.digest(data) == batch.digest(data)
    assert len(batch.digest(data)) == 64
    assert batch.digest(data + b"x") != batch.digest(data)


def test_a_batch_has_the_name_of_its_text_however_hard_it_was_deflated() -> None:
    text = said()
    name = hashlib.sha256(text).hexdigest()
    assert {batch.digest(each) for each in (text, *(zlib.compress(text, n) for n in (1, 9)))} == {
        name
    }


def test_a_torn_stream_has_the_name_of_its_bytes() -> None:
    torn = zlib.compress(said())[:-1]
    assert batch.digest(torn) == hashlib.sha256(torn).hexdigest()


def test_a_record_is_refused_under_its_name_and_those_of_batches_that_hold_it_alone() -> None:
    document = {**DOCUMENTS[0], "seq": 7}
    live, backlog = (batch.pack("j1", [document], PREV, historical=each) for each in (False, True))
    record = canonical(document)
    names = batch.named("j1", record, PREV)
    assert names == {batch.digest(each) for each in (record, live, backlog)}
    assert len(names) == 3


def test_a_batch_with_others_or_from_elsewhere_has_none_of_a_records_names() -> None:
    document = {**DOCUMENTS[0], "seq": 7}
    record = canonical(document)
    names = batch.named("j1", record, PREV)
    after = {**DOCUMENTS[0], "seq": 8}
    both = batch.pack("j1", [document, after], PREV, historical=True)
    assert batch.digest(both) not in names
    own = {batch.digest(record)}
    assert names & batch.named("j2", record, PREV) == own
    assert names & batch.named("j1", record, bytes(32)) == own
    assert not names & batch.named("j1", canonical(after), PREV)
