"""Sightings: an accepted scan of somebody, once for each record, with the bounds of its time."""

from collections.abc import Iterable, Sequence

import msgspec

from collector.database.ports import Session
from collector.people.entries import Flag, Kind, Seen

_INSERT = (
    "INSERT INTO sighting (mark, seq, person, at, span, gate, way, boot, up, epoch, link, flags,"
    " origin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


class Timed(msgspec.Struct, frozen=True):
    """A sighting as a changed clock finds it."""

    seq: int
    person: int
    at: int
    span: int
    boot: int
    up: int
    flags: Flag


def add(
    session: Session, seen: Seen, holder: tuple[int, int], epoch: int, link: Kind
) -> bool:
    """Enter a scan of (whole, part); return False, and change nothing, if it is there already."""
    person, part = holder
    fresh = session.run(
        _INSERT,
        (
            *(seen.mark, seen.seq, person, seen.at, seen.span, seen.gate, int(seen.way)),
            *(seen.boot, seen.up, epoch, int(link), int(seen.flags)),
            None if part == person else part,
        ),
    )
    if fresh:
        session.run("UPDATE epoch SET uses = uses + 1 WHERE id = ?", (epoch,))
    return bool(fresh)


def cancelled(session: Session, mark: int, seq: int) -> int | None:
    """Mark that nobody passed after this scan; return the person whose stays change."""
    found = session.rows(
        "UPDATE sighting SET flags = flags | ? WHERE mark = ? AND seq = ? RETURNING person",
        (int(Flag.CANCELLED), mark, seq),
    )
    return int(found[0][0]) if found else None


def of_journal(session: Session, mark: int, after: int, limit: int) -> tuple[Timed, ...]:
    """Return sightings of a journal in order of seq."""
    asked = (
        "SELECT seq, person, at, span, boot, up, flags FROM sighting"
        " WHERE mark = ? AND seq > ? ORDER BY seq LIMIT ?"
    )
    return tuple(
        Timed(*map(int, row[:6]), Flag(int(row[6])))
        for row in session.rows(asked, (mark, after, limit))
    )


def retime(session: Session, mark: int, timed: Iterable[Timed]) -> None:
    """Give sightings of a journal other bounds."""
    session.many(
        "UPDATE sighting SET at = ?, span = ?, flags = ? WHERE mark = ? AND seq = ?",
        [(each.at, each.span, int(each.flags), mark, each.seq) for each in timed],
    )


def boot_key(boot: str) -> int:
    """Return a boot id as the signed number of its 32 bits."""
    return int.from_bytes(bytes.fromhex(boot.rjust(8, "0")), "big", signed=True)


def boot_name(key: int) -> str:
    """Return the boot id again."""
    return key.to_bytes(4, "big", signed=True).hex()


def persons_of(session: Session, mark: int, first: int, last: int) -> tuple[int, ...]:
    """Return whom a range of a journal has seen."""
    asked = "SELECT DISTINCT person FROM sighting WHERE mark = ? AND seq BETWEEN ? AND ?"
    return tuple(int(row[0]) for row in session.rows(asked, (mark, first, last)))


def unseen(session: Session, persons: Sequence[int]) -> tuple[int, ...]:
    """Return those of the wholes of whom no sighting is left."""
    left = []
    for person in persons:
        if not session.rows("SELECT 1 FROM sighting WHERE person = ? LIMIT 1", (person,)):
            left.append(person)
    return tuple(left)
