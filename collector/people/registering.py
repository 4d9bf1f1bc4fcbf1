"""Who was registered with a pass, before or after being seen with it."""

from collector.database.ports import Session
from collector.people import forgetting, persons, sightings


def note(session: Session, person: int, epoch: int, day: int) -> None:
    """Note that a row was registered under an epoch, which then lives as long as this."""
    fresh = session.run(
        "INSERT INTO registered (person, epoch, day) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (person, epoch, day),
    )
    session.run("UPDATE epoch SET uses = uses + ? WHERE id = ?", (fresh, epoch))


def lapse(session: Session, last_day: int) -> int:
    """Forget what was registered up to a day; who was not seen since is gone. Return how many."""
    rows = session.rows(
        "DELETE FROM registered WHERE day <= ? RETURNING person, epoch", (last_day,)
    )
    for person, epoch in rows:
        session.run("UPDATE epoch SET uses = uses - 1 WHERE id = ?", (epoch,))
        whole = session.rows("SELECT whole FROM person WHERE id = ?", (person,))
        if whole and not _is_registered(session, whole[0][0]):
            for unseen in sightings.unseen(session, (whole[0][0],)):
                forgetting.forget(session, unseen)
    if rows:
        forgetting.sweep(session)
    return len(rows)


def _is_registered(session: Session, person: int) -> bool:
    asked = "SELECT 1 FROM registered WHERE person = ? LIMIT 1"
    return any(session.rows(asked, (part,)) for part in persons.parts(session, person))
