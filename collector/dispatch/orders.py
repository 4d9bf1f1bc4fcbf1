"""Commands to gates, each kept until it is answered or expires. One at a time for a gate."""

from collections.abc import Callable

import structlog

from collector.database.ports import Database
from collector.dispatch.entries import LIVES_MS, Answer, Ordered
from collector.dispatch.publishing import Publisher
from collector.errors import CommandOpen, CommandRefused, DocumentRefused
from wire.command import Command, Does

log = structlog.get_logger()

SHOWN = 20
KEPT_MS = 400 * 86_400_000
_COLUMNS = "nonce, gate, does, officer, at_ms, expires_ms, state, outcome, answered_ms"


class Orders:
    """All commands of the district."""

    def __init__(self, database: Database, publisher: Publisher, nonce: Callable[[], str]) -> None:
        """Take the database, who signs and publishes, and what makes a nonce."""
        self._database, self._publisher, self._nonce = database, publisher, nonce
        self._unpublished: set[str] = set()
        """Gates whose open command could not be published when it was last tried."""

    def give(self, gate: str, does: str, by: str, now_ms: int, *, may_open: bool) -> Ordered:
        """Sign a command and publish it. Raises CommandOpen, CommandRefused, SigningKeyUnfit.

        `may_open` says whether the gate's policy lets the district open the door. The command is in
        the database before it is published: after a crash it is published again.
        """
        try:
            asked = Does(does)
        except ValueError as error:
            raise CommandRefused(CommandRefused.NOTHING) from error
        if asked is Does.OPEN_ONCE and not may_open:
            raise CommandRefused(CommandRefused.OPENS)
        expires_ms = now_ms + LIVES_MS[asked]
        nonce = self._nonce()
        told = Command(gate=gate, does=does, nonce=nonce, issued=now_ms, expires=expires_ms)
        signed = self._publisher.sign_command(told, now_ms)
        with self._database.writing() as session:
            sql = "SELECT 1 FROM command WHERE gate = ? AND state = 'open' AND expires_ms > ?"
            if session.rows(sql, (gate, now_ms)):
                raise CommandOpen
            session.run(
                "INSERT INTO command (nonce, gate, does, officer, at_ms, expires_ms, state, signed)"
                " VALUES (?, ?, ?, ?, ?, ?, 'open', ?)",
                (nonce, gate, does, by, now_ms, expires_ms, signed),
            )
        self._publisher.publish(signed, (gate,))
        return Ordered(nonce, gate, does, by, now_ms, expires_ms)

    def tend(self, now_ms: int, over_ms: int) -> None:
        """End what has expired, publish what is open, withdraw what was answered.

        What was given long before `over_ms` is forgotten: so far time is believed.
        """
        with self._database.writing() as session:
            expired = session.rows(
                "UPDATE command SET state = 'expired' WHERE state = 'open' AND expires_ms <= ?"
                " RETURNING gate",
                (now_ms,),
            )
            sql = "SELECT gate, signed FROM command WHERE state = 'open'"
            opened = session.rows(sql)
            sql = (
                "SELECT DISTINCT gate FROM command WHERE state = 'answered' AND answered_ms > ?"
                " AND expires_ms > ?"
            )
            answered = session.rows(sql, (now_ms - KEPT_MS, now_ms))
            session.run("DELETE FROM command WHERE at_ms < ?", (over_ms - KEPT_MS,))
        waiting = {gate for gate, _ in opened}
        for gate in {gate for (gate,) in (*expired, *answered)} - waiting:
            self._publisher.withdraw(gate)
        refused = set()
        for gate, signed in opened:
            try:
                self._publisher.publish(bytes(signed), (gate,))
            except DocumentRefused as error:  # the gate has left the roster: it will expire
                refused.add(gate)
                if gate not in self._unpublished:
                    log.warning("command.unpublished", gate=gate, code=error.code)
        self._unpublished = refused

    def of(self, gate: str) -> tuple[Ordered, ...]:
        """Return the commands of a gate, the newest first."""
        sql = f"SELECT {_COLUMNS} FROM command WHERE gate = ? ORDER BY at_ms DESC, nonce LIMIT ?"  # noqa: S608
        with self._database.reading() as session:
            rows = session.rows(sql, (gate, SHOWN))
        return tuple(
            Ordered(nonce, of, does, by, at_ms, expires_ms, Answer(state), outcome, answered_ms)
            for nonce, of, does, by, at_ms, expires_ms, state, outcome, answered_ms in rows
        )
