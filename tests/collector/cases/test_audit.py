"""The audit's chain: nothing before a head that somebody keeps can be changed unseen."""

import pytest

from collector.cases.audit import GENESIS, KEPT_MS, Look, load_head
from collector.cases.entries import Act, Head
from tests.collector.cases.conftest import AUDITOR, DAY, DISTRICT, NOW, OF_A, Office
from wire.canonical import canonical
from wire.errors import WireError


def filled(office: Office, rows: int = 5) -> Head:
    for number in range(rows):
        office.audit.commit(DISTRICT, Act.TRACED, NOW + number, case=1, persons=(number, 7))
    return office.audit.head(NOW + rows)


def forged(office: Office, sql: str, *values: object) -> None:
    """Do what somebody with the disk can do: no trigger stands in the way."""
    with office.database.writing() as session:
        if office.database.dialect == "sqlite":
            for name in ("audit_is_never_changed", "audit_is_kept_its_time"):
                session.run(f"DROP TRIGGER IF EXISTS {name}")
        session.run(sql, values)


def flaws(office: Office, kept: Head | None = None) -> list[tuple[int, str]]:
    return [(flaw.seq, flaw.why) for flaw in office.audit.verify(NOW, kept).flaws]


def test_an_untouched_audit_holds_and_names_its_head(office: Office) -> None:
    head = filled(office)
    found = office.audit.verify(NOW + 5, head)
    assert found.holds
    assert (found.rows, found.head.seq, found.head.hash) == (5, 5, head.hash)


def test_an_empty_audit_holds(office: Office) -> None:
    assert office.audit.verify(NOW).head == Head(0, GENESIS.hex(), NOW)


def test_a_changed_row_is_found(office: Office) -> None:
    filled(office)
    forged(office, "UPDATE audit SET raw = ? WHERE seq = 3", b"{}")
    assert flaws(office) == [(3, "changed")]


def test_a_column_that_no_longer_says_what_the_row_says_is_found(office: Office) -> None:
    filled(office)
    forged(office, "UPDATE audit SET officer = 'somebody-else' WHERE seq = 2")
    assert flaws(office) == [(2, "changed")]


def test_a_row_left_out_is_found(office: Office) -> None:
    filled(office)
    forged(office, "DELETE FROM audit WHERE seq = 4")
    assert (4, "missing") in flaws(office)


def test_rows_cut_from_the_end_are_found_by_a_head_that_was_kept(office: Office) -> None:
    head = filled(office)
    forged(office, "DELETE FROM audit WHERE seq >= 4")
    assert flaws(office) == []
    assert flaws(office, head) == [(5, "missing")]


def test_an_audit_written_anew_from_the_start_is_found_by_a_head_that_was_kept(
    office: Office,
) -> None:
    head = filled(office)
    forged(office, "DELETE FROM audit_person")
    forged(office, "DELETE FROM audit")
    filled(office, 4)
    office.audit.commit(OF_A, Act.TRACED, NOW)
    assert office.audit.verify(NOW).holds
    assert flaws(office, head) == [(5, "other-head")]


def test_a_pretended_purge_does_not_hide_rows_whose_time_is_not_over(office: Office) -> None:
    head = filled(office)
    sql = "INSERT INTO audit_start (seq, hash, at_ms) VALUES (?, ?, ?)"
    forged(office, sql, 9, b"\0" * 32, NOW + DAY)
    forged(office, "DELETE FROM audit")
    assert flaws(office, head) == [(5, "missing")]


def test_after_two_years_rows_go_and_the_chain_goes_on(office: Office) -> None:
    old = filled(office)
    later = NOW + KEPT_MS + DAY
    assert office.audit.purge(AUDITOR, later) == 5
    office.audit.commit(DISTRICT, Act.TRACED, later + 1)
    found = office.audit.verify(later + 2, old)
    assert found.holds
    assert [row.act for row in office.audit.rows()] == [Act.PURGED, Act.TRACED]
    assert office.audit.about(7) == ()


def test_nothing_is_purged_before_its_time(office: Office) -> None:
    filled(office)
    assert office.audit.purge(AUDITOR, NOW + KEPT_MS) == 0


def test_it_can_be_said_who_looked_at_a_person(office: Office) -> None:
    filled(office, 3)
    assert [row.seq for row in office.audit.about(7)] == [1, 2, 3]
    assert [row.seq for row in office.audit.about(1)] == [2]


def test_only_the_audit_makes_a_look(office: Office) -> None:
    look = office.audit.commit(DISTRICT, Act.OPENED, NOW, case=1, persons=(1, 2))
    assert look.covers(Act.OPENED, (1,))
    assert not look.covers(Act.OPENED, (1, 3))
    assert not look.covers(Act.TRACED, (1,))
    with pytest.raises(TypeError):
        Look(object(), office.audit.rows()[0], DISTRICT)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"seq":1}', canonical({"seq": "x"}), b"\xff" * 9])
def test_a_file_that_is_no_head_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        load_head(data)


def test_the_latest_rows_are_told_page_by_page_also_of_one_case(office: Office) -> None:
    for number in range(1, 8):
        office.audit.commit(DISTRICT, Act.TRACED, NOW + number, case=1 + number % 2)

    def seqs(**asked: int) -> list[int]:
        return [row.seq for row in office.audit.latest(3, **asked)]

    assert (seqs(), seqs(before=5), seqs(before=2)) == ([7, 6, 5], [4, 3, 2], [1])
    assert (seqs(case=2), seqs(case=2, before=3), seqs(case=9)) == ([7, 5, 3], [1], [])
