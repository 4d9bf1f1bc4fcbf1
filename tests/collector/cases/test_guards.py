"""In SQLite the tables themselves keep the audit; in PostgreSQL the rights of the roles do."""

from pathlib import Path

import pytest

from collector.cases import schema
from collector.cases.audit import Audit
from collector.cases.entries import Act
from collector.database.sqlite import SqliteDatabase
from collector.errors import LedgerBroken
from tests.collector.cases.conftest import DISTRICT, NOW


@pytest.mark.parametrize(
    "sql",
    ["UPDATE audit SET officer = ''", "DELETE FROM audit WHERE seq = 1", "DELETE FROM audit"],
)
def test_rows_cannot_be_changed_or_deleted_in_the_ordinary_way(tmp_path: Path, sql: str) -> None:
    database = SqliteDatabase(tmp_path / "cases.db")
    schema.make(database)
    audit = Audit(database)
    audit.commit(DISTRICT, Act.TRACED, NOW)
    audit.commit(DISTRICT, Act.TRACED, NOW)
    with pytest.raises(LedgerBroken), database.writing() as session:
        session.run(sql)
    assert audit.verify(NOW).rows == 2
    database.close()
