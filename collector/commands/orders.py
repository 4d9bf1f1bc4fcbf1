"""`collector publish` and `collector gates`: what gates are told, and whom nobody hears."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collector import clock, withdrawn
from collector.config import Config
from collector.errors import GateUnknown
from collector.i18n import _
from collector.roster import load as load_roster

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    publish = command(
        commands, "publish", _publish, _("send signed documents to the gates they are for")
    )
    publish.add_argument("files", nargs="+", type=Path, metavar="FILE")
    gates = commands.add_parser("gates", help=_("withdraw a gate, or take it back"))
    each_gate = gates.add_subparsers(required=True, metavar="COMMAND")
    revoke = command(each_gate, "revoke", _revoke, _("take nothing more from a gate, at once"))
    restore = command(each_gate, "restore", _restore, _("listen to a withdrawn gate again"))
    for each in (revoke, restore):
        each.add_argument("gate", metavar="GATE")


def _publish(settings: Config, asked: argparse.Namespace) -> int:
    """Check all documents first: of several, all are kept or none."""
    from collector import outgoing

    keys, roster = outgoing.ring(settings.authority), load_roster(settings.roster.path)
    good = outgoing.ring(settings.authority, clock.wall_ms())
    parcels = [outgoing.checked(outgoing.fetched(path), good, roster) for path in asked.files]
    store = outgoing.Outgoing(settings.outgoing)
    for path, each in zip(asked.files, parcels, strict=True):
        store.put(each, keys, roster)
        where = ", ".join(parcel.gate for parcel in each)
        print(_("{file}: {leaf} goes to {where}").format(file=path, leaf=each[0].leaf, where=where))
    return 0


def _revoke(settings: Config, asked: argparse.Namespace) -> int:
    if asked.gate not in load_roster(settings.roster.path).names():
        raise GateUnknown(asked.gate)
    withdrawn.save(settings.withdrawn, withdrawn.load(settings.withdrawn) | {asked.gate})
    print(_("{gate}: nothing more is taken from this gate").format(gate=asked.gate))
    return 0


def _restore(settings: Config, asked: argparse.Namespace) -> int:
    names = withdrawn.load(settings.withdrawn)
    if asked.gate not in names:
        raise GateUnknown(asked.gate)
    withdrawn.save(settings.withdrawn, names - {asked.gate})
    print(_("{gate}: records are taken from this gate again").format(gate=asked.gate))
    return 0
