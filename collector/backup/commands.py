"""`collector backup` and `collector restore`."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector import clock
from collector.config import Config
from collector.errors import ArgumentsInvalid
from collector.i18n import N_, _
from collector.ledger.entries import Run

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    backup = commands.add_parser("backup", help=_("keep a copy of the district, encrypted"))
    each = backup.add_subparsers(required=True, metavar="COMMAND")
    make = command(
        each, "make", _make, _("make one, read it back, delete those whose time is over")
    )
    verify = command(each, "verify", _verify, _("say whether a backup is whole and ours"))
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help=_("the private key of the backups: then all of it is read"),
    )
    command(each, "ls", _list, _("list the backups that are here"))
    key = each.add_parser("key", help=_("make the key of the backups, in a new folder"))
    key.set_defaults(work=_key, config=None)
    key.add_argument("folder", type=Path, metavar="FOLDER")
    restore = command(commands, "restore", _restore, _("lay a backup out in an empty place"))
    restore.add_argument("file", type=Path, metavar="FILE", nargs="?")
    restore.add_argument(
        "--key", type=Path, metavar="FILE", help=_("the private key of the backups")
    )
    restore.add_argument(
        "--replace", action="store_true", help=_("delete what is there, once the file has proved")
    )
    restore.add_argument(
        "--continue",
        dest="goes_on",
        action="store_true",
        help=_("only end what a restore could not: delete what is too old, and open"),
    )
    restore.add_argument(
        "--clock-is-right",
        action="store_true",
        help=_("somebody has looked at this machine's clock: do not ask the gates"),
    )
    for one in (make, restore):
        one.add_argument(
            "--user", metavar="ROLE", default="", help=_("as which role of the database")
        )
    for one in (verify, restore):
        one.set_defaults(unfinished=True)


def _make(settings: Config, asked: argparse.Namespace) -> int:
    from collector.backup import making  # noqa: PLC0415  # each command loads its own part

    made = making.make(settings, _now(), asked.user)
    for name in made.deleted:
        print(_("deleted: {name}").format(name=name))
    if made.doubt is not None:
        print(_("None was deleted for its age: the clock of this machine is in doubt."))
    said = _("{path}: {size} MB, {n} parts, read back whole")
    print(said.format(path=made.path, size=f"{made.size / 1e6:.1f}", n=made.members))
    return 0


def _verify(settings: Config, asked: argparse.Namespace) -> int:
    from collector.backup import making  # noqa: PLC0415  # the same

    header, whole = making.verify(settings, asked.file, asked.key, clock.wall_ms())
    print(
        _("{district}, of {when}, for the key {kid}: whole, and signed by this collector").format(
            district=header.district, when=_when(header.made_ms), kid=header.kid
        )
    )
    for done in whole.members:
        print(f"  {done.name}  {done.size}  {done.hash[:16]}")
    if asked.key is None:
        print(_("Its contents were not read: that takes the private key (--key)."))
    return 0


def _list(settings: Config, _asked: argparse.Namespace) -> int:
    from collector.backup import making  # noqa: PLC0415  # the same
    from collector.backup.shelf import Shelf  # noqa: PLC0415  # the same

    shelf = Shelf(making.settings(settings).folder)
    checked = {each.name for each in shelf.checked()}
    made = shelf.made()
    if not made:
        print(f"{making.settings(settings).folder}: {_('there is none')}")
    for at_ms, path in made:
        word = _("read back whole") if path.name in checked else _("not verified")
        print(f"{_when(at_ms)}  {path.stat().st_size / 1e6:10.1f} MB  {path.name}  {word}")
    return 0


def _key(_settings: None, asked: argparse.Namespace) -> int:
    from collector.backup import keys  # noqa: PLC0415  # the same

    private, public = keys.make(asked.folder)
    print(_("{path}: name it as backup.key in the configuration").format(path=public))
    print(
        _("{path}: keep it offline, twice, and delete it here; without it no backup opens").format(
            path=private
        )
    )
    return 0


def _restore(settings: Config, asked: argparse.Namespace) -> int:
    from collector.backup import purging, restoring  # noqa: PLC0415  # the same

    if asked.goes_on == (asked.file is not None):
        raise ArgumentsInvalid(N_("one of FILE and --continue is needed, and not both"))
    if not asked.goes_on:
        if asked.key is None:
            raise ArgumentsInvalid(_("the following arguments are required: %s") % "--key")
        said = restoring.restore(
            settings,
            asked.file,
            asked.key,
            clock.wall_ms(),
            replace=asked.replace,
            user=asked.user or (settings.backup.user if settings.backup else ""),
        )
        print(_("Restored as it was at {when}.").format(when=_when(said.made_ms)))
    done = purging.finish(settings, _now(), is_sure=asked.clock_is_right)
    print(_("What was too old is deleted, with its keys; the district can be started."))
    if done.audit_seq:
        print(
            _(
                "The audit goes on from row {seq}; `collector audit verify` names the later rows"
                " that gates know of."
            ).format(seq=done.audit_seq)
        )
    print(_("As soon as intake runs, each gate is asked for all that came after the backup."))
    return 0


def _now() -> Run:
    return Run(clock.wall_ms(), clock.boot(), clock.since_boot_ms())


def _when(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
