"""After their time nothing is left of people: not in tables, files, logs or backups."""

import shutil
from pathlib import Path

import pytest

from collector.people import aliases, identifiers
from collector.people.entries import Kind
from collector.vault.epochfile import epoch_name
from collector.vault.errors import CustodyBroken
from tests.collector.vault.conftest import DAY, HOUR, MONDAY, SealingGate, Town, card
from wire.record import Direction

AT = MONDAY + 8 * HOUR
PEOPLE = ("person", "alias", "fields", "sighting", "stay", "origin", "merge", "unpaired", "going")


def lived(town: Town, people: int = 3, days: tuple[int, ...] = (0, 1)) -> SealingGate:
    """Let people come and go on some days."""
    town.unlock(AT)
    pen = SealingGate("g1")
    for day in days:
        pen.renew(AT + day * DAY)
        for each in range(people):
            pen.passes(card(each), AT + day * DAY + each * 60_000)
        for each in range(people):
            at = AT + day * DAY + HOUR + each * 60_000
            pen.passes(card(each), at, way=Direction.OUT)
        town.send(pen, AT + day * DAY + 2 * HOUR)
    town.settle(AT + days[-1] * DAY + 3 * HOUR)
    return pen


def finds(town: Town, each: int) -> bool:
    """Say whether a number leads to anybody."""
    ring = town.room.opened.ring
    sought = identifiers.typed(Kind.NUMBER, f"0010900{each:05}")
    with town.people.reading() as session:
        return bool(aliases.found(session, ring.macs(sought, ring.alive(session))))


def everything(folder: Path) -> bytes:
    """Return every byte of every file, as a thief of the disk would have it."""
    return b"\0".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file())


def test_what_the_ledger_deletes_is_deleted_here_too(town: Town) -> None:
    lived(town)
    now = AT + 21 * DAY
    town.retain(now)
    town.settle(now)
    assert town.rows("SELECT DISTINCT day - ? FROM sighting", 2950 * 7) == [(1,)]
    assert town.rows("SELECT COUNT(*) FROM stay") == [(3,)]
    assert finds(town, 1)
    town.retain(now + DAY)
    town.settle(now + DAY)
    assert {table: town.rows(f"SELECT COUNT(*) FROM {table}") for table in PEOPLE} == {  # noqa: S608
        table: [(0,)] for table in PEOPLE
    }
    assert not finds(town, 1)


def test_an_epoch_goes_with_the_last_scan_keyed_under_it(town: Town) -> None:
    lived(town, days=(0, 6, 7))
    file = town.home / "epochs.json"
    kept = file.read_text()
    assert epoch_name(2950) in kept
    town.retain(AT + 21 * DAY)
    town.settle(AT + 21 * DAY)
    assert epoch_name(2950) in file.read_text()
    assert finds(town, 1)
    town.retain(AT + 27 * DAY)
    town.settle(AT + 27 * DAY)
    assert epoch_name(2950) not in file.read_text()
    assert epoch_name(2951) in file.read_text()
    assert finds(town, 1)
    town.again()
    ring = town.unlock(AT).opened.ring
    with pytest.raises(CustodyBroken):
        ring.epoch(2950)


def test_it_goes_on_while_the_vault_is_locked(town: Town) -> None:
    lived(town)
    town.again()
    town.retain(AT + 30 * DAY)
    town.settle(AT + 30 * DAY)
    assert not town.room.is_open
    assert town.rows("SELECT COUNT(*) FROM sighting") == [(0,)]
    assert town.rows("SELECT COUNT(*) FROM epoch WHERE destroyed_ms IS NULL") == [(0,)]


def test_no_byte_is_left_of_whom_retention_has_reached(town: Town) -> None:
    lived(town)
    traces = [bytes(row[0]) for row in town.rows("SELECT mac FROM alias")]
    traces += [bytes(row[0]) for row in town.rows("SELECT sealed FROM fields")]
    traces.append((town.home / "epochs.json").read_bytes()[20:60])
    town.people.scrub()
    disk = everything(town.home) + everything(town.disk)
    assert all(trace in disk for trace in traces)  # the search would find them
    town.retain(AT + 30 * DAY)
    town.settle(AT + 30 * DAY)
    disk = everything(town.home) + everything(town.disk)
    assert [trace for trace in traces if trace in disk] == []


def test_a_backup_of_the_tables_opens_nothing_once_its_epoch_is_destroyed(town: Town) -> None:
    lived(town)
    with town.people.reading() as session:
        backup = session.rows("SELECT person, epoch, sealed FROM fields")
        stolen = session.rows("SELECT mac FROM alias WHERE kind = ?", (int(Kind.NUMBER),))
    town.retain(AT + 30 * DAY)
    town.settle(AT + 30 * DAY)
    town.again()
    ring = town.unlock(AT).opened.ring  # with the custodians' help, even
    for _, epoch, _ in backup:
        with pytest.raises(CustodyBroken):
            ring.epoch(epoch)
    fresh = ring.macs(identifiers.typed(Kind.NUMBER, card(1)["number"]), [])
    assert fresh == ()
    assert stolen


def test_a_stay_over_midnight_loses_only_the_end_that_was_deleted(town: Town) -> None:
    town.unlock(AT)
    pen = SealingGate("g1")
    pen.passes(card(1), MONDAY + 23 * HOUR)
    pen.renew(MONDAY + 24 * HOUR)
    pen.passes(card(1), MONDAY + 25 * HOUR, way=Direction.OUT)
    town.send(pen, MONDAY + 26 * HOUR)
    town.settle(MONDAY + 26 * HOUR)
    assert town.rows("SELECT how FROM stay") == [(0,)]
    town.retain(MONDAY + 21 * DAY)
    town.settle(MONDAY + 21 * DAY)
    assert town.rows("SELECT how FROM stay") == [(4,)]
    assert town.rows("SELECT COUNT(*) FROM sighting") == [(1,)]


def test_what_stopped_in_the_middle_of_forgetting_goes_on(town: Town) -> None:
    """The vault is stopped after each single transaction, and started again."""
    lived(town)
    town.retain(AT + 21 * DAY)
    steps = 0
    real = type(town.people).writing

    class Killed(BaseException):
        pass

    for allowed in range(30):
        left = allowed

        def writing(self: object, real: object = real) -> object:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            return real(self)  # type: ignore[operator]

        town.again()
        type(town.people).writing = writing  # type: ignore[method-assign,assignment]
        try:
            town.room.turn(AT + 21 * DAY, AT + 21 * DAY)
            break
        except Killed:
            steps += 1
        finally:
            type(town.people).writing = real  # type: ignore[method-assign]
    assert steps > 2
    assert town.rows("SELECT COUNT(*) FROM sighting") == [(6,)]
    assert town.rows("SELECT how FROM stay") == [(0,)] * 3
    assert town.rows("SELECT uses FROM epoch") == [(6,)]
    assert town.rows("SELECT COUNT(*) FROM going") == [(0,)]


def test_a_copy_of_the_epochs_file_is_the_only_thing_that_would_help(
    town: Town, tmp_path: Path
) -> None:
    """Why the handbook says that this file is copied nowhere."""
    lived(town)
    copied = tmp_path / "copied"
    shutil.copy(town.home / "epochs.json", copied)
    town.retain(AT + 30 * DAY)
    town.settle(AT + 30 * DAY)
    assert copied.read_bytes() not in everything(town.home)
