"""Referrals: what lies beyond an officer's scope is handed to the district, and taken up there.

A referral says how many places and people these are, as the vault has counted them, and never who:
it opens nobody and grants nothing. Whoever takes it up traces the same case, as far as their own
scope reaches. The newest of a case is the one that counts.
"""

import threading

from collector.cases.audit import Audit
from collector.cases.entries import Act, Referral
from collector.cases.register import Register
from collector.cases.roles import Actor, Right
from collector.database.ports import Database
from collector.errors import NotAllowed, ReferralRefused, ReferralTaken

Beyond = tuple[int, int]
"""(places, people)."""

_COLUMNS = "number, case_number, places, people, made_by, made_ms, taken_by, taken_ms"
_NEXT = "SELECT COALESCE(MAX(number), 0) + 1 FROM referral"
_REFER = (
    "INSERT INTO referral (number, case_number, places, people, made_by, made_ms)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_NEWEST = f"SELECT {_COLUMNS} FROM referral WHERE case_number = ? ORDER BY number DESC LIMIT 1"  # noqa: S608
_WAITING = (
    f"SELECT {_COLUMNS} FROM referral WHERE taken_ms = 0 AND number IN"  # noqa: S608
    " (SELECT MAX(number) FROM referral GROUP BY case_number) ORDER BY number DESC"
)
_TAKE = "UPDATE referral SET taken_by = ?, taken_ms = ? WHERE number = ?"


class Referrals:
    """What was handed to the district."""

    def __init__(self, database: Database, audit: Audit, register: Register) -> None:
        """Take the database of casework, its tables made, and who else is asked."""
        self._database, self._audit, self._register = database, audit, register
        self._one_at_a_time = threading.Lock()

    def refer(self, actor: Actor, case: int, beyond: Beyond | None, now_ms: int) -> Referral:
        """Hand over what the actor's last trace left out; None if there was no trace.

        Handed over twice is handed over once, until it is more. Raises ReferralRefused.
        """
        self._register.require(actor, case, Right.CASE, now_ms)
        if beyond is None:
            raise ReferralRefused(ReferralRefused.UNTRACED)
        places, people = beyond
        if not places:
            raise ReferralRefused(ReferralRefused.NOTHING)
        with self._one_at_a_time:
            before = self._newest(case)
            if before is not None and before.covers(actor.officer, places, people):
                return before
            counts = {"places": places, "persons": people}
            self._audit.commit(actor, Act.REFERRED, now_ms, case=case, counts=counts)
            with self._database.writing() as session:
                ((number,),) = session.rows(_NEXT)
                values = (number, case, places, people, actor.officer, now_ms)
                session.run(_REFER, values)
        return Referral(*values)

    def take_up(self, actor: Actor, case: int, now_ms: int) -> Referral:
        """Take up what was handed over of a case, as an officer of the whole district.

        The first has it, and may say so again; whoever comes second is told who that is. Raises
        NotAllowed, ReferralRefused, ReferralTaken.
        """
        self._register.require(actor, case, Right.CASE, now_ms)
        if not actor.is_everywhere:
            self._audit.commit(actor, Act.REFUSED, now_ms, case=case)
            raise NotAllowed(case)
        with self._one_at_a_time:
            found = self._newest(case)
            if found is None:
                raise ReferralRefused(ReferralRefused.NONE)
            if found.taken_by == actor.officer:
                return found
            if found.taken_ms:
                raise ReferralTaken(found.taken_by)
            if found.by == actor.officer:
                raise ReferralRefused(ReferralRefused.OWN)
            counts = {"places": found.places, "persons": found.people}
            self._audit.commit(actor, Act.TAKEN_UP, now_ms, case=case, counts=counts)
            with self._database.writing() as session:
                session.run(_TAKE, (actor.officer, now_ms, found.number))
            return self._newest(case) or found

    def of_case(self, actor: Actor, case: int) -> Referral | None:
        """Return what was handed over of a case, if anything was."""
        self._register.case(actor, case)
        return self._newest(case)

    def waiting(self, actor: Actor, now_ms: int) -> tuple[Referral, ...]:
        """Return what waits for somebody like the actor to take it up, the newest first."""
        if not (actor.may(Right.CASE) and actor.is_everywhere):
            return ()
        with self._database.reading() as session:
            found = [Referral(*row) for row in session.rows(_WAITING)]
        return tuple(
            each
            for each in found
            if each.by != actor.officer and self._register.case(actor, each.case).is_open(now_ms)
        )

    def _newest(self, case: int) -> Referral | None:
        with self._database.reading() as session:
            found = session.rows(_NEWEST, (case,))
        return Referral(*found[0]) if found else None
