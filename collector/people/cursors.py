"""How far something was followed: committed together with what came of it."""

from collector.database.ports import Session


def get(session: Session, name: str) -> int:
    """Return how far it is, 0 at the beginning."""
    found = session.rows("SELECT value FROM cursor WHERE name = ?", (name,))
    return int(found[0][0]) if found else 0


def put(session: Session, name: str, value: int) -> None:
    """Note how far it is now."""
    session.run(
        "INSERT INTO cursor (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
