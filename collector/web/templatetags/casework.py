"""How templates of casework ask for words, times and numbers."""

from collections.abc import Iterable, Mapping, Sequence

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from collector.localday import day_first
from collector.trace.entries import Doubt, Question, State, Visit
from collector.web import words
from collector.web.casework import dates, names, narrowing
from collector.web.casework.tracing import Gate

register = template.Library()
MINUTE_MS = 60_000


def _table(name: str) -> None:
    table = {str(getattr(key, "value", key)): said for key, said in getattr(names, name).items()}

    def called(value: object) -> str:
        return words.word(table, str(getattr(value, "value", value)))

    register.filter(name.lower(), called)


for _name in (
    "CONTACT",
    "TASK",
    "TASKSTATE",
    "SOURCE",
    "KIND",
    "HINT",
    "FAULT",
    "HOW",
    "SEEN",
    "ACT",
):
    _table(_name)


@register.filter
def tag(state: str) -> str:
    """Return the colour of a contact's state."""
    return names.CONTACT_TAG.get(state, "")


@register.filter
def stamp(ms: int) -> str:
    """Return a moment."""
    return dates.stamp(ms)


@register.filter
def day(number: int) -> str:
    """Return a local day."""
    return dates.shown(number)


@register.filter
def field(number: int) -> str:
    """Return a local day as a form has it."""
    return dates.field(number)


@register.filter
def minutes(ms: int) -> int:
    """Return whole minutes: a lower bound is rounded down."""
    return ms // MINUTE_MS


@register.filter
def minutes_up(ms: int) -> int:
    """Return whole minutes: an upper bound is rounded up."""
    return -(-ms // MINUTE_MS)


@register.simple_tag
def span(earliest: int, latest: int) -> str:
    """Return when something was: one time, or from when to when it may have been."""
    first, last = dates.at(earliest), dates.at(latest)
    if latest - earliest < MINUTE_MS:
        return f"{first:%H:%M %d/%m}"
    if first.date() == last.date():
        return f"{first:%H:%M}-{last:%H:%M} {last:%d/%m}"
    return f"{first:%H:%M %d/%m} - {last:%H:%M %d/%m}"


@register.filter
def address(question: Question) -> str:
    """Return the address by which a question is asked again."""
    return narrowing.asked_again(question).address()


@register.filter
def counts(found: Mapping[str, int]) -> list[str]:
    """Return the numbers of a row of the audit in words."""
    return [f"{words.word(names.COUNT, name)}: {count}" for name, count in found.items()]


@register.filter
def doubts(value: Doubt) -> list[str]:
    """Return what makes something doubtful."""
    return [str(said) for doubt, said in names.DOUBT.items() if value & doubt]


@register.filter
def links(kinds: Sequence[int]) -> str:
    """Return by what a code led to the person."""
    return ", ".join(str(names.LINK[kind]) for kind in dict.fromkeys(kinds) if kind in names.LINK)


@register.filter
def rank(person: int, index: Sequence[int]) -> str:
    """Return what an index person is called here; anybody else by the end of their row."""
    return f"F0·{index.index(person) + 1}" if person in index else names.tail(person)


register.filter(names.tail)
register.filter(day_first)


@register.filter(name="from")
def from_(key: str, table: dict[str, str]) -> str:
    """Return what a code is called in a table, or the code."""
    return table.get(key, key)


@register.filter
def states(_: str) -> list[State]:
    """Return the states of a gate, for the legend."""
    return list(State)


@register.filter
def strip(gate: Gate) -> Iterable[tuple[int, int, int]]:
    """Return the pieces of a gate's time: state, where, how wide."""
    at = 0
    for state, part in gate.parts:
        yield int(state), at, part
        at += part


@register.filter
def spoken(gate: Gate) -> str:
    """Return in words how long a gate was in which state."""
    whole = max(1, sum(part for _state, part in gate.parts))
    shares = {state: sum(part for each, part in gate.parts if each is state) for state in State}
    return ", ".join(
        _("{state} {n} %").format(state=names.SEEN[state], n=round(share * 100 / whole))
        for state, share in shares.items()
        if share
    )


@register.filter
def told(visit: Visit) -> str:
    """Return a visit as one line."""
    came, left = span(visit.in_lo, visit.in_hi), span(visit.out_lo, visit.out_hi)
    return f"{came} → {left}, {names.HOW[visit.how]}"


@register.filter
def num(value: float) -> SafeString:
    """Return a number as SVG has it, whatever the language writes for its point."""
    return mark_safe(f"{value:g}")  # noqa: S308  # a number


@register.filter
def plus(value: float, more: float) -> SafeString:
    """Return a sum as SVG has it."""
    return num(value + more)


@register.filter
def cut_to(text: str, length: int) -> str:
    """Return a text no longer than that."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
