"""The folder of the backups: which there are, which have proved whole, and which must go.

A backup is deleted by its age, which its header says. First the header is overwritten: with it goes
the only copy of the key that opens the rest.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec

from collector.alone import LOCK, alone
from collector.backup import envelope
from collector.backup.errors import BackupBusy, BackupUnwritable
from collector.errors import CollectorError, FileUnusable
from collector.localday import DAY_MS, day_of
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

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Be the one who makes backups here; make the folder, for this user alone.

        What a killed run left is cleared away. Raises BackupBusy, BackupUnwritable.
        """
        with ExitStack() as stack:
            try:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                stack.enter_context(alone(self._folder / LOCK))
                for each in self._folder.glob(".backup-*.part"):
                    each.unlink(missing_ok=True)
            except BlockingIOError as error:
                raise BackupBusy(str(self._folder)) from error
            except OSError as error:
                msg = f"{self._folder}: {error.strerror or error}"
                raise BackupUnwritable(msg) from error
            yield

    def made(self) -> list[tuple[int, Path]]:
        """Return all backups, the oldest first, each with when it was begun.

        One whose header cannot be read is as old as its file. Raises FileUnusable for what may not
        be looked at: that is not the same as none.
        """
        found = []
        try:
            for path in self._folder.iterdir():
                if path.match(PATTERN):
                    with suppress(FileNotFoundError):  # deleted meanwhile
                        found.append((_made_ms(path), path))
        except FileNotFoundError:  # there is no folder yet
            return []
        except OSError as error:
            msg = f"{error.filename or self._folder}: {error.strerror or error}"
            raise FileUnusable(msg) from error
        return sorted(found)

    def outlived(self, now_ms: int, days: int) -> tuple[Path, ...]:
        """Return those whose time is over."""
        return tuple(path for at_ms, path in self.made() if now_ms - at_ms >= days * DAY_MS)

    def ahead(self, now_ms: int) -> tuple[Path, ...]:
        """Return those that a wrong clock has dated: by their age they would never go."""
        return tuple(path for at_ms, path in self.made() if at_ms - now_ms > DAY_MS)

    def surplus(self, now_ms: int, count: int) -> tuple[Path, ...]:
        """Return what may go once there is a new one: what is ahead, and those beyond a number.

        First those with a later one of the same day: a server that starts again and again would
        push out the days before, one of which is perhaps the last good one.
        """
        ahead = self.ahead(now_ms)
        rest = [each for each in self.made() if each[1] not in ahead]
        last = {day_of(at_ms): path for at_ms, path in rest}.values()
        earlier = [path for _, path in rest if path not in last]
        return (*ahead, *[*earlier, *last][:-count])

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


def _made_ms(path: Path) -> int:
    try:
        return envelope.header_of(path).made_ms
    except CollectorError:
        return path.stat().st_mtime_ns // 1_000_000
