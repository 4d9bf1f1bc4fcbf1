"""The tables of people, in the words that both databases speak.

In SQLite they are a file of their own beside the vault; in PostgreSQL a schema of their own. No
row tells who a person is: identifiers are MACs under a key of their epoch, fields are sealed under
another, and both keys are elsewhere (collector/vault/epochkeys.py).
"""

APPLICATION = 0x67717070
"""`gqpp`, so that another program's file is not taken for these."""
VERSION = 1

TABLES = """
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
CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  whole INTEGER NOT NULL
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
CREATE INDEX alias_by_person ON alias (person, epoch);

-- What the codes of a person said, once for each epoch and each content.
CREATE TABLE fields (
  person INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  digest BLOB NOT NULL,
  sealed BLOB NOT NULL,
  seen_day INTEGER NOT NULL,
  PRIMARY KEY (person, epoch, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal_key (
  id INTEGER PRIMARY KEY,
  gate INTEGER NOT NULL,
  journal TEXT NOT NULL,
  UNIQUE (gate, journal)
) STRICT;

-- One for each accepted scan of somebody: exactly once, because its key is the record's identity.
-- `at` is the earliest it can have been, ms UTC; `at` + `span` the latest. `person` is the whole;
-- `origin` the part whose identifier was seen, where that is another. `link` is the kind of that
-- identifier. `boot` is the boot id's 32 bits as a signed number.
CREATE TABLE sighting (
  mark INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  person INTEGER NOT NULL,
  at INTEGER NOT NULL,
  span INTEGER NOT NULL,
  gate INTEGER NOT NULL,
  way INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  up INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  link INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  origin INTEGER,
  PRIMARY KEY (mark, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_by_person ON sighting (person, at);

CREATE TABLE stay (
  place INTEGER NOT NULL,
  in_lo INTEGER NOT NULL,
  person INTEGER NOT NULL,
  in_hi INTEGER NOT NULL,
  out_lo INTEGER NOT NULL,
  out_hi INTEGER NOT NULL,
  how INTEGER NOT NULL,
  in_mark INTEGER,
  in_seq INTEGER,
  out_mark INTEGER,
  out_seq INTEGER,
  PRIMARY KEY (place, in_lo, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX stay_by_person ON stay (person, in_lo);

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

-- Two persons that are one. Never deleted while either is there, so that it can be undone.
-- `officer` is empty where one code named both.
CREATE TABLE merge (
  id INTEGER PRIMARY KEY,
  kept INTEGER NOT NULL,
  joined INTEGER NOT NULL,
  officer TEXT NOT NULL,
  case_ref TEXT NOT NULL,
  reason TEXT NOT NULL,
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
  case_ref TEXT NOT NULL,
  person INTEGER NOT NULL,
  reason TEXT NOT NULL,
  officer TEXT NOT NULL,
  approver TEXT NOT NULL,
  made_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX hold_by_case ON hold (case_ref);

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
  in_hi INTEGER NOT NULL,
  out_lo INTEGER NOT NULL,
  out_hi INTEGER NOT NULL,
  how INTEGER NOT NULL,
  PRIMARY KEY (hold, place, in_lo)
) STRICT, WITHOUT ROWID;
"""
