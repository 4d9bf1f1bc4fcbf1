"""The tables of casework, in the words both databases speak (collector/database).

What somebody typed (a reference, a ground, a note) is sealed before it comes here: it may name a
person. What is left in clear are numbers, times, codes and the names of accounts.
"""

from collector.database.made import made
from collector.database.ports import Database

APPLICATION = 0x67716373
"""`gqcs`, so that another program's file is not taken for this one."""
VERSION = 3

AUDIT = """
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  officer TEXT NOT NULL,
  act TEXT NOT NULL,
  case_number INTEGER NOT NULL,
  raw BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_by_case ON audit (case_number, seq);

-- Whom an act was about, so that it can be said who looked at a person.
CREATE TABLE audit_person (
  person INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (person, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_person_by_seq ON audit_person (seq);

-- Where the chain begins once the time of the rows before was over.
CREATE TABLE audit_start (
  seq INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
"""
"""Of the audit alone, for whoever keeps one of its own."""

TABLES = (
    AUDIT
    + """
CREATE TABLE case_file (
  number INTEGER PRIMARY KEY,
  area TEXT NOT NULL,
  opened_by TEXT NOT NULL,
  opened_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  closed_by TEXT NOT NULL DEFAULT '',
  closed_ms INTEGER NOT NULL DEFAULT 0,
  onset_day INTEGER NOT NULL,
  isolation_day INTEGER NOT NULL,
  rule TEXT NOT NULL,
  typed BLOB NOT NULL
) STRICT;

CREATE TABLE case_index (
  case_number INTEGER NOT NULL REFERENCES case_file (number),
  person INTEGER NOT NULL,
  PRIMARY KEY (case_number, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
  case_number INTEGER NOT NULL REFERENCES case_file (number),
  person INTEGER NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  ring INTEGER NOT NULL,
  least_ms INTEGER NOT NULL,
  most_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  assignee TEXT NOT NULL DEFAULT '',
  note BLOB NOT NULL DEFAULT x'',
  handed_to TEXT NOT NULL DEFAULT '',
  changed_by TEXT NOT NULL,
  changed_ms INTEGER NOT NULL,
  PRIMARY KEY (case_number, person)
) STRICT, WITHOUT ROWID;

-- Who is calling whom: one officer at a time, whichever case it is for.
CREATE TABLE calling (
  person INTEGER PRIMARY KEY,
  officer TEXT NOT NULL,
  case_number INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE approval (
  number INTEGER PRIMARY KEY,
  case_number INTEGER NOT NULL REFERENCES case_file (number),
  persons INTEGER NOT NULL,
  digest TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_ms INTEGER NOT NULL,
  approved_by TEXT NOT NULL DEFAULT '',
  approved_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE handover (
  number INTEGER PRIMARY KEY,
  case_number INTEGER NOT NULL REFERENCES case_file (number),
  receiver TEXT NOT NULL,
  persons TEXT NOT NULL,
  digest TEXT NOT NULL,
  made_by TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  received_by TEXT NOT NULL DEFAULT '',
  received_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
"""
)

LATER = {
    2: """
-- The trace from which contacts were put on the list last: what has arrived since is told by it.
CREATE TABLE answer (
  case_number INTEGER NOT NULL REFERENCES case_file (number),
  ring INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (case_number, ring)
) STRICT, WITHOUT ROWID;
""",
    3: """
-- What lies beyond an officer's scope, handed to the district: how much it is, never whom.
CREATE TABLE referral (
  number INTEGER PRIMARY KEY,
  case_number INTEGER NOT NULL REFERENCES case_file (number),
  places INTEGER NOT NULL,
  people INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  made_ms INTEGER NOT NULL,
  taken_by TEXT NOT NULL DEFAULT '',
  taken_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX referral_by_case ON referral (case_number, number);
""",
}

GUARDS = """
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'a row of the audit is never changed'); END;
CREATE TRIGGER audit_is_kept_its_time BEFORE DELETE ON audit
  WHEN OLD.seq > COALESCE((SELECT MAX(seq) FROM audit_start), 0)
  BEGIN SELECT RAISE(ABORT, 'a row of the audit is kept its time'); END;
CREATE TRIGGER audit_start_is_never_changed BEFORE UPDATE ON audit_start
  BEGIN SELECT RAISE(ABORT, 'where the audit begins is never changed'); END;
"""
"""SQLite's own; in PostgreSQL the roles' rights say the same."""


def make(database: Database) -> None:
    """Make the tables where there are none. Raises LedgerBroken for another program's database."""
    guarded = TABLES + GUARDS if database.dialect == "sqlite" else TABLES
    made(database, guarded, VERSION, APPLICATION, LATER)
