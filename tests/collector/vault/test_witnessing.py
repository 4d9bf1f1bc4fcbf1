"""Where the audit stands goes to intake, and from there to the gates."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.cases import schema
from collector.cases.audit import Audit
from collector.cases.entries import Act
from collector.cases.roles import Actor, Role
from collector.database.sqlite import SqliteDatabase
from collector.intake.witness import AuditHead
from collector.vault.witnessing import Witness
from wire.receipt import Receipt

LAN = Actor("lan", Role.DISTRICT)
RECEIPT = Receipt(gate="g1", journal="j", high=1, hash="00" * 32, time=1_790_000_000_000)


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    database = SqliteDatabase(tmp_path / "cases.db")
    schema.make(database)
    yield Audit(database)
    database.close()


def test_what_the_vault_writes_intake_tells_the_gates(audit: Audit, tmp_path: Path) -> None:
    file = tmp_path / "road" / "audit-head.json"
    witness, teller = Witness(audit, file), AuditHead(file)
    assert teller.on(RECEIPT).audit is None
    audit.commit(LAN, Act.FOUND, 1)
    witness.look(2)
    told = teller.on(RECEIPT).audit
    assert told is not None
    assert (told.seq, told.hash) == (1, audit.head(2).hash)


def test_a_file_that_cannot_be_written_stops_nothing(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "road").write_text("no folder")
    witness = Witness(audit, tmp_path / "road" / "audit-head.json")
    audit.commit(LAN, Act.FOUND, 1)
    for _ in range(2):
        witness.look(2)
    (tmp_path / "road").unlink()
    witness.look(3)
    assert (tmp_path / "road" / "audit-head.json").exists()
