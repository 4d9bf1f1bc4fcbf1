"""The roster: which gates there are, where they stand, and whose help line to call.

Written by provisioning, only read here. A gate that is not in it is unknown. Areas and sectors
are data: this file knows no district by name. Gates that enrolled over the network stand in a file
of their own beside it, `enrolled.json`, which the enrolment process alone writes; one that is in
both is as it enrolled.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from collector.errors import RosterInvalid
from collector.i18n import N_
from wire.errors import WireError
from wire.keys import KeyEntry, Keyring
from wire.record import Direction

MAX_BYTES = 64 * 1024 * 1024
"""A hundred thousand gates, with room."""
ENROLLED = "enrolled.json"
"""Beside the roster; it may be a link into the folder of the enrolment process."""
ALL = "all"
"""Stands for every gate on the wire."""

Text = Annotated[str, msgspec.Meta(max_length=200)]


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One gate and where it stands."""

    gate: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    """Its name on the wire: the common name of its certificate."""
    place: Text
    area: Text
    sector: Text
    directions: Annotated[tuple[Direction, ...], msgspec.Meta(min_length=1)]
    records: KeyEntry
    """The public key with which it signs the heads of its chain."""


class Gates(msgspec.Struct, frozen=True):
    """Whom intake listens to."""

    keys: Mapping[str, KeyEntry]
    """The gates and the public keys of their records."""
    revoked: frozenset[str] = frozenset()
    """Of which nothing is taken any more."""

    def ring(self, gate: str) -> Keyring:
        """Return the keys that speak for one gate: its own and no other's."""
        return _ring(self.keys[gate])


@lru_cache(maxsize=10_000)
def _ring(key: KeyEntry) -> Keyring:
    return Keyring([key])


class Roster(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The authority's gates."""

    authority: Text
    help_line: Text
    gates: tuple[Gate, ...]

    def names(self) -> frozenset[str]:
        """Return the names of all gates."""
        return frozenset(gate.gate for gate in self.gates)

    def admitted(self, revoked: frozenset[str]) -> Gates:
        """Return whom to listen to, less the `revoked`."""
        return Gates({gate.gate: gate.records for gate in self.gates}, revoked)


class Enrolled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The gates that enrolled over the network."""

    gates: tuple[Gate, ...] = ()


Seen = tuple[int, int, int]


class RosterFile:
    """The roster as it now stands on disk."""

    def __init__(self, path: Path) -> None:
        """Take the path; nothing is read yet."""
        self._path = path
        self._seen: tuple[Seen | None, ...] | None = None
        self._roster: Roster | None = None

    def current(self) -> Roster:
        """Return the roster, read again if the file has changed.

        Raises RosterInvalid once for each bad version of the file; after that the last good one
        is returned, so that a slip of the pen does not lock the gates out.
        """
        try:
            seen = (_seen(self._path), _seen_or_none(self._path.with_name(ENROLLED)))
        except OSError as error:
            if self._roster is not None:
                return self._roster
            msg = f"{self._path}: {error.strerror or N_('cannot be read')}"
            raise RosterInvalid(msg) from error
        if seen != self._seen or self._roster is None:
            self._seen = seen
            self._roster = load(self._path)
        return self._roster


def load(path: Path) -> Roster:
    """Read a roster, with the gates that enrolled; raise RosterInvalid naming what is wrong."""
    roster = _decoded(path, Roster)
    joined = enrolled(path)
    if joined.gates:
        names = {gate.gate for gate in joined.gates}
        others = [gate for gate in roster.gates if gate.gate not in names]
        gates = sorted([*others, *joined.gates], key=lambda gate: gate.gate)
        roster = msgspec.structs.replace(roster, gates=tuple(gates))
    _check(path, roster)
    return roster


def enrolled(path: Path) -> Enrolled:
    """Read the gates that enrolled beside the roster at `path`; none if there is no such file."""
    beside = path.with_name(ENROLLED)
    return _decoded(beside, Enrolled) if beside.exists() else Enrolled()


T = TypeVar("T")


def _decoded(path: Path, kind: type[T]) -> T:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        msg = f"{path}: {error.strerror or N_('cannot be read')}"
        raise RosterInvalid(msg) from error
    if len(data) > MAX_BYTES:
        msg = f"{path}: {N_('far too long')}"
        raise RosterInvalid(msg)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = f"{path}: {str(error).replace('`', '')}"
        raise RosterInvalid(msg) from error


def _check(path: Path, roster: Roster) -> None:
    try:
        Keyring([gate.records for gate in roster.gates])
    except WireError as error:
        msg = f"{path}: {error}"
        raise RosterInvalid(msg) from error
    if ALL in roster.names():
        msg = f"{path}: {N_('no gate may be called “all”')}"
        raise RosterInvalid(msg)
    if len(roster.names()) != len(roster.gates):
        msg = f"{path}: {N_('two gates have one name')}"
        raise RosterInvalid(msg)


def _seen(path: Path) -> Seen:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _seen_or_none(path: Path) -> Seen | None:
    try:
        return _seen(path)
    except OSError:
        return None
