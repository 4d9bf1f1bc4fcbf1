"""The folder of the backups: which there are, which have proved whole, and which must go.

A backup is deleted by its age, which its header says. First the header is overwritten: with it goes
the only copy of the key that opens the rest.
"""

import os
from pathlib import Path

import msgspec

from collector.backup import envelope
from collector.backup.errors import BackupUnwritable
from collector.errors import CollectorError
from collector.localday import DAY_MS
from collector.plainfile import write

PATTERN = "backup-*.gate"
CHECKED = "checked.json"


class Checked(msgspec.Struct, frozen=True):
    """One that was read back whole."""

    name: str
    size: int
    at_ms: int


class Shelf:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; nothing is read yet."""
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder, for this user alone, and clear away what a killed run left.

        Raises BackupUnwritable.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for each in self._folder.glob(".backup-*.part"):
                each.unlink(missing_ok=True)
        except OSError as error:
            msg = f"{self._folder}: {error.strerror or error}"
            raise BackupUnwritable(msg) from error

    def made(self) -> list[tuple[int, Path]]:
        """Return all backups, the oldest first, each with when it was begun.

        One whose header cannot be read is as old as its file.
        """
        found = []
        for path in self._folder.glob(PATTERN):
            try:
                at_ms = envelope.header_of(path).made_ms
            except CollectorError:
                at_ms = path.stat().st_mtime_ns // 1_000_000
            found.append((at_ms, path))
        return sorted(found)

    def outlived(self, now_ms: int, days: int) -> tuple[Path, ...]:
        """Return those whose time is over."""
        return tuple(path for at_ms, path in self.made() if now_ms - at_ms >= days * DAY_MS)

    def surplus(self, count: int) -> tuple[Path, ...]:
        """Return the oldest beyond a number."""
        return tuple(path for _, path in self.made()[:-count])

    def delete(self, path: Path) -> None:
        """Delete a backup so that its key is gone too. Raises BackupUnwritable."""
        try:
            with path.open("r+b") as file:
                file.write(bytes(min(envelope.LONGEST, os.fstat(file.fileno()).st_size)))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            self._sync()
        except OSError as error:
            msg = f"{path}: {error.strerror or error}"
            raise BackupUnwritable(msg) from error

    def accept(self, part: Path, name: str, now_ms: int) -> Path:
        """Give a backup that has proved whole its name; return its path."""
        path = self._folder / name
        part.replace(path)
        self._sync()
        self.note(Checked(name, path.stat().st_size, now_ms))
        return path

    def note(self, checked: Checked) -> None:
        """Note that a backup has read back whole."""
        there = {path.name for _, path in self.made()}
        kept = {each.name: each for each in self.checked() if each.name in there}
        kept[checked.name] = checked
        write(self._folder / CHECKED, msgspec.json.encode(list(kept.values())))

    def checked(self) -> list[Checked]:
        """Return those that have read back whole."""
        try:
            return msgspec.json.decode((self._folder / CHECKED).read_bytes(), type=list[Checked])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return []

    def _sync(self) -> None:
        number = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
