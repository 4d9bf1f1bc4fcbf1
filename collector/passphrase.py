"""The passphrase of keys that are closed with one, as systemd hands it to a process; or none."""

import os
from pathlib import Path

CREDENTIAL = "authority-passphrase"
"""As systemd gives it to a service; provisioning closes its keys with the same."""


def handed() -> bytes:
    """Return the passphrase; raise ValueError where systemd hands over none."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    try:
        return (Path(folder or "/nonexistent") / CREDENTIAL).read_bytes().rstrip(b"\r\n")
    except OSError as error:
        msg = "no passphrase"
        raise ValueError(msg) from error


def refused() -> str:
    """Refuse a key that asks for a passphrase; OpenSSL would stop and ask the terminal."""
    msg = "the key has a passphrase"
    raise ValueError(msg)
