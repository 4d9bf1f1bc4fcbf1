"""The passphrase that closes the authority's keys on the disk: from systemd, or from who sits here.

systemd gives it to a service as a credential (`LoadCredentialEncrypted=authority-passphrase:...`),
a file that only the service can read. At a terminal it is asked for, and not shown.
"""

import os
import sys
from functools import cache
from getpass import getpass
from pathlib import Path

from provisioning import files
from provisioning.errors import FileUnusable, PassphraseMissing, PassphraseShort
from provisioning.i18n import catalogue, marked
from wire.language import choose

CREDENTIAL = "authority-passphrase"
FOLDER = "CREDENTIALS_DIRECTORY"
LIMIT = 1024
LEAST = 12
"""Characters: a folder that is stolen is tried at leisure."""


@cache
def given() -> bytes:
    """Return the passphrase; raise PassphraseMissing if there is no one to ask."""
    found = _credential()
    return found if found is not None else _asked(marked("Passphrase of the authority's keys: "))


def chosen() -> bytes:
    """Return a passphrase for new keys, asked for twice; raise PassphraseShort, -Missing."""
    found = _credential()
    if found is None:
        found = _asked(marked("A passphrase for the authority's keys, 12 characters or more: "))
        if found != _asked(marked("Once more: ")):
            raise PassphraseMissing
    if len(found.decode(errors="replace")) < LEAST:
        raise PassphraseShort(least=LEAST)
    return found


def _credential() -> bytes | None:
    folder = os.environ.get(FOLDER)
    if not folder:
        return None
    try:
        found = files.read(Path(folder) / CREDENTIAL, LIMIT)
    except FileUnusable:
        return None
    return found.rstrip(b"\r\n")


def _asked(question: str) -> bytes:
    if not sys.stdin.isatty():
        raise PassphraseMissing
    _ = catalogue(choose(os.environ)).gettext
    try:
        return getpass(_(question)).encode()
    except EOFError as error:  # Ctrl-D: nobody answers
        raise PassphraseMissing from error
