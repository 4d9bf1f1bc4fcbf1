"""The board as HTML, drawn once for everybody who looks.

Fifty boards ask every second; the ledger is read and a page rendered only when something changed,
at most a few times a second, and once for each language.
"""

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from django.template.loader import render_to_string
from django.utils import translation

from collector.believed import DOUBTED, Believed
from collector.ends import soon
from collector.errors import CollectorError
from collector.ledger.ports import View
from collector.roster import Roster, RosterFile
from collector.web.board import SCANS, Board, Condition, draw

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
FRESH_S = 0.3
"""A drawing so young is not looked at again."""
RECHECK_S = 5.0
"""With time alone a gate becomes silent, so a drawing never gets older than this."""
NOBODY = Roster("", "", ())


class Drawing(msgspec.Struct, frozen=True):
    """The board in one language."""

    version: str
    """Differs whenever the HTML does."""
    html: str


class Snapshot:
    """Draws the board when it has changed; shared by the threads of one process."""

    def __init__(
        self,
        view: View,
        roster: RosterFile,
        wall_ms: Callable[[], int],
        steady_s: Callable[[], float],
        ends: Path | None = None,
        believed: Believed | None = None,
    ) -> None:
        """Take what is shown and the clocks; nothing is read yet.

        `ends` is the file that says what of the authority ends when, `believed` what says whether
        the server's clock is.
        """
        self._ends, self._believed = ends, believed
        self._view, self._roster = view, roster
        self._wall_ms, self._steady_s = wall_ms, steady_s
        self._lock = threading.Lock()
        self._board = Board("", "", (), (), (), day=0)
        self._drawings: dict[str, Drawing] = {}
        self._listed = NOBODY
        self._has_read = False
        self._change = -1
        self._asked_s = self._drawn_s = float("-inf")

    def board(self) -> Board:
        """Return the board as it now stands."""
        with self._lock:
            self._refresh()
            return self._board

    def drawing(self, language: str) -> Drawing:
        """Return the board as HTML; never raises for what is wrong with the ledger, but says so."""
        with self._lock:
            self._refresh()
            if language not in self._drawings:
                self._drawings[language] = render(self._board, language)
            return self._drawings[language]

    def _refresh(self) -> None:
        now_s = self._steady_s()
        if now_s - self._asked_s < FRESH_S:
            return
        self._asked_s = now_s
        try:
            listed = self._roster.current()
            change = self._view.change()
            old = now_s - self._drawn_s >= RECHECK_S
            if change == self._change and listed is self._listed and not old:
                return
            self._change, self._listed, self._drawn_s = change, listed, now_s
            board = self._read(listed)
            self._has_read = True
        except CollectorError as error:
            # What is no longer sure to be true stays on the board, under a sentence that says so.
            self._view.close()
            self._change = -1
            board = msgspec.structs.replace(self._last(), trouble=error.code)
        if board != self._board:
            self._board, self._drawings = board, {}

    def _last(self) -> Board:
        """Return what was drawn last; before that, the roster's gates, nothing known of them."""
        if self._has_read:
            return self._board
        now_ms = self._wall_ms()
        listed = self._roster.kept() or NOBODY
        return draw(listed, {}, (), now_ms, local(now_ms).toordinal())

    def _read(self, listed: Roster) -> Board:
        now_ms = self._wall_ms()
        rows = self._view.latest(SCANS)
        day = local(now_ms).toordinal()
        board = draw(listed, self._view.standings(), rows, now_ms, day, self._view.gaps())
        due = soon(self._ends, now_ms) if self._ends is not None else ()
        return msgspec.structs.replace(board, ends=due, trouble=self._remark(now_ms))

    def _remark(self, now_ms: int) -> str:
        """Return the code of what the reader must know though everything could be drawn."""
        if self._roster.fault is not None:
            return self._roster.fault.code
        is_doubted = self._believed is not None and self._believed.is_doubted(now_ms)
        return DOUBTED if is_doubted else ""


def render(board: Board, language: str) -> Drawing:
    """Render the board in one language."""
    conditions = [(each, board.count(each)) for each in Condition]
    with translation.override(language):
        html = render_to_string("web/board.html", {"board": board, "conditions": conditions})
    return Drawing(hashlib.sha256(html.encode()).hexdigest()[:16], html)


def local(wall_ms: int) -> datetime:
    """Return a moment as the district's clocks show it.

    A gate without a clock may claim the year 287396; it is shown as the last moment there is.
    """
    seconds = min(wall_ms / 1000, 253_402_214_400)  # 9999-12-31, a day before the end of datetime
    return datetime.fromtimestamp(seconds, UTC).astimezone(LOCAL)
