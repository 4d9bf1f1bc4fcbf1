"""Makes a backup: written, read back from the disk, and only then given its name.

Before and after, backups go whose time is over, unless the clock of this machine is in doubt: one
that stands in 2099 must not delete them all.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from collector.backup import contents, envelope, keys, owners, server
from collector.backup.contents import Found
from collector.backup.envelope import Header, Reader, Writer
from collector.backup.errors import BackupUnset, BackupUnwritable
from collector.backup.shelf import Checked, Shelf
from collector.backup.sqlitefile import Dump
from collector.backup.stream import Member, Packer, Unpacker, Whole
from collector.config import BackupConfig, Config
from collector.errors import CollectorError, FileUnusable, LedgerMissing
from collector.i18n import N_
from collector.intake.keys import receipt_key
from collector.ledger import opened
from collector.ledger.entries import Run
from collector.localday import DAY_MS
from collector.outgoing import Public
from collector.retention.doubt import Doubt, doubt
from collector.roster import load as load_roster
from wire.canonical import parse, read
from wire.errors import WireError
from wire.keys import Keyring, Use, entry

BLOCK = 1024 * 1024
EARLY_MS = DAY_MS // 2
"""The next run is about a day away: what would be over before it goes now, or it lives a day longer
than was said."""
SECRET = b"PRIVATE KEY-----"
_log = structlog.get_logger()


class Made(msgspec.Struct, frozen=True):
    """A backup that has proved whole."""

    path: Path
    size: int
    members: int
    deleted: tuple[str, ...]
    doubt: Doubt | None
    """Why none was deleted that would have been; None if the clock is good, or there was none."""


def settings(config: Config) -> BackupConfig:
    """Return what is set; raises BackupUnset."""
    if config.backup is None:
        raise BackupUnset
    return config.backup


def make(config: Config, now: Run, user: str = "") -> Made:
    """Make one. Raises CollectorError; then there is no new file."""
    asked = settings(config)
    shelf = Shelf(asked.folder)
    with shelf.claimed():
        return _made(config, shelf, now, user or asked.user)


def _made(config: Config, shelf: Shelf, now: Run, user: str) -> Made:
    asked = settings(config)
    why = _doubt(config, now)
    over = shelf.outlived(now.at_ms + EARLY_MS, asked.days)
    deleted = () if why else over
    for each in deleted:
        shelf.delete(each)
    name = f"backup-{datetime.fromtimestamp(now.at_ms / 1000, UTC):%Y%m%d-%H%M%S}.gate"
    part = asked.folder / f".{name}.part"
    try:
        key, whole = _written(config, part, now.at_ms, user)
        if _read_back(config, part, key) != whole:
            raise BackupUnwritable(N_("it did not read back as it was written"))
        path = shelf.accept(part, name, now.at_ms)
    except OSError as error:
        where = Path(str(error.filename or asked.folder))
        msg = f"{where}: {error.strerror or error}"
        ours = asked.folder in (where, where.parent)
        raise (BackupUnwritable if ours else FileUnusable)(msg) from error
    finally:
        part.unlink(missing_ok=True)
    beyond = shelf.surplus(now.at_ms, asked.count)
    surplus = () if why else beyond
    for each in surplus:
        shelf.delete(each)
    size, names = path.stat().st_size, tuple(each.name for each in (*deleted, *surplus))
    _log.info("backup.made", size=size, members=len(whole.members), deleted=len(names))
    return Made(path, size, len(whole.members), names, why if over or beyond else None)


def verify(config: Config, path: Path, private: Path | None, now_ms: int) -> tuple[Header, Whole]:
    """Say whether a file is whole and ours; with the private key, whether all of it reads.

    Raises BackupCut, BackupDamaged, BackupForeign, BackupNewer, BackupKeyUnusable, FileUnusable.
    """
    with usable(path):
        header = envelope.examine(path, signers(config))
        if private is None:
            return header, Whole(())
        whole = drained(path, envelope.content_key(header, keys.private(private)))
    if config.backup is not None and path.parent.resolve() == config.backup.folder.resolve():
        Shelf(config.backup.folder).note(Checked(path.name, path.stat().st_size, now_ms))
    return header, whole


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turn what the system says of a file, of `path` if it names none, into FileUnusable."""
    try:
        yield
    except OSError as error:
        msg = f"{error.filename or path}: {error.strerror or error}"
        raise FileUnusable(msg) from error


def drained(path: Path, key: bytes) -> Whole:
    """Read everything; return what was there."""
    unpacker = Unpacker(Reader(path, key), path)
    for _, blocks in unpacker.members():
        for _ in blocks:
            pass
    return unpacker.whole


def signers(config: Config) -> Keyring:
    """Return whose signature makes a backup ours: the authority's receipt keys, and our own."""
    entries = []
    try:
        public = read(Public, parse(config.authority.read_bytes()))
        entries += [public.root, *public.keys]
    except (OSError, WireError):
        pass
    try:
        entries.append(entry(receipt_key(config.receipt.key).public_key(), Use.RECEIPT))
    except CollectorError:
        if not entries:
            raise
    return Keyring(entries)


def _doubt(config: Config, now: Run) -> Doubt | None:
    """Say whether the clock is to be believed, as retention does."""
    try:
        with opened.archive(config.ledger) as archive:
            return doubt(archive.last_run(), now, archive.witnesses(now.at_ms - DAY_MS))
    except LedgerMissing:
        return Doubt.UNSURE


def _written(config: Config, part: Path, at_ms: int, user: str) -> tuple[bytes, Whole]:
    public, signs = keys.public(settings(config).key), receipt_key(config.receipt.key)
    district = load_roster(config.roster.path).authority
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(number, "wb", BLOCK) as file:
        writer = Writer(file, district, at_ms, public)
        packer = Packer(writer)
        _pack(config, packer, user)
        whole = packer.close()
        writer.close(signs)
        file.flush()
        os.fsync(file.fileno())
    return writer.key, whole


def _read_back(config: Config, part: Path, key: bytes) -> Whole:
    """Read the file as a restore would: from the disk, as far as the system lets us."""
    with part.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    envelope.examine(part, signers(config))
    return drained(part, key)


def _pack(config: Config, packer: Packer, user: str) -> None:
    for each in contents.databases(config):
        if each.path.exists():
            with ExitStack() as stack:
                dump = Dump(each.path)
                stack.callback(dump.close)
                packer.member(_member(each, "sqlite", dump.about), dump.blocks())
    if config.ledger.postgres is not None:
        about = {"versions": server.versions(config.ledger, user)}
        member = Member(contents.SERVER, "postgres", about=about)
        packer.member(member, server.blocks(config.ledger, user))
    for each in contents.files(config):
        try:
            data = each.path.read_bytes()
            member = _member(each, "file", {})
        except FileNotFoundError:  # deleted since it was listed
            continue
        if SECRET in data:
            msg = f"{each.path}: {N_('a private key in clear goes into no backup')}"
            raise BackupUnwritable(msg)
        packer.member(member, _cut(data))


def _member(found: Found, kind: str, about: dict[str, object]) -> Member:
    mode, owner, group = owners.of(found.path)
    return Member(
        found.name, kind, mode, owner, group, {**about, "folder": owners.of(found.path.parent)}
    )


def _cut(data: bytes) -> Iterator[bytes]:
    for begin in range(0, len(data), BLOCK):
        yield data[begin : begin + BLOCK]
