"""How long records are kept that the collector has confirmed, and in which order they go.

They are kept a while so that a restored collector can ask for them again. What is not confirmed is
never dropped, whatever the card says.
"""

import structlog

from device.flow import Instant
from device.journal.cursor import Cursor
from device.journal.segments import Segments

log = structlog.get_logger()


class Retention:
    """Drops whole segments, the oldest first."""

    def __init__(self, segments: Segments, keep_s: int) -> None:
        """Keep what is confirmed for `keep_s` seconds."""
        self._segments = segments
        self.keep_s = keep_s

    def drop_one(self, cursor: Cursor, confirmed: int, at: Instant, *, is_full: bool) -> None:
        """Delete the oldest sealed segment if it is confirmed, and was so long enough ago.

        On a full card what is confirmed goes at once: there people wait at the door. The cursor
        goes first: a journal must never begin behind its own mark.
        """
        shelf = self._segments.shelf
        if not shelf.firsts:
            return
        first = shelf.firsts[0]
        following = shelf.following(first + 1) or self._segments.open_end.seq
        kept_ms = at.wall_ms - shelf.path(first).stat().st_mtime_ns // 1_000_000
        is_kept = kept_ms < self.keep_s * 1000 and not is_full
        if following > confirmed + 1 or is_kept:
            return
        if cursor.high < following - 1:
            cursor.write(self._segments.journal, confirmed, at.up_ns)
        shelf.remove(first)
        log.info("segment.dropped", first=first, last=following - 1)
