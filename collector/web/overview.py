"""The district as HTML, drawn once for everybody who looks.

Its parts are drawn apart, so that a page that is open takes only what has changed. A part that
did not change keeps its version, whatever was counted meanwhile.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping

import msgspec
from django.template.loader import render_to_string
from django.utils import translation

from collector.believed import DOUBTED, Believed
from collector.errors import CollectorError
from collector.figures.opened import Opened
from collector.figures.tally import Tally
from collector.ledger.entries import Standing
from collector.ledger.ports import View
from collector.roster import Roster, RosterFile
from collector.web import board, district
from collector.web.district import District, Known
from collector.web.snapshot import local
from collector.web.watch import Watch

FRESH_S = 0.65
"""A drawing so young is not looked at again: with the page's second and the watch's pause, what
arrives is on every board within two."""
RECHECK_S = 5.0
"""With time alone a gate becomes silent, so a drawing never gets older than this."""
PARTS = {
    "trouble": ("counting", "opens"),
    "counts": ("whole", "areas", "sectors"),
    "stories": ("stories", "worst", "more_stories", "whole"),
    "overdue": ("overdue", "missing", "more_overdue"),
    "inside": ("inside", "inside_total"),
    "hours": ("hours", "day_total"),
}
"""What each shows of a District: a passage changes the hours, and the rest is not drawn again."""
NOTHING = district.draw(
    district.Known(Roster("", "", ()), (), {}, {}, None, 0), Tally(), counting=True
)


class Part(msgspec.Struct, frozen=True):
    """One part of the page in one language."""

    name: str
    version: str
    html: str

    @property
    def swapped(self) -> str:
        """Return it as it takes the place of an older one on an open page."""
        return f'<div id="part-{self.name}" class="part" hx-swap-oob="true">{self.html}</div>\n'


class Drawing:
    """Draws the parts of the page; one that shows the same as the last time is that of then."""

    def __init__(self) -> None:
        """Begin with nothing drawn."""
        self._last: dict[tuple[str, str], tuple[Mapping[str, object], Part]] = {}

    def parts(self, shown: District, trouble: str, language: str) -> tuple[Part, ...]:
        """Return all parts in one language."""
        return tuple(self._part(name, shown, trouble, language) for name in PARTS)

    def _part(self, name: str, shown: District, trouble: str, language: str) -> Part:
        fields = {field: getattr(shown, field) for field in PARTS[name]}
        context = {"district": fields, "trouble": trouble if name == "trouble" else ""}
        last = self._last.get((name, language))
        if last is not None and last[0] == context:
            return last[1]
        part = _rendered(name, context, language)
        self._last[name, language] = context, part
        return part


class Overview:
    """Draws the district when it has changed; shared by the threads of one process."""

    def __init__(
        self,
        view: View,
        roster: RosterFile,
        watch: Watch,
        opened: Opened,
        clocks: tuple[Callable[[], int], Callable[[], float]],
        believed: Believed,
    ) -> None:
        """Take what is shown, the wall and steady clocks, and what says whether they are believed.

        Nothing is read yet.
        """
        self._believed = believed
        self._view, self._roster, self._watch, self._opened = view, roster, watch, opened
        self._wall_ms, self._steady_s = clocks
        self._lock = threading.Lock()
        self._district: District = NOTHING
        self._trouble = ""
        self._parts: dict[str, tuple[Part, ...]] = {}
        self._before = self._parts
        self._drawing = Drawing()
        self._known: tuple[object, ...] = ()
        self._asked_s = self._drawn_s = float("-inf")

    def parts(self, language: str) -> tuple[Part, ...]:
        """Return the parts of the page; never raises for what is wrong, but says so."""
        with self._lock:
            self._refresh()
            if language not in self._parts:
                self._parts[language] = self._drawing.parts(self._district, self._trouble, language)
            return self._parts[language]

    def at_once(self, language: str) -> tuple[Part, ...] | None:
        """Return the parts without waiting: None if they have to be drawn.

        While somebody else draws they are those from before.
        """
        if self._steady_s() - self._asked_s >= FRESH_S:
            return None
        now, before = self._parts.get(language), self._before.get(language)
        return before if now is None and self._lock.locked() else now

    def drawn(self) -> District:
        """Return the values that are shown."""
        with self._lock:
            self._refresh()
            return self._district

    def known(self) -> tuple[Known, District]:
        """Return what is drawn and the values it is drawn from. Raises CollectorError."""
        with self._lock:
            roster, opened = self._roster.current(), self._opened.gates()
            known = self._gathered(roster, opened, self._view.standings())
            drawn = district.draw(known, self._watch.tally, counting=self._watch.seen.counting)
        return known, drawn

    def _refresh(self) -> None:
        now_s = self._steady_s()
        if now_s - self._asked_s < FRESH_S:
            return
        self._asked_s = now_s
        try:
            roster, opened = self._roster.current(), self._opened.gates()
            known = (self._view.change(), roster, opened, self._watch.seen)
            if known == self._known and now_s - self._drawn_s < RECHECK_S:
                return
            self._known, self._drawn_s = known, now_s
            found = self._read(roster, opened, self._view.standings())
            trouble = self._remark()
        except CollectorError as error:
            # What is no longer sure to be true stays there, under a sentence that says so.
            self._view.close()
            self._known = ()
            found, trouble = self._last(), error.code
        self._district, self._trouble = found, trouble
        self._before, self._parts = self._parts, {}

    def _remark(self) -> str:
        """Return the code of what the reader must know though everything could be drawn."""
        if self._roster.fault is not None:
            return self._roster.fault.code
        return DOUBTED if self._believed.is_doubted(self._wall_ms()) else ""

    def _last(self) -> District:
        """Return what was drawn last; before that, the roster's gates, nothing known of them."""
        if self._district is not NOTHING:
            return self._district
        try:
            return self._read(self._roster.current(), self._opened.gates(), {})
        except CollectorError:
            return NOTHING

    def _read(
        self, roster: Roster, opened: frozenset[str] | None, standings: Mapping[str, Standing]
    ) -> District:
        known = self._gathered(roster, opened, standings)
        return district.draw(known, self._watch.tally, counting=self._watch.seen.counting)

    def _gathered(
        self, roster: Roster, opened: frozenset[str] | None, standings: Mapping[str, Standing]
    ) -> Known:
        now_ms, seen = self._wall_ms(), self._watch.seen
        drawn = board.draw(roster, standings, (), now_ms, local(now_ms).toordinal())
        return Known(roster, drawn.gates, board.alarms(standings), seen.findings, opened, now_ms)


def _rendered(name: str, context: Mapping[str, object], language: str) -> Part:
    with translation.override(language):
        html = render_to_string("web/district/part.html", {"part": name, **context}).strip()
    return Part(name, hashlib.sha256(html.encode()).hexdigest()[:8], html)
