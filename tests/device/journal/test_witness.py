"""A gate notes where the district's audit stood: once for each, and seldom."""

from pathlib import Path

import msgspec
import pytest

from device.journal.witness import AGAIN_NS, Witness
from tests.device.journal.card import ACCEPTED, Card, moment, receipt_for
from wire.receipt import Receipt, Witnessed
from wire.record import Note, What, to_record

FIRST, NEXT = Witnessed(4, "ab" * 32, 1_800_000_000_000), Witnessed(5, "cd" * 32, 1_800_000_000_001)


def receipt(head: Witnessed | None) -> Receipt:
    return Receipt("g1", "j1", 9, "00" * 32, 1, audit=head)


def test_nothing_is_due_before_something_was_heard() -> None:
    witness = Witness()
    witness.hear(receipt(None))
    assert witness.due(0) is None


def test_what_was_heard_is_noted_once() -> None:
    witness = Witness()
    witness.hear(receipt(FIRST))
    assert witness.due(0) == msgspec.to_builtins(FIRST)
    witness.noted(0)
    witness.hear(receipt(FIRST))
    witness.hear(receipt(None))
    assert witness.due(9 * AGAIN_NS) is None


@pytest.mark.parametrize(("up_ns", "due"), [(AGAIN_NS - 1, False), (AGAIN_NS, True)])
def test_the_next_waits_its_time(up_ns: int, due: bool) -> None:  # noqa: FBT001
    witness = Witness()
    witness.hear(receipt(FIRST))
    witness.noted(0)
    witness.hear(receipt(NEXT))
    assert (witness.due(up_ns) is not None) is due


def test_a_receipt_puts_the_head_into_the_journals_chain(tmp_path: Path) -> None:
    site = Card(tmp_path)
    with site.open() as journal:
        journal.scan(ACCEPTED, moment())
        said = receipt_for(journal, site.stored(), journal.last)
        site.receipts.append(msgspec.structs.replace(said, audit=FIRST))
        for second in range(5):
            journal.tend(moment(second))
        records = [to_record(each) for each in site.stored()]
    noted = [each.data for each in records if isinstance(each, Note) and each.what is What.WITNESS]
    assert noted == [msgspec.to_builtins(FIRST)]
