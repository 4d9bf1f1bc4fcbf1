"""A backup is restored whole, once, in an empty place; nothing too old is ever shown."""

import os
import shutil
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg
import pytest

from collector import restored
from collector.backup import contents as contents_here
from collector.backup import keys, making, purging, restoring
from collector.backup import server as dumping
from collector.backup.errors import (
    BackupCut,
    BackupDamaged,
    BackupForeign,
    BackupNewer,
    BackupUnplaced,
    BackupUnwritable,
    ClockDoubted,
    DistrictRunning,
    NothingRestored,
    PlaceTaken,
    PostgresRoomLacking,
    RestoreFull,
    RoomLacking,
)
from collector.backup.sqlitefile import Dump, load
from collector.cases.entries import Act, Head
from collector.cases.witnessed import explained
from collector.cli import INTERRUPTED, main
from collector.dispatch.drafts import Drafts
from collector.errors import CollectorError, FileUnusable, LedgerBroken
from collector.ledger import opened
from collector.vault.epochfile import epoch_name
from collector.vault.errors import VaultBusy
from collector.vault.folder import claimed
from tests.collector.backup.conftest import AT, DAY, Server, run
from tests.collector.disks import full
from tests.collector.postgres import USER, Cluster
from tests.collector.vault.conftest import HOUR, SealingGate, Town, card
from tests.collector.vault.test_forgetting import everything, finds, lived
from tests.conftest import left_out

ADMITTED = ("authority/requests/g2", "authority/certificates/g2.2a")
"""What the enrolment of a gate has left, by which the authority renews and revokes."""
TABLES = {"people": ("person", "alias", "fields", "sighting", "stay", "epoch", "cursor")}


ONE = pytest.mark.parametrize("server", ["sqlite"], indirect=True)
"""Where the database makes no difference, or pages are SQLite's."""


def restore(fresh: Server, file: Path, private: Path, at_ms: int, *, replace: bool = False) -> None:
    restoring.restore(fresh.config, file, private, at_ms, replace=replace)


def contents(server: Server) -> dict[str, object]:
    """Return all rows of all tables, and all files, as they are."""
    found: dict[str, object] = {}
    for schema, name in (("public", "ledger.db"), ("people", "vault/people.db")):
        with closing(server.database(schema, name)) as database, database.reading() as session:
            for table in TABLES.get(schema, ("record", "mark", "slot", "gate", "retention")):
                found[f"{schema}.{table}"] = sorted(
                    map(repr, session.rows(f"SELECT * FROM {table}"))  # noqa: S608
                )
    with server.audit() as audit:
        found["audit"] = audit.rows()
    with server.passes() as database, database.reading() as session:
        found["declared"] = session.rows("SELECT * FROM declaration")
    with server.dispatch() as database, database.reading() as session:
        found["drafts"] = session.rows("SELECT * FROM draft")
    for path in (*("vault/custody.json", "vault/epochs.json", "authority/roster.json"), *ADMITTED):
        found[path] = (server.where / path).read_bytes()
    found["policy"] = (server.config.outgoing / "g1/policy").read_bytes()
    found["withdrawn"] = server.config.withdrawn.read_bytes()
    return found


def declare(server: Server, at_ms: int, what: bytes) -> None:
    with server.passes() as database, database.writing() as session:
        session.run(
            "INSERT INTO declaration (form, at_ms, sealed, area, task, number)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (bytes(16) + what, at_ms, what * 8, "mau", "", b""),
        )


def live(server: Server) -> None:
    """Let a district have two days."""
    with server.town() as town:
        lived(town)
    server.work(4, AT + DAY)
    declare(server, AT + DAY, b"\xd1" * 8)
    for path in ADMITTED:
        (server.where / path).parent.mkdir(exist_ok=True)
        (server.where / path).write_bytes(path.encode())
    with server.dispatch() as database:
        Drafts(database).save("Bến xe Mẫu", 0, {"takes": [{"kind": "pass"}]}, "lan", AT + DAY)


def test_everything_comes_back_as_it_was(server: Server, fresh: Server, private: Path) -> None:
    live(server)
    before = contents(server)
    file = server.backup(AT + 2 * DAY)
    restore(fresh, file, private, AT + 2 * DAY)
    assert contents(fresh) == before
    assert restored.found(fresh.config.restored) is not None
    with pytest.raises(restored.Unpurged):
        restored.check(fresh.config.restored)
    purging.finish(fresh.config, run(AT + 2 * DAY), is_sure=True)
    restored.check(fresh.config.restored)
    with fresh.town() as town:
        town.unlock(AT)
        assert town.rows("SELECT COUNT(*) FROM sighting") == [(12,)]
        assert finds(town, 1)


def test_numbers_that_the_lost_server_gave_out_are_not_given_out_again(
    server: Server, fresh: Server, private: Path
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    pen = SealingGate("g1", "later")
    pen.passes(card(8), AT + 2 * DAY)
    with server.town() as town:
        town.send(pen, AT + 2 * DAY)
        last = town.view.after(0, 1000)[-1].row
    restore(fresh, file, private, AT + 2 * DAY)
    purging.finish(fresh.config, run(AT + 2 * DAY), is_sure=True)
    with fresh.town() as town:
        town.unlock(AT)
        town.send(pen, AT + 2 * DAY)
        town.settle(AT + 2 * DAY + HOUR)
        found = town.view.after(last, 1000)
        assert [each.journal for each in found] == ["later"] * len(pen.documents)
        assert finds(town, 8)  # the vault follows over the leap


@ONE
@pytest.mark.parametrize("offset", [0, 30, 400, 2000, -2000, -300, -100, -5])
def test_a_changed_byte_anywhere_is_found_before_anything_is_touched(
    server: Server, fresh: Server, private: Path, offset: int
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    data = bytearray(file.read_bytes())
    data[offset] ^= 1
    file.write_bytes(data)
    with pytest.raises((BackupDamaged, BackupForeign, BackupNewer, BackupCut)):
        restore(fresh, file, private, AT + 2 * DAY)
    untouched(fresh)


@ONE
@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.99, 0.9999])
def test_a_cut_file_is_said_to_be_cut(
    server: Server, fresh: Server, private: Path, share: float
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BackupCut if share > 0.0001 else CollectorError):
        restore(fresh, file, private, AT + 2 * DAY)
    untouched(fresh)


def untouched(fresh: Server) -> None:
    here = {path.name for path in fresh.where.iterdir()}
    assert here == {"authority", "collector.toml"}


@ONE
def test_another_districts_file_or_key_is_refused(
    server: Server, fresh: Server, private: Path, tmp_path: Path, backup_keys: Path
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    other = Server(tmp_path / "other", server.cluster, tmp_path / "their-shelf", backup_keys)
    other.found()
    theirs = other.backup(AT + 2 * DAY)
    with pytest.raises(BackupForeign):
        restore(fresh, theirs, private, AT)
    keys.make(tmp_path / "their-keys")
    with pytest.raises(BackupForeign):
        restore(fresh, file, tmp_path / "their-keys" / keys.PRIVATE, AT)
    (tmp_path / "letter").write_bytes(b"a letter to the district")
    with pytest.raises(BackupForeign):
        restore(fresh, tmp_path / "letter", private, AT)
    untouched(fresh)


def test_a_newer_releases_file_is_refused(
    server: Server, fresh: Server, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    later = file.with_name("later")
    later.write_bytes(file.read_bytes().replace(b"gate-backup 1", b"gate-backup 2", 1))
    with pytest.raises(BackupNewer):
        restore(fresh, later, private, AT)
    known = dict.fromkeys(contents_here.VERSIONS, 0)
    monkeypatch.setattr(contents_here, "VERSIONS", known)  # as an older release knows
    with pytest.raises(BackupNewer):
        restore(fresh, file, private, AT)
    untouched(fresh)


def test_only_an_empty_place_is_restored_to_unless_it_is_said(
    server: Server, private: Path
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    before = contents(server)
    server.work(3, AT + 2 * DAY)
    with pytest.raises(PlaceTaken):
        restore(server, file, private, AT + 2 * DAY)
    restored.check(server.config.restored)
    with claimed(server.where / "vault"), pytest.raises(VaultBusy):
        restore(server, file, private, AT + 2 * DAY, replace=True)
    restore(server, file, private, AT + 2 * DAY, replace=True)
    assert contents(server) == before


@contextmanager
def intake(server: Server) -> Iterator[None]:
    """Be the process that writes the ledger, with nothing to do just now."""
    with server.town() as town:
        town.view.after(0, 1)
        yield


@contextmanager
def desk(server: Server) -> Iterator[None]:
    with server.passes():
        yield


@pytest.mark.parametrize("process", [intake, desk])
def test_nothing_is_deleted_under_a_process_that_still_runs(
    server: Server, private: Path, process: Callable[[Server], AbstractContextManager[None]]
) -> None:
    """Intake would go on confirming records, into a file that has no name any more."""
    live(server)
    file = server.backup(AT + 2 * DAY)
    server.work(3, AT + 2 * DAY)
    before = contents(server)
    with process(server), pytest.raises(DistrictRunning):
        restore(server, file, private, AT + 2 * DAY, replace=True)
    restored.check(server.config.restored)
    assert contents(server) == before
    restore(server, file, private, AT + 2 * DAY, replace=True)
    assert contents(server) != before


@ONE
def test_a_database_that_is_damaged_holds_no_restore_up(server: Server, private: Path) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    before = contents(server)
    (server.where / "ledger.db").write_bytes(b"no database at all, but something else")
    restore(server, file, private, AT + 2 * DAY, replace=True)
    assert contents(server) == before


def test_a_ledger_in_the_other_kind_of_database_has_no_place_here(
    server: Server, private: Path, tmp_path: Path, postgres: Cluster
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    cluster = postgres if server.cluster is None else None
    other = Server(tmp_path / "other", cluster, tmp_path / "shelf", private.parent)
    server.move(other)
    with pytest.raises(BackupUnplaced):
        restore(other, file, private, AT + 2 * DAY)
    untouched(other)


@ONE
def test_a_file_that_is_not_there_is_said_to_be_that_file(
    server: Server, fresh: Server, private: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileUnusable, match=r"away\.gate: No such file"):
        restore(fresh, tmp_path / "away.gate", private, AT)
    with pytest.raises(FileUnusable, match=r"away\.gate: No such file"):
        making.verify(server.config, tmp_path / "away.gate", None, AT)


@ONE
def test_a_folder_that_cannot_be_made_is_said_to_be_that_folder(
    server: Server, fresh: Server, private: Path
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    (fresh.where / "desk").write_text("a file")
    with pytest.raises(FileUnusable, match="desk"):
        restore(fresh, file, private, AT + 2 * DAY)
    with pytest.raises(restored.Unpurged):
        restored.check(fresh.config.restored)
    (fresh.where / "desk").unlink()
    restore(fresh, file, private, AT + 2 * DAY)
    assert contents(fresh) == contents(server)


def laid(disk: Path) -> set[str]:
    """Return the files of a district that lie on a disk."""
    found = {each.relative_to(disk).as_posix() for each in disk.rglob("*") if each.is_file()}
    return {each for each in found if Path(each).name not in ("filler", "lock")}


@ONE
@pytest.mark.parametrize("part", ["", "authority", "vault"])
def test_a_disk_that_fills_at_any_moment_leaves_nothing_and_the_next_restore_is_whole(
    server: Server, fresh: Server, small: Path, private: Path, part: str
) -> None:
    live(server)
    (server.where / ADMITTED[0]).write_bytes(os.urandom(100_000))
    file, before = server.backup(AT + 2 * DAY), contents(server)
    here = fresh.where / part  # only this is on the small disk
    if here.exists():
        shutil.move(here, small / "part")
    else:
        (small / "part").mkdir()
    here.symlink_to(small / "part")
    empty, refused = laid(small), 0
    for leaving in range(0, 4_000_000, 40_000):
        with full(small, leaving):
            try:
                restore(fresh, file, private, AT + 2 * DAY)
                break
            except RestoreFull:
                refused += 1
            assert {Path(each).name for each in laid(small) - empty} <= {"restored.json"}
            if fresh.config.restored.exists():
                with pytest.raises(restored.Unpurged):
                    restored.check(fresh.config.restored)
    assert refused > 1
    assert contents(fresh) == before


def copied(server: Server, disk: Path, private: Path) -> Server:
    """Return the same district on another disk."""
    shutil.copytree(server.where, disk / "old")
    return Server(disk / "old", None, disk.parent / "shelf", private.parent)


@ONE
def test_a_disk_without_any_room_keeps_what_was_to_be_replaced(
    server: Server, small: Path, private: Path
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    smaller = copied(server, small, private)
    before = contents(smaller)
    with full(small), pytest.raises(RestoreFull):
        restore(smaller, file, private, AT + 2 * DAY, replace=True)
    restored.check(smaller.config.restored)
    assert contents(smaller) == before


@ONE
def test_a_disk_too_small_for_the_backup_keeps_what_was_to_be_replaced(
    server: Server, small: Path, private: Path
) -> None:
    live(server)
    smaller = copied(server, small, private)
    before = contents(smaller)
    for _ in range(5):
        declare(server, AT + DAY, os.urandom(200_000))
    file = server.backup(AT + 2 * DAY)
    with pytest.raises(RoomLacking, match=r"/disk/old.*: [1-9] MB"):
        restore(smaller, file, private, AT + 2 * DAY, replace=True)
    restored.check(smaller.config.restored)
    assert contents(smaller) == before


@ONE
def test_what_goes_first_makes_room_for_what_comes(
    server: Server, small: Path, private: Path
) -> None:
    live(server)
    for _ in range(3):
        declare(server, AT + DAY, os.urandom(200_000))
    smaller = copied(server, small, private)
    file = server.backup(AT + 2 * DAY)
    restore(smaller, file, private, AT + 2 * DAY, replace=True)
    assert contents(smaller) == contents(server)


@contextmanager
def roomless(cluster: Cluster, name: str) -> Iterator[Path]:
    """Lend a small disk on which a database of the server's lies."""
    disk = cluster.folder / name
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        left_out("no disk can be mounted here")
    try:
        (disk / "space").mkdir()
        if USER:
            shutil.chown(disk / "space", USER)
        with psycopg.connect(cluster.conninfo("postgres"), autocommit=True) as db:
            db.execute(f"CREATE TABLESPACE {name} LOCATION '{disk}/space'".encode())
            db.execute(f"CREATE DATABASE {name} TEMPLATE template0 TABLESPACE {name}".encode())
        yield disk
        with psycopg.connect(cluster.conninfo("postgres"), autocommit=True) as db:
            db.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
            db.execute(f"DROP TABLESPACE {name}".encode())
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize("server", ["postgres"], indirect=True)
def test_a_full_disk_of_postgresql_keeps_what_was_to_be_replaced_and_the_next_restore_is_whole(
    server: Server, fresh: Server, private: Path, postgres: Cluster
) -> None:
    live(server)
    first, before = server.backup(AT + 2 * DAY), contents(server)
    text = fresh.file.read_text(encoding="utf-8")
    where = fresh.config.ledger.postgres
    assert where is not None
    with roomless(postgres, "cramped") as disk:
        other = text.replace(where, postgres.conninfo("cramped"))
        fresh.file.write_text(other, encoding="utf-8")
        with full(disk, 200_000), pytest.raises(PostgresRoomLacking):
            restore(fresh, first, private, AT + 2 * DAY)
        restored.check(fresh.config.restored)
        restore(fresh, first, private, AT + 2 * DAY)
        purging.finish(fresh.config, run(AT + 2 * DAY), is_sure=True)
        said = restored.found(fresh.config.restored)
        declare(server, AT + 2 * DAY, b"\xd2" * 8)
        (server.config.outgoing / "g1/policy").write_bytes(b"another policy")
        second = server.backup(AT + 2 * DAY + HOUR)
        leap = contents(fresh)
        with full(disk, 200_000), pytest.raises(PostgresRoomLacking):
            restore(fresh, second, private, AT + 2 * DAY, replace=True)
        assert contents(fresh) == leap
        assert restored.found(fresh.config.restored) == said
        restore(fresh, second, private, AT + 2 * DAY, replace=True)
        assert contents(fresh) == contents(server) != before


def killing(name: str) -> None:
    """Kill a program that this process has started."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = status.read_text().rpartition(")")
            if fields[0].endswith(f"({name}") and int(fields[2].split()[1]) == os.getpid():
                os.kill(int(status.parent.name), signal.SIGKILL)


def cut(dump: bytes, share: float) -> Iterator[bytes]:
    yield dump[: int(len(dump) * share)]


def damaged(dump: bytes, share: float) -> Iterator[bytes]:
    yield dump[: int(len(dump) * share)]
    raise BackupDamaged


def without(name: str) -> Callable[[bytes, float], Iterator[bytes]]:
    """Return a dump during which a program that lays it out is killed."""

    def given(dump: bytes, share: float) -> Iterator[bytes]:
        yield dump[: int(len(dump) * share)]
        killing(name)
        yield dump[int(len(dump) * share) :]

    return given


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.9999])
@pytest.mark.parametrize(
    "ends",
    [cut, damaged, without("psql"), without("pg_restore")],
    ids=["cut", "damaged", "psql-killed", "pg_restore-killed"],
)
def test_what_was_in_postgresql_stays_when_a_dump_is_not_laid_out_to_its_end(
    tmp_path: Path,
    backup_keys: Path,
    postgres: Cluster,
    ends: Callable[[bytes, float], Iterator[bytes]],
    share: float,
) -> None:
    one = Server(tmp_path / "a", postgres, tmp_path / "shelf", backup_keys)
    one.found()
    one.work(2, AT)
    dump = b"".join(dumping.blocks(one.config.ledger, ""))
    one.work(3, AT + HOUR)
    with pytest.raises((LedgerBroken, BackupDamaged)):
        dumping.load(one.config.ledger, "", ends(dump, share))
    with one.audit() as audit:
        assert len(audit.rows()) == 5
    dumping.load(one.config.ledger, "", iter([dump]))
    with one.audit() as audit:
        assert len(audit.rows()) == 2


@pytest.mark.parametrize("server", ["postgres"], indirect=True)
def test_whoever_stops_a_restore_while_postgresql_has_the_old_still_has_it(
    server: Server, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    server.work(3, AT + 2 * DAY)
    before, spelt = contents(server), dumping._spelt

    def stopped(dump: Iterator[bytes], script: IO[bytes]) -> int:
        spelt(dump, script)
        raise KeyboardInterrupt

    words = ["restore", str(file), "--key", str(private), "--config", str(server.file)]
    with monkeypatch.context() as patch:
        patch.setattr(dumping, "_spelt", stopped)
        assert main([*words, "--replace"]) == INTERRUPTED
    restored.check(server.config.restored)
    assert contents(server) == before


@pytest.mark.parametrize("server", ["postgres"], indirect=True)
def test_a_restore_of_which_nobody_knows_whether_it_counts_is_done_again(
    server: Server, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(server)
    file, before = server.backup(AT + 2 * DAY), contents(server)

    def lost(*_: object) -> None:
        raise dumping.Unsure

    with monkeypatch.context() as patch:
        patch.setattr(dumping, "load", lost)
        with pytest.raises(dumping.Unsure):
            restore(server, file, private, AT + 2 * DAY, replace=True)
    with pytest.raises(restored.Cut):
        restored.check(server.config.restored)
    restore(server, file, private, AT + 2 * DAY)
    assert contents(server) == before


@ONE
def test_what_cannot_be_deleted_on_a_full_disk_keeps_the_district_closed_until_it_is(
    server: Server, fresh: Server, small: Path, private: Path
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    shutil.copytree(fresh.where, small / "new")
    smaller = Server(small / "new", None, small / "shelf", private.parent)
    restore(smaller, file, private, AT + 40 * DAY)
    with full(small), pytest.raises(restored.Unpurged, match="the disk is full"):
        purging.finish(smaller.config, run(AT + 40 * DAY), is_sure=True)
    with pytest.raises(restored.Unpurged):
        restored.check(smaller.config.restored)
    purging.finish(smaller.config, run(AT + 40 * DAY), is_sure=True)
    with smaller.town() as town:
        assert town.view.after(0, 10) == ()


def test_a_database_is_laid_out_where_there_is_room_for_it_once(
    tmp_path: Path, small: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "made.db", isolation_level=None)) as db:
        db.execute("CREATE TABLE t (x BLOB)")
        db.executemany("INSERT INTO t VALUES (?)", ((os.urandom(50_000),) for _ in range(100)))
    with closing(Dump(tmp_path / "made.db")) as dump:
        load(small / "laid.db", dump.about, dump.blocks(), 0o640)
    assert laid(small) == {"laid.db"}
    with closing(sqlite3.connect(small / "laid.db")) as db:
        assert db.execute("SELECT COUNT(*) FROM t").fetchall() == [(100,)]
        assert db.execute("PRAGMA journal_mode").fetchall() == [("wal",)]


def test_a_restore_that_was_killed_shows_nothing_and_is_done_again(
    server: Server, fresh: Server, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(server)
    before = contents(server)
    file = server.backup(AT + 2 * DAY)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_mend", killed)
        with pytest.raises(KeyboardInterrupt):
            restore(fresh, file, private, AT + 2 * DAY)
    for words in (["stats"], ["web"], ["intake"], ["vault", "run"], ["retention"]):
        assert main([*words, "--config", str(fresh.file)]) == 2
    with pytest.raises(restored.Cut):
        restored.check(fresh.config.restored)
    with pytest.raises(restored.Cut):
        purging.finish(fresh.config, run(AT + 2 * DAY), is_sure=True)
    restore(fresh, file, private, AT + 2 * DAY)
    assert contents(fresh) == before
    purging.finish(fresh.config, run(AT + 2 * DAY), is_sure=True)
    with pytest.raises(NothingRestored):
        purging.finish(fresh.config, run(AT + 2 * DAY), is_sure=True)


@ONE
@pytest.mark.parametrize("words", [["stats"], ["web"], ["public"], ["desk"], ["audit", "ls"]])
def test_nothing_is_shown_while_too_old_records_may_be_there(
    server: Server,
    fresh: Server,
    private: Path,
    words: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    restore(fresh, file, private, AT + 40 * DAY)
    assert main([*words, "--config", str(fresh.file)]) == 2
    assert capsys.readouterr().err.startswith("restore-unfinished")


def traces(town: Town) -> list[bytes]:
    """Return bytes by which somebody of the district could be found, in the people's tables."""
    found = [bytes(row[0]) for row in town.rows("SELECT mac FROM alias")]
    found += [bytes(row[0]) for row in town.rows("SELECT sealed FROM fields")]
    return found


def test_a_backup_older_than_retention_is_purged_and_no_file_knows_what_was_in_it(
    server: Server, fresh: Server, private: Path
) -> None:
    live(server)
    with server.town() as town:
        gone = [*traces(town), *(each.raw for each in town.view.after(0, 1000)), b"\xd1" * 8]
    secrets = (server.where / "vault/epochs.json").read_bytes()[20:60]
    file = server.backup(AT + 2 * DAY)
    restore(fresh, file, private, AT + 40 * DAY)
    disk = everything(fresh.where)
    if fresh.cluster is None:
        assert all(trace in disk for trace in [*gone, secrets])  # the search would find them
    with pytest.raises(ClockDoubted):  # nobody says that it is that day
        purging.finish(fresh.config, run(AT + 40 * DAY), is_sure=False)
    with pytest.raises(restored.Unpurged):
        restored.check(fresh.config.restored)
    purging.finish(fresh.config, run(AT + 40 * DAY), is_sure=True)
    disk = everything(fresh.where)
    assert [trace for trace in [*gone, secrets] if trace in disk] == []
    with fresh.town() as town:
        assert town.rows("SELECT COUNT(*) FROM sighting") == [(0,)]
        assert town.view.after(0, 10) == ()
    with fresh.passes() as database, database.reading() as session:
        assert session.rows("SELECT form, sealed, number FROM declaration") == [(b"",) * 3]


def test_a_key_that_was_destroyed_since_is_destroyed_again(
    server: Server, fresh: Server, private: Path
) -> None:
    with server.town() as town:
        lived(town, days=(0, 7))
        file = server.backup(AT + 8 * DAY)
        town.retain(AT + 27 * DAY)
        town.settle(AT + 27 * DAY)
    assert epoch_name(2950) not in (server.where / "vault/epochs.json").read_text()
    restore(fresh, file, private, AT + 27 * DAY)
    epochs = fresh.where / "vault/epochs.json"
    held = epochs.read_bytes()
    assert epoch_name(2950).encode() in held
    secret = held.split(b'"epoch-2950":"')[1][:60]
    purging.finish(fresh.config, run(AT + 27 * DAY), is_sure=True)
    assert epoch_name(2950) not in epochs.read_text()
    assert epoch_name(2951) in epochs.read_text()
    assert secret not in everything(fresh.where)
    with fresh.town() as town:
        town.unlock(AT)
        assert finds(town, 1)  # by what the later epoch knows


def test_the_clock_behind_the_backup_is_not_believed(
    server: Server, fresh: Server, private: Path
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    restore(fresh, file, private, AT)
    with pytest.raises(ClockDoubted):
        purging.finish(fresh.config, run(AT), is_sure=False)


def test_the_audit_says_that_it_goes_on_from_an_earlier_row_and_what_gates_knew(
    server: Server, fresh: Server, private: Path
) -> None:
    live(server)
    file = server.backup(AT + 2 * DAY)
    server.work(3, AT + 3 * DAY)
    with server.audit() as audit:
        witnessed = [audit.head(AT + 3 * DAY + HOUR)]
    restore(fresh, file, private, AT + 4 * DAY)
    said = purging.finish(fresh.config, run(AT + 4 * DAY), is_sure=True)
    assert (said.audit_seq, said.stage) == (4, "open")
    with fresh.audit() as audit:
        (row,) = audit.rows_of(Act.RESTORED)
        assert (row.seq, row.counts) == (5, {"from": 4})
        fresh.work(4, AT + 5 * DAY)
        after = Head(6, "ab" * 32, AT + 5 * DAY)  # somebody has changed a row since
        heads = [*witnessed, after]
        found = explained(audit, audit.verify(AT + 6 * DAY, *heads), heads)
    assert [(flaw.seq, flaw.why) for flaw in found.flaws] == [(6, "other-head"), (7, "restored")]
    assert not found.holds


def test_people_never_know_more_than_the_ledger_that_is_restored_with_them(
    server: Server, fresh: Server, private: Path
) -> None:
    """A vault whose cursor stands behind the ledger's end would leave people out for ever."""
    stop, begun = threading.Event(), threading.Event()

    def arrive() -> None:
        with server.town() as town:
            town.unlock(AT)
            pen = SealingGate("g1")
            each = 0
            while not stop.is_set():
                pen.passes(card(each), AT + each * 1000)
                town.send(pen, AT + each * 1000)
                town.settle(AT + each * 1000)
                each += 1
                begun.set()

    writing = threading.Thread(target=arrive)
    writing.start()
    try:
        assert begun.wait(60)
        files = [server.backup(AT + number * HOUR) for number in range(3)]
    finally:
        stop.set()
        writing.join()
    restore(fresh, files[-1], private, AT + DAY)
    purging.finish(fresh.config, run(AT + DAY), is_sure=True)
    with fresh.town() as town:
        town.unlock(AT)
        town.settle(AT + DAY)
        scans = sum(each.t == "scan" for each in town.view.after(0, 100_000))
        assert town.rows("SELECT COUNT(*) FROM sighting") == [(scans,)]
        assert scans


@ONE
def test_what_root_restores_belongs_to_whom_it_belonged(
    server: Server, fresh: Server, private: Path
) -> None:
    if os.geteuid() != 0:
        left_out("only root gives files away")
    with server.town() as town:
        lived(town, days=(0, 7))
    server.work(1, AT)
    for each in (server.where / "vault", *(server.where / "vault").iterdir()):
        shutil.chown(each, "nobody", "nogroup")
    file = server.backup(AT + 8 * DAY)
    restore(fresh, file, private, AT + 27 * DAY)
    purging.finish(fresh.config, run(AT + 27 * DAY), is_sure=True)
    vault = fresh.where / "vault"
    assert {each.owner() for each in (vault, *vault.iterdir())} == {"nobody"}
    assert vault.stat().st_mode & 0o777 == 0o700


@ONE
def test_folders_go_on_giving_their_group_to_what_is_made_in_them(
    server: Server, fresh: Server, private: Path
) -> None:
    """Else intake could not read what the dispatch publishes, as another user of one group."""
    (server.config.outgoing / "g1").chmod(0o2770)
    restore(fresh, server.backup(AT), private, AT)
    assert (fresh.config.outgoing / "g1").stat().st_mode & 0o7777 == 0o2770


@pytest.mark.parametrize("server", ["postgres"], indirect=True)
def test_backup_and_restore_come_to_postgresql_as_its_owner(
    server: Server, fresh: Server, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the unit and by `collector up` nobody is there who would add --user."""
    for each in (server, fresh):
        text = each.file.read_text(encoding="utf-8").replace(" user=postgres", "")
        each.file.write_text(f'{text}user = "postgres"\n', encoding="utf-8")
    monkeypatch.setenv("PGUSER", "nobody_of_this_name")
    file = server.backup(AT)
    words = ["restore", str(file), "--key", str(private), "--config", str(fresh.file)]
    assert main([*words, "--clock-is-right"]) == 0


def test_a_private_key_in_clear_goes_into_no_backup(
    server: Server, private: Path, tmp_path: Path
) -> None:
    live(server)
    (server.where / "vault/old.json").write_bytes(private.read_bytes())
    with pytest.raises(BackupUnwritable):
        server.backup(AT)
    assert list((tmp_path / "shelf").glob("backup-*")) == []


def test_nothing_of_anybody_can_be_read_in_the_file(server: Server) -> None:
    live(server)
    data = server.backup(AT + 2 * DAY).read_bytes()
    with server.town() as town:
        for each in [*traces(town), b"custodian", b"Nguy", b"CREATE TABLE"]:
            assert each not in data


@ONE
def test_what_was_deleted_and_lies_in_free_pages_is_in_no_backup(server: Server) -> None:
    live(server)
    dump = Dump(server.where / "vault/people.db")
    text = b"".join(dump.blocks())
    dump.close()
    with server.town() as town:
        mac = traces(town)[0]
        assert mac in text
        with town.people.writing() as session:
            session.run("DELETE FROM alias WHERE mac = ?", (mac,))
    dump = Dump(server.where / "vault/people.db")
    assert mac not in b"".join(dump.blocks())
    dump.close()


def test_the_ledger_is_open_to_intake_after_a_restore(
    server: Server, fresh: Server, private: Path
) -> None:
    live(server)
    restore(fresh, server.backup(AT + 2 * DAY), private, AT + 2 * DAY)
    purging.finish(fresh.config, run(AT + 2 * DAY), is_sure=True)
    with opened.ledger(fresh.config.ledger) as ledger:
        assert ledger.mark("g1", "j").high > 0
    assert making.verify(fresh.config, server.backup(AT + 2 * DAY), private, AT)[0].v == 1
