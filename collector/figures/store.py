"""The counts on disk, so that a start need not count the whole ledger again.

A file of its own with one writer: whoever follows the ledger. It can be lost without harm: it is
made again from the ledger. A ledger that is not the one that was followed is counted from its
beginning.
"""

from collections.abc import Callable

from collector.database.made import made
from collector.database.ports import Database
from collector.errors import CollectorError
from collector.figures.tally import KEPT_DAYS, Tally, local_slot
from collector.ledger.glances import glances
from collector.ledger.ports import View

APPLICATION = 0x67716667
"""`gqfg`."""
VERSION = 1
TABLES = """
CREATE TABLE slot (
  gate TEXT NOT NULL,
  day INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  ins INTEGER NOT NULL,
  outs INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  PRIMARY KEY (gate, day, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE followed (id INTEGER PRIMARY KEY, row INTEGER NOT NULL) STRICT;
INSERT INTO followed (id, row) VALUES (1, 0);
"""
AT_ONCE = 20_000
"""Rows counted in one step: some hundredths of a second."""
FLUSH_S = 10.0
_PUT = (
    "INSERT INTO slot (gate, day, slot, ins, outs, refused) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (gate, day, slot) DO UPDATE SET ins = excluded.ins, outs = excluded.outs,"
    " refused = excluded.refused"
)


class Follower:
    """Counts what arrives in the ledger."""

    def __init__(
        self,
        view: View,
        database: Database,
        over_ms: Callable[[], int],
        steady_s: Callable[[], float],
    ) -> None:
        """Take the ledger and where to keep the counts; nothing is read yet.

        `over_ms` is the time by which old days go (collector/believed.py): what is counted of them
        cannot be counted again, since their records are gone.
        """
        self._view, self._database = view, database
        self._over_ms, self._steady_s = over_ms, steady_s
        self.tally = Tally()
        self._row = -1
        self._flushed_s = float("-inf")
        self._day = -1

    def step(self) -> bool:
        """Count what has arrived; return whether there may be more. Raises the ledger's errors."""
        if self._row < 0:
            self._open()
        row, found = glances(self._view, self._row, AT_ONCE)
        is_more = row - self._row >= AT_ONCE
        self._row = row
        self.tally.add(found)
        now_s = self._steady_s()
        if self.tally.changed and now_s - self._flushed_s >= FLUSH_S:
            self._flushed_s = now_s
            self._flush()
        return is_more

    def _open(self) -> None:
        made(self._database, TABLES, VERSION, APPLICATION)
        oldest = local_slot(self._over_ms())[0] - KEPT_DAYS
        with self._database.reading() as session:
            ((row,),) = session.rows("SELECT row FROM followed WHERE id = 1")
            slots = session.rows(
                "SELECT gate, day, slot, ins, outs, refused FROM slot WHERE day >= ?", (oldest,)
            )
        if row and glances(self._view, row - 1, 1)[0] != row:  # another ledger, or an older one
            row, slots = 0, []
            with self._database.writing() as session:
                session.run("DELETE FROM slot")
                session.run("UPDATE followed SET row = 0 WHERE id = 1")
        for gate, day, slot, ins, outs, refused in slots:
            counts = self.tally.day(gate, day)
            counts.ins[slot], counts.outs[slot], counts.refused[slot] = ins, outs, refused
        self._row = row

    def _flush(self) -> None:
        """Write what was counted and how far, together."""
        today = local_slot(self._over_ms())[0]
        changed, self.tally.changed = self.tally.changed, set()
        rows = [
            (gate, day, slot, *(each[slot] for each in self.tally.day(gate, day).rows()))
            for gate, day, slot in sorted(changed)
        ]
        try:
            with self._database.writing() as session:
                session.many(_PUT, rows)
                session.run("UPDATE followed SET row = ? WHERE id = 1", (self._row,))
                if today != self._day:
                    session.run("DELETE FROM slot WHERE day < ?", (today - KEPT_DAYS,))
        except CollectorError:
            self.tally.changed |= changed  # another time
            raise
        if today != self._day:
            self._day = today
            self.tally.forget(today)
