"""The desk, without a broker: messages in, ledger and receipts out."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from collector.intake.desk import Desk, Handled, Message, read
from collector.ledger.memory import MemoryLedger
from wire import batch, receipt, topics
from wire.canonical import canonical
from wire.keys import Keyring, Use, entry
from wire.receipt import Receipt, Refusal
from wire.record import Reason, genesis

AT = 1_790_000_000_000
GATES = frozenset({"g1", "g2"})
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
RING = Keyring([entry(KEY.public_key(), Use.RECEIPT)])


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def desk(ledger: MemoryLedger) -> Desk:
    return Desk(ledger, KEY)


def handle(desk: Desk, *messages: Message) -> Handled:
    return desk.handle(messages, GATES, AT)


def receipts(handled: Handled) -> list[Receipt]:
    found = [receipt.unpack(answer.payload, RING) for answer in handled.answers]
    assert [answer.topic for answer in handled.answers] == [
        topics.topic(each.gate, topics.ACK) for each in found
    ]
    return found


def said(gate: str, leaf: str, payload: bytes) -> Message:
    return Message(topics.topic(gate, leaf), payload)


def test_a_stored_batch_is_answered_with_a_signed_receipt(
    desk: Desk, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(2)
    (answer,) = receipts(handle(desk, pen.message(1, 2)))
    assert answer == Receipt("g1", "j1", 2, pen.chain[2].hex(), AT)


def test_many_messages_of_a_journal_are_answered_by_one_receipt(
    desk: Desk, journal: Callable[..., Any]
) -> None:
    one, two = journal("g1", "j1").scan(9), journal("g2", "j1").scan(1)
    messages = [one.message(n, n) for n in range(1, 10)]
    handled = handle(desk, *messages, two.message(1, 1), one.message(2, 3))
    assert [(each.gate, each.high) for each in receipts(handled)] == [("g1", 9), ("g2", 1)]
    assert (handled.stored, handled.absorbed) == (10, 2)


def test_a_deflated_backlog_is_taken_like_any_other(
    desk: Desk, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(50)
    (answer,) = receipts(handle(desk, pen.message(1, 50, historical=True)))
    assert answer.high == 50


def test_what_is_missing_is_asked_for(desk: Desk, journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(9)
    (answer,) = receipts(handle(desk, pen.message(5, 9)))
    assert (answer.high, answer.hash) == (0, genesis("g1", "j1").hex())
    assert answer.want == ((1, 4),)


def test_what_came_after_all_is_not_asked_for(desk: Desk, journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(9)
    handled = handle(desk, pen.message(5, 9), pen.message(1, 3), pen.message(4, 9))
    (answer,) = receipts(handled)
    assert (answer.high, answer.want) == (9, ())


def test_a_fork_is_refused_and_the_mark_stays(desk: Desk, journal: Callable[..., Any]) -> None:
    kept = journal("g1", "j1").scan(3)
    handle(desk, kept.message(1, 3))
    other = journal("g1", "j1").scan(1).scan(2, reason=Reason.EXPIRED)
    (answer,) = receipts(handle(desk, other.message(2, 3)))
    assert (answer.high, answer.hash) == (3, kept.chain[3].hex())
    assert answer.refused == (Refusal(2, "fork"),)


def test_a_record_of_unknown_form_is_confirmed_and_named(
    desk: Desk, ledger: MemoryLedger, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1")
    pen.add({"t": "note", "what": "not-invented-yet"})
    pen.scan(1)
    (answer,) = receipts(handle(desk, pen.message(1, 2)))
    assert (answer.high, answer.refused) == (2, (Refusal(1, "odd-record"),))
    assert ledger.tallies()[0].odd == 1


def test_an_unknown_gate_is_told_so_and_leaves_no_trace(
    desk: Desk, ledger: MemoryLedger, journal: Callable[..., Any]
) -> None:
    pen = journal("stranger", "j1").scan(1)
    (answer,) = receipts(handle(desk, pen.message(1, 1)))
    assert (answer.high, answer.refused) == (0, (Refusal(1, "unknown-gate"),))
    assert (ledger.tallies(), ledger.standings()) == ((), {})


def test_a_batch_that_cannot_be_read_is_refused_where_it_names_its_journal(
    desk: Desk, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(2)
    handle(desk, pen.message(1, 2))
    future = canonical({"v": 2, "journal": "j1", "first": 3})
    (answer,) = receipts(handle(desk, said("g1", topics.SCAN, future)))
    assert (answer.high, answer.hash) == (2, pen.chain[2].hex())
    assert answer.refused == (Refusal(3, "unreadable"),)


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"\xff\xfe", b"x" * 100, b"[]", b"[" * 100_000, b'{"a":' * 50_000],
)
def test_what_names_no_journal_is_dropped_and_disturbs_nobody(
    desk: Desk, journal: Callable[..., Any], payload: bytes
) -> None:
    pen = journal("g1", "j1").scan(1)
    handled = handle(desk, said("g2", topics.SCAN, payload), pen.message(1, 1))
    assert [(each.gate, each.high) for each in receipts(handled)] == [("g1", 1)]
    assert handled.dropped == 1


def test_a_record_that_nests_too_deeply_is_no_way_to_stop_intake(desk: Desk) -> None:
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"a": deep}
    document = {"t": "note", "what": "alive", "data": deep, "seq": 1, "boot": "0badcafe"}
    payload = batch.pack("j1", [document], genesis("g1", "j1"), historical=False)
    assert handle(desk, said("g1", topics.SCAN, payload)).answers


@pytest.mark.parametrize("topic", ["", "gq/v1/g1", "gq/v1/g1/ack", "gq/v2/g1/scan", "a/b/c/d/e"])
def test_a_topic_that_is_none_of_ours_is_dropped(desk: Desk, topic: str) -> None:
    assert handle(desk, Message(topic, b"{}")).dropped == 1


def test_reports_reach_the_ledger_and_are_not_answered(desk: Desk, ledger: MemoryLedger) -> None:
    state = b'{"incarnation":1,"online":true,"scanning":true,"wall":1}'
    handled = handle(
        desk, said("g1", topics.STATE, state), said("g1", topics.HEALTH, b'{"waiting":4}')
    )
    standing = ledger.standings()["g1"]
    assert handled.answers == ()
    assert (standing.state, standing.health) == (state, b'{"waiting":4}')


def test_a_report_of_no_known_form_does_not_replace_the_last_good_one(
    desk: Desk, ledger: MemoryLedger
) -> None:
    handle(desk, said("g1", topics.HEALTH, b'{"waiting":4}'))
    handle(desk, said("g1", topics.HEALTH, b'{"waiting":"many"}'))
    standing = ledger.standings()["g1"]
    assert (standing.health, standing.complaints) == (b'{"waiting":4}', 1)


@given(st.binary(max_size=300), st.sampled_from([topics.SCAN, topics.STATE, topics.HEALTH]))
def test_any_bytes_are_read_as_something(payload: bytes, leaf: str) -> None:
    assert read("g1", leaf, Message("", payload)) is not None


@given(
    st.dictionaries(
        st.sampled_from(["v", "journal", "boot", "historical", "first", "prev", "scans"]),
        st.one_of(
            st.integers(), st.text(), st.booleans(), st.lists(st.dictionaries(st.text(), st.none()))
        ),
    )
)
def test_any_document_is_read_as_something(document: dict[str, Any]) -> None:
    payload = canonical(document)
    assert read("g1", topics.SCAN, Message("", payload)) is not None
