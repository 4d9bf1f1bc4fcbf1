"""Opening people: their fields, and where they were. Each takes a Look, which the audit makes."""

from collections.abc import Mapping, Sequence

from collector.cases.audit import Look
from collector.cases.entries import Act
from collector.database.ports import Session
from collector.errors import NotAllowed
from collector.people import persons, sightings
from collector.people.entries import Kind
from collector.trace.entries import Doubt, How
from collector.vault.entries import Content, SeenAt, Shown, StayAt, Timeline
from collector.vault.ring import Ring
from wire.canonical import Document

AT_ONCE = 500
_FIELDS = (
    "SELECT person, epoch, sealed, seen_day FROM fields WHERE person IN ({parts})"
    " ORDER BY person, epoch, digest"
)
_STAYS = (
    "SELECT place, in_lo, in_span, stayed, out_span, how, doubts FROM stay WHERE person = ?"
    " ORDER BY in_lo, place"
)
_MINE = "SELECT place FROM grant_scope WHERE officer = ?"


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
    mine = {row[0] for row in session.rows(_MINE, (look.actor.officer,))}
    kept = sightings.of_person(session, person, sightings.days(session))
    gates: Mapping[int, str] = dict(session.rows("SELECT id, gate FROM gate_key"))
    stays = [_stay(*row) for row in session.rows(_STAYS, (person,))]
    names = dict(session.rows("SELECT id, name FROM place_key"))
    return Timeline(
        person,
        tuple(
            SeenAt(
                *(each.seen.place, gates[each.seen.gate], each.seen.at, each.seen.span),
                *(each.seen.way, Kind(each.seen.link), int(each.seen.flags)),
            )
            for each in kept
            if each.seen.place in mine
        ),
        tuple(each for each in stays if each.place in mine),
        {each: names[each] for each in sorted(mine) if each in names},
        sum(each.place not in mine for each in stays),
    )


def _content(document: Document, day: int) -> Content:
    return Content(
        document["code"], document["signature"], document["identity"], day, document["fields"]
    )


def _stay(
    place: int, in_lo: int, in_span: int, stayed: int, out_span: int, how: int, doubts: int
) -> StayAt:
    bounds = (in_lo, in_lo + in_span, in_lo + stayed, in_lo + stayed + out_span)
    return StayAt(place, *bounds, How(how), Doubt(doubts))
