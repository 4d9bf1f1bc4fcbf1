"""Where counting begins again after a power cut: the count as it stood after one record.

Written seldom, to spare the card; what came after it is counted again from the journal. Losing the
file costs a longer recount and nothing else, so one that is not sound in every way counts as none.
"""

import zlib
from pathlib import Path

import msgspec
import structlog

from device.errors import GateError
from device.journal.disk import replace

log = structlog.get_logger()

NAME = "count.json"


class Base(msgspec.Struct, frozen=True):
    """The count after record `seq` of a journal."""

    journal: str
    seq: int
    own: int
    since: int = 0
    """The summary of the siblings that was in force began at this time (ms); 0 for none."""
    check: str = ""

    def checked(self) -> "Base":
        """Return it with the check that tells a damaged number from a written one."""
        text = f"{self.journal} {self.seq} {self.own} {self.since}"
        return msgspec.structs.replace(self, check=f"{zlib.crc32(text.encode()):08x}")


class CountFile:
    """Keeps it in the scanner's own folder."""

    def __init__(self, folder: Path) -> None:
        """Keep it in `folder`, which is made when first written to."""
        self._path = folder / NAME
        self._lost = False

    def read(self) -> Base | None:
        """Return what was written last, or None if that is not to be had."""
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=Base)
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            return None
        return found if found == found.checked() else None

    def write(self, base: Base) -> None:
        """Replace it, durably; a door that can't goes on, and counts again from further back."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            replace(self._path, msgspec.json.encode(base.checked()))
        except (OSError, GateError) as error:
            if not self._lost:
                log.error("count.unwritten", detail=str(error))  # noqa: TRY400  (said, not debugged)
            self._lost = True
        else:
            self._lost = False
