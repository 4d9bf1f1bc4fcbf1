"""Who has logged in, from where, and which forms they were given. In memory alone.

A session ends when nothing is done for a while, at the end of a shift, when its attendant logs in
anew, and when its cookie comes from another browser or machine than it was given to: then it was
stolen, and nobody can use it any more.
"""

import hmac
import secrets
from collections import OrderedDict

import msgspec
import structlog

from device.flow import Credential

log = structlog.get_logger()

LONGEST_NS = 12 * 3600 * 10**9
FORMS = 40
"""Forms that may lie open in one session: tabs, and the pages behind the back button."""
SLIPS = 3


class Paper(msgspec.Struct):
    """A pass that was issued and may be printed, and printed again, for a while."""

    text: str
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        """Say nothing: the text opens doors."""
        return "<Paper>"


class Session(msgspec.Struct):
    """One attendant at one browser."""

    name: str
    mark: str
    """Of the account, as it was."""
    origin: str
    """The browser and the address it was given to."""
    token: str
    begun_ns: int
    used_ns: int
    csrf: str = msgspec.field(default_factory=lambda: secrets.token_hex(16))
    forms: "OrderedDict[str, Credential | None]" = msgspec.field(default_factory=OrderedDict)
    """By name, what was read for them; the oldest is forgotten first."""
    told: "OrderedDict[str, tuple[str, str]]" = msgspec.field(default_factory=OrderedDict)
    """By form, what became of it: (class, sentence)."""
    slips: "OrderedDict[str, Paper]" = msgspec.field(default_factory=OrderedDict)

    def __repr__(self) -> str:
        """Say whose it is."""
        return f"<Session of {self.name}>"

    def fresh(self, card: Credential | None = None) -> str:
        """Return the name of a new form, for somebody whose card was read if it was."""
        form = secrets.token_hex(16)
        self.forms[form] = card
        while len(self.forms) > FORMS:
            self.forms.popitem(last=False)
        return form

    def say(self, form: str, what: tuple[str, str], paper: Paper | None = None) -> None:
        """Remember what became of a form, and what is to be printed, for a little while."""
        self.told[form] = what
        while len(self.told) > FORMS:
            self.told.popitem(last=False)
        if paper is not None:
            self.slips[form] = paper
            while len(self.slips) > SLIPS:
                self.slips.popitem(last=False)


class Sessions:
    """The sessions of one desk."""

    def __init__(self, idle_ns: int) -> None:
        """Let a session lie idle for so long."""
        self._idle_ns = idle_ns
        self._open: dict[str, Session] = {}

    def begin(self, name: str, mark: str, origin: str, up_ns: int) -> Session:
        """Open a session; any other of that attendant ends."""
        self._open = {key: each for key, each in self._open.items() if each.name != name}
        token = secrets.token_urlsafe(32)
        made = Session(name, mark, origin, token, up_ns, up_ns)
        self._open[token] = made
        return made

    def find(self, token: str, origin: str, up_ns: int) -> Session | None:
        """Return the session of a cookie, used now; None if it is over."""
        found = self._open.get(token)
        if found is None:
            return None
        if not hmac.compare_digest(found.origin.encode(), origin.encode()):
            log.error("desk.session-stolen", attendant=found.name)
            self.end(found)
            return None
        if up_ns - found.used_ns > self._idle_ns or up_ns - found.begun_ns > LONGEST_NS:
            self.end(found)
            return None
        found.used_ns = up_ns
        return found

    def end(self, session: Session) -> None:
        """Close a session; harmless when repeated."""
        self._open.pop(session.token, None)
