"""What is proved of a journal, and where exactly not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import inquiry
from collector.database.sqlite import open_to_write
from collector.errors import GateUnknown
from collector.ledger.entries import Arrival, Post
from collector.ledger.sqlite import SqliteLedger
from collector.ledger.sqliteview import SqliteView
from collector.proof import Finding, Flaw, Proof, Range
from collector.roster import Gate, Roster
from tests.collector.ledger.memory import MemoryLedger
from wire.keys import KeyEntry, Use, entry
from wire.record import Direction, Reason, What

WALL = 1_780_000_000_000
AT = WALL + 3_600_000
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
"""The records key of the gates in these tests."""
OPEN = Range()


def roster(*keys: KeyEntry) -> Roster:
    gates = [Gate("g1", "Bến xe Mẫu", "Mẫu", "transport", (Direction.IN,), key) for key in keys]
    return Roster("Huyện Mẫu", "0299", tuple(gates))


OURS = roster(entry(KEY.public_key(), Use.RECORDS))


def proved(
    *arrivals: Arrival, asked: Range = OPEN, listed: Roster = OURS
) -> tuple[bool, list[Finding], Proof]:
    ledger = MemoryLedger()
    for arrival in arrivals:
        ledger.commit(Post(arrivals=(arrival,)), AT)
    proofs = inquiry.prove(ledger, listed, "g1", asked)
    return inquiry.holds(proofs), list(proofs[0].findings), proofs[0]


def test_a_journal_that_is_whole_chained_and_signed_is_proved(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(5).head().scan(2).head()
    holds, findings, proof = proved(pen.arrival(1, 9))
    assert (holds, findings) == (True, [])
    assert (proof.first, proof.last, proof.records, proof.scans) == (1, 9, 9, 7)
    assert proof.signed_to == 8


def test_what_still_grows_is_proved_as_far_as_it_is_signed(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(3).head().scan(6)
    holds, _, proof = proved(pen.arrival(1, 10))
    assert (holds, proof.signed_to, proof.last) == (True, 3, 10)


def test_a_journal_that_the_gate_never_signed_is_not_proved(journal: Callable[..., Any]) -> None:
    holds, findings, _ = proved(journal("g1", "j1").scan(4).arrival(1, 4))
    assert (holds, findings) == (False, [Finding(Flaw.UNSIGNED, 1, 4)])


def test_a_head_of_another_key_binds_nothing(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(3).head(Ed25519PrivateKey.generate())
    holds, findings, _ = proved(pen.arrival(1, 4))
    assert not holds
    assert findings == [Finding(Flaw.UNSIGNED, 1, 4), Finding(Flaw.FALSE_HEAD, 4, 4)]


def test_a_head_of_another_chain_is_named(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(2).head().head(chain="00" * 32)
    assert proved(pen.arrival(1, 4))[1] == [Finding(Flaw.FALSE_HEAD, 4, 4)]


def test_a_gate_that_has_another_key_now_proves_nothing_by_the_old_one(
    journal: Callable[..., Any],
) -> None:
    other = roster(entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS))
    assert not proved(journal("g1", "j1").scan(2).head().arrival(1, 3), listed=other)[0]


def test_a_declaration_that_the_known_key_has_not_signed_proves_nothing(
    journal: Callable[..., Any],
) -> None:
    other = roster(entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS))
    pen = journal("g1", "j1").scan(2).missing(5).scan(1)
    findings = proved(pen.arrival(1, 6), listed=other)[1]
    assert Finding(Flaw.BROKEN, 3, 5) in findings


def test_what_the_gate_declared_lost_is_named_with_its_cause(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(2).missing(7).scan(2).head()
    holds, findings, proof = proved(pen.arrival(1, 10))
    assert (holds, proof.records) == (False, 5)
    assert findings == [Finding(Flaw.DECLARED, 3, 7, "damaged")]


def test_a_declaration_for_records_that_are_here_takes_nothing_from_the_proof(
    journal: Callable[..., Any],
) -> None:
    kept = journal("g1", "j1").scan(5)
    pen = journal("g1", "j1").scan(2).missing(5).scan(1).head()
    holds, findings, proof = proved(kept.arrival(1, 5), pen.arrival(3, 7))
    assert (holds, findings, proof.records) == (True, [], 7)


def test_a_fork_is_named(journal: Callable[..., Any]) -> None:
    kept = journal("g1", "j1").scan(4).head()
    other = journal("g1", "j1").scan(2).scan(1, reason=Reason.EXPIRED)
    holds, findings, _ = proved(kept.arrival(1, 5), other.arrival(3, 3))
    assert (holds, findings) == (False, [Finding(Flaw.FORK, 3, 3)])


def test_what_was_sent_past_is_missing(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(2).head().scan(9)
    holds, findings, _ = proved(pen.arrival(1, 3), pen.arrival(8, 9))
    assert (holds, findings) == (False, [Finding(Flaw.MISSING, 4, 7)])


@pytest.mark.parametrize(
    ("statement", "flaw"),
    [
        (
            "UPDATE record SET raw = CAST(replace(raw, 'in', 'on') AS BLOB) WHERE seq = 2",
            "broken",
        ),
        ("DELETE FROM record WHERE seq = 12", "missing"),
        ("DELETE FROM record WHERE seq IN (2, 3)", "missing"),
        ("UPDATE lost SET last = 9 WHERE last = 8", "broken"),
        ("UPDATE lost SET chain = zeroblob(32)", "broken"),
    ],
)
def test_whoever_changes_the_file_is_found_out(
    tmp_path: Path, journal: Callable[..., Any], statement: str, flaw: str
) -> None:
    pen = journal("g1", "j1").scan(6).missing(8).scan(3).head()
    path = tmp_path / "ledger.db"
    with SqliteLedger(path) as ledger:
        ledger.commit(Post(arrivals=(pen.arrival(1, 12),)), AT)
    db = open_to_write(path)
    for trigger in (
        "record_is_never_changed",
        "record_is_deleted_with_a_receipt",
        "lost_is_never_changed",
        "lost_is_never_deleted",
    ):
        db.execute(f"DROP TRIGGER {trigger}")
    db.execute(statement)
    db.close()
    with SqliteView(path) as view:
        (proof,) = inquiry.prove(view, OURS, "g1", OPEN)
    assert not proof.holds
    assert any(each.flaw.value.startswith(flaw) for each in proof.findings)


def test_what_was_deleted_is_told_by_its_receipts_and_breaks_nothing(
    journal: Callable[..., Any],
) -> None:
    pen = journal("g1", "j1").scan(5).head().scan(3)
    ledger = MemoryLedger()
    ledger.commit(Post(arrivals=(pen.arrival(1, 6),)), AT)
    for end in (2, 3):
        ledger.delete({ledger.kept()[0]: end}, 20_600, AT)
    proofs = inquiry.prove(ledger, OURS, "g1", OPEN)
    gone = Finding(Flaw.DELETED, 1, 3, "", (1, 2))
    assert (proofs[0].holds, proofs[0].findings) == (True, (gone,))
    assert any("1-3" in line and "2" in line for line in inquiry.told_proofs("g1", proofs))
    ledger.delete({ledger.kept()[0]: 6}, 20_601, AT)
    for asked in (OPEN, Range(0, WALL), Range(WALL - 10**9, None)):
        (proof,) = inquiry.prove(ledger, OURS, "g1", asked)
        assert (proof.holds, proof.findings) == (
            True,
            (Finding(Flaw.DELETED, 1, 6, "", (1, 3)),),
        )


def test_a_receipt_hides_nothing_that_is_missing_behind_it(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(9).head()
    ledger = MemoryLedger()
    ledger.commit(Post(arrivals=(pen.arrival(1, 10),)), AT)
    ledger.delete({ledger.kept()[0]: 3}, 20_600, AT)
    del ledger._records["g1", "j1"][1]
    (proof,) = inquiry.prove(ledger, OURS, "g1", OPEN)
    assert not proof.holds
    assert Finding(Flaw.MISSING, 5, 5) in proof.findings


def day(first: int, last: int) -> Range:
    """Return the time in which the records `first` to `last` were made."""
    return Range(WALL + first * 1000, WALL + last * 1000)


def test_a_time_is_proved_by_a_head_behind_it(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(20).head().scan(20)
    holds, findings, proof = proved(pen.arrival(1, 41), asked=day(4, 12))
    assert (holds, findings) == (True, [])
    assert 1 <= proof.first <= 4
    assert 12 <= proof.last <= 16
    holds, findings, proof = proved(pen.arrival(1, 41), asked=day(30, 40))
    assert [(each.flaw, each.last) for each in findings] == [(Flaw.UNSIGNED, proof.last)]
    assert not holds


def test_what_is_wrong_at_another_time_does_not_matter(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(2).missing(12).scan(30).head()
    assert proved(pen.arrival(1, 43), asked=day(25, 30))[:2] == (True, [])
    assert not proved(pen.arrival(1, 43), asked=day(1, 30))[0]


def test_a_time_without_records_proves_nothing(journal: Callable[..., Any]) -> None:
    ledger = MemoryLedger()
    ledger.commit(Post(arrivals=(journal("g1", "j1").note(What.START).arrival(1, 1),)), AT)
    proofs = inquiry.prove(ledger, OURS, "g1", Range(AT + 1, AT + 2))
    assert (proofs, inquiry.holds(proofs)) == ((), False)
    assert list(inquiry.told_proofs("g1", proofs)) != []


def test_a_gate_that_nobody_knows_is_said() -> None:
    with pytest.raises(GateUnknown):
        inquiry.prove(MemoryLedger(), OURS, "g7", OPEN)


def test_days_and_times_are_local() -> None:
    midnight = 1_780_246_800_000
    assert inquiry.moment("2026-06-01") == midnight
    assert inquiry.moment("2026-06-01", end=True) == midnight + 86_400_000
    assert inquiry.moment("2026-06-01T01:00", end=True) == midnight + 3_600_000
    assert inquiry.moment("2026-05-31T17:00+00:00") == midnight
    with pytest.raises(ValueError, match="Invalid"):
        inquiry.moment("yesterday")
