"""`collector vault rewrap|add-key`: other custodians, or another key of the authority's.

Enough custodians of today must speak first. The vault is stopped meanwhile: it holds what it has
read at its start.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from collector.config import Config
from collector.i18n import N_, _
from collector.vault import commands, custody, folder
from collector.vault.commands import Show, Wrapped
from collector.vault.custody import Cost, Custody, Secrets
from collector.vault.errors import CustodiansInvalid, CustodyBroken
from wire.sealing import seal_key


class Wish(msgspec.Struct, frozen=True):
    """Who is to have a share from now on."""

    custodians: tuple[str, ...]
    threshold: int = 2
    generate: bool = False
    """Make the passphrases."""


def rewrap(config: Config, wish: Wish, show: Show, cost: Cost | None = None) -> Wrapped:
    """Wrap the same keys for other custodians: no share of before opens the new file.

    Passphrases that are made are shown first: whatever ends this program then, somebody has them.
    """
    if len(set(wish.custodians)) != len(wish.custodians):
        raise CustodiansInvalid(N_("a name is there twice"))
    home = config.vault_state
    with folder.claimed(home):
        kept = folder.load(home)
        secrets = custody.opened(kept, _spoken(kept))
        made = {name: commands.made() for name in wish.custodians} if wish.generate else {}
        words = made or {name: commands.asked_twice(name) for name in wish.custodians}
        demo = wish.threshold == 1 and kept.demo
        wrapped = custody.wrapped(
            secrets, kept.seal, words, wish.threshold, demo=demo, cost=cost or kept.shares[0].cost
        )
        commands.check_opens(wrapped, words, secrets)
        if made:
            show(made)
        folder.replace(home, wrapped)
    return Wrapped(wrapped, home / folder.CUSTODY, destroyed=True)


def add_key(config: Config, path: Path, *, keep: bool = False) -> Custody:
    """Take the authority's new sealing key beside those there are; destroy the plain one."""
    home = config.vault_state
    with folder.claimed(home):
        kept = folder.load(home)
        private = commands.private(path)
        kid = seal_key(private.public_key()).kid
        shares = _spoken(kept)
        old = custody.opened(kept, shares)
        raw = private.private_bytes_raw()
        if raw in (old.seal, *old.older):
            raise CustodyBroken(N_("this key is there already"))
        wrapped = custody.resealed(kept, shares, raw, kid)
        if custody.opened(wrapped, shares) != Secrets(raw, old.master, (old.seal, *old.older)):
            raise CustodyBroken
        folder.replace(home, wrapped)
    if not keep:
        folder.destroy(path)
    return wrapped


def told_rewrapped(done: Wrapped) -> list[str]:
    """Say what `rewrap` has done, and what must be done now."""
    return [
        _("The keys are wrapped anew in {path}; {threshold} of {n} custodians open them.").format(
            path=done.path, threshold=done.kept.threshold, n=len(done.kept.shares)
        ),
        _("Destroy every copy of the file before it: its custodians can still open that one."),
        _("Keep a copy of the new file elsewhere, and start the vault."),
    ]


def told_added(kept: Custody, path: Path, *, is_kept: bool) -> list[str]:
    """Say what `add-key` has done."""
    gone = (
        _("DANGER: {key} still opens everything alone. Put it into a safe, now.")
        if is_kept
        else _("{key} is destroyed. Destroy every copy of it too.")
    )
    return [
        _("The vault opens what is sealed to {kid}, and what was sealed before.").format(
            kid=kept.seal
        ),
        gone.format(key=path),
        _("Start the vault: what did not open is tried again once it is unlocked."),
    ]


def _spoken(kept: Custody) -> Mapping[int, bytes]:
    """Return the shares of enough custodians, asked one after another; one wrong word ends it."""
    shares: dict[int, bytes] = {}
    while len(shares) < kept.threshold:
        name = commands.line(_("Custodian: "))
        if not name:
            raise CustodiansInvalid(N_("not enough custodians have spoken"))
        words = commands.secret(_("Passphrase of {name}: ").format(name=name))
        number, share = custody.opened_share(kept, name, words)
        shares[number] = share
    return shares
