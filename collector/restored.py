"""Whether this district came out of a backup, and whether what was too old in it is gone yet.

A small file beside what goes to the gates. Until the restored records, people and declarations have
been held against the retention policy, nothing may show them: every command asks here first.
"""

from pathlib import Path
from typing import Literal

import msgspec

from collector.errors import CollectorError, FileUnusable
from collector.i18n import N_
from collector.plainfile import put

LIMIT = 4096
MODE = 0o644
"""Every process asks, whoever it runs as."""


class Unpurged(CollectorError):
    """A restored district in which there may be what retention should have deleted."""

    code = "restore-unfinished"
    says = N_("This district was restored, and what is too old in it is not deleted yet")
    remedy = N_("run `collector restore --continue`; nothing is shown before it has ended well")


class Cut(Unpurged):
    """A restore that ended in its middle: what is here is not the whole of it."""

    code = "restore-cut"
    says = N_("A restore ended in its middle here: what is here is not whole")
    remedy = N_(
        "run the same `collector restore` again, with its FILE and --key, until it ends well"
    )


class Restored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From what, when, and how far it has come."""

    stage: Literal["copying", "unpurged", "open"]
    made_ms: int
    """When the backup was made, ms since 1970, UTC."""
    restored_ms: int
    audit_seq: int = 0
    """Where the audit stood in the backup; 0 where there is none."""
    audit_hash: str = ""
    v: Literal[1] = 1


def found(path: Path) -> Restored | None:
    """Return what the file says; None if this district was never restored.

    A file that cannot be read counts as one that says nothing good: raises Unpurged.
    """
    try:
        data = path.read_bytes()[:LIMIT]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unpurged(str(path)) from error
    try:
        return msgspec.json.decode(data, type=Restored)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unpurged(str(path)) from error


def check(path: Path) -> None:
    """Raise Unpurged until a restore has ended well, Cut if only another restore can end it."""
    said = found(path)
    if said is not None and said.stage != "open":
        raise (Cut if said.stage == "copying" else Unpurged)(str(path))


def note(path: Path, said: Restored) -> None:
    """Write it down; on stable storage when it returns. Raises FileUnusable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, msgspec.json.encode(said) + b"\n", MODE)
    except OSError as error:
        msg = f"{path}: {error.strerror or error}"
        raise FileUnusable(msg) from error


def take_back(path: Path, before: Restored | None) -> None:
    """Let it stand as before a restore that has changed nothing."""
    if before is None:
        path.unlink(missing_ok=True)
    else:
        note(path, before)
