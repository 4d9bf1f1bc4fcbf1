"""The tables of the dispatch, in the words both databases speak (collector/database).

Counts are by class of code and hour, no person in them; they go after two weeks.
"""

from collector.cases.schema import AUDIT, GUARDS
from collector.database.made import made
from collector.database.ports import Database

APPLICATION = 0x67716470
"""`gqdp`."""
VERSION = 1

TABLES = (
    AUDIT
    + """
CREATE TABLE command (
  nonce TEXT PRIMARY KEY,
  gate TEXT NOT NULL,
  does TEXT NOT NULL,
  officer TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT NOT NULL DEFAULT '',
  answered_ms INTEGER NOT NULL DEFAULT 0,
  signed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX command_by_gate ON command (gate, at_ms);

CREATE TABLE draft (
  site TEXT NOT NULL,
  revision INTEGER NOT NULL,
  document BLOB NOT NULL,
  officer TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  signed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollout (
  number INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  version INTEGER NOT NULL,
  stage TEXT NOT NULL,
  raw BLOB NOT NULL,
  signed BLOB NOT NULL,
  back BLOB NOT NULL
) STRICT;

-- How far the ledger was followed.
CREATE TABLE followed (id INTEGER PRIMARY KEY, row_number INTEGER NOT NULL) STRICT;
INSERT INTO followed (id, row_number) VALUES (1, 0);

CREATE TABLE counted (
  gate TEXT NOT NULL,
  day INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  dir TEXT NOT NULL,
  kind TEXT NOT NULL,
  signature TEXT NOT NULL,
  identity TEXT NOT NULL,
  reason TEXT NOT NULL,
  marks TEXT NOT NULL,
  count INTEGER NOT NULL,
  late INTEGER NOT NULL,
  PRIMARY KEY (gate, day, hour, dir, kind, signature, identity, reason, marks)
) STRICT, WITHOUT ROWID;
CREATE INDEX counted_by_day ON counted (day);

-- By which policy each gate goes, by its own journal, and what it answered since.
CREATE TABLE since (
  gate TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  codes INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  late INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- In which hours a gate was heard, and whether it had an alarm then.
CREATE TABLE fared (
  gate TEXT NOT NULL,
  day INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  alarmed INTEGER NOT NULL,
  PRIMARY KEY (gate, day, hour)
) STRICT, WITHOUT ROWID;
"""
)


def make(database: Database) -> None:
    """Make the tables where there are none."""
    guarded = TABLES + GUARDS if database.dialect == "sqlite" else TABLES
    made(database, guarded, VERSION, APPLICATION)
