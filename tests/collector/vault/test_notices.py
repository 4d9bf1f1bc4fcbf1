"""What the vault leaves for the board: whose scans were opened."""

from pathlib import Path

import msgspec
import pytest

from collector.figures.opened import OpenedFile
from collector.vault.notices import EVERY_MS, Notices

NOW = 1_800_000_000_000


class Vault:
    """What notices tell of."""

    def __init__(self, folder: Path) -> None:
        self.gates = {"g1": NOW}
        self.opened = folder / "road/opened.json"
        self.notices = Notices(self.opened, lambda: dict(self.gates))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def test_the_board_reads_whose_scans_were_opened(vault: Vault) -> None:
    vault.notices.look(NOW)
    assert OpenedFile(vault.opened).gates() == frozenset({"g1"})
    vault.gates["g2"] = NOW
    vault.notices.look(NOW + EVERY_MS - 1)
    assert OpenedFile(vault.opened).gates() == frozenset({"g1"})
    vault.notices.look(NOW + EVERY_MS)
    assert OpenedFile(vault.opened).gates() == frozenset({"g1", "g2"})


def test_what_has_not_changed_is_not_written_again(vault: Vault) -> None:
    vault.notices.look(NOW)
    before = vault.opened.stat().st_mtime_ns
    vault.notices.look(NOW + EVERY_MS)
    assert vault.opened.stat().st_mtime_ns == before


def test_a_clock_that_goes_back_keeps_nothing_waiting(vault: Vault) -> None:
    vault.notices.look(NOW + 10**9)
    vault.gates["g2"] = NOW
    vault.notices.look(NOW)
    assert OpenedFile(vault.opened).gates() == frozenset({"g1", "g2"})


def test_a_folder_that_cannot_be_written_stops_nothing(vault: Vault) -> None:
    vault.opened.parent.write_bytes(b"")
    vault.notices.look(NOW)
    vault.opened.parent.unlink()
    vault.notices.look(NOW + EVERY_MS)
    assert msgspec.json.decode(vault.opened.read_bytes()) == {"g1": NOW}
