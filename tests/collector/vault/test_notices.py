"""What the vault leaves for others: whose scans were opened, and where the audit stands."""

from pathlib import Path

import msgspec
import pytest

from collector.cases import schema
from collector.cases.audit import Audit
from collector.cases.entries import Act
from collector.cases.roles import Actor, Role
from collector.database.sqlite import SqliteDatabase
from collector.figures.opened import OpenedFile
from collector.intake.witness import AuditHead
from collector.vault.notices import EVERY_MS, HEAD_EVERY_MS, Notices
from wire.receipt import Receipt

NOW = 1_800_000_000_000
LAN = Actor("lan", Role.DISTRICT)


class Vault:
    """What notices tell of."""

    def __init__(self, folder: Path) -> None:
        database = SqliteDatabase(folder / "cases.db")
        schema.make(database)
        self.audit, self.gates = Audit(database), {"g1": NOW}
        self.opened, self.head = folder / "road/opened.json", folder / "road/audit-head.json"
        self.notices = Notices(self.opened, self.head, lambda: dict(self.gates), self.audit)

    def witnessed(self) -> int:
        said = AuditHead(self.head).on(Receipt("g1", "j1", 1, "00" * 32, NOW))
        return said.audit.seq if said.audit else 0


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def test_the_board_reads_whose_scans_were_opened(vault: Vault) -> None:
    vault.notices.tend(NOW)
    assert OpenedFile(vault.opened).gates() == frozenset({"g1"})
    vault.gates["g2"] = NOW
    vault.notices.tend(NOW + EVERY_MS - 1)
    assert OpenedFile(vault.opened).gates() == frozenset({"g1"})
    vault.notices.tend(NOW + EVERY_MS)
    assert OpenedFile(vault.opened).gates() == frozenset({"g1", "g2"})


def test_intake_reads_where_the_audit_stands(vault: Vault) -> None:
    vault.notices.tend(NOW)
    assert vault.witnessed() == 0
    vault.audit.commit(LAN, Act.TRACED, NOW, case=1)
    vault.notices.tend(NOW + EVERY_MS)
    assert vault.witnessed() == 0
    vault.notices.tend(NOW + HEAD_EVERY_MS)
    assert vault.witnessed() == 1
    vault.audit.commit(LAN, Act.TRACED, NOW, case=1)
    vault.notices.tend(NOW + 2 * HEAD_EVERY_MS)
    assert vault.witnessed() == 2


def test_what_has_not_changed_is_not_written_again(vault: Vault) -> None:
    vault.notices.tend(NOW)
    before = vault.opened.stat().st_mtime_ns
    vault.notices.tend(NOW + EVERY_MS)
    assert vault.opened.stat().st_mtime_ns == before


def test_a_clock_that_goes_back_keeps_nothing_waiting(vault: Vault) -> None:
    vault.notices.tend(NOW + 10**9)
    vault.gates["g2"] = NOW
    vault.notices.tend(NOW)
    assert OpenedFile(vault.opened).gates() == frozenset({"g1", "g2"})


def test_a_folder_that_cannot_be_written_stops_nothing(vault: Vault) -> None:
    vault.opened.parent.write_bytes(b"")
    vault.notices.tend(NOW)
    vault.opened.parent.unlink()
    vault.notices.tend(NOW + EVERY_MS)
    assert msgspec.json.decode(vault.opened.read_bytes()) == {"g1": NOW}
