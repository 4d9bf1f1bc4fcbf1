"""Holds: what a case keeps of a person when the time of the scans is over.

One officer asks and another agrees; only then copies are made, of the fields under a key of the
hold's own and of the stays as they are then. At its end, or when it is released, the copies and the
key are destroyed.
"""

import msgspec

from collector.database.ports import Session
from collector.errors import HoldRefused
from collector.i18n import N_
from collector.people import persons
from collector.vault import reading
from collector.vault.entries import Content, Hold, Timeline
from collector.vault.epochfile import hold_name
from collector.vault.ring import Ring

YEAR_MS = 366 * 86_400_000
NONE = N_("there is no such hold")
_COLUMNS = "id, case_number, person, reason, officer, approver, made_ms, end_ms"
_ONE = f"SELECT {_COLUMNS} FROM hold WHERE id = ?"  # noqa: S608
_OF_CASE = f"SELECT {_COLUMNS} FROM hold WHERE case_number = ? ORDER BY id"  # noqa: S608
_STAYS = (
    "SELECT s.place, s.in_lo, s.in_span, s.stayed, s.out_span, s.how, s.doubts FROM held_stay s"
    " WHERE s.hold = ? AND EXISTS"
    " (SELECT 1 FROM grant_scope g WHERE g.officer = ? AND g.place = s.place) ORDER BY s.in_lo"
)
_OVER = "SELECT id FROM hold WHERE end_ms <= ?"


def ask(
    session: Session, case: int, person: int, said: tuple[bytes, str, int], now_ms: int
) -> Hold:
    """Ask that a person be held; `said` is (reason, officer, end). Raises HoldRefused."""
    reason, officer, end_ms = said
    if not reason or not now_ms < end_ms <= now_ms + YEAR_MS:
        raise HoldRefused(N_("a reason and an end within a year are needed"))
    whole = persons.whole(session, person)
    asked = (
        "INSERT INTO hold (case_number, person, reason, officer, approver, made_ms, end_ms)"
        " VALUES (?, ?, ?, ?, '', ?, ?) RETURNING id"
    )
    number = session.rows(asked, (case, whole, reason, officer, now_ms, end_ms))[0][0]
    return get(session, number)


def approve(session: Session, ring: Ring, number: int, approver: str) -> Hold:
    """Agree, as somebody else; the copies are made now. Raises HoldRefused."""
    hold = get(session, number)
    if hold.approver or hold.officer == approver:
        raise HoldRefused(N_("another officer must agree"))
    key = ring.hold(number, fresh=True)
    held = [msgspec.to_builtins(each) for each in reading.contents(session, ring, hold.person)]
    session.many(
        "INSERT INTO held_fields (hold, digest, sealed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(number, key.digest(each), key.seal(each, hold.person)) for each in held],
    )
    session.run(
        "INSERT INTO held_stay (hold, place, in_lo, in_span, stayed, out_span, how, doubts)"
        " SELECT ?, place, in_lo, in_span, stayed, out_span, how, doubts FROM stay"
        " WHERE person = ?",
        (number, hold.person),
    )
    session.run("UPDATE hold SET approver = ? WHERE id = ?", (approver, number))
    return get(session, number)


def get(session: Session, number: int) -> Hold:
    """Return one hold; raise HoldRefused if there is none of that number."""
    found = session.rows(_ONE, (number,))
    if not found:
        raise HoldRefused(NONE)
    return Hold(*found[0])


def of_case(session: Session, case: int) -> tuple[Hold, ...]:
    """Return what a case holds, and what waits for somebody's agreement."""
    return tuple(Hold(*row) for row in session.rows(_OF_CASE, (case,)))


def contents(session: Session, ring: Ring, hold: Hold) -> tuple[Content, ...]:
    """Return the fields that are held; for this package only, as reading.contents."""
    key = ring.hold(hold.id)
    asked = "SELECT sealed FROM held_fields WHERE hold = ? ORDER BY digest"
    return tuple(
        msgspec.convert(key.open(sealed, hold.person), Content)
        for (sealed,) in session.rows(asked, (hold.id,))
    )


def whereabouts(session: Session, hold: Hold, officer: str) -> Timeline:
    """Return the stays that are held, at the officer's places; how many lie elsewhere is said."""
    stays = tuple(reading.stay(*row) for row in session.rows(_STAYS, (hold.id, officer)))
    ((whole,),) = session.rows("SELECT COUNT(*) FROM held_stay WHERE hold = ?", (hold.id,))
    names = reading.names(session, officer)
    return Timeline(hold.person, (), stays, names, whole - len(stays))


def release(session: Session, number: int) -> str:
    """Delete a hold and its copies; return the name of the key to be destroyed."""
    session.run("DELETE FROM held_fields WHERE hold = ?", (number,))
    session.run("DELETE FROM held_stay WHERE hold = ?", (number,))
    session.run("DELETE FROM hold WHERE id = ?", (number,))
    return hold_name(number)


def over(session: Session, now_ms: int) -> tuple[int, ...]:
    """Return the holds whose end has come."""
    return tuple(int(row[0]) for row in session.rows(_OVER, (now_ms,)))
