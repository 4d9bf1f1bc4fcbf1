"""The tables of passes, in the words both databases speak (collector/database)."""

from collector.database.made import made
from collector.database.ports import Database

APPLICATION = 0x67717061
"""`gqpa`, so that another program's file is not taken for this one."""
VERSION = 3

TABLES = """
CREATE TABLE pass (
  number BLOB PRIMARY KEY,
  kid TEXT NOT NULL,
  place INTEGER NOT NULL,
  way TEXT NOT NULL,
  holder TEXT NOT NULL,
  begins INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  standing INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL,
  team TEXT NOT NULL,
  tail INTEGER NOT NULL,
  UNIQUE (kid, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX pass_by_owner ON pass (owner, team);
-- By the four characters that are printed on a pass.
CREATE INDEX pass_by_tail ON pass (tail);
CREATE INDEX pass_marked ON pass (kid, standing);

-- Sealed; `form` is the name that the form was given when its page was shown.
CREATE TABLE declaration (
  id INTEGER PRIMARY KEY,
  form BLOB NOT NULL UNIQUE,
  at_ms INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  area TEXT NOT NULL,
  task TEXT NOT NULL,
  number BLOB NOT NULL
) STRICT;
CREATE INDEX declaration_by_time ON declaration (at_ms);

-- What is true of all passes of one key, and when its list was last signed.
CREATE TABLE issuer (
  kid TEXT PRIMARY KEY,
  gone INTEGER NOT NULL DEFAULT 0,
  listed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
"""

LISTS = """
-- People of institutions: sealed, and a keyed digest by which one is known again.
CREATE TABLE holder (
  id INTEGER PRIMARY KEY,
  form BLOB NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  who BLOB NOT NULL,
  at_s INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  UNIQUE (owner, who)
) STRICT;

CREATE TABLE held (
  number BLOB PRIMARY KEY,
  holder INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX held_by_holder ON held (holder);

-- Lists that were answered; `numbers` are those of the passes, one behind the other.
CREATE TABLE batch (
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  digest BLOB NOT NULL,
  at_s INTEGER NOT NULL,
  fresh INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  replaced INTEGER NOT NULL,
  numbers BLOB NOT NULL,
  PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_by_time ON batch (at_s);
"""

TASKS = """
-- How far somebody is with what a declaration asks for; none while nobody has taken it.
CREATE TABLE duty (
  declaration INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  officer TEXT NOT NULL,
  changed_ms INTEGER NOT NULL
) STRICT;
"""


def make(database: Database) -> None:
    """Make the tables where there are none."""
    made(database, TABLES, VERSION, APPLICATION, {2: LISTS, 3: TASKS})
