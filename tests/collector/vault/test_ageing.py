"""What goes by its own time (the audit, who was registered, holds) goes by a believed one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from collector import clock
from collector.believed import Believed, Said
from collector.cases import schema
from collector.cases.audit import KEPT_MS, Audit
from collector.cases.entries import Act
from collector.database.sqlite import SqliteDatabase
from collector.vault import holds
from collector.vault.ageing import EVERY_MS, Ageing
from collector.vault.process import Work
from tests.collector.cases.conftest import DISTRICT
from tests.collector.vault.conftest import DAY, Town
from tests.collector.vault.test_registering import AT, CLERK, SAID, desk

IN_2099 = 4_070_908_800_000
OVER = AT + 21 * DAY


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    database = SqliteDatabase(tmp_path / "audit.db")
    schema.make(database)
    made = Audit(database)
    made.commit(DISTRICT, Act.FOUND, OVER - KEPT_MS - 1, persons=(1,))
    made.commit(DISTRICT, Act.FOUND, OVER - KEPT_MS, persons=(2,))
    yield made
    database.close()


def acts(audit: Audit) -> list[Act]:
    return [row.act for row in audit.rows()]


def test_a_row_goes_when_two_years_are_over(audit: Audit) -> None:
    ageing = Ageing(audit)
    ageing.look(OVER - 1)
    ageing.look(OVER)
    assert acts(audit) == [Act.FOUND, Act.FOUND]  # looked within the hour
    ageing.look(OVER - 1 + EVERY_MS)
    assert acts(audit) == [Act.PURGED]
    assert audit.verify(OVER).holds
    assert audit.about(1) == ()


class Nowhere:
    """Knows of no area."""

    def areas(self) -> frozenset[tuple[str, str]]:
        return frozenset()


def left(town: Town) -> list[int]:
    tables = ("person", "alias", "registered", "hold")
    return [town.rows(f"SELECT COUNT(*) FROM {table}")[0][0] for table in tables]  # noqa: S608


def test_a_clock_in_2099_takes_nobody_along_and_in_time_everybody_goes(
    town: Town, audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    up_ms = [0]
    believed = Believed(tmp_path / "clock.json", lambda: up_ms[0])
    believed.note(Said(AT, 0))
    work = Work(town.room, town.people, cast("Any", Nowhere()), (), (Ageing(audit),), believed)

    def turned(now_ms: int) -> list[int]:
        monkeypatch.setattr(clock, "wall_ms", lambda: now_ms)
        while work.turn():
            pass
        return left(town)

    town.unlock(AT)
    desk(town).register(CLERK, SAID)
    ((person,),) = town.rows("SELECT id FROM person")
    with town.people.writing() as session:
        holds.ask(session, 1, person, (b"reason", "lan", AT + DAY), AT)
    before = turned(AT)
    assert min(before) > 0
    assert turned(IN_2099) == before
    up_ms[0] = 20 * DAY
    assert turned(IN_2099) == [*before[:-1], 0], "the hold's day has surely come"
    assert acts(audit) == [Act.FOUND, Act.FOUND]
    assert town.rows("SELECT COUNT(*) FROM epoch WHERE destroyed_ms IS NOT NULL") == [(0,)]
    up_ms[0] = 21 * DAY
    assert turned(OVER) == [0, 0, 0, 0]
    assert acts(audit) == [Act.FOUND, Act.PURGED]
