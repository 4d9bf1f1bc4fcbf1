"""What one intake keeps at the broker for the gates: documents of the authority, and daily sums.

Of several intakes on one machine one does this, held by a lock on the folder: two would sign two
sums and put each other's right for ever. Looks once a second
whether something was put into the folder.
"""

import fcntl
import os
from pathlib import Path

import structlog

from collector.alone import LOCK
from collector.errors import CollectorError
from collector.intake.census import Census
from collector.intake.desk import Answer
from collector.intake.road import LOOK_S, Road
from collector.outgoing import Outgoing
from collector.roster import Roster

SUMS_S = 3.0
"""How often sums may change: a door compares them with its policy, not with a stopwatch."""

READ_S = 30.0
"""How often the whole folder is read though nothing was put there: for what somebody took out, and
for commands that have expired."""

TOLD = 100
"""Troubles remembered as logged."""

log = structlog.get_logger()


class Mailing:
    """The road with its folder, its count and its lock."""

    def __init__(self, folder: Path, census: Census) -> None:
        """Take the folder of documents, which need not be there, and the count."""
        self._folder, self._outgoing, self._census = folder, Outgoing(folder), census
        self._road = Road()
        self._lock: int | None = None
        self._looked_s = self._summed_s = self._read_s = float("-inf")
        self._stamp = 0
        self._documents: list[tuple[str, str, bytes]] = []
        self._sums: list[tuple[str, str, bytes]] = []
        self._told: set[str] = set()

    def connected(self, now_s: float) -> None:
        """Begin anew with another connection."""
        self._road.connected(now_s)

    def heard(self, topic: str, payload: bytes) -> None:
        """Take what the broker has kept, or an echo."""
        self._road.heard(topic, payload)

    def is_due(self, now_s: float) -> bool:
        """Say whether it is time to look."""
        return now_s - self._looked_s >= LOOK_S

    def due(self, roster: Roster, now_s: float, now_ms: int) -> tuple[Answer, ...]:
        """Return what is to be published, retained; nothing while another intake does it."""
        self._looked_s = now_s
        try:
            if not self._is_ours():
                return ()
            self._look(roster, now_s, now_ms)
        except (OSError, CollectorError) as error:
            self._worry(error)
            return ()
        self._road.want([*self._documents, *self._sums])
        answers = self._road.due(now_s)
        for each in answers:
            log.debug("road.published", topic=each.topic)
        return answers

    def close(self) -> None:
        """Let another intake do it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _look(self, roster: Roster, now_s: float, now_ms: int) -> None:
        stamp = self._outgoing.stamp()
        if stamp != self._stamp or now_s - self._read_s >= READ_S:
            self._stamp, self._read_s = stamp, now_s
            self._documents = list(self._outgoing.parcels(now_ms, self._worry))
        if now_s - self._summed_s >= SUMS_S:
            self._summed_s = now_s
            self._sums = list(self._census.summaries(roster, now_ms))

    def _is_ours(self) -> bool:
        if self._lock is None:
            self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            handle = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return False
            self._lock = handle
        return True

    def _worry(self, error: OSError | CollectorError) -> None:
        """Log what keeps us from it, once for each trouble."""
        if str(error) not in self._told and len(self._told) < TOLD:
            self._told.add(str(error))
            log.warning("road.stuck", error=str(error), folder=str(self._folder))
