"""What the ledger has deleted goes here too, and keys that nothing uses any more; locked or not.

What goes by its own time (who was registered, holds, epochs) goes up to `over_ms`, the moment up to
which time is believed: a clock that jumps to 2099 takes nobody along.
"""

from collections.abc import Sequence

import structlog

from collector.database.ports import Database
from collector.ledger.ports import View
from collector.localday import day_of
from collector.people import cursors, epochs, forgetting, registering, stays
from collector.people.entries import Kind
from collector.vault import holds
from collector.vault.epochfile import EpochFile, epoch_name
from collector.vault.placing import Placing, mark_of

RECEIPT, SCRUB = "receipt", "scrub"
SOME = 500
"""Persons whose stays are made again in one transaction."""

_log = structlog.get_logger()


class Follower:
    """Follows the receipts of deletion."""

    def __init__(
        self, view: View, people: Database, file: EpochFile, placing: Placing, days: int = 21
    ) -> None:
        """Take the ledger, the tables of people, the epochs' file, and where gates stand.

        `days`: so long those are kept who were registered and not seen.
        """
        self._days = days
        self._view, self._people = view, people
        self._file, self._placing = file, placing

    def turn(self, over_ms: int) -> int:
        """Delete what is to go; return how many sightings went."""
        self._expect()
        with self._people.reading() as session:
            is_due = bool(session.rows("SELECT 1 FROM going LIMIT 1"))
        deleted = self._delete() if is_due else 0
        deleted += self._lapse(over_ms)
        destroyed = (*self._release(over_ms), *self._destroy(over_ms))
        self._scrub()
        if deleted or destroyed:
            _log.info("vault.forgot", sightings=deleted, keys=len(destroyed))
        return deleted

    def _scrub(self) -> None:
        """See to it that what was deleted is in no file; tried again until it is done."""
        with self._people.reading() as session:
            is_due = cursors.get(session, SCRUB)
        if is_due:
            self._people.scrub(forgetting.TABLES)
            with self._people.writing() as session:
                cursors.put(session, SCRUB, 0)

    def _expect(self) -> None:
        """Take over the receipts that are new."""
        with self._people.reading() as session:
            seen = cursors.get(session, RECEIPT)
        receipts = self._view.deletions(seen)
        if not receipts:
            return
        with self._people.writing() as session:
            for each in receipts:
                mark = mark_of(session, each.gate, each.journal)
                if mark is not None:
                    forgetting.expect(session, mark, (each.first, each.last), each.day)
                session.run(
                    "DELETE FROM unopened WHERE gate = ? AND journal = ? AND seq BETWEEN ? AND ?",
                    (each.gate, each.journal, each.first, each.last),
                )
            cursors.put(session, RECEIPT, receipts[-1].receipt)

    def _delete(self) -> int:
        with self._people.reading() as session:
            days = forgetting.days(session)
        deleted = sum(self._day(day) for day in days)
        self._pair()
        with self._people.writing() as session:
            forgetting.done(session)
            cursors.put(session, SCRUB, 1)
        return deleted

    def _day(self, day: int) -> int:
        """Delete what is going of a day, in small transactions."""
        with self._people.reading() as session:
            is_whole = forgetting.is_whole(session, day)
            asked = "SELECT COUNT(*) FROM sighting WHERE day = ?"
            deleted = int(session.rows(asked, (day,))[0][0])
        if is_whole:
            last: int | None = -1
            while last is not None:
                with self._people.writing() as session:
                    last = forgetting.chunk(session, day, last)
        else:
            deleted = self._part(day)
        with self._people.writing() as session:
            forgetting.clear(session, day)
        return deleted

    def _part(self, day: int) -> int:
        """Delete what is going of a day of which something stays."""
        deleted, after = 0, forgetting.START
        while True:
            with self._people.writing() as session:
                step = forgetting.step(session, day, after)
            deleted += step.deleted
            if step.next is None:
                break
            after = step.next
        return deleted

    def _pair(self) -> None:
        """Make the stays again of whom a part was deleted."""
        while True:
            with self._people.writing() as session:
                some = forgetting.unpaired(session, SOME)
                rules = self._placing.settings(session)
                for person in some:
                    stays.pair(session, person, rules)
                forgetting.paired(session, some)
            if len(some) < SOME:
                return

    def _lapse(self, over_ms: int) -> int:
        """Forget who was registered long ago."""
        last = day_of(over_ms) - self._days
        with self._people.reading() as session:
            asked = "SELECT 1 FROM registered WHERE day <= ? LIMIT 1"
            is_due = bool(session.rows(asked, (last,)))
        if not is_due:
            return 0
        with self._people.writing() as session:
            cursors.put(session, SCRUB, 1)
            session.run("DELETE FROM unopened WHERE journal = '' AND day <= ?", (last,))
            return registering.lapse(session, last)

    def _release(self, over_ms: int) -> tuple[int, ...]:
        """Delete the holds whose end has come."""
        with self._people.reading() as session:
            over = holds.over(session, over_ms)
        self.release(over)
        return over

    def release(self, numbers: Sequence[int]) -> None:
        """Delete holds with their copies, and destroy their keys."""
        if numbers:
            with self._people.writing() as session:
                names = [holds.release(session, number) for number in numbers]
                cursors.put(session, SCRUB, 1)
            self._file.drop(names)

    def _destroy(self, over_ms: int) -> tuple[int, ...]:
        """Destroy the epochs that are over and that no sighting uses."""
        with self._people.reading() as session:
            spent = forgetting.spent(session, epochs.epoch_of(over_ms))
        if spent:
            with self._people.writing() as session:
                forgetting.destroy(session, spent, Kind, over_ms)
                cursors.put(session, SCRUB, 1)
        with self._people.reading() as session:
            asked = "SELECT id FROM epoch WHERE destroyed_ms IS NOT NULL"
            dead = {epoch_name(int(row[0])) for row in session.rows(asked)}
        if dead & self._file.names():
            self._file.drop(dead)
        return spent
