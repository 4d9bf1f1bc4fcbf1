"""Which passes were issued, each one's place in its issuer's list, and how it stands.

A pass is here before it is signed: what nobody knows of, nobody could withdraw. Places are drawn at
random, so that they do not tell in which order passes were issued, and none is given twice.
"""

import os
import re
import secrets
from collections.abc import Iterable

from collector.database.ports import Database, Session
from collector.errors import IssuerFull, PassUnknown
from collector.issuing.entries import Entered, Order, Standing, Way
from wire.gatepass import CTI_BYTES

PLACES = 2**20
"""Passes of one issuer; then the next key has its turn."""
DRAWS = 400
"""For one pass. With nine places of ten taken, all of them miss less than once in 10^18 times."""
TAIL = 4
"""Hex digits of a number that are printed on a pass."""
ENDING = re.compile(r"[0-9a-f]{4,16}")

_ENTER = (
    "INSERT INTO pass (number, kid, place, tail, way, holder, begins, ends, owner, team)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kid, place) DO NOTHING"
)
_COLUMNS = "number, way, holder, begins, ends, standing, owner, team"
_GONE = (
    "INSERT INTO issuer (kid, gone) VALUES (?, ?)"
    " ON CONFLICT (kid) DO UPDATE SET gone = excluded.gone"
)
_DATED = (
    "INSERT INTO issuer (kid, listed) VALUES (?, ?) ON CONFLICT (kid) DO UPDATE SET"
    " listed = CASE WHEN excluded.listed > issuer.listed THEN excluded.listed"
    " ELSE issuer.listed + 1 END RETURNING listed"
)


class Register:
    """All passes of this district's desk."""

    def __init__(self, database: Database) -> None:
        """Take the database of passes, its tables made."""
        self._database = database

    def enter(self, kid: str, order: Order) -> list[tuple[bytes, int]]:
        """Enter as many passes as are ordered, all or none; return numbers and places.

        Raises IssuerFull.
        """
        with self._database.writing() as session:
            return entered(session, kid, order)

    def mark(self, numbers: Iterable[bytes], standing: Standing) -> frozenset[str]:
        """Give passes a standing, all or none; return whose lists are to be signed anew.

        Also of those that have it already: the list may not have been signed the last time.
        """
        sql = "UPDATE pass SET standing = ? WHERE number = ? RETURNING kid"
        kids: set[str] = set()
        with self._database.writing() as session:
            for number in numbers:
                found = session.rows(sql, (int(standing), number))
                if not found:
                    raise PassUnknown
                kids.add(found[0][0])
        return frozenset(kids)

    def mark_team(self, owner: str, team: str, standing: Standing) -> tuple[int, frozenset[str]]:
        """Give all passes of an owner's team a standing; return how many, and whose lists."""
        sql = "UPDATE pass SET standing = ? WHERE owner = ? AND team = ? RETURNING kid"
        with self._database.writing() as session:
            found = session.rows(sql, (int(standing), owner, team))
        return len(found), frozenset(kid for (kid,) in found)

    def mark_all(self, kid: str, *, gone: bool) -> None:
        """Say whether every pass of a key is withdrawn, whatever its own standing."""
        with self._database.writing() as session:
            session.run(_GONE, (kid, int(gone)))

    def marked(self, kid: str) -> tuple[dict[int, int], bool]:
        """Return the standing of each place that is not simply good, and whether all are gone."""
        sql = "SELECT place, standing FROM pass WHERE kid = ? AND standing > 0"
        with self._database.reading() as session:
            found = dict(session.rows(sql, (kid,)))
            gone = session.rows("SELECT gone FROM issuer WHERE kid = ?", (kid,))
        return found, bool(gone and gone[0][0])

    def kids(self, now_s: int) -> frozenset[str]:
        """Return the keys that have issued passes which have not ended."""
        with self._database.reading() as session:
            found = session.rows("SELECT DISTINCT kid FROM pass WHERE ends > ?", (now_s,))
        return frozenset(str(kid) for (kid,) in found)

    def dated(self, kid: str, now_s: int) -> int:
        """Return a time for the key's next list: now, but always after the last one's."""
        with self._database.writing() as session:
            return int(session.rows(_DATED, (kid, now_s))[0][0])

    def find(self, ending: str, owner: str | None = None) -> Entered:
        """Return the one pass whose number, in hex, ends so; raise PassUnknown for none or several.

        Less than the four characters that are printed on a pass are no number.
        """
        asked = ending.lower()
        if not ENDING.fullmatch(asked):
            raise PassUnknown
        whose, values = ("", ()) if owner is None else (" AND owner = ?", (owner,))
        sql = f"SELECT {_COLUMNS} FROM pass WHERE tail = ?{whose}"  # noqa: S608
        with self._database.reading() as session:
            rows = session.rows(sql, (int(asked[-TAIL:], 16), *values))
        found = [_entered(row) for row in rows if bytes(row[0]).hex().endswith(asked)]
        if len(found) != 1:
            raise PassUnknown
        return found[0]

    def owned(self, owner: str, team: str | None, after: bytes, limit: int) -> tuple[Entered, ...]:
        """Return passes of an owner, of one team or of all, in the order of their numbers."""
        of_team, values = ("", [owner]) if team is None else (" AND team = ?", [owner, team])
        sql = (
            f"SELECT {_COLUMNS} FROM pass WHERE owner = ?{of_team} AND number > ?"  # noqa: S608
            " ORDER BY number LIMIT ?"
        )
        with self._database.reading() as session:
            return tuple(_entered(row) for row in session.rows(sql, (*values, after, limit)))

    def forget(self, before_s: int) -> int:
        """Delete passes that ended before a moment; return how many."""
        with self._database.writing() as session:
            return session.run("DELETE FROM pass WHERE ends < ?", (before_s,))


def entered(session: Session, kid: str, order: Order) -> list[tuple[bytes, int]]:
    """Enter passes within a transaction of the caller's; return numbers and places."""
    return [_enter(session, kid, order) for _ in range(order.count)]


def _enter(session: Session, kid: str, order: Order) -> tuple[bytes, int]:
    said = (order.way.value, order.holder, order.begins, order.ends, order.owner, order.group)
    for _ in range(DRAWS):
        number, place = os.urandom(CTI_BYTES), secrets.randbelow(PLACES)
        tail = int(number.hex()[-TAIL:], 16)
        if session.run(_ENTER, (number, kid, place, tail, *said)):
            return number, place
    raise IssuerFull


def _entered(row: tuple[object, ...]) -> Entered:
    number, way, holder, begins, ends, standing, owner, team = row
    return Entered(
        number=bytes(number),  # type: ignore[call-overload]
        way=Way(str(way)),
        holder=str(holder),
        begins=int(str(begins)),
        ends=int(str(ends)),
        standing=Standing(int(str(standing))),
        owner=str(owner),
        group=str(team),
    )
