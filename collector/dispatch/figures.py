"""What was counted at gates: since a policy came into force, and usually at that hour."""

from collections.abc import Iterable

import msgspec

from collector.database.ports import Database, Session
from collector.dispatch.entries import Class
from collector.dispatch.following import HOUR_MS, KEPT_DAYS, local_hour
from collector.dispatch.replay import GREEN, RETRIES, SHUT
from collector.dispatch.worse import Seen
from wire.record import Direction, Identity, Reason, Signature

ENOUGH = 50
"""Codes of earlier days on which what is usual at these gates at this hour can rest."""


class Now(msgspec.Struct, frozen=True):
    """One gate under the policy it has."""

    version: int
    at_ms: int
    """When the word of it arrived."""
    seen: Seen


class Figures:
    """Reads what the follower keeps."""

    def __init__(self, database: Database) -> None:
        """Take the dispatch's database."""
        self._database = database

    def now(self, gates: Iterable[str], now_ms: int) -> dict[str, Now]:
        """Return of gates what they did since they took the policy that they have."""
        day, hour = local_hour(now_ms)
        found = {}
        with self._database.reading() as session:
            for gate in gates:
                sql = "SELECT version, at_ms, codes, accepted, retries, late FROM since"
                rows = session.rows(f"{sql} WHERE gate = ?", (gate,))
                if not rows:
                    continue
                version, at_ms, *counts = rows[0]
                began = local_hour(at_ms)
                fared = session.rows(
                    "SELECT alarmed FROM fared WHERE gate = ? AND day = ? AND hour = ?",
                    (gate, day, hour),
                )
                # An alarm of the hour in which the policy came may be older than the policy.
                told = bool(fared) and began < (day, hour)
                alarmed = int(told and bool(fared[0][0]))
                found[gate] = Now(
                    version,
                    at_ms,
                    Seen(counts[0], counts[1], counts[2], counts[3], int(told), alarmed),
                )
        return found

    def version(self, gate: str) -> int:
        """Return the version of the policy that a gate has told last; 0 if it has told none."""
        with self._database.reading() as session:
            rows = session.rows("SELECT version FROM since WHERE gate = ?", (gate,))
        return int(rows[0][0]) if rows else 0

    def usual(self, gates: Iterable[str], since_ms: int, now_ms: int) -> Seen:
        """Return what earlier days had at these gates, in the hours between two moments.

        Where that is too little, at any hour; and where that is, at all gates.
        """
        names, (day, _), seen = tuple(gates), local_hour(since_ms), Seen()
        span = min(24, (now_ms - since_ms) // HOUR_MS + 1)
        hours = {local_hour(since_ms + step * HOUR_MS)[1] for step in range(span + 1)}
        with self._database.reading() as session:
            for whose, when in ((names, hours), (names, None), (None, None)):
                seen = _counted(session, whose, when, day)
                if seen.codes >= ENOUGH:
                    return seen
        return seen

    def classes(self, gates: Iterable[str], day: int) -> tuple[Class, ...]:
        """Return the classes of codes that gates saw on a local day."""
        names = tuple(gates)
        sql = (  # only marks are put in
            "SELECT gate, hour, dir, kind, signature, identity, reason, marks, count FROM counted"  # noqa: S608
            f" WHERE day = ? AND gate IN ({_marks(names)})"
        )
        with self._database.reading() as session:
            rows = session.rows(sql, (day, *names)) if names else []
        return tuple(
            Class(
                *(gate, hour, Direction(way), kind, Signature(signature), Identity(identity)),
                *(Reason(reason), marks, count),
            )
            for gate, hour, way, kind, signature, identity, reason, marks, count in rows
        )


def _counted(
    session: Session, gates: tuple[str, ...] | None, hours: set[int] | None, day: int
) -> Seen:
    where, values = ["day < ?", "day >= ?"], [day, day - KEPT_DAYS]
    for column, given in (("gate", gates), ("hour", hours)):
        if given is not None:
            where.append(f"{column} IN ({_marks(given)})" if given else "1 = 0")
            values += list(given)  # type: ignore[arg-type]  # names and numbers
    asked = " AND ".join(where)
    shut = (*sorted(SHUT), "attended", "commanded")
    sql = (
        "SELECT COALESCE(SUM(count), 0),"  # noqa: S608
        f" COALESCE(SUM(CASE WHEN reason IN ({_marks(GREEN)}) THEN count ELSE 0 END), 0),"
        f" COALESCE(SUM(CASE WHEN reason IN ({_marks(RETRIES)}) THEN count ELSE 0 END), 0),"
        f" COALESCE(SUM(late), 0) FROM counted WHERE {asked}"
        f" AND reason NOT IN ({_marks(shut[:-2])}) AND kind NOT IN (?, ?)"
    )
    ((codes, accepted, retries, late),) = session.rows(
        sql, (*sorted(GREEN), *sorted(RETRIES), *values, *shut)
    )
    sql = f"SELECT COUNT(*), COALESCE(SUM(alarmed), 0) FROM fared WHERE {asked}"  # noqa: S608
    ((heard, alarmed),) = session.rows(sql, values)
    return Seen(codes, accepted, retries, late, heard, alarmed)


def _marks(given: Iterable[object]) -> str:
    return ", ".join("?" for _ in given)
