"""Notes in the journal when the way in for technicians is opened, and when it is closed again.

What opens and closes it is another process; here is only looked whether its folder is there.
"""

from pathlib import Path

import structlog

from device.flow import Remark
from wire.record import What

log = structlog.get_logger()

FOLDER = Path("/run/gate-technician")
MARK = "open"
EVERY_NS = 10**9


class WayIn:
    """Whether it is open."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Look into `folder`; it is closed until it was looked at."""
        self._mark = folder / MARK
        self._open = False
        self._next_ns = 0

    def news(self, up_ns: int) -> tuple[Remark, ...]:
        """Return what to note, if that changed since the last look."""
        if up_ns < self._next_ns:
            return ()
        self._next_ns = up_ns + EVERY_NS
        is_open = self._mark.exists()
        if is_open is self._open:
            return ()
        self._open = is_open
        log.warning("way-in.opened") if is_open else log.info("way-in.closed")
        return (Remark(What.TECHNICIAN, {"open": is_open}),)
