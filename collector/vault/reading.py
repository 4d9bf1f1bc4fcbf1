"""Opening people: their fields, and where they were. Each takes a Look, which the audit makes."""

from collections.abc import Mapping, Sequence

from collector.cases.audit import Look
from collector.cases.entries import Act
from collector.database.ports import Session
from collector.errors import NotAllowed
from collector.people import persons, sightings
from collector.people.entries import Kind
from collector.trace.entries import Doubt, How, Way
from collector.vault.entries import Content, SeenAt, Shown, StayAt, Timeline
from collector.vault.ring import Ring
from wire.canonical import Document

AT_ONCE = 500
_FIELDS = (
    "SELECT person, epoch, sealed, seen_day FROM fields WHERE person IN ({parts})"
    " ORDER BY person, epoch, digest"
)
_STAYS = (
    "SELECT stay.place, in_lo, in_span, stayed, out_span, how, doubts FROM stay"
    " JOIN grant_scope mine ON mine.place = stay.place AND mine.officer = ?"
    " WHERE person = ? ORDER BY in_lo, stay.place"
)
_ELSEWHERE = (
    "SELECT COUNT(*) FROM stay WHERE person = ? AND NOT EXISTS"
    " (SELECT 1 FROM grant_scope mine WHERE mine.officer = ? AND mine.place = stay.place)"
)
_SEEN = (
    "SELECT gate_key.place, gate_key.gate, at, span, way, link, flags FROM sighting"
    " JOIN gate_key ON gate_key.id = sighting.gate"
    " JOIN grant_scope mine ON mine.place = gate_key.place AND mine.officer = ?"
    " WHERE day = ? AND person = ? ORDER BY at, mark, seq"
)
_NAMES = (
    "SELECT id, name FROM place_key JOIN grant_scope mine ON mine.place = id"
    " AND mine.officer = ? ORDER BY id"
)


def contents(session: Session, ring: Ring, person: int) -> tuple[Content, ...]:
    """Return what the codes of a whole have said, each once, in order of time.

    For this package only: whoever shows it to anybody takes `shown`, which takes a Look.
    """
    return _contents(session, ring, {person: persons.parts(session, person)})[person]


def shown(session: Session, ring: Ring, look: Look, person: int) -> Shown:
    """Open one person; raise NotAllowed without leave to."""
    return all_shown(session, ring, look, (person,))[0]


def all_shown(session: Session, ring: Ring, look: Look, people: Sequence[int]) -> tuple[Shown, ...]:
    """Open people, in their order, some hundreds with one question; raise NotAllowed."""
    if not look.covers(Act.OPENED, people):
        raise NotAllowed(look.case)
    found: list[Shown] = []
    for begin in range(0, len(people), AT_ONCE):
        wholes = persons.wholes(session, people[begin : begin + AT_ONCE])
        parts = persons.all_parts(session, tuple(dict.fromkeys(wholes)))
        said = _contents(session, ring, parts)
        found += [Shown(whole, parts[whole], said[whole]) for whole in wholes]
    return tuple(found)


def _contents(
    session: Session, ring: Ring, parts: Mapping[int, Sequence[int]]
) -> dict[int, tuple[Content, ...]]:
    """Return what the codes of wholes have said, whose parts these are."""
    alive = set(ring.alive(session))
    whole_of = {part: whole for whole, its in parts.items() for part in its}
    found: dict[int, dict[bytes, Content]] = {whole: {} for whole in parts}
    rows = list(whole_of)
    for begin in range(0, len(rows), AT_ONCE):
        some = rows[begin : begin + AT_ONCE]
        asked = _FIELDS.format(parts=", ".join("?" * len(some)))
        for part, epoch, sealed, day in session.rows(asked, some):
            if epoch in alive:
                content = _content(ring.epoch(epoch).open(sealed, part), day)
                said = repr(sorted(content.fields.items())).encode()
                found[whole_of[part]].setdefault(said, content)
    return {
        whole: tuple(sorted(said.values(), key=lambda each: each.seen_day))
        for whole, said in found.items()
    }


def timeline(session: Session, look: Look, person: int) -> Timeline:
    """Return where a person was, at the places of whoever looks; raise NotAllowed without leave."""
    if not look.covers(Act.TIMELINE, (person,)):
        raise NotAllowed(look.case)
    officer = look.actor.officer
    ((elsewhere,),) = session.rows(_ELSEWHERE, (person, officer))
    return Timeline(
        person,
        tuple(
            SeenAt(place, gate, at, span, Way(way), Kind(link), flags)
            for day in sightings.days(session)
            for place, gate, at, span, way, link, flags in session.rows(
                _SEEN, (officer, day, person)
            )
        ),
        tuple(stay(*row) for row in session.rows(_STAYS, (officer, person))),
        names(session, officer),
        elsewhere,
    )


def _content(document: Document, day: int) -> Content:
    return Content(
        document["code"], document["signature"], document["identity"], day, document["fields"]
    )


def names(session: Session, officer: str) -> dict[int, str]:
    """Return what the officer's places are called."""
    return dict(session.rows(_NAMES, (officer,)))


def stay(
    place: int, in_lo: int, in_span: int, stayed: int, out_span: int, how: int, doubts: int
) -> StayAt:
    """Return a stay from its columns."""
    bounds = (in_lo, in_lo + in_span, in_lo + stayed, in_lo + stayed + out_span)
    return StayAt(place, *bounds, How(how), Doubt(doubts))
