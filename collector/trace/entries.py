"""The values of a trace: what was seen, what follows from it, what is asked and answered.

Values only: no file, no clock. Times are ms since 1970, UTC, and come in pairs: the earliest and
the latest that it can have been.
"""

import enum

import msgspec

from collector.localday import HOUR_MS, day_of, midnight
from wire.openinghours import Hours


class Way(enum.IntEnum):
    """Which way a person passed. Stored, so never renumbered."""

    IN = 0
    OUT = 1


class Flag(enum.IntFlag):
    """What is to be known about one sighting. Stored, so never renumbered."""

    ARRIVAL = 1
    """Its time has no usable bounds: it is that of its arrival, the latest it can have been."""
    PAPER = 2
    """Written on paper and typed in later: its time is as told, and its place in the journal says
    nothing of the order."""
    ATTENDED = 4
    INFERRED = 8
    """The door serves both ways, and guessed which one it was from what it had seen itself."""
    CANCELLED = 16
    """Nobody passed after it."""


class Sighting(msgspec.Struct, frozen=True):
    """One accepted scan of one person."""

    at: int
    """The earliest it can have been."""
    span: int
    """How much later it can have been."""
    gate: int
    place: int
    way: Way
    mark: int
    """Number of the journal; with `seq` the identity of the record."""
    seq: int
    flags: Flag = Flag(0)
    link: int = 0
    """The kind of alias that led from the code to the person."""

    @property
    def until(self) -> int:
        """Return the latest it can have been."""
        return self.at + self.span

    @property
    def day(self) -> int:
        """Return the local day of the middle of its time: what its retention goes by."""
        return day_of(self.at + self.span // 2)


class Setting(msgspec.Struct, frozen=True):
    """What pairing goes by at one place."""

    place: int
    area: int
    """Two places are distant if their areas differ."""
    longest_ms: int = 12 * HOUR_MS
    """The longest that anybody usually stays at such a place."""
    hours: Hours = Hours()


class How(enum.IntEnum):
    """How the end of a stay is known. Stored, so never renumbered."""

    SEEN = 0
    """Entry and exit were seen."""
    ELSEWHERE = 1
    """No exit was seen; the person was seen elsewhere, or coming in again, at the latest end."""
    CLOSING = 2
    """No exit was seen; the place closed at the latest end."""
    LONGEST = 3
    """No exit was seen; nobody usually stays longer than to the latest end."""
    UNENTERED = 4
    """The exit was seen, and no entry."""


class Doubt(enum.IntFlag):
    """What makes a stay doubtful beyond its bounds. Stored, so never renumbered."""

    COPIED = 1
    """The code was seen at two distant places at once: it was copied, or lent."""
    UNSURE = 2
    """A time in it has no usable bounds."""
    PAPER = 4
    """A time in it was written on paper: its bounds are what was told of it."""


class Stay(msgspec.Struct, frozen=True):
    """One person at one place, from an entry to an exit."""

    place: int
    in_lo: int
    in_hi: int
    out_lo: int
    out_hi: int
    how: How
    doubts: Doubt = Doubt(0)

    @property
    def day(self) -> int:
        """Return the local day of what was seen of it first: what its retention goes by."""
        if self.how is How.UNENTERED:
            return day_of((self.out_lo + self.out_hi) // 2)
        return day_of((self.in_lo + self.in_hi) // 2)


class Rule(msgspec.Struct, frozen=True):
    """What counts as a contact: a setting of the case, printed with every answer."""

    min_minutes: int = 15
    """Of one local day, together: who can have been near for so long is a contact."""
    margin_ms: int = 0
    """How long after an index person has left a place being there still counts."""
    indoor_only: bool = False


class Where(msgspec.Struct, frozen=True):
    """A place, as an officer is told of it."""

    key: int
    """Its number in these tables."""
    place: str
    """Its id in the roster."""
    name: str
    kind: str
    area: str
    sector: str
    indoor: bool


class Visit(msgspec.Struct, frozen=True):
    """One stay of an index person; with how many people its place had meanwhile."""

    person: int
    where: Where
    in_lo: int
    in_hi: int
    out_lo: int
    out_hi: int
    how: How
    doubts: Doubt = Doubt(0)
    people: int = 0
    """Who may have been there at the same time, whatever the rule says."""
    links: tuple[int, ...] = ()
    """The kinds of alias that led to the person, of the entry and of the exit if they were seen."""
    gates: tuple[str, ...] = ()


class Meeting(msgspec.Struct, frozen=True):
    """Two people at one place, and for how long: surely, and possibly."""

    person: int
    index: int
    where: Where
    day: int
    first_ms: int
    """When it can have begun."""
    last_ms: int
    """When it can have ended."""
    least_ms: int
    most_ms: int
    doubts: Doubt = Doubt(0)
    """Of either stay."""


class Contact(msgspec.Struct, frozen=True, gc=False):
    """Somebody who may have been near an index person long enough, all meetings together."""

    person: int
    least_ms: int
    most_ms: int
    first_ms: int
    last_ms: int
    meetings: int
    days: int
    doubts: Doubt = Doubt(0)
    ring: int = 1

    @property
    def possible(self) -> bool:
        """Say whether it is not certain that they met at all."""
        return self.least_ms == 0


class State(enum.IntEnum):
    """Whether a gate saw who passed. Stored, so never renumbered."""

    WORKING = 0
    DOWN = 1
    """It did not work."""
    BLIND = 2
    """It worked and could not see, or what it saw is lost."""
    UNDELIVERED = 3
    """What it saw is not here yet."""


class Piece(msgspec.Struct, frozen=True):
    """From when until when a gate was in one state."""

    from_ms: int
    until_ms: int
    state: State


class Coverage(msgspec.Struct, frozen=True):
    """One gate in the window that is asked about."""

    gate: str
    place: int
    pieces: tuple[Piece, ...]
    """Without a hole, in order."""

    def ms(self, state: State) -> int:
        """Return for how long it was in a state."""
        return sum(each.until_ms - each.from_ms for each in self.pieces if each.state is state)


BEFORE_ONSET_DAYS = 3


class Question(msgspec.Struct, frozen=True):
    """What an officer asks."""

    index: tuple[int, ...]
    """Person rows: those who are ill; in the second ring the chosen first contacts."""
    from_ms: int
    until_ms: int
    rule: Rule = Rule()
    places: tuple[tuple[int, int, int], ...] = ()
    """Places asked about for themselves, whoever was there: place, from, until."""
    only: tuple[int, ...] = ()
    """If not empty: nothing but these places."""
    teams: tuple[str, ...] = ()
    """If not empty: nobody but these classes or teams."""
    but: tuple[int, ...] = ()
    """Who is on the list already: in the second ring the first."""
    ring: int = 1


class Outside(msgspec.Struct, frozen=True):
    """What lies beyond the officer's scope: how much of it, and nothing more."""

    visits: int = 0
    places: int = 0
    people: int = 0


class Answer(msgspec.Struct, frozen=True):
    """Who may have been near, ranked: the longest certain time first, then the longest possible."""

    asked: Question
    at_ms: int
    visits: tuple[Visit, ...]
    contacts: tuple[Contact, ...]
    outside: Outside
    coverage: tuple[Coverage, ...]

    @property
    def may_grow(self) -> bool:
        """Say whether gates have not delivered all that they saw in the window."""
        return any(each.ms(State.UNDELIVERED) for each in self.coverage)


def window(onset_day: int, isolation_ms: int) -> tuple[int, int]:
    """Return the usual window: from three days before the first symptoms until isolation."""
    return midnight(onset_day - BEFORE_ONSET_DAYS), isolation_ms
