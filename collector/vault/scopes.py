"""Which places an officer may ask about: written where a trace's own questions join it.

An area holds what lies below it. Who has areas and sectors may ask about places that are of both;
a place of one's own comes on top.
"""

from collector.cases.roles import Actor
from collector.database.ports import Database, Session

_ALL = "SELECT id FROM place_key"
_AREA = (
    "SELECT place_key.id FROM place_key JOIN area_above ON area_above.area = place_key.area"
    " WHERE area_above.above = ?"
)
_SECTOR = "SELECT id FROM place_key WHERE sector = ?"
_PLACE = "SELECT id FROM place_key WHERE place = ?"
_KNOWN = "SELECT place FROM grant_scope WHERE officer = ?"


def grant(people: Database, actor: Actor) -> None:
    """Write down which places are the actor's, if that is not what is written already."""
    with people.reading() as session:
        wanted = granted(session, actor)
        known = {row[0] for row in session.rows(_KNOWN, (actor.officer,))}
    if wanted == known:
        return
    with people.writing() as session:
        session.run("DELETE FROM grant_scope WHERE officer = ?", (actor.officer,))
        session.many(
            "INSERT INTO grant_scope (officer, place) VALUES (?, ?)",
            [(actor.officer, place) for place in sorted(wanted)],
        )


def granted(session: Session, actor: Actor) -> set[int]:
    """Return the places that are the actor's."""
    if actor.is_everywhere:
        return {row[0] for row in session.rows(_ALL)}
    found = _of(session, _AREA, actor.areas)
    if actor.sectors:
        of_sectors = _of(session, _SECTOR, actor.sectors)
        found = found & of_sectors if actor.areas else of_sectors
    return found | _of(session, _PLACE, actor.places)


def _of(session: Session, asked: str, values: tuple[str, ...]) -> set[int]:
    return {row[0] for each in values for row in session.rows(asked, (each,))}
