"""The secret that signs sessions: made once, on this machine, readable by its owner only."""

import errno
import os
import secrets
from pathlib import Path

from collector.errors import LedgerFull, StateUnwritable
from collector.i18n import N_

NAME = "secret"
CHARS = 64


def secret(state: Path) -> str:
    """Return the secret kept in the directory `state`, making both if need be."""
    path = state / NAME
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        found = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise LedgerFull(str(path)) from error
        msg = f"web.state: {path}: {N_('cannot be made or read')}"
        raise StateUnwritable(msg) from error
    if len(found) < CHARS:
        msg = f"web.state: {path}: {N_('too short for a secret; remove it and one is made')}"
        raise StateUnwritable(msg)
    return found


def _make(path: Path) -> None:
    """Write it whole under another name first: two programs that start at once agree on one."""
    partial = path.with_name(f".{NAME}.{os.getpid()}")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(CHARS))
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink(missing_ok=True)
