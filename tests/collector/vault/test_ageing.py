"""Rows of the audit go after two years, by no clock that deletion has not trusted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.cases import schema
from collector.cases.audit import KEPT_MS, Audit
from collector.cases.entries import Act
from collector.database.sqlite import SqliteDatabase
from collector.vault.ageing import EVERY_MS, Ageing
from tests.collector.cases.conftest import DISTRICT
from tests.collector.vault.conftest import DAY, Town
from tests.collector.vault.test_forgetting import AT, lived

IN_2099 = 4_070_908_800_000
DELETED = AT + 21 * DAY


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    database = SqliteDatabase(tmp_path / "audit.db")
    schema.make(database)
    made = Audit(database)
    made.commit(DISTRICT, Act.FOUND, DELETED - KEPT_MS - 1, persons=(1,))
    made.commit(DISTRICT, Act.FOUND, DELETED - KEPT_MS, persons=(2,))
    yield made
    database.close()


def acts(audit: Audit) -> list[Act]:
    return [row.act for row in audit.rows()]


def test_a_row_goes_when_two_years_are_over_by_the_newest_receipt(town: Town, audit: Audit) -> None:
    ageing = Ageing(audit, town.view, town.people)
    lived(town)
    ageing.look(DELETED)
    assert acts(audit) == [Act.FOUND, Act.FOUND]  # nothing was deleted yet: no receipt
    town.retain(DELETED)
    town.settle(DELETED)
    ageing.look(DELETED + EVERY_MS - 1)
    assert acts(audit) == [Act.FOUND, Act.FOUND]  # looked within the hour
    ageing.look(IN_2099)
    assert acts(audit) == [Act.FOUND, Act.PURGED]
    assert audit.verify(IN_2099).holds
    assert (audit.about(1), len(audit.about(2))) == ((), 1)


def test_a_clock_that_goes_back_is_gone_by(town: Town, audit: Audit) -> None:
    lived(town)
    town.retain(DELETED)
    town.settle(DELETED)
    ageing = Ageing(audit, town.view, town.people)
    ageing.look(DELETED - KEPT_MS)
    assert acts(audit) == [Act.FOUND, Act.FOUND]
    ageing.look(DELETED - KEPT_MS - 1)  # back: looked again at once, and nothing is old
    ageing.look(DELETED)
    assert acts(audit) == [Act.FOUND, Act.PURGED]
