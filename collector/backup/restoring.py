"""Lays a backup out: only if all of it is whole and fits, and only into an empty place.

The file is read to its end before anything is touched, then to lay it out: first in PostgreSQL,
where what was there stays until the new counts, then in files, whose room was seen before. A mark
is made first and taken away last, so a restore that was killed shows nothing and can be done again.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from math import ceil
from pathlib import Path

import structlog

from collector import restored
from collector.backup import contents, envelope, keys, owners, server, sqlitefile
from collector.backup.contents import Found
from collector.backup.envelope import Header, Reader
from collector.backup.errors import (
    BackupNewer,
    BackupUnplaced,
    DistrictRunning,
    PlaceTaken,
    PostgresRoomLacking,
    RestoreFull,
    RoomLacking,
)
from collector.backup.making import signers, usable
from collector.backup.room import lacking, needed
from collector.backup.stream import Member, Unpacker, Whole
from collector.cases import schema
from collector.cases.audit import Audit
from collector.config import Config
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase, open_to_write, translated
from collector.errors import CollectorError
from collector.i18n import N_
from collector.ledger import opened, setup
from collector.restored import Restored
from collector.vault import folder

LEAP = 100_000_000
"""Numbers of rows that the lost server may have given out are not given out again: who follows the
ledger from outside, by those numbers, misses nothing."""
_LEAP = f"UPDATE turn SET last_row = last_row + {LEAP}"  # noqa: S608  # a number of ours

_log = structlog.get_logger()


def restore(
    config: Config, path: Path, private: Path, now_ms: int, *, replace: bool, user: str = ""
) -> Restored:
    """Lay a backup out; what is too old in it is still there, and nothing may show it.

    Raises BackupCut, BackupDamaged, BackupForeign, BackupNewer, BackupUnplaced, BackupKeyUnusable,
    PlaceTaken, DistrictRunning, RoomLacking and PostgresRoomLacking before anything was changed;
    FileUnusable; RestoreFull, and then nothing of it is left.
    """
    with ExitStack() as stack:
        stack.enter_context(usable(path))
        header = envelope.examine(path, signers(config))
        key = envelope.content_key(header, keys.private(private))
        members, whole = _fitting(config, path, key)
        there = _in_the_way(config, members, whole, user, replace=replace)
        _all_stopped(config, there, user)
        if replace:
            _see_room(config, members, whole, there)
        if config.vault.state is not None and config.vault_state.is_dir():
            stack.enter_context(folder.claimed(config.vault_state))
        before = restored.found(config.restored)
        # From here on whatever is started refuses, and a restore that is killed is done again.
        with needed(RestoreFull(str(config.restored))):
            restored.note(config.restored, Restored("copying", header.made_ms, now_ms))
        try:
            _load_server(config, path, key, user)
        except server.Unsure:
            raise
        except (CollectorError, OSError, KeyboardInterrupt):
            restored.take_back(config.restored, before)
            raise
        _remove(there)
        try:
            _lay_out(config, path, key, user)
            with needed(RestoreFull(str(config.restored.parent))):
                _mend(config, user)
                said = _noted(config, header, now_ms)
                restored.note(config.restored, said)
        except RestoreFull:
            _remove(contents.place_of(config, each.name, each.kind) for each in members)
            raise
    _log.info("restore.copied", members=len(members), made_ms=header.made_ms)
    return said


def _fitting(config: Config, path: Path, key: bytes) -> tuple[list[Member], Whole]:
    """Read everything, and see that all of it has a place here and is known here."""
    members = []
    unpacker = Unpacker(Reader(path, key), path)
    for member, blocks in unpacker.members():
        _skip(blocks)
        members.append(member)
        if member.kind == "postgres":
            why = "" if config.ledger.postgres is not None else N_("it comes from PostgreSQL")
            versions = {int(name): made for name, made in member.about["versions"].items()}
        else:
            place = contents.place_of(config, member.name, member.kind)
            why = "" if place is not None else N_("no folder or file is named for it")
            made = member.about.get("version", 0)
            versions = {member.about.get("application", 0): made}
        if why:
            msg = f"{member.name}: {why}"
            raise BackupUnplaced(msg)
        for application, version in versions.items():
            if version > contents.VERSIONS.get(application, version):
                raise BackupNewer(member.name)
    return members, unpacker.whole


def _same(config: Config, members: list[Member], whole: Whole) -> frozenset[Path]:
    """Return the files that are here already, as they are in the backup."""
    hashes = {each.name: each.hash for each in whole.members}
    return frozenset(
        each.path
        for each in _placed(config, members)
        if each.path.is_file()
        and hashlib.sha256(each.path.read_bytes()).hexdigest() == hashes[each.name]
    )


def _in_the_way(
    config: Config, members: list[Member], whole: Whole, user: str, *, replace: bool
) -> list[Path]:
    """Return the files that have to go first; raise PlaceTaken for those that may not.

    What the authority's folder has brought is not in the way: gates it has admitted since.
    """
    same = _same(config, members, whole)
    said = restored.found(config.restored) if config.restored.exists() else None
    may = replace or (said is not None and said.stage == "copying")
    if config.ledger.postgres is not None and not may and not server.is_empty(config.ledger, user):
        raise PlaceTaken(N_("the database in PostgreSQL has tables"))
    targets = [*contents.databases(config), *_placed(config, members)]
    here = [each for each in contents.files(config) if each.part not in contents.AUTHORITYS]
    there = list(dict.fromkeys(each.path for each in (*targets, *here) if each.path.exists()))
    taken = [each for each in there if each not in same]
    if taken and not may:
        raise PlaceTaken(str(taken[0]))
    return there


def _all_stopped(config: Config, there: list[Path], user: str) -> None:
    """Raise DistrictRunning if a process has a database open that would be deleted.

    It would go on in a file that has no name any more: intake would confirm records into nothing,
    and pages would show what is not purged yet.
    """
    databases = {each.path for each in contents.databases(config)}
    for each in there:
        if each in databases and sqlitefile.is_open(each):
            raise DistrictRunning(str(each))
    if config.ledger.postgres is not None and server.is_used(config.ledger, user):
        raise DistrictRunning(N_("somebody is connected to the database in PostgreSQL"))


def _see_room(config: Config, members: list[Member], whole: Whole, there: list[Path]) -> None:
    """Raise RoomLacking if the disks cannot hold what is to come, even without what has to go.

    How much a database in PostgreSQL takes is not known here, nor on which disk: it takes it before
    anything is deleted.
    """
    sizes = {each.name: each.size for each in whole.members}
    placed = [(each, contents.place_of(config, each.name, each.kind)) for each in members]
    wanted = [
        (place, each.about.get("room", sizes[each.name]))
        for each, place in placed
        if place is not None
    ]
    going = (part for each in there for part in _parts(each))
    for disk, missing in lacking(wanted, going):
        msg = f"{disk}: {ceil(missing / 1e6)} MB"
        raise RoomLacking(msg)


def _placed(config: Config, members: list[Member]) -> Iterator[Found]:
    for member in members:
        if member.kind == "file":
            path = contents.place_of(config, member.name, member.kind)
            if path is not None:
                yield Found(member.name, path)


def _remove(paths: Iterable[Path | None]) -> None:
    for path in paths:
        if path is not None:
            for each in _parts(path):
                each.unlink()


def _parts(path: Path) -> Iterator[Path]:
    """Yield a file that is here, and what SQLite has laid beside it."""
    for end in ("", "-journal", "-wal", "-shm"):
        part = path.with_name(path.name + end)
        if part.exists():
            yield part


def _load_server(config: Config, path: Path, key: bytes, user: str) -> None:
    """Lay out what goes into PostgreSQL, if anything does: all or nothing."""
    if config.ledger.postgres is None:
        return
    for member, blocks in Unpacker(Reader(path, key), path).members():
        if member.kind == "postgres":
            with needed(PostgresRoomLacking()):
                server.load(config.ledger, user, blocks)
        else:
            _skip(blocks)


def _lay_out(config: Config, path: Path, key: bytes, user: str) -> None:
    """Lay out all files, and open what is in PostgreSQL to its roles."""
    for member, blocks in Unpacker(Reader(path, key), path).members():
        if member.kind == "postgres":
            _skip(blocks)
            with needed(RestoreFull(N_("the disk of PostgreSQL"))):
                setup.prepare(config.ledger, user)
            continue
        place = contents.place_of(config, member.name, member.kind)
        if place is None:
            raise BackupUnplaced(member.name)
        with needed(RestoreFull(str(place))):
            owners.folder(place.parent, tuple(member.about["folder"]))
            if member.kind == "sqlite":
                sqlitefile.load(place, member.about, blocks, member.mode)
            else:
                _file(place, blocks)
            owners.give(place, (member.mode, member.owner, member.group))


def _skip(blocks: Iterator[bytes]) -> None:
    for _ in blocks:
        pass


def _file(path: Path, blocks: Iterator[bytes]) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(number, "wb") as file:
        for block in blocks:
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


def _mend(config: Config, user: str) -> None:
    """End all sessions of before, and leave out numbers that were given out since."""
    accounts = config.web.state / "accounts.db"
    if accounts.exists():
        with translated(accounts), closing(open_to_write(accounts)) as db:
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_session'").fetchone():
                db.execute("DELETE FROM django_session")
    if config.ledger.postgres is not None:
        server.execute(config.ledger, user, _LEAP)
    elif config.ledger.file.exists():
        with closing(SqliteDatabase(config.ledger.file)) as ledger, ledger.writing() as session:
            session.run(_LEAP)


def _noted(config: Config, header: Header, now_ms: int) -> Restored:
    """Say from what it came, and where the audit stood there."""
    seq, chain = 0, ""
    if config.vault.state is not None:
        if config.ledger.postgres is not None:
            where = PostgresDatabase(config.ledger.postgres, schema="cases", user=opened.VAULT)
            with closing(where) as cases:
                if cases.version(schema.APPLICATION):
                    head = Audit(cases).head(now_ms)
                    seq, chain = head.seq, head.hash
        elif (config.vault_state / folder.CASES).exists():
            with closing(SqliteDatabase(config.vault_state / folder.CASES)) as file:
                head = Audit(file).head(now_ms)
                seq, chain = head.seq, head.hash
    return Restored("unpurged", header.made_ms, now_ms, seq, chain)
