"""Ends what a gate is: its records, its keys, its networks; no power cut leaves it half done.

    errands/ending.json     what is being ended, and how far that is; goes last

First everything that only this gate knows is told, on the partition that every laptop reads: the
last records, or, by a card of its own kind, the declaration that they are lost. Only when that is
written is anything deleted. A gate that was reset makes new keys and asks to be enrolled; one that
is retired makes none. Which cards and commands it has obeyed it never forgets: the card that has
reset it would reset it again as soon as it has its name back.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from device import config, enrol, plainfile
from device.cards import used
from device.commands import USED
from device.errors import NotEnrolled
from device.flow import Instant
from device.holdings import Holdings
from device.setup import forfeit
from device.setup.admission import RETIRED
from wire.cardwork import LOSING, Work

log = structlog.get_logger()

NAME = "ending.json"
LIMIT = 4096
OBEYED = frozenset({used.NAME, USED})
"""What tells which cards and commands were obeyed, by their numbers alone."""
LAST, LOST = "last-records-{gate}.jsonl", "lost-records-{gate}.jsonl"


class _Ending(msgspec.Struct, frozen=True):
    """The file."""

    work: Work
    gate: str
    is_told: bool = False
    """All that only this gate knew is on the boot partition."""
    v: int = 1


@dataclass(frozen=True)
class Ending:
    """One gate's end."""

    found: config.Config
    boot: Path
    """The folder on the boot partition."""
    networks: tuple[Path, ...]
    """Files that tell of networks."""
    now: Callable[[], Instant]
    stop: Callable[[], None]
    """Stops every service that writes what is to be deleted; returns when they have ended."""
    start: Callable[[], None]

    @property
    def _path(self) -> Path:
        return self.found.folders.errands / NAME

    def begin(self, work: Work) -> None:
        """End the gate; what cannot be told is not ended. Raises NotEnrolled, OSError."""
        who = self._who()
        self._write(_Ending(work, who.enrolment.gate))
        self.resume()

    def resume(self) -> bool:
        """Go on with what a power cut has stopped; say whether there was anything."""
        ending = self._read()
        if ending is None:
            return False
        self.stop()
        try:
            if not ending.is_told:
                self._tell(ending)
                self._write(msgspec.structs.replace(ending, is_told=True))
        except (OSError, NotEnrolled):
            self._path.unlink()
            self.start()
            raise
        self._delete()
        if ending.work in (Work.RETIRE, Work.RETIRE_LOSING):
            plainfile.write(self.found.folders.keys / RETIRED, b"")
        self._path.unlink()
        log.info("gate.ended", work=ending.work)
        self.start()
        return True

    def _tell(self, ending: _Ending) -> None:
        self.boot.mkdir(exist_ok=True)
        if ending.work in LOSING:
            out, folders = self.boot / LOST.format(gate=ending.gate), self.found.folders
            count = forfeit.declare(folders.journal, folders.run, self._who(), out, self.now())
            log.error("records.forfeited", count=count)
        else:
            Holdings(self.found).export(self.boot / LAST.format(gate=ending.gate), everything=False)
        plainfile.sync_folder(self.boot)

    def _delete(self) -> None:
        folders = self.found.folders
        for folder in (
            *(folders.journal, folders.presence, folders.accepted, folders.inbox),
            *(folders.carried, folders.scanner_log, folders.uplink_log, folders.run),
            *(folders.keys / "scanner", folders.keys / "uplink"),
        ):
            _empty(folder)
        for name in (enrol.ENROLMENT, enrol.REQUEST):
            (folders.keys / name).unlink(missing_ok=True)
        for path in self.networks:
            path.unlink(missing_ok=True)
        for path in folders.errands.iterdir():
            if path.name not in OBEYED | {NAME}:
                path.unlink()
        plainfile.sync_folder(folders.keys)

    def _who(self) -> enrol.Enrolled:
        keys = self.found.folders.keys
        return enrol.load(keys, enrol.root_key(keys / enrol.ROOT))

    def _read(self) -> _Ending | None:
        """Return what was begun; a file that cannot be read was not written whole."""
        try:
            return msgspec.json.decode(plainfile.read(self._path, LIMIT) or b"", type=_Ending)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _write(self, ending: _Ending) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        plainfile.write(self._path, msgspec.json.encode(ending))


def _empty(folder: Path) -> None:
    """Take away all that is in a folder but what was obeyed, and follow no link out of it."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for path in folder.iterdir():
        if path.name in OBEYED and path.is_file() and not path.is_symlink():
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    plainfile.sync_folder(folder)
