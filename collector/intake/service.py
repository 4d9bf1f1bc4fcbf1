"""The intake process: one straight loop, link -> desk -> link, until it is told to stop.

It ends by itself only when the ledger is broken: a lost broker is waited for, a full disk too, and
what was not committed is not acknowledged. Logs transitions, never repetitions.
"""

import random

import structlog

from collector import clock
from collector.errors import (
    BrokerUnreachable,
    BrokerUntrusted,
    CertificateExpired,
    CollectorError,
    LedgerBusy,
    LedgerFull,
    LinkRefused,
    RosterInvalid,
)
from collector.intake.desk import Desk, Handled
from collector.intake.link import Link, Post
from collector.intake.mailing import Mailing
from collector.intake.road import is_ours
from collector.roster import Gates, Roster, RosterFile
from collector.withdrawn import WithdrawnFile

IDLE_S = 0.5
"""How long one turn may wait for something to come, and so how soon a stop is noticed."""
HEAP_MESSAGES = 1000
HEAP_BYTES = 256 * 1024
"""Of one commit; about 1,000 records, or 2,000 of a deflated backlog."""
HEAP_S = 0.02
"""How long a heap may grow while messages keep coming."""
LONGEST_WAIT_S = 5.0
STEP_S = 0.2
TOLD = 10_000
"""Complaints remembered as logged, so that a gate that errs for ever is logged once."""

LinkError = (BrokerUnreachable, BrokerUntrusted, CertificateExpired, LinkRefused)

log = structlog.get_logger()
_dice = random.SystemRandom()


class Intake:
    """Brings what gates send into the ledger, until `stop`."""

    def __init__(
        self,
        link: Link,
        desk: Desk,
        roster: RosterFile,
        withdrawn: WithdrawnFile,
        mailing: Mailing,
    ) -> None:
        """Take the parts; the ledger behind the desk is open."""
        self._link, self._desk, self._mailing = link, desk, mailing
        self._roster, self._withdrawn = roster, withdrawn
        self._stopping = False
        self._up = False
        self._trouble = ""
        """Code of what keeps us from working; empty while all is well."""
        self._stuck = False
        self._told: set[tuple[str, str]] = set()
        self._known: Roster | None = None
        self._gates = Gates({})

    def stop(self) -> None:
        """Ask the loop to end after the commit under way; for a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Serve until stopped. Raises LedgerBroken, and RosterInvalid at the start only."""
        self._names()
        tries = 0
        while not self._stopping:
            try:
                self._link.open()
                self._serve()
            except LinkError as error:
                tries = 0 if self._up else tries + 1
                self._up = False
                self._worry("intake.lost", error)
                self._wait(_dice.uniform(0, min(LONGEST_WAIT_S, 0.5 * 2 ** min(tries, 10))))
        self._link.close()
        self._mailing.close()
        log.info("intake.stopped")

    def _serve(self) -> None:
        """Work on one connection until it ends, by an error, or we are stopped."""
        heap: list[Post] = []
        since = 0.0
        while not self._stopping:
            came = self._sorted(self._link.turn(0.0 if heap and not self._stuck else IDLE_S))
            self._connected()
            self._mail()
            if not heap:
                since = clock.steady_s()
            heap += came
            # What has come is committed as soon as nothing more waits to be read.
            if heap and (not came or _is_full(heap) or clock.steady_s() - since >= HEAP_S):
                heap = self._commit(heap)
        if heap:
            self._commit(heap)

    def _sorted(self, came: list[Post]) -> list[Post]:
        """Return what gates sent; what the broker tells of its own memory goes to the road."""
        ours = [post for post in came if is_ours(post.message.topic)]
        if not ours:
            return came
        for post in ours:
            self._mailing.heard(post.message.topic, post.message.payload)
        self._link.settle(ours)
        return [post for post in came if not is_ours(post.message.topic)]

    def _mail(self) -> None:
        now_s = clock.steady_s()
        if self._link.ready and self._mailing.is_due(now_s):
            self._names()
            if self._known is not None:
                self._link.keep(self._mailing.due(self._known, now_s, clock.wall_ms()))

    def _commit(self, heap: list[Post]) -> list[Post]:
        """Take the heap to the desk; return what is left of it, which is nothing or all."""
        try:
            messages = (post.message for post in heap)
            handled = self._desk.handle(messages, self._names(), clock.wall_ms())
        except (LedgerFull, LedgerBusy) as error:
            self._stuck = True
            self._worry("intake.stuck", error)
            return heap
        if self._stuck:
            self._stuck, self._trouble = False, ""
            log.info("intake.unstuck")
        self._link.send(handled.answers)
        self._link.settle(heap)
        self._tell(handled)
        return []

    def _names(self) -> Gates:
        """Return the names of the gates; a roster that went bad leaves the last good ones."""
        try:
            roster = self._roster.current()
        except RosterInvalid as error:
            if self._known is None:
                raise
            log.warning("intake.roster.bad", code=error.code, error=str(error), remedy=error.remedy)
            return self._gates
        withdrawn = self._withdrawn.current()
        if roster is not self._known or withdrawn != self._gates.revoked:
            self._known, self._gates = roster, roster.admitted(withdrawn)
            log.info("intake.roster.read", gates=len(self._gates.keys), withdrawn=len(withdrawn))
        return self._gates

    def _connected(self) -> None:
        if self._link.ready and not self._up:
            self._up, self._trouble = True, ""
            self._mailing.connected(clock.steady_s())
            log.info("intake.connected")

    def _worry(self, event: str, error: CollectorError) -> None:
        """Log what keeps us from working, once for each kind until it is over."""
        if error.code != self._trouble:
            self._trouble = error.code
            log.warning(event, code=error.code, error=str(error), remedy=error.remedy)

    def _tell(self, handled: Handled) -> None:
        for each in handled.complaints:
            if (each.gate, each.why) not in self._told and len(self._told) < TOLD:
                self._told.add((each.gate, each.why))
                log.warning(
                    "intake.refused",
                    gate=each.gate,
                    why=each.why.value,
                    journal=each.journal,
                    seq=each.seq,
                )
        if handled.dropped and ("", "dropped") not in self._told:
            self._told.add(("", "dropped"))
            log.warning("intake.dropped", messages=handled.dropped)

    def _wait(self, seconds: float) -> None:
        """Wait in steps, so that a stop is noticed."""
        end = clock.steady_s() + seconds
        while not self._stopping and (left := end - clock.steady_s()) > 0:
            clock.pause(min(left, STEP_S))


def _is_full(heap: list[Post]) -> bool:
    if len(heap) >= HEAP_MESSAGES:
        return True
    return sum(len(post.message.payload) for post in heap) >= HEAP_BYTES
