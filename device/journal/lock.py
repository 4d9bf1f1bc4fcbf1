"""One writer: a second scanner on the same journal is refused."""

import fcntl
import os
from pathlib import Path

from device.errors import JournalBusy
from device.i18n import N_


def locked(path: Path) -> int:
    """Return an open file that holds the lock; raise JournalBusy if another process does."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o640)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        msg = N_("another scanner writes this journal")
        raise JournalBusy(msg) from error
    return fd
