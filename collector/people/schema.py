"""The tables of people, in the words that both databases speak.

In SQLite they are a file of their own beside the vault; in PostgreSQL a schema of their own. No
row tells who a person is: identifiers are MACs under a key of their epoch, fields are sealed under
another, and both keys are elsewhere (collector/vault/epochkeys.py).
"""

from collector.trace import tables

APPLICATION = 0x67717070
"""`gqpp`, so that another program's file is not taken for these."""
VERSION = 1

TABLES = (
    tables.TABLES
    + """
-- Seven days each. `uses` counts the sightings keyed under it: an epoch that is over and that no
-- sighting uses is destroyed.
CREATE TABLE epoch (
  id INTEGER PRIMARY KEY,
  from_day INTEGER NOT NULL,
  until_day INTEGER NOT NULL,
  uses INTEGER NOT NULL DEFAULT 0,
  destroyed_ms INTEGER
) STRICT;

-- What scans point at. `whole` is the person that this one is part of after merges: itself, mostly.
-- `kinds` has bit n set if there was an identifier of kind n.
CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  whole INTEGER NOT NULL,
  kinds INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX person_by_whole ON person (whole) WHERE whole <> id;

-- `person` is the part that the identifier belongs to, whatever it was merged into.
CREATE TABLE alias (
  kind INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  mac BLOB NOT NULL,
  person INTEGER NOT NULL,
  strength INTEGER NOT NULL,
  PRIMARY KEY (kind, epoch, mac, person)
) STRICT, WITHOUT ROWID;

-- What the codes of a person said, once for each epoch and each content.
CREATE TABLE fields (
  person INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  digest BLOB NOT NULL,
  sealed BLOB NOT NULL,
  seen_day INTEGER NOT NULL,
  PRIMARY KEY (person, epoch, digest)
) STRICT, WITHOUT ROWID;

-- `seq` is the last record that was followed.
CREATE TABLE journal_key (
  id INTEGER PRIMARY KEY,
  gate INTEGER NOT NULL,
  journal TEXT NOT NULL,
  seq INTEGER NOT NULL DEFAULT 0,
  UNIQUE (gate, journal)
) STRICT;

-- Of sightings of merged persons: the part whose identifier was seen, where it is not the whole.
CREATE TABLE origin (
  mark INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  part INTEGER NOT NULL,
  PRIMARY KEY (mark, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX origin_by_part ON origin (part);

-- Ranges of journals that the ledger has deleted, until all that was keyed of them is gone too.
CREATE TABLE going (
  mark INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  day INTEGER NOT NULL,
  PRIMARY KEY (mark, first)
) STRICT, WITHOUT ROWID;

-- Whose stays must be made again after a deletion.
CREATE TABLE unpaired (
  person INTEGER PRIMARY KEY
) STRICT;

-- Hours of a boot whose time is not well known yet, with the bounds that sightings were given.
CREATE TABLE timed (
  mark INTEGER NOT NULL,
  boot TEXT NOT NULL,
  slot INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  lo INTEGER,
  hi INTEGER,
  PRIMARY KEY (mark, boot, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE gate_key (
  id INTEGER PRIMARY KEY,
  gate TEXT NOT NULL UNIQUE,
  place INTEGER NOT NULL
) STRICT;

CREATE TABLE place_key (
  id INTEGER PRIMARY KEY,
  place TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  area TEXT NOT NULL,
  sector TEXT NOT NULL,
  indoor INTEGER NOT NULL,
  longest_ms INTEGER NOT NULL,
  hours TEXT NOT NULL
) STRICT;

-- Every area with each that it lies in, itself included.
CREATE TABLE area_above (
  area TEXT NOT NULL,
  above TEXT NOT NULL,
  PRIMARY KEY (area, above)
) STRICT, WITHOUT ROWID;

-- Who was registered, at a desk or in a form, and has perhaps not been seen yet: an epoch lives for
-- these too, and they go after as many days as scans do.
CREATE TABLE registered (
  person INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  day INTEGER NOT NULL,
  PRIMARY KEY (person, epoch, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX registered_by_day ON registered (day);

-- Two persons that are one. Never deleted while either is there, so that it can be undone.
-- `officer` is empty where one code named both. What was typed as a reason is sealed.
CREATE TABLE merge (
  id INTEGER PRIMARY KEY,
  kept INTEGER NOT NULL,
  joined INTEGER NOT NULL,
  officer TEXT NOT NULL,
  case_number INTEGER NOT NULL,
  reason BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  undone_ms INTEGER,
  undone_by TEXT
) STRICT;
CREATE INDEX merge_by_kept ON merge (kept);
CREATE INDEX merge_by_joined ON merge (joined);

CREATE TABLE cursor (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Records that did not open: kept in the ledger, counted here, alarmed on their day.
CREATE TABLE unopened (
  gate TEXT NOT NULL,
  journal TEXT NOT NULL,
  seq INTEGER NOT NULL,
  why TEXT NOT NULL,
  day INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (gate, journal, seq)
) STRICT, WITHOUT ROWID;

-- Since when what a gate sends can be opened: only then does it serve.
CREATE TABLE deployed (
  gate TEXT PRIMARY KEY,
  first_opened_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a case keeps beyond retention: copies, under a key of the hold's own.
CREATE TABLE hold (
  id INTEGER PRIMARY KEY,
  case_number INTEGER NOT NULL,
  person INTEGER NOT NULL,
  reason BLOB NOT NULL,
  officer TEXT NOT NULL,
  approver TEXT NOT NULL,
  made_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX hold_by_case ON hold (case_number);

CREATE TABLE held_fields (
  hold INTEGER NOT NULL REFERENCES hold (id),
  digest BLOB NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (hold, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE held_stay (
  hold INTEGER NOT NULL REFERENCES hold (id),
  place INTEGER NOT NULL,
  in_lo INTEGER NOT NULL,
  in_span INTEGER NOT NULL,
  stayed INTEGER NOT NULL,
  out_span INTEGER NOT NULL,
  how INTEGER NOT NULL,
  doubts INTEGER NOT NULL,
  PRIMARY KEY (hold, place, in_lo)
) STRICT, WITHOUT ROWID;
"""
)
