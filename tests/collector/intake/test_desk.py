"""The desk, without a broker: messages in, ledger and receipts out."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from collector.intake.desk import Desk, Handled, Message, read
from collector.ledger.ports import JOURNALS_KEPT
from collector.roster import Gates
from tests.collector.ledger.memory import MemoryLedger
from wire import batch, head, receipt, topics
from wire.canonical import canonical
from wire.keys import Keyring, Use, entry
from wire.receipt import Receipt, Refusal
from wire.record import Reason, genesis, link, to_document, to_record
from wire.state import State, pack

AT = 1_790_000_000_000
RECORDS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
"""The records key of both gates."""
ENTRY = entry(RECORDS.public_key(), Use.RECORDS)
GATES = Gates({"g1": ENTRY, "g2": ENTRY})
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
    assert answer.refused == (Refusal(3, "unreadable", batch.digest(future)),)


@pytest.mark.parametrize("historical", [False, True])
def test_a_batch_that_is_no_text_behind_its_beginning_is_answered_all_the_same(
    desk: Desk, journal: Callable[..., Any], *, historical: bool
) -> None:
    pen = journal("g1", "j1").scan(2)
    handle(desk, pen.message(1, 2))
    bad = canonical({**pen.documents[1], "seq": 3}).replace(b"pass", b"\xff\xfe\xfd\xfc")
    payload = batch.splice("j1", [bad], pen.chain[2], historical=historical)
    (answer,) = receipts(handle(desk, said("g1", topics.SCAN, payload)))
    (refused,) = answer.refused
    assert (answer.high, refused.seq, refused.why) == (2, 3, "unreadable")
    assert refused.of in batch.named("j1", bad, pen.chain[2])
    assert refused.of not in batch.named("j1", bad, pen.chain[1])


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
    said = read("g1", leaf, Message("", payload), GATES.ring("g1"))
    assert said.arrival or said.report or said.complaints


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
    said = read("g1", topics.SCAN, Message("", payload), GATES.ring("g1"))
    assert said.arrival or said.complaints


def test_declared_missing_records_are_confirmed_past(
    desk: Desk, ledger: MemoryLedger, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(2).missing(5).scan(1)
    (answer,) = receipts(handle(desk, pen.message(1, 6)))
    assert (answer.high, answer.hash, answer.refused) == (6, pen.chain[6].hex(), ())
    (tally,) = ledger.tallies()
    assert (tally.rows, tally.declared, tally.missing) == (3, 3, 0)


@pytest.mark.parametrize("key", [KEY, Ed25519PrivateKey.generate()])
def test_a_declaration_that_the_gate_has_not_signed_is_refused_where_it_stands(
    desk: Desk, journal: Callable[..., Any], key: Ed25519PrivateKey
) -> None:
    pen = journal("g1", "j1").scan(2).missing(5, key=key).scan(1)
    (answer,) = receipts(handle(desk, pen.message(1, 6)))
    of = batch.digest(canonical(pen.documents[2]))
    assert (answer.high, answer.refused) == (2, (Refusal(3, "unsigned", of),))


def test_a_declaration_cannot_be_moved_to_another_gate_or_stretched(
    desk: Desk, journal: Callable[..., Any]
) -> None:
    other = journal("g2", "j1").missing(5)
    pen = journal("g1", "j1")
    pen.documents, pen.chain = other.documents, [pen.chain[0], *other.chain[1:]]
    stretched = journal("g1", "j2").missing(5)
    stretched.documents = [{**stretched.documents[0], "last": 9}]
    one, two = receipts(handle(desk, pen.message(1, 5), stretched.message(1, 1)))
    refused = [(each.seq, each.why) for each in (*one.refused, *two.refused)]
    assert refused == [(1, "unsigned")] * 2
    assert (one.high, two.high) == (0, 0)


def test_a_signed_head_is_kept_and_a_false_one_is_named(
    desk: Desk, ledger: MemoryLedger, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(2).head().scan(1).head(key=KEY)
    pen.head(gate="g2").head(chain="00" * 32)
    (answer,) = receipts(handle(desk, pen.message(1, 7)))
    assert answer.high == 7
    assert [(each.seq, each.why) for each in answer.refused] == [
        (5, "bad-head"),
        (6, "bad-head"),
        (7, "bad-head"),
    ]
    head = ledger.head("g1", "j1")
    assert head is not None
    assert (head.seq, head.hash) == (2, pen.chain[2])


def test_a_revoked_gate_is_told_so_and_nothing_of_it_is_taken(
    desk: Desk, ledger: MemoryLedger, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(4)
    handle(desk, pen.message(1, 2))
    gates = Gates(GATES.keys, frozenset({"g1"}))
    state = b'{"incarnation":1,"online":true,"scanning":true,"wall":1}'
    messages = [pen.message(3, 4), said("g1", topics.STATE, state)]
    (answer,) = receipts(desk.handle(messages, gates, AT))
    assert (answer.high, answer.refused) == (2, (Refusal(3, "revoked-gate"),))
    standing = ledger.standings()["g1"]
    assert (standing.state, standing.complaints) == (b"", 1)


def test_a_gate_that_begins_ever_more_journals_is_refused(
    desk: Desk, ledger: MemoryLedger, journal: Callable[..., Any]
) -> None:
    pens = [journal("g1", f"j{number}").scan(1) for number in range(JOURNALS_KEPT + 1)]
    answers = receipts(handle(desk, *(pen.message(1, 1) for pen in pens)))
    assert [each.high for each in answers] == [1] * JOURNALS_KEPT + [0]
    assert answers[-1].refused == (Refusal(1, "too-many-journals"),)
    other = journal("g2", "j1").scan(1)
    assert receipts(handle(desk, other.message(1, 1)))[0].high == 1
    assert len(ledger.tallies()) == JOURNALS_KEPT + 1


def test_a_declaration_that_ends_before_it_begins_is_refused(
    desk: Desk, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(4).missing(9)
    document = {**pen.documents[4], "last": 2}
    signed = head.declare(to_record(document), "g1", "j1", RECORDS)  # type: ignore[arg-type]
    pen.documents[4] = to_document(signed)
    (answer,) = receipts(handle(desk, pen.message(1, 5)))
    of = batch.digest(canonical(pen.documents[4]))
    assert (answer.high, answer.refused) == (4, (Refusal(5, "unsigned", of),))


def test_only_a_restored_collector_asks_and_it_asks_each_journal_once(
    journal: Callable[..., Any],
) -> None:
    pen = journal("g1", "j1").scan(9)
    state = State(online=True, scanning=True, incarnation=1, wall=1, journal="j1", last=9)
    told = said("g1", topics.STATE, pack(state))
    plain = Desk(MemoryLedger(), KEY)
    handle(plain, pen.message(1, 4))
    assert receipts(handle(plain, told)) == []
    desk = Desk(MemoryLedger(), KEY, asks=True)
    handle(desk, pen.message(1, 4))
    (asked,) = receipts(handle(desk, told))
    assert asked == Receipt("g1", "j1", 4, pen.chain[4].hex(), AT, want=((5, 9),))
    assert receipts(handle(desk, told)) == []


@pytest.mark.parametrize("field", ["kind", "boot"])
def test_a_word_that_no_database_holds_stops_nobody(
    desk: Desk, ledger: MemoryLedger, journal: Callable[..., Any], field: str
) -> None:
    """PostgreSQL has no NUL: a gate that sends one would have its batch come for ever."""
    pen = journal("g1", "j1").scan(1)
    pen.documents[-1] = {**pen.documents[-1], field: "a\0"}
    pen.chain[-1] = link(pen.chain[-2], pen.documents[-1])
    (answer,) = receipts(handle(desk, pen.message(1, 1)))
    assert (answer.high, answer.refused) == (1, (Refusal(1, "odd-record"),))
    assert ledger.tallies()[0].odd == 1
