"""Opening people: their fields, and where they were. Each takes a Look, which the audit makes."""

from collections.abc import Mapping

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

_FIELDS = "SELECT epoch, sealed, seen_day FROM fields WHERE person = ? ORDER BY epoch, digest"
_STAYS = (
    "SELECT place, in_lo, in_span, stayed, out_span, how, doubts FROM stay WHERE person = ?"
    " ORDER BY in_lo, place"
)
_MINE = "SELECT place FROM grant_scope WHERE officer = ?"


def contents(session: Session, ring: Ring, person: int) -> tuple[Content, ...]:
    """Return what the codes of a whole have said, each once, in order of time.

    For this package only: whoever shows it to anybody takes `shown`, which takes a Look.
    """
    alive = set(ring.alive(session))
    found: dict[bytes, Content] = {}
    for part in persons.parts(session, person):
        for epoch, sealed, day in session.rows(_FIELDS, (part,)):
            if epoch in alive:
                content = _content(ring.epoch(epoch).open(sealed, part), day)
                found.setdefault(repr(sorted(content.fields.items())).encode(), content)
    return tuple(sorted(found.values(), key=lambda each: each.seen_day))


def shown(session: Session, ring: Ring, look: Look, person: int) -> Shown:
    """Open one person; raise NotAllowed without leave to."""
    if not look.covers(Act.OPENED, (person,)):
        raise NotAllowed(look.case)
    whole = persons.whole(session, person)
    return Shown(whole, persons.parts(session, whole), contents(session, ring, whole))


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
