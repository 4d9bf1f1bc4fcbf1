"""The roster: which gates the authority has admitted, where they stand, and their public keys.

One JSON file in the authority's folder, which the collector reads. Written whole by rename, by
one program at a time. Beside it may lie `enrolled.json`, which the enrolment process writes: the
gates that enrolled over the network.
"""

from pathlib import Path

import msgspec

from provisioning import files
from provisioning.errors import FileUnusable, GateKnown, RequestUsed, RosterDamaged
from wire.keys import KeyEntry
from wire.record import Direction

NAME = "roster.json"
ENROLLED = "enrolled.json"
"""It may be a link into the folder of the enrolment process."""
LIMIT = 64 * 1024 * 1024
"""A hundred thousand gates, with room."""


class Gate(msgspec.Struct, frozen=True):
    """One gate and where it stands."""

    gate: str
    place: str
    area: str
    sector: str
    directions: tuple[Direction, ...]
    records: KeyEntry


class Roster(msgspec.Struct, frozen=True):
    """The authority's gates, sorted by name."""

    authority: str
    help_line: str
    gates: tuple[Gate, ...]


class Enrolled(msgspec.Struct, frozen=True):
    """The gates that enrolled over the network."""

    gates: tuple[Gate, ...] = ()


def start(folder: Path, authority: str, help_line: str) -> None:
    """Write a roster without gates."""
    _write(folder, Roster(authority, help_line, ()))


def load(folder: Path) -> Roster:
    """Read the roster; raise RosterDamaged if it is none."""
    try:
        return msgspec.json.decode(files.read(folder / NAME, LIMIT), type=Roster)
    except (FileUnusable, msgspec.DecodeError, RecursionError) as error:
        raise RosterDamaged(path=folder / NAME) from error


def enrolled(folder: Path) -> tuple[Gate, ...]:
    """Read the gates that enrolled over the network, if any did; raise RosterDamaged."""
    path = folder / ENROLLED
    if not path.exists():
        return ()
    try:
        return msgspec.json.decode(files.read(path, LIMIT), type=Enrolled).gates
    except (FileUnusable, msgspec.DecodeError, RecursionError) as error:
        raise RosterDamaged(path=path) from error


def enter(folder: Path, gate: Gate, *, replace: bool = False) -> None:
    """Put a gate into the roster.

    A gate that is there with the same key is brought up to date. With another key it is another
    machine: GateKnown, unless `replace` says that it takes the old one's place. Raises
    RequestUsed if the key belongs to a gate of another name.
    """
    with files.alone(folder / ".roster.lock"):
        roster = load(folder)
        for known in roster.gates:
            if known.gate != gate.gate and known.records.kid == gate.records.kid:
                raise RequestUsed(gate=known.gate)
            if known.gate == gate.gate and known.records.kid != gate.records.kid and not replace:
                raise GateKnown(gate=gate.gate)
        others = [known for known in roster.gates if known.gate != gate.gate]
        gates = tuple(sorted([*others, gate], key=lambda each: each.gate))
        _write(folder, msgspec.structs.replace(roster, gates=gates))


def _write(folder: Path, roster: Roster) -> None:
    files.write(folder / NAME, msgspec.json.format(msgspec.json.encode(roster), indent=2) + b"\n")
