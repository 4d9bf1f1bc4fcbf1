"""`collector audit`: the chain of who looked at whom, listed and proved, without the vault's keys.

A head is what can be kept elsewhere: on a print, in a file, in the chains of the gates, which note
it and sign what they have noted. All that the gates have brought back is held against the audit.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from collector import clock
from collector.cases.audit import Audit, Verified, load_head
from collector.cases.entries import Head
from collector.cases.witnessed import walked
from collector.config import Config
from collector.database.ports import Database
from collector.database.sqlite import SqliteDatabase
from collector.errors import FileUnusable, LedgerMissing
from collector.i18n import N_, _
from collector.ledger import opened
from collector.plainfile import write
from wire.errors import WireError

WHYS = {
    "changed": N_("row {seq}: changed since it was written"),
    "missing": N_("row {seq}: not there, though somebody kept a head of it"),
    "other-head": N_("row {seq}: another than the one whose head was kept"),
    "restored": N_(
        "row {seq}: lost with the server of before; the district was restored from a backup"
    ),
}

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    audit = commands.add_parser("audit", help=_("who looked at whom: list it, and prove it whole"))
    each = audit.add_subparsers(required=True, metavar="COMMAND")
    head = command(
        each, "head", _head, _("write down where the audit stands, to be kept elsewhere")
    )
    head.add_argument("file", type=Path, metavar="FILE")
    verify = command(each, "verify", _verify, _("say whether the audit is what it was"))
    verify.add_argument(
        "--head",
        type=Path,
        metavar="FILE",
        help=_("a head that was kept; gates' are looked at too"),
    )
    verify.add_argument("--json", action="store_true", help=_("print one JSON object"))
    listed = command(each, "ls", _list, _("print the latest rows, one JSON object a line"))
    listed.add_argument("--limit", type=int, default=50, metavar="N", help=_("so many rows"))


def _head(settings: Config, asked: argparse.Namespace) -> int:
    head = _opened(settings).head(clock.wall_ms())
    write(asked.file, msgspec.json.encode(head) + b"\n")
    print(_("row {seq}: {hash}").format(seq=head.seq, hash=head.hash))
    return 0


def _verify(settings: Config, asked: argparse.Namespace) -> int:
    kept = () if asked.head is None else (_kept(asked.head),)
    with opened.view(settings.ledger) as view:
        found = walked(_opened(settings), view, clock.wall_ms(), *kept)
    if asked.json:
        print(msgspec.json.encode(_document(found)).decode())
    else:
        print("\n".join(_told(found)))
    return 0 if found.holds else 1


def _list(settings: Config, asked: argparse.Namespace) -> int:
    for row in reversed(_opened(settings).latest(max(0, asked.limit))):
        print(msgspec.json.encode(row).decode())
    return 0


def _document(found: Verified) -> dict[str, object]:
    return {**msgspec.to_builtins(found), "holds": found.holds}


def _told(found: Verified) -> Iterator[str]:
    for flaw in found.flaws:
        yield _(WHYS[flaw.why]).format(seq=flaw.seq)
    said = _("{n} rows up to {seq}, held against {gates} heads that gates have noted: {word}")
    word = _("whole") if found.holds else _("NOT what it was")
    yield said.format(n=found.rows, seq=found.head.seq, gates=found.witnessed, word=word)


def _opened(settings: Config) -> Audit:
    database: Database
    if settings.ledger.postgres is not None:
        database = opened.postgres(settings.ledger.postgres, opened.VAULT, "cases")
    else:
        path = settings.vault_state / "cases.db"
        if not path.exists():
            raise LedgerMissing(str(path))
        database = SqliteDatabase(path)
    return Audit(database)


def _kept(path: Path) -> Head:
    try:
        return load_head(path.read_bytes()[:4097])
    except OSError as error:
        msg = f"{path}: {error.strerror or error}"
        raise FileUnusable(msg) from error
    except WireError as error:
        msg = f"{path}: {N_('no head of an audit')}"
        raise FileUnusable(msg) from error
