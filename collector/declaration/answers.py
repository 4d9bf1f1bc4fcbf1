"""Reads what was typed into the questions, one question a page; every answer is kept or explained.

Total: any texts give an answer or a `Wrong`, which names the question and what is wrong with it.
People type full-width digits, gaps and points in numbers, `+84` for `0`, dates with day first, and
names of one word or of five hundred letters.
"""

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from collector.declaration.entries import (
    LONGEST_NAME,
    LONGEST_PLACE,
    PLACES,
    Declaration,
    Exposure,
    Guardian,
    Stay,
    Symptom,
)

OLDEST_YEARS = 130
_GAPS = re.compile(r"[\s.\-()/]+")
_HOME_PHONE = re.compile(r"(?:0|\+?84|0084)([1-9][0-9]{8,9})")
_PHONE_ABROAD = re.compile(r"(?:\+|00)([1-9][0-9]{6,13})")
_DAY = re.compile(r"(?:(?:([0-9]{1,2})[-/. ])?([0-9]{1,2})[-/. ])?([0-9]{4})")
_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
"""As cards have it, and as it is typed where the keys are digits alone."""
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DOCUMENT = re.compile(r"[0-9A-Z]{5,15}")
_COUNTRY = re.compile(r"[A-Z]{2}")


class Why(enum.StrEnum):
    """What is wrong with an answer; each has its sentence on the page."""

    MISSING = "missing"
    NOT_A_NAME = "not-a-name"
    TOO_LONG = "too-long"
    NO_DATE = "no-date"
    IN_FUTURE = "in-future"
    TOO_OLD = "too-old"
    NO_NUMBER = "no-number"
    NO_PHONE = "no-phone"
    NO_CHOICE = "no-choice"


class Wrong(msgspec.Struct, frozen=True):
    """One answer that cannot be taken."""

    question: str
    why: Why
    row: int = 0
    """Which answer of a question that has several, from 0 on."""


class Wrongs(Exception):
    """Answers that cannot be taken, all of them at once."""

    def __init__(self, found: Sequence[Wrong]) -> None:
        """Take them in the order of the questions."""
        super().__init__(", ".join(f"{each.question}: {each.why}" for each in found))
        self.found = tuple(found)


Typed = Mapping[str, Sequence[str]]
"""What was typed, by question: one text, or several."""


def read(typed: Typed, today: dt.date, communes: frozenset[str]) -> Declaration:
    """Read all answers; raise Wrongs that name every one that cannot be taken."""
    form = Form(typed, today)
    guarded = form.choice("for", ("self", "other")) == "other"
    nationality = form.nationality()
    number, passport = form.document(home=nationality == "VN")
    found = {
        "name": form.name("name"),
        "born": form.born(),
        "sex": form.choice("sex", ("male", "female", ""), required=False),
        "nationality": nationality,
        "number": number,
        "passport": passport,
        "commune": form.choice("commune", communes),
        "hamlet": form.words("hamlet"),
        "places": form.places(),
        "symptoms": form.several("symptoms", Symptom),
        "exposures": form.several("exposures", Exposure),
    }
    phone = form.phone("guardian_phone" if guarded else "phone")
    guardian = Guardian(form.name("guardian_name"), phone) if guarded else None
    if form.wrong:
        raise Wrongs(form.wrong)
    return msgspec.convert({**found, "phone": phone, "guardian": guardian}, Declaration)


def check(question: str, typed: Typed, today: dt.date, communes: frozenset[str]) -> Why | None:
    """Say what is wrong with the answer to one question; None if it can be taken."""
    try:
        read(typed, today, communes)
    except Wrongs as wrongs:
        return next((each.why for each in wrongs.found if each.question == question), None)
    return None


class Form:
    """What was typed, and what was found wrong with it so far."""

    def __init__(self, typed: Typed, today: dt.date) -> None:
        """Take what was typed, and the local day on which it was."""
        self._typed, self._today = typed, today
        self.wrong: list[Wrong] = []

    def name(self, question: str) -> str:
        """Return a name: letters of any script and the marks that names are written with."""
        words = " ".join(self._text(question).split())
        if not words:
            return self._no(question, Why.MISSING)
        if len(words) > LONGEST_NAME:
            return self._no(question, Why.TOO_LONG)
        fits = all(each in " '\u2019.-" or unicodedata.category(each)[0] in "LM" for each in words)
        return (
            words if fits and any(map(str.isalpha, words)) else self._no(question, Why.NOT_A_NAME)
        )

    def words(self, question: str) -> str:
        """Return a few words of any kind; empty where nothing was said."""
        kept = "".join(each if each.isprintable() else " " for each in self._text(question))
        words = " ".join(kept.split())
        return words if len(words) <= LONGEST_PLACE else self._no(question, Why.TOO_LONG)

    def born(self) -> str:
        """Return a birth date, or as much of it as somebody knows."""
        text = self._text("born")
        if not text:
            return self._no("born", Why.MISSING)
        said = _spelled(text)
        if said is None:
            return self._no("born", Why.NO_DATE)
        date = _first_day(said)
        if date > self._today:
            return self._no("born", Why.IN_FUTURE)
        if self._today.year - date.year > OLDEST_YEARS:
            return self._no("born", Why.TOO_OLD)
        return said

    def nationality(self) -> str:
        """Return two letters; Vietnam where nothing was said."""
        text = self._text("nationality").upper() or "VN"
        return text if _COUNTRY.fullmatch(text) else self._no("nationality", Why.NO_CHOICE)

    def document(self, *, home: bool) -> tuple[str, str]:
        """Return (citizen's number, other document); old people and children may have neither."""
        text = _GAPS.sub("", self._text("number")).upper()
        if not text:
            return "", ""
        if text.isdecimal() and text.isascii() and len(text) in (9, 12):
            return text, ""
        if home or not _DOCUMENT.fullmatch(text):
            return self._no("number", Why.NO_NUMBER), ""
        return "", text

    def phone(self, question: str) -> str:
        """Return a telephone number: beginning with 0, or with + where it is abroad."""
        text = _GAPS.sub("", self._text(question))
        if not text:
            return self._no(question, Why.MISSING)
        home, abroad = _HOME_PHONE.fullmatch(text), _PHONE_ABROAD.fullmatch(text)
        if home:
            return "0" + home[1]
        return "+" + abroad[1] if abroad else self._no(question, Why.NO_PHONE)

    def choice(
        self, question: str, among: Sequence[str] | frozenset[str], *, required: bool = True
    ) -> str:
        """Return one of the answers there are."""
        text = self._text(question)
        if text in among:
            return text
        if not text:
            return self._no(question, Why.MISSING) if required else ""
        return self._no(question, Why.NO_CHOICE)

    def several(
        self, question: str, among: type[Symptom] | type[Exposure]
    ) -> tuple[Symptom | Exposure, ...]:
        """Return the answers that were ticked; `none` alone is an answer too, silence is not."""
        ticked = [each for each in self._typed.get(question, ()) if each]
        known = {each.value: each for each in among}
        if not ticked:
            self._no(question, Why.MISSING)
        elif ticked != ["none"] and not known.keys() >= {*ticked}:
            self._no(question, Why.NO_CHOICE)
        return tuple(known[each] for each in known if each in ticked)

    def places(self) -> tuple[Stay, ...]:
        """Return places with their days; a place without a day is one too."""
        names, days = self._typed.get("place", ()), self._typed.get("place_day", ())
        found = []
        for number, name in enumerate(names[:PLACES]):
            day = days[number].strip() if number < len(days) else ""
            words = " ".join("".join(c if c.isprintable() else " " for c in name).split())
            if len(words) > LONGEST_PLACE:
                self._no("place", Why.TOO_LONG, number)
            elif words:
                found.append(Stay(words, self._day(day, number)))
            elif day:
                self._no("place", Why.MISSING, number)
        return tuple(found)

    def _day(self, text: str, row: int) -> str:
        """Return a whole day: a browser that knows no dates sends it as it was typed."""
        plain = unicodedata.normalize("NFKC", text).strip()
        if not plain:
            return ""
        said = _spelled(plain)
        if said is None or len(said) < len("2021-07-01"):
            return self._no("place_day", Why.NO_DATE, row)
        if _first_day(said) > self._today:
            return self._no("place_day", Why.IN_FUTURE, row)
        return said

    def _text(self, question: str) -> str:
        """Return the one text of a question, with one form for each character."""
        texts: Sequence[str] = self._typed.get(question, ())
        return unicodedata.normalize("NFKC", texts[0]).strip() if texts else ""

    def _no(self, question: str, why: Why, row: int = 0) -> Literal[""]:
        self.wrong.append(Wrong(question, why, row))
        return ""


def _spelled(text: str) -> str | None:
    """Return a date as 1990-06-15, 1990-06 or 1990, as much as was said; None for no such day."""
    iso, local = _ISO.fullmatch(text), _DAY.fullmatch(text) or _DIGITS.fullmatch(text)
    if not iso and not local:
        return None
    year, month, day = iso.groups() if iso else tuple(reversed(local.groups()))  # type: ignore[union-attr]
    said = "-".join([year, *(f"{int(each):02}" for each in (month, day) if each)])
    try:
        _first_day(said)
    except ValueError:
        return None
    return said


def _first_day(said: str) -> dt.date:
    return dt.date.fromisoformat(said + "-01" * (2 - said.count("-")))
