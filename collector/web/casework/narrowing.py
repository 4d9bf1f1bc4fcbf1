"""What an officer narrows a trace by, in the address of the page, so that it can be sent and kept.

Pure: the words of an address and a case go in, a question comes out, and the other way round.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from collector.cases.entries import Case
from collector.localday import DAY_MS
from collector.trace.entries import BEFORE_ONSET_DAYS, Question, Rule
from collector.web.casework import dates

MINUTES = (0, 1, 5, 15, 30, 60, 120)
PLACES = 50
"""More chosen places than this do not fit into an address."""
ASKED = 10
"""Places asked about for themselves; more is a trace for everybody."""


Words = Mapping[str, Sequence[str]]
"""An address's words, each as often as it is said."""


class Narrowing(msgspec.Struct, frozen=True):
    """What is chosen; everything has a default that the case gives."""

    since: int
    """Local day."""
    until: int
    """Local day, included."""
    minutes: int
    indoor: bool = False
    places: tuple[int, ...] = ()
    team: str = ""
    ring: int = 1
    of: tuple[int, ...] = ()
    """The first contacts that the second ring is of."""
    at: tuple[tuple[int, int, int], ...] = ()
    """Places asked about for themselves, whoever was there: place, from, until."""
    unclear: bool = False
    """A place was to be asked about, and its day and times say nothing."""

    def question(self, case: Case, now_ms: int) -> Question:
        """Return what is asked."""
        rule = rule_of(case)
        return Question(
            index=self.of if self.ring == 2 else case.index,
            from_ms=dates.begins(self.since),
            until_ms=min(dates.begins(self.until + 1), now_ms),
            rule=Rule(self.minutes, rule.margin_ms, self.indoor or rule.indoor_only),
            places=self.at if self.ring == 1 else (),
            only=self.places,
            teams=(self.team,) if self.team else (),
            but=case.index if self.ring == 2 else (),
            ring=self.ring,
        )

    @property
    def at_words(self) -> tuple[str, ...]:
        """Return the places asked about for themselves, as an address has them."""
        return tuple(
            f"{key}~{dates.minute(since)}~{dates.minute(until)}" for key, since, until in self.at
        )

    def address(self) -> str:
        """Return it as the words of an address."""
        words: list[tuple[str, object]] = [
            ("from", dates.field(self.since)),
            ("to", dates.field(self.until)),
            ("minutes", self.minutes),
        ]
        words += [("indoor", 1)] if self.indoor else []
        words += [("place", each) for each in self.places]
        words += [("at", each) for each in self.at_words]
        words += [("team", self.team)] if self.team else []
        words += [("ring", 2), *(("of", each) for each in self.of)] if self.ring == 2 else []
        return urlencode(words)


def rule_of(case: Case) -> Rule:
    """Return what counts as a contact in a case."""
    return msgspec.convert(dict(case.rule), Rule)


def usual(case: Case, today: int) -> tuple[int, int]:
    """Return the usual window: from three days before the first symptoms to isolation, or today."""
    until = case.isolation_day or today
    return (case.onset_day or until) - BEFORE_ONSET_DAYS, until


def read(words: Words, case: Case, today: int) -> Narrowing:
    """Return what an address says; what it says wrongly is as if it had not been said."""
    first, last = usual(case, today)
    since = _day(_one(words, "from"), first)
    chosen = _number(_one(words, "minutes"), rule_of(case).min_minutes)
    asked = [*words.get("at", ()), *_place_asked(words)]
    at = tuple(dict.fromkeys(each for text in asked if (each := _at(text)) is not None))
    until = max(since, _day(_one(words, "to"), last))
    return Narrowing(
        # Who was at a place is asked of its own day too.
        since=min(since, *(dates.of(begins) for _, begins, _ in at)) if at else since,
        until=max(until, *(dates.of(ends - 1) for _, _, ends in at)) if at else until,
        minutes=min(max(chosen, 0), 24 * 60),
        indoor=bool(_one(words, "indoor")),
        places=_numbers(words.get("place", ())),
        team=_one(words, "team")[:60],
        ring=2 if _one(words, "ring") == "2" else 1,
        of=_numbers(words.get("of", ())),
        at=at[:ASKED],
        unclear=len(at) < len(set(asked)) or len(at) > ASKED,
    )


def asked_again(question: Question) -> Narrowing:
    """Return the narrowing by which an earlier question is asked again, up to now."""
    is_second = question.ring == 2
    return Narrowing(
        since=dates.of(question.from_ms),
        until=dates.of(question.until_ms - 1),
        minutes=question.rule.min_minutes,
        indoor=question.rule.indoor_only,
        places=question.only,
        team=next(iter(question.teams), ""),
        ring=question.ring,
        of=question.index if is_second else (),
        at=question.places,
    )


def kept(words: Mapping[str, str], name: str) -> str:
    """Return a filter of one column, short enough for an address."""
    return words.get(name, "").strip()[:60]


def _place_asked(words: Words) -> tuple[str, ...]:
    """Return what the form for a place says, in the words of an address."""
    key, day, since, until = (_one(words, name) for name in ("key", "day", "since", "till"))
    return (f"{key}~{day}T{since}~{day}T{until}",) if key or day or since or until else ()


def _at(text: str) -> tuple[int, int, int] | None:
    key, _, rest = text.partition("~")
    first, _, last = rest.partition("~")
    since, until = dates.moment(first), dates.moment(last)
    if since is None or until is None or not 0 < until - since <= DAY_MS:
        return None
    return (int(key), since, until) if key.isascii() and key.isdigit() and len(key) < 16 else None


def _one(words: Words, name: str) -> str:
    return next(iter(words.get(name, ())), "")


def _day(text: str, otherwise: int) -> int:
    found = dates.day(text)
    return otherwise if found is None else found


def _number(text: str, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _numbers(texts: Sequence[str]) -> tuple[int, ...]:
    good = (each for each in texts if each.isascii() and each.isdigit() and len(each) < 16)
    return tuple(dict.fromkeys(int(each) for each in good))[:PLACES]
