"""What of a district goes into a backup, where it lies, and in which order it is read.

Whoever follows another is read before it: casework names persons, people follow the ledger, so none
of them ever knows more than what it follows. The vault's small file of epochs comes after its
tables: an epoch in the tables is in it, unless it was destroyed meanwhile.
"""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

from collector.backup.errors import BackupDamaged
from collector.cases import schema as cases
from collector.config import Config
from collector.dispatch import schema as dispatch
from collector.enrol.admitted import CERTIFICATES, REQUESTS
from collector.figures import store as figures
from collector.issuing import schema as passes
from collector.issuing.keys import DIGESTING
from collector.ledger import schema as ledger
from collector.people import schema as people
from collector.roster import ENROLLED
from collector.roster.roster import PLACES
from collector.vault import folder as vault

LEDGER, SERVER, ACCOUNTS, CASES, PEOPLE = "ledger", "server", "accounts", "cases", "people"
PASSES = "passes"
AUTHORITYS = ("roster", "enrolled", "requests", "certificates")
"""Parts that a new server may have already, from the authority's folder."""
VERSIONS = {
    cases.APPLICATION: cases.VERSION,
    people.APPLICATION: people.VERSION,
    passes.APPLICATION: passes.VERSION,
    dispatch.APPLICATION: dispatch.VERSION,
    figures.APPLICATION: figures.VERSION,
    ledger.APPLICATION: ledger.VERSION,
}
"""Up to which version tables are known here, by their application."""


class Found(msgspec.Struct, frozen=True):
    """One thing that is, or would be, here."""

    name: str
    path: Path

    @property
    def part(self) -> str:
        """Return the first part of a file's name."""
        return self.name.partition("/")[0]


def databases(config: Config) -> Iterator[Found]:
    """Yield the SQLite databases in the order in which they are read, there or not."""
    if config.ledger.postgres is None:
        if config.vault.state is not None:
            yield Found(CASES, config.vault_state / vault.CASES)
            yield Found(PEOPLE, config.vault_state / vault.PEOPLE)
        if config.issuing is not None:
            yield Found(PASSES, config.issuing.state / "passes.db")
        if config.dispatch is not None:
            yield Found("dispatch", config.dispatch.state / "dispatch.db")
    yield Found(ACCOUNTS, config.web.state / "accounts.db")
    yield Found("figures", config.web.state / "figures.db")
    if config.enrol is not None:
        yield Found("codes", config.enrol.state / "book.db")
    if config.ledger.path is not None:
        yield Found(LEDGER, config.ledger.path)


def folders(config: Config) -> dict[str, Path]:
    """Return the folders of which files are taken, by the first part of their names."""
    road = config.outgoing.parent
    enrolled = config.roster.path.with_name(ENROLLED).resolve().parent
    found = {"roster": config.roster.path.parent, "road": road, "web": config.web.state}
    found |= {name: enrolled / name for name in (REQUESTS, CERTIFICATES)}
    found["enrolled"], found["outgoing"] = enrolled, config.outgoing
    found["withdrawn"] = config.withdrawn.parent
    if config.vault.state is not None:
        found["vault"] = config.vault_state
    if config.issuing is not None:
        found["desk"] = config.issuing.state
    return found


def files(config: Config) -> Iterator[Found]:
    """Yield the files that are here: never a private key, never a socket."""
    where = folders(config)
    named = {
        "roster": (config.roster.path.name, PLACES),
        "enrolled": (ENROLLED,),
        "road": (config.tokens.name, config.opened.name, config.audit_head.name),
        "withdrawn": (config.withdrawn.name,),
        "web": ("secret",),
    }
    for part, names in named.items():
        yield from _there(part, (where[part] / name for name in names), where[part])
    if "desk" in where:
        known_again = where["desk"] / DIGESTING
        yield from _there("desk", [known_again], where["desk"])
    if "vault" in where:
        wrapped = [each for each in _below(where["vault"]) if each.suffix == ".json"]
        yield from _there("vault", wrapped, where["vault"])
    for part in ("outgoing", REQUESTS, CERTIFICATES):
        yield from _there(part, _below(where[part]), where[part])


def _below(folder: Path) -> list[Path]:
    """Return all files of a folder and of those in it, none if it is not there.

    Raises PermissionError for what may not be looked into: it would be missed when it is needed.
    """
    found = os.walk(folder, onerror=_unless_missing)
    return sorted(Path(at) / name for at, _, names in found for name in names)


def _unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _there(part: str, paths: "Iterator[Path] | list[Path]", below: Path) -> Iterator[Found]:
    for path in paths:
        if path.is_file() and not path.is_symlink():
            yield Found(f"{part}/{path.relative_to(below).as_posix()}", path)


def place_of(config: Config, name: str, kind: str) -> Path | None:
    """Return where something of a backup goes; None where this configuration has no such part.

    None too for what goes into PostgreSQL. Raises BackupDamaged for a name that leads out of its
    folder.
    """
    if kind == "sqlite":
        return next((each.path for each in databases(config) if each.name == name), None)
    if kind == "postgres":
        return None
    part, _, rest = name.partition("/")
    inner = PurePosixPath(rest)
    if inner.is_absolute() or not rest or ".." in inner.parts:
        raise BackupDamaged(name)
    below = folders(config).get(part)
    return None if below is None else below / inner
