"""What the authority has signed for the gates, as this collector keeps and publishes it.

A folder: `<gate>/<leaf>` and `all/<leaf>`, each file the bytes of one document. The broker's
retained messages are a copy of it. Nothing gets in that a gate would refuse: every document is
checked against the authority's keys first, and one that is older than what is here is refused, so
that an old policy cannot be put back by accident. Commands leave when they expire.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from collector.errors import DocumentRefused, FileUnusable, KeyUnreadable, StoreUnusable
from collector.i18n import N_
from collector.plainfile import write
from collector.roster import ALL, Roster
from wire import certificate, keyring, policy, signers, statuslist
from wire.canonical import Document, parse, read
from wire.errors import WireError
from wire.keys import KeyEntry, Keyring, SealKey, Signed, Use, opened
from wire.record import Millis

LIMIT = 256 * 1024
"""The broker takes no longer message."""
STAMP = ".stamp"
POLICY, COMMAND, SIGNERS, LIST = "policy", "command", "signers", "list-"
KEYRING, CERTIFICATE = "keyring", "certificate"
PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A gate's name, or a leaf."""


class Command(msgspec.Struct, frozen=True):
    """What every command says, whatever else it says."""

    gate: str
    issued: Millis
    expires: Millis
    nonce: Annotated[str, msgspec.Meta(min_length=8, max_length=64)]


class Parcel(msgspec.Struct, frozen=True):
    """One document and where it goes."""

    gate: str
    """A gate's name, or `all`."""
    leaf: str
    payload: bytes
    order: int
    """Of two for the same place the greater is newer."""
    expires_ms: int | None = None


class Public(msgspec.Struct, frozen=True):
    """The part of the authority's public file that is needed here."""

    keys: tuple[KeyEntry, ...]
    root: KeyEntry
    seal: SealKey | None = None


def ring(path: Path, now_ms: int | None = None) -> Keyring:
    """Read the authority's public keys, the root's too; raise KeyUnreadable.

    With `now_ms` a key that has ended by then signs nothing.
    """
    try:
        found = read(Public, parse(path.read_bytes()[: LIMIT + 1]))
        return Keyring((found.root, *found.keys), now_ms)
    except (OSError, WireError) as error:
        msg = f"road.authority: {path}: {N_('no file of public keys')}"
        raise KeyUnreadable(msg) from error


def sealing(path: Path) -> SealKey:
    """Read the authority's public sealing key; raise KeyUnreadable."""
    try:
        seal = read(Public, parse(path.read_bytes()[: LIMIT + 1])).seal
    except (OSError, WireError) as error:
        msg = f"road.authority: {path}: {N_('no file of public keys')}"
        raise KeyUnreadable(msg) from error
    if seal is None:
        msg = f"road.authority: {path}: {N_('no file of public keys')}"
        raise KeyUnreadable(msg)
    return seal


def checked(data: bytes, keys: Keyring, roster: Roster) -> tuple[Parcel, ...]:
    """Return where a document goes; raise DocumentRefused for one that gates would refuse."""
    try:
        if data[:1] != b"{":
            found = statuslist.unpack(data, keys)
            return (Parcel(ALL, LIST + found.issuer, data, found.order),)
        document = read(Signed, parse(data, LIMIT)).doc
        if "nonce" in document:
            return _command(data, keys, roster)
        if "seal" in document:
            told = keyring.unpack(data, keys)
            return (Parcel(ALL, KEYRING, data, told.version),)
        if "certificate" in document:
            return _certificate(data, document, keys, roster)
        if "signers" in document:
            listed = signers.unpack(data, keys)
            return (Parcel(ALL, SIGNERS, data, listed.version),)
        return _policy(data, document, keys, roster)
    except WireError as error:
        raise DocumentRefused(str(error)) from error


def _policy(data: bytes, document: Document, keys: Keyring, roster: Roster) -> tuple[Parcel, ...]:
    rules = policy.unpack(data, keys, str(document.get("site", "")))
    gates = [each.gate for each in roster.gates if policy.same_site(each.place, rules.site)]
    if not gates:
        msg = f"{rules.site}: {N_('no gate of that place is in the roster')}"
        raise DocumentRefused(msg)
    return tuple(Parcel(gate, POLICY, data, rules.version) for gate in gates)


def _certificate(
    data: bytes, document: Document, keys: Keyring, roster: Roster
) -> tuple[Parcel, ...]:
    found = certificate.unpack(data, keys, str(document.get("gate", "")))
    if found.gate not in roster.names():
        msg = f"{found.gate}: {N_('no gate of that name is in the roster')}"
        raise DocumentRefused(msg)
    return (Parcel(found.gate, CERTIFICATE, data, found.issued),)


def _command(data: bytes, keys: Keyring, roster: Roster) -> tuple[Parcel, ...]:
    signed = read(Signed, parse(data, LIMIT))
    found = read(Command, opened(signed, COMMAND, Use.COMMAND, keys))
    if found.gate not in roster.names():
        msg = f"{found.gate[:64]}: {N_('no gate of that name is in the roster')}"
        raise DocumentRefused(msg)
    return (Parcel(found.gate, COMMAND, data, found.issued, found.expires),)


class Outgoing:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        """Take where it is; it need not be there yet."""
        self._folder = folder

    def put(self, parcels: tuple[Parcel, ...], keys: Keyring, roster: Roster) -> None:
        """Keep a checked document. Raises DocumentRefused for an older one, StoreUnusable."""
        for parcel in parcels:
            path = self._folder / parcel.gate / parcel.leaf
            for held in self._held(path, keys, roster):
                if held.leaf == parcel.leaf and held.order >= parcel.order:
                    if held.payload == parcel.payload:
                        continue
                    msg = f"{parcel.gate}/{parcel.leaf}: {N_('older than what is published')}"
                    raise DocumentRefused(msg)
        for parcel in parcels:
            path = self._folder / parcel.gate / parcel.leaf
            _shared(path.parent)
            write(path, parcel.payload)
        write(self._folder / STAMP, b"")

    def drop(self, gate: str, leaf: str) -> None:
        """Keep a document no longer; nothing if it is not here. Raises StoreUnusable."""
        try:
            (self._folder / gate / leaf).unlink(missing_ok=True)
        except OSError as error:
            msg = f"{self._folder}: {error.strerror}"
            raise StoreUnusable(msg) from error
        write(self._folder / STAMP, b"")

    def is_final(self, parcels: tuple[Parcel, ...], keys: Keyring, roster: Roster) -> bool:
        """Say whether the authority has withdrawn for good what these lists are about."""
        paths = [self._folder / each.gate / each.leaf for each in parcels]
        held = [each for path in paths for each in self._held(path, keys, roster)]
        return any(each.order >= statuslist.MAX_TIME for each in held)

    def stamp(self) -> int:
        """Return a number that differs after any `put` or `drop`; cheap enough for every second."""
        try:
            return (self._folder / STAMP).stat().st_mtime_ns
        except OSError:
            return 0

    def parcels(
        self, now_ms: int, complain: Callable[[FileUnusable], None]
    ) -> Iterator[tuple[str, str, bytes]]:
        """Yield (gate, leaf, payload) of all that is to be published now.

        A file that cannot be read keeps no other back: `complain` is told.
        """
        for path in self._files():
            try:
                data = fetched(path)
            except FileUnusable as error:
                complain(error)
                continue
            if path.name != COMMAND or _is_alive(data, now_ms):
                yield path.parent.name, path.name, data

    def _held(self, path: Path, keys: Keyring, roster: Roster) -> tuple[Parcel, ...]:
        """Return what is at `path`; nothing if it would not be taken any more."""
        try:
            return checked(fetched(path), keys, roster) if path.is_file() else ()
        except DocumentRefused:
            return ()

    def _files(self) -> Iterator[Path]:
        try:
            for path in self._folder.glob("*/*"):
                if PART.fullmatch(path.name) and PART.fullmatch(path.parent.name):
                    yield path
        except OSError as error:
            msg = f"{self._folder}: {error.strerror}"
            raise StoreUnusable(msg) from error


def fetched(path: Path) -> bytes:
    """Read a document; raise FileUnusable if it is missing or longer than a gate would take.

    No pipe is waited for: others may write to the folder.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            is_plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            data = file.read(LIMIT + 1) if is_plain else b""
    except OSError as error:
        msg = f"{path}: {error.strerror or N_('cannot be read')}"
        raise FileUnusable(msg) from error
    if not is_plain:
        msg = f"{path}: {N_('not a regular file')}"
        raise FileUnusable(msg)
    if len(data) > LIMIT:
        msg = f"{path}: {N_('far too long')}"
        raise FileUnusable(msg)
    return data


def _shared(folder: Path) -> None:
    """Make a gate's folder, for all of the group: operators and the dispatch both write there."""
    try:
        folder.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        folder.mkdir()
        folder.chmod(0o2770)
    except FileExistsError:
        return
    except OSError as error:
        msg = f"{folder}: {error.strerror or error}"
        raise StoreUnusable(msg) from error


def _is_alive(data: bytes, now_ms: int) -> bool:
    """Say whether a command has not expired; the signature was checked when it was put here."""
    try:
        return read(Command, read(Signed, parse(data, LIMIT)).doc).expires > now_ms
    except WireError:
        return False
