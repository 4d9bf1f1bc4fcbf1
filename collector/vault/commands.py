"""`collector vault init|unlock|lock|status`, for custodians and operators.

A passphrase comes from the terminal, unseen, or line by line from standard input; never from the
command line, which every user of the machine can read.
"""

import base64
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from collector.config import Config
from collector.errors import KeyUnreadable
from collector.i18n import N_, _
from collector.passphrase import handed
from collector.vault import client, custody, folder
from collector.vault.custody import Cost, Custody, Secrets
from collector.vault.entries import Status
from collector.vault.errors import CustodiansInvalid, CustodyBroken, VaultExists
from wire.canonical import parse
from wire.errors import WireError
from wire.sealing import seal_key

MAX_LINE = 1024
MAX_KEY = 64 * 1024


Show = Callable[[Mapping[str, str]], None]
"""Tells somebody who sits here passphrases by custodian, and returns when it is told."""


class Wrapped(msgspec.Struct, frozen=True):
    """What `init` has done."""

    kept: Custody
    path: Path
    destroyed: bool
    """The plain key is gone."""


class Wish(msgspec.Struct, frozen=True):
    """How the keys are to be wrapped."""

    key: Path
    """PEM of the authority's private sealing key."""
    custodians: tuple[str, ...]
    threshold: int = 2
    demo: bool = False
    generate: bool = False
    """Make the passphrases."""
    keep: bool = False
    """Leave the plain key where it is."""


def init(config: Config, wish: Wish, show: Show, cost: Cost | None = None) -> Wrapped:
    """Wrap the authority's key for custodians; destroy the plain one unless it is to be kept.

    Passphrases that are made are shown first: whatever ends this program then, somebody has them.
    """
    home = config.vault_state
    folder.prepare(home)
    if (home / folder.CUSTODY).exists():
        raise VaultExists(str(home))
    if len(set(wish.custodians)) != len(wish.custodians):
        raise CustodiansInvalid(N_("a name is there twice"))
    opener = private(wish.key)
    kid = seal_key(opener.public_key()).kid
    _check_ours(config.authority, kid)
    fresh = {name: made() for name in wish.custodians} if wish.generate else {}
    words = fresh or {name: asked_twice(name) for name in wish.custodians}
    secrets = Secrets(opener.private_bytes_raw(), os.urandom(custody.KEY_BYTES))
    kept = custody.wrapped(secrets, kid, words, wish.threshold, demo=wish.demo, cost=cost)
    if fresh:
        show(fresh)
    path = folder.save(home, kept)
    check_opens(folder.load(home), words, secrets)
    if not wish.keep:
        folder.destroy(wish.key)
    return Wrapped(kept, path, destroyed=not wish.keep)


def unlock(config: Config, custodian: str | None) -> Status:
    """Ask custodians one after another until the vault is unlocked, or only the one named."""
    vault = client.connected(config.vault_socket)
    status = vault.status()
    while status.locked:
        name = custodian or line(_("Custodian: "))
        if not name:
            break
        status = vault.unlock(name, secret(_("Passphrase of {name}: ").format(name=name)))
        if custodian:
            break
    return status


def told(status: Status) -> list[str]:
    """Say how the vault is."""
    lines = []
    if status.demo:
        lines.append(_("DEMONSTRATION: one custodian alone opens everything"))
    if status.locked:
        lines.append(
            _("locked: {spoken} of {threshold} custodians have spoken").format(
                spoken=status.spoken, threshold=status.threshold
            )
        )
        lines.append(_("custodians: {names}").format(names=", ".join(status.custodians)))
    else:
        lines.append(_("unlocked"))
    lines.append(
        _("{persons} people, {sightings} sightings, {epochs} epochs").format(
            persons=status.persons, sightings=status.sightings, epochs=status.epochs
        )
    )
    if status.unopened:
        lines.append(_("{n} records do not open").format(n=status.unopened))
    return lines


def told_words(made: Mapping[str, str]) -> list[str]:
    """Say whose passphrase is which."""
    line = _("{name}: {words}   (shown once; give it to this custodian alone)")
    return [line.format(name=name, words=words) for name, words in made.items()]


def told_wrapped(done: Wrapped, key: Path) -> list[str]:
    """Say what `init` has done, and what must be done now."""
    lines = [
        _("The keys are wrapped in {path}; {threshold} of {n} custodians open them.").format(
            path=done.path, threshold=done.kept.threshold, n=len(done.kept.shares)
        ),
        _("Keep a copy of this file elsewhere: without it nothing can ever be opened again."),
    ]
    if done.kept.demo:
        lines.append(_("DEMONSTRATION: one custodian alone opens everything"))
    if done.destroyed:
        lines.append(_("{key} is destroyed. Destroy every copy of it too.").format(key=key))
    else:
        lines.append(
            _("DANGER: {key} still opens everything alone. Put it into a safe, now.").format(
                key=key
            )
        )
    return lines


def secret(prompt: str) -> str:
    """Return a passphrase: typed unseen, or the next line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline(MAX_LINE).rstrip("\r\n")


def line(prompt: str) -> str:
    """Return what is typed, or the next line of standard input."""
    if sys.stdin.isatty():
        sys.stderr.write(prompt)
        sys.stderr.flush()
    return sys.stdin.readline(MAX_LINE).strip()


def asked_twice(name: str) -> str:
    """Return a new passphrase of a custodian's; raise PassphraseWeak, CustodiansInvalid."""
    words = secret(_("Passphrase for {name}, at least 16 characters: ").format(name=name))
    custody.check_strength(words)
    if sys.stdin.isatty() and secret(_("Again: ")) != words:
        raise CustodiansInvalid(N_("the passphrases differ"))
    return words


def made() -> str:
    """Return a passphrase of eighty bits that can be read aloud."""
    text = base64.b32encode(os.urandom(10)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def private(path: Path) -> X25519PrivateKey:
    """Read the authority's key that opens what gates have sealed; raise KeyUnreadable."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_KEY)
        key = load_pem_private_key(data, _closed_by() if b"ENCRYPTED" in data else None)
    except OSError as error:
        msg = f"{path}: {error.strerror or N_('cannot be read')}"
        raise KeyUnreadable(msg) from error
    except (ValueError, TypeError) as error:
        msg = f"{path}: {N_('no key')}"
        raise KeyUnreadable(msg) from error
    if not isinstance(key, X25519PrivateKey):
        msg = f"{path}: {N_('not the key that opens what gates have sealed')}"
        raise KeyUnreadable(msg)
    return key


def _closed_by() -> bytes:
    """Return what closes the authority's keys: from systemd, or from who sits here."""
    if os.environ.get("CREDENTIALS_DIRECTORY"):
        return handed()
    return secret(_("Passphrase of the authority's keys: ")).encode()


def _check_ours(public: Path, kid: str) -> None:
    """Refuse the key of another authority, if it can be told."""
    try:
        document = parse(public.read_bytes())
    except (OSError, WireError):
        return
    seal = document.get("seal")
    if isinstance(seal, dict) and seal.get("kid") != kid:
        msg = f"{public}: {N_('the key is of another authority')}"
        raise KeyUnreadable(msg)


def check_opens(kept: Custody, words: dict[str, str], secrets: Secrets) -> None:
    """Open what was written, with every passphrase, before the plain key goes."""
    shares = dict(custody.opened_share(kept, name, said) for name, said in words.items())
    if custody.opened(kept, shares) != secrets:
        raise CustodyBroken
