"""A memory card: an ext4 file system on a loop device, whose power can be cut at any instant.

The cut is the file system's own shutdown call without a flush of its log: whatever no flush has
put on the card is gone, and every later write fails. The image itself lies in memory: a card that
keeps what a flush has promised is what is simulated, not one that lies.
"""

import contextlib
import fcntl
import os
import struct
import subprocess
from pathlib import Path

from faults import clock

SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
MEGABYTES = 24
TRIES = 50


class Card:
    """One card, and where it is put in."""

    def __init__(self, image: Path, at: Path) -> None:
        """Keep the file system in `image`, and put it in at `at`."""
        self.image, self.at = image, at

    def format(self, megabytes: int = MEGABYTES) -> None:
        """Make an empty file system, as the gate's partition for records is made."""
        with self.image.open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", str(self.image))
        self.at.mkdir(parents=True, exist_ok=True)

    def put_in(self) -> None:
        """Mount it; what a cut left half done, the file system mends by its log."""
        options = "loop,noatime,commit=300"  # as docs/appliance.md asks for
        words = ("mount", "-t", "ext4", "-o", options, str(self.image), str(self.at))
        for _ in range(TRIES):  # two that look for a free loop device may find the same one
            with contextlib.suppress(subprocess.CalledProcessError):
                _run(*words)
                return
            clock.nap(0.1)
        _run(*words)

    def cut(self) -> None:
        """Cut the power: from now on nothing reaches the card."""
        fd = os.open(self.at, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(fd, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(fd)

    def break_down(self) -> None:
        """Let the file system meet an error: it makes itself read-only, and stays so."""
        _run("mount", "-o", "remount,abort", str(self.at))

    def take_out(self) -> None:
        """Unmount it; harmless when it is not in."""
        if self.at.is_mount():
            _run("umount", str(self.at))

    def close(self) -> None:
        """Take it out whatever happened, and forget it."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.take_out()
        self.image.unlink(missing_ok=True)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
