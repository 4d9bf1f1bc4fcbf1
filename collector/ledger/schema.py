"""The tables of the ledger, for SQLite and for PostgreSQL. Knows nothing of what records mean.

In SQLite triggers keep records from being changed; in PostgreSQL rights do, and there the records
lie in bins by local day, so that a day goes with its file.
"""

from collections.abc import Iterator

from collector.database.dialect import statements
from collector.database.made import made
from collector.database.ports import Database
from collector.errors import LedgerBroken, LedgerMissing
from collector.i18n import N_
from collector.ledger.bins import BINS

APPLICATION = 0x67716C64
"""`gqld`, so that another program's file is not taken for a ledger."""
VERSION = 3

TABLES = """
CREATE TABLE mark (
  id INTEGER PRIMARY KEY,
  gate TEXT NOT NULL,
  journal TEXT NOT NULL,
  high INTEGER NOT NULL,
  chain BLOB NOT NULL,
  moved_ms INTEGER NOT NULL,
  UNIQUE (gate, journal)
) STRICT;

-- The big one. `id` is the order of arrival. The mark prevents doubles, so the index need not be
-- unique and partitions stay free to go by time.
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  mark INTEGER NOT NULL REFERENCES mark (id),
  seq INTEGER NOT NULL,
  t TEXT NOT NULL,
  boot TEXT, up INTEGER, wall INTEGER, clock TEXT,
  dir TEXT, kind TEXT, signature TEXT, identity TEXT, outcome TEXT, reason TEXT, marks TEXT,
  chain BLOB NOT NULL,
  raw BLOB NOT NULL,
  received_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX record_by_journal ON record (mark, seq);

CREATE TABLE gate (
  gate TEXT PRIMARY KEY,
  state BLOB NOT NULL DEFAULT x'', state_ms INTEGER NOT NULL DEFAULT 0,
  health BLOB NOT NULL DEFAULT x'', health_ms INTEGER NOT NULL DEFAULT 0,
  said TEXT NOT NULL DEFAULT '',
  record_ms INTEGER NOT NULL DEFAULT 0,
  record_wall INTEGER NOT NULL DEFAULT 0,
  record_clock TEXT NOT NULL DEFAULT '',
  high INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A record that differs from the one in the ledger: evidence, kept as received.
CREATE TABLE fork (
  id INTEGER PRIMARY KEY,
  mark INTEGER NOT NULL REFERENCES mark (id),
  seq INTEGER NOT NULL,
  chain BLOB NOT NULL,
  raw BLOB NOT NULL,
  received_ms INTEGER NOT NULL,
  UNIQUE (mark, seq, chain)
) STRICT;

-- What was not taken as it came: one row for each gate and reason, so that no one can fill it.
CREATE TABLE refusal (
  gate TEXT NOT NULL,
  why TEXT NOT NULL,
  journal TEXT NOT NULL,
  seq INTEGER NOT NULL,
  times INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (gate, why)
) STRICT;

CREATE TRIGGER record_is_never_changed BEFORE UPDATE ON record
  BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;
CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record
  BEGIN SELECT RAISE(ABORT, 'a record is never deleted'); END;
CREATE TRIGGER fork_is_never_changed BEFORE UPDATE ON fork
  BEGIN SELECT RAISE(ABORT, 'a fork is never changed'); END;
CREATE TRIGGER fork_is_never_deleted BEFORE DELETE ON fork
  BEGIN SELECT RAISE(ABORT, 'a fork is never deleted'); END;
CREATE TRIGGER mark_only_grows BEFORE UPDATE ON mark
  WHEN NEW.high < OLD.high OR NEW.gate <> OLD.gate OR NEW.journal <> OLD.journal
  BEGIN SELECT RAISE(ABORT, 'a mark only grows'); END;
CREATE TRIGGER mark_is_never_deleted BEFORE DELETE ON mark
  BEGIN SELECT RAISE(ABORT, 'a mark is never deleted'); END;
"""

ADDED = """
-- The last seq the gate says it has of this journal, and since when that is more than we have.
ALTER TABLE mark ADD COLUMN said INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mark ADD COLUMN said_ms INTEGER NOT NULL DEFAULT 0;

-- A declaration of missing records stands for a range. `first` is the first that is not here: it
-- lies after `last` where all were, and only the chain had to be mended.
CREATE TABLE lost (
  id INTEGER PRIMARY KEY,
  mark INTEGER NOT NULL REFERENCES mark (id),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  cause TEXT NOT NULL,
  chain BLOB NOT NULL,
  raw BLOB NOT NULL,
  received_ms INTEGER NOT NULL,
  UNIQUE (mark, last)
) STRICT;

-- What came too early shows what is missing before it; over once the mark has passed `last`.
CREATE TABLE gap (
  mark INTEGER PRIMARY KEY REFERENCES mark (id),
  last INTEGER NOT NULL,
  since_ms INTEGER NOT NULL
) STRICT;

-- The latest head of a chain that the gate has signed.
CREATE TABLE head (
  mark INTEGER PRIMARY KEY REFERENCES mark (id),
  seq INTEGER NOT NULL,
  chain BLOB NOT NULL,
  kid TEXT NOT NULL,
  sig TEXT NOT NULL,
  received_ms INTEGER NOT NULL
) STRICT;

-- What is known of a boot's time, by the hour; see times.py.
CREATE TABLE slot (
  mark INTEGER NOT NULL REFERENCES mark (id),
  boot TEXT NOT NULL,
  slot INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last_up INTEGER NOT NULL,
  lo INTEGER,
  hi INTEGER NOT NULL,
  PRIMARY KEY (mark, boot, slot)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER lost_is_never_changed BEFORE UPDATE ON lost
  BEGIN SELECT RAISE(ABORT, 'a declaration is never changed'); END;
CREATE TRIGGER lost_is_never_deleted BEFORE DELETE ON lost
  BEGIN SELECT RAISE(ABORT, 'a declaration is never deleted'); END;
"""
"""What version 2 has beyond version 1."""

RETENTION = """
-- `gone` is the last seq whose record was deleted by receipt: what is not beyond it is not here,
-- even while its row waits to be swept. `retimed` is the turn at which its times last changed.
ALTER TABLE mark ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mark ADD COLUMN retimed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX mark_by_retimed ON mark (retimed);
CREATE INDEX record_notes ON record (mark, seq) WHERE t = 'note';

-- One row: the last record's id, which is never used again, and the last turn.
CREATE TABLE turn (
  id INTEGER PRIMARY KEY,
  last_row INTEGER NOT NULL,
  retimed INTEGER NOT NULL
) STRICT;
INSERT INTO turn (id, last_row, retimed) SELECT 1, COALESCE(MAX(id), 0), 0 FROM record;

-- Receipts: what of a journal went, up to which local day (days since 1970), and the chain there.
CREATE TABLE deletion (
  id INTEGER PRIMARY KEY,
  day INTEGER NOT NULL,
  mark INTEGER NOT NULL REFERENCES mark (id),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  records INTEGER NOT NULL,
  scans INTEGER NOT NULL,
  chain BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  UNIQUE (mark, last)
) STRICT;

-- Each time retention was run: against what the server's clock is held the next time.
CREATE TABLE retention (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  boot TEXT NOT NULL,
  up_ms INTEGER NOT NULL,
  stopped TEXT NOT NULL
) STRICT;

DROP TRIGGER record_is_never_deleted;
CREATE TRIGGER record_is_deleted_with_a_receipt BEFORE DELETE ON record
  WHEN OLD.seq > (SELECT gone FROM mark WHERE id = OLD.mark)
  BEGIN SELECT RAISE(ABORT, 'a record is never deleted without a receipt'); END;
DROP TRIGGER fork_is_never_deleted;
CREATE TRIGGER fork_is_deleted_with_a_receipt BEFORE DELETE ON fork
  WHEN OLD.seq > (SELECT gone FROM mark WHERE id = OLD.mark)
  BEGIN SELECT RAISE(ABORT, 'a fork is never deleted without a receipt'); END;
CREATE TRIGGER gone_is_what_a_receipt_says BEFORE UPDATE OF gone ON mark
  WHEN NEW.gone < OLD.gone
    OR NOT EXISTS (SELECT 1 FROM deletion WHERE mark = NEW.id AND last = NEW.gone)
  BEGIN SELECT RAISE(ABORT, 'nothing is gone without a receipt'); END;
CREATE TRIGGER receipt_is_never_changed BEFORE UPDATE ON deletion
  BEGIN SELECT RAISE(ABORT, 'a receipt is never changed'); END;
CREATE TRIGGER receipt_is_never_deleted BEFORE DELETE ON deletion
  BEGIN SELECT RAISE(ABORT, 'a receipt is never deleted'); END;
"""
"""What version 3 has beyond version 2."""

GUARDS = """
CREATE FUNCTION is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'it is never changed';
END $$;
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.high < OLD.high OR NEW.gone < OLD.gone OR NEW.gate <> OLD.gate
     OR NEW.journal <> OLD.journal THEN
    RAISE EXCEPTION 'a mark only grows';
  END IF;
  IF NEW.gone > OLD.gone
     AND NOT EXISTS (SELECT 1 FROM deletion WHERE mark = NEW.id AND last = NEW.gone) THEN
    RAISE EXCEPTION 'nothing is gone without a receipt';
  END IF;
  RETURN NEW;
END $$;
-- A bin is emptied only if receipts speak for all that is in it.
CREATE FUNCTION goes_with_a_receipt() RETURNS trigger LANGUAGE plpgsql
  SET enable_seqscan = off AS $$
DECLARE
  kept BIGINT;
BEGIN
  EXECUTE format('SELECT 1 FROM %I.mark CROSS JOIN LATERAL (SELECT 1 FROM %I.%I AS record'
    ' WHERE record.mark = mark.id AND record.seq > mark.gone LIMIT 1) AS here LIMIT 1',
    TG_TABLE_SCHEMA, TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO kept;
  IF kept IS NOT NULL THEN
    RAISE EXCEPTION 'a record is never deleted without a receipt' USING ERRCODE = 'object_in_use';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION fork_goes_with_a_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.seq > (SELECT gone FROM mark WHERE id = OLD.mark) THEN
    RAISE EXCEPTION 'a fork is never deleted without a receipt';
  END IF;
  RETURN OLD;
END $$;
-- A row may be moved to another bin, and nothing else of it changes.
CREATE FUNCTION only_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.mark, NEW.seq, NEW.t, NEW.boot, NEW.up, NEW.wall, NEW.clock, NEW.outcome,
      NEW.chain, NEW.raw, NEW.received_ms)
     IS DISTINCT FROM (OLD.id, OLD.mark, OLD.seq, OLD.t, OLD.boot, OLD.up, OLD.wall, OLD.clock,
      OLD.outcome, OLD.chain, OLD.raw, OLD.received_ms) THEN
    RAISE EXCEPTION 'a record is never changed';
  END IF;
  RETURN NEW;
END $$;
-- Writes the forks anew, so that no deleted one is left in their file.
CREATE FUNCTION write_forks_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path FROM CURRENT AS $$
BEGIN
  CLUSTER fork USING fork_pkey;
END $$;
CREATE TRIGGER mark_only_grows BEFORE UPDATE ON mark
  FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER record_only_moves BEFORE UPDATE ON record
  FOR EACH ROW EXECUTE FUNCTION only_moves();
CREATE TRIGGER fork_is_never_changed BEFORE UPDATE ON fork
  FOR EACH ROW EXECUTE FUNCTION is_never_changed();
CREATE TRIGGER fork_is_deleted_with_a_receipt BEFORE DELETE ON fork
  FOR EACH ROW EXECUTE FUNCTION fork_goes_with_a_receipt();
CREATE TRIGGER lost_is_never_changed BEFORE UPDATE OR DELETE ON lost
  FOR EACH ROW EXECUTE FUNCTION is_never_changed();
CREATE TRIGGER receipt_is_never_changed BEFORE UPDATE OR DELETE ON deletion
  FOR EACH ROW EXECUTE FUNCTION is_never_changed();
"""
"""What triggers keep in PostgreSQL, beside the rights of its roles."""


_GUARD = (
    "CREATE TRIGGER goes_with_a_receipt BEFORE TRUNCATE ON {bin}"
    " FOR EACH STATEMENT EXECUTE FUNCTION goes_with_a_receipt()"
)


def make(database: Database) -> None:
    """See that the tables of the ledger are there."""
    if database.dialect == "postgres":
        made(database, ";".join((*_in_bins(), GUARDS, *_guarded())), 1, APPLICATION)
    else:
        made(database, TABLES, VERSION, APPLICATION, {2: ADDED, 3: RETENTION})


def recognise(database: Database) -> None:
    """See that a database is a ledger of this release, to look at it.

    Raises LedgerMissing if there are no tables yet, LedgerBroken if they are not of this release.
    """
    wanted = 1 if database.dialect == "postgres" else VERSION
    here = database.version(APPLICATION)
    if here == 0:
        raise LedgerMissing
    if here < wanted:
        raise LedgerBroken(N_("a ledger of an older release: start `collector intake` once"))
    if here > wanted:
        raise LedgerBroken(N_("a ledger of a newer release"))


def _in_bins() -> Iterator[str]:
    """Yield the statements for PostgreSQL: the same tables, without triggers, records in bins."""
    for statement in statements(TABLES + ADDED + RETENTION):
        if " TRIGGER " in statement:
            continue
        if statement.startswith("CREATE TABLE record"):
            columns = statement.replace("id INTEGER PRIMARY KEY", "id INTEGER NOT NULL")
            columns = columns.replace(" REFERENCES mark (id)", "")  # a look-up for every record
            columns = columns.removesuffix(") STRICT") + ", bin INTEGER NOT NULL)"
            yield columns + " PARTITION BY LIST (bin)"
            for number in range(BINS):
                yield f"CREATE TABLE {bin_of(number)} PARTITION OF record FOR VALUES IN ({number})"
            yield "CREATE INDEX record_by_arrival ON record (id)"
        else:
            yield statement


def _guarded() -> Iterator[str]:
    return (_GUARD.format(bin=bin_of(number)) for number in range(BINS))


def bin_of(number: int) -> str:
    """Return the name of a bin's table."""
    return f"record_{number % BINS:02d}"
