"""Where those who are asked about were: their stays, within an officer's scope and beyond it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from collector.database.ports import Session
from collector.trace.entries import Doubt, How, Outside, Question, Stay, Visit, Where
from collector.trace.frames import Asked

PLACE = "p.id, p.place, p.name, p.kind, p.area, p.sector, p.indoor"
_STAY = "s.place, s.in_lo, s.in_span, s.stayed, s.out_span, s.how, s.doubts"
_OF = (
    " FROM stay s JOIN place_key p ON p.id = s.place"
    " WHERE {scope} EXISTS (SELECT 1 FROM grant_scope g WHERE g.officer = ? AND g.place = s.place)"
    " AND s.in_lo < ? AND s.in_lo + s.stayed + s.out_span > ? AND s.person IN ({persons})"
)
_INDOOR = " AND p.indoor = 1"
_ORDER = " ORDER BY s.in_lo, s.person, s.place"
_PLACES = (
    "SELECT {columns} FROM place_key p"
    " WHERE {scope} EXISTS (SELECT 1 FROM grant_scope g WHERE g.officer = ? AND g.place = p.id)"
    " AND p.id IN ({places})"
)
_KNOWN = (
    "SELECT {columns} FROM place_key p"
    " WHERE EXISTS (SELECT 1 FROM grant_scope g WHERE g.officer = ? AND g.place = p.id)"
    " ORDER BY p.name, p.id"
)


def known(session: Session, officer: str) -> tuple[Where, ...]:
    """Return the places that the officer may ask about, by their names."""
    statement = _KNOWN.format(columns=PLACE)
    return tuple(place(row) for row in session.rows(statement, [officer]))


def within(session: Session, question: Question, officer: str) -> tuple[Visit, ...]:
    """Return the visits of the index persons that the officer may see, in order."""
    found = [
        Visit(
            person,
            place(row[:7]),
            *_bounds(row[8:12]),
            How(row[12]),
            Doubt(row[13]),
        )
        for person, *row in _stays(session, question, officer, columns=f"s.person, {PLACE}, ")
    ]
    return tuple(found + list(_asked_places(session, question, officer)))


def beyond(session: Session, question: Question, officer: str) -> tuple[list[Asked], Outside]:
    """Return the stays that the officer may not see, to be counted, and how many they are."""
    columns = "s.person, "
    found = [
        Asked(person, Stay(row[0], *_bounds(row[1:5]), How(row[5]), Doubt(row[6])))
        for person, *row in _stays(session, question, officer, columns=columns, outside=True)
    ]
    visits = len(found)
    found += _asked_beyond(session, question, officer)
    places = {each.stay.place for each in found}
    return found, Outside(visits=visits, places=len(places))


def asked(visits: Iterable[Visit]) -> list[Asked]:
    """Return the visits as what others are looked for beside."""
    return [Asked(each.person, stay_of(each)) for each in visits]


def stay_of(visit: Visit) -> Stay:
    """Return the stay that a visit is."""
    bounds = (visit.in_lo, visit.in_hi, visit.out_lo, visit.out_hi)
    return Stay(visit.where.key, *bounds, visit.how, visit.doubts)


def reach(session: Session, places: Iterable[int]) -> Mapping[int, Sequence[tuple[int, int]]]:
    """Return on which days there are stays at the places, and how far these reach."""
    wanted = sorted(set(places))
    found: dict[int, list[tuple[int, int]]] = {}
    if wanted:
        question = f"SELECT place, day, ms FROM reach WHERE place IN ({marks(wanted)})"  # noqa: S608
        for key, day, far in session.rows(question, wanted):
            found.setdefault(key, []).append((day, far))
    return found


def place(row: Sequence[Any]) -> Where:
    """Return a place from its columns."""
    key, name_of, name, kind, area, sector, indoor = row
    return Where(key, name_of, name, kind, area, sector, bool(indoor))


def marks(values: Sequence[object]) -> str:
    """Return a placeholder for each of the values."""
    return ", ".join("?" * len(values))


def _stays(
    session: Session, question: Question, officer: str, *, columns: str, outside: bool = False
) -> list[tuple[Any, ...]]:
    if not question.index:
        return []
    statement = _OF.format(scope="NOT" if outside else "", persons=marks(question.index))
    values: list[object] = [officer, question.until_ms, question.from_ms, *question.index]
    if question.rule.indoor_only:
        statement += _INDOOR
    if question.only:
        statement += f" AND s.place IN ({marks(question.only)})"
        values += question.only
    return session.rows(f"SELECT {columns}{_STAY}{statement}{_ORDER}", values)


def _asked_places(session: Session, question: Question, officer: str) -> Iterable[Visit]:
    """Yield a visit of nobody for each place that is asked about for itself."""
    keys = [key for key, _, _ in question.places]
    if not keys:
        return
    statement = _PLACES.format(columns=PLACE, scope="", places=marks(keys))
    if question.rule.indoor_only:
        statement += _INDOOR
    known = {row[0]: place(row) for row in session.rows(statement, [officer, *keys])}
    for key, since, until in question.places:
        if key in known:
            yield Visit(0, known[key], since, since, until, until, How.SEEN)


def _asked_beyond(session: Session, question: Question, officer: str) -> list[Asked]:
    """Return the places that are asked about for themselves and are not the officer's."""
    keys = [key for key, _, _ in question.places]
    if not keys:
        return []
    statement = _PLACES.format(columns="p.id", scope="NOT", places=marks(keys))
    hidden = {key for (key,) in session.rows(statement, [officer, *keys])}
    return [
        Asked(0, Stay(key, since, since, until, until, How.SEEN))
        for key, since, until in question.places
        if key in hidden
    ]


def _bounds(row: Sequence[int]) -> tuple[int, int, int, int]:
    in_lo, in_span, stayed, out_span = row
    return in_lo, in_lo + in_span, in_lo + stayed, in_lo + stayed + out_span
