"""`collector vault`: the keys that open what gates have sealed, and their custodians."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from collector import inquiry
from collector.config import Config
from collector.i18n import _

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    vault = commands.add_parser("vault", help=_("the keys that open what gates have sealed"))
    each_work = vault.add_subparsers(required=True, metavar="COMMAND")
    command(each_work, "run", _vault_run, _("follow the ledger and answer the pages"))
    init = command(each_work, "init", _vault_init, _("wrap the keys for custodians, once"))
    init.add_argument("--key", type=Path, required=True, help=_("the authority's vault/seal.pem"))
    init.add_argument(
        "--custodian", action="append", required=True, metavar="NAME", help=_("who gets a share")
    )
    init.add_argument(
        "--threshold", type=int, default=None, metavar="N", help=_("so many open the keys; 2")
    )
    init.add_argument(
        "--generate", action="store_true", help=_("make the passphrases and print them once")
    )
    init.add_argument(
        "--keep-key", action="store_true", help=_("do not destroy the plain key: dangerous")
    )
    init.add_argument(
        "--demo", action="store_true", help=_("one custodian alone: only for a demonstration")
    )
    unlock = command(each_work, "unlock", _vault_unlock, _("ask custodians for their words"))
    unlock.add_argument("--custodian", metavar="NAME", help=_("ask only this one"))
    command(each_work, "lock", _vault_lock, _("drop the keys from memory"))
    rewrap = command(each_work, "rewrap", _vault_rewrap, _("wrap the keys for other custodians"))
    rewrap.add_argument(
        "--custodian", action="append", required=True, metavar="NAME", help=_("who gets a share")
    )
    rewrap.add_argument(
        "--threshold", type=int, default=2, metavar="N", help=_("so many open the keys; 2")
    )
    rewrap.add_argument(
        "--generate", action="store_true", help=_("make the passphrases and print them once")
    )
    add = command(each_work, "add-key", _vault_add_key, _("take a new key of the authority"))
    add.add_argument("--key", type=Path, required=True, help=_("the authority's vault/seal.pem"))
    add.add_argument(
        "--keep-key", action="store_true", help=_("do not destroy the plain key: dangerous")
    )
    status = command(each_work, "status", _vault_status, _("say how the vault is"))
    status.add_argument("--json", action="store_true", help=_("print one JSON object"))


def _vault_run(settings: Config, _: argparse.Namespace) -> int:
    from collector.vault.process import run

    return run(settings)


def _vault_init(settings: Config, asked: argparse.Namespace) -> int:
    from collector.vault import commands

    wish = commands.Wish(
        asked.key,
        tuple(asked.custodian),
        asked.threshold or (1 if asked.demo else 2),
        demo=asked.demo,
        generate=asked.generate,
        keep=asked.keep_key,
    )
    done = commands.init(settings, wish, _show)
    print("\n".join(commands.told_wrapped(done, asked.key)))
    return 0


def _show(made: Mapping[str, str]) -> None:
    from collector.vault import commands

    print("\n".join(commands.told_words(made)), flush=True)


def _vault_unlock(settings: Config, asked: argparse.Namespace) -> int:
    from collector.vault import commands

    status = commands.unlock(settings, asked.custodian)
    print("\n".join(commands.told(status)))
    return 1 if status.locked else 0


def _vault_rewrap(settings: Config, asked: argparse.Namespace) -> int:
    from collector.vault import rewrapping

    wish = rewrapping.Wish(tuple(asked.custodian), asked.threshold, generate=asked.generate)
    print("\n".join(rewrapping.told_rewrapped(rewrapping.rewrap(settings, wish, _show))))
    return 0


def _vault_add_key(settings: Config, asked: argparse.Namespace) -> int:
    from collector.vault import rewrapping

    kept = rewrapping.add_key(settings, asked.key, keep=asked.keep_key)
    print("\n".join(rewrapping.told_added(kept, asked.key, is_kept=asked.keep_key)))
    return 0


def _vault_lock(settings: Config, _: argparse.Namespace) -> int:
    from collector.vault import client, commands

    print("\n".join(commands.told(client.connected(settings.vault_socket).lock())))
    return 0


def _vault_status(settings: Config, asked: argparse.Namespace) -> int:
    from collector.vault import client, commands

    status = client.connected(settings.vault_socket).status()
    if asked.json:
        print(inquiry.as_json(msgspec.to_builtins(status)))
    else:
        print("\n".join(commands.told(status)))
    return 1 if status.locked else 0
