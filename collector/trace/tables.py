"""The tables that a trace reads: sightings, stays, coverage, scope. SQL and nothing else.

Day comes first in every key: a day's rows lie together, so a question about a place on a day reads
them in one go, and the oldest day goes without touching the others. Times are kept as the earliest
and how much later each can have been, which is short where clocks are good.
"""

TABLES = """
-- One accepted scan of one person. `at` is the earliest it can have been, `span` how much later it
-- can have been, `mark` and `seq` the identity of the record, `link` the kind of alias that led
-- from the code to the person. `day` is the local day of the middle of its time.
CREATE TABLE sighting (
  day INTEGER NOT NULL,
  person INTEGER NOT NULL,
  at INTEGER NOT NULL,
  mark INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  span INTEGER NOT NULL,
  gate INTEGER NOT NULL,
  way INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  link INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  PRIMARY KEY (day, person, at, mark, seq)
) STRICT, WITHOUT ROWID;

-- What follows from them. The entry lies between `in_lo` and `in_lo + in_span`, the exit between
-- `in_lo + stayed` and `in_lo + stayed + out_span`.
CREATE TABLE stay (
  day INTEGER NOT NULL,
  place INTEGER NOT NULL,
  in_lo INTEGER NOT NULL,
  person INTEGER NOT NULL,
  in_span INTEGER NOT NULL,
  stayed INTEGER NOT NULL,
  out_span INTEGER NOT NULL,
  how INTEGER NOT NULL,
  doubts INTEGER NOT NULL,
  PRIMARY KEY (day, place, in_lo, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX stay_by_person ON stay (person, day);

-- No stay of that day at that place reaches further than this from its `in_lo`.
CREATE TABLE reach (
  day INTEGER NOT NULL,
  place INTEGER NOT NULL,
  ms INTEGER NOT NULL,
  PRIMARY KEY (place, day)
) STRICT, WITHOUT ROWID;

-- What the gates' journals say of themselves: pieces that are over, and the one that is still open
-- at the end of what has arrived of each journal.
CREATE TABLE cover (
  gate INTEGER NOT NULL,
  from_ms INTEGER NOT NULL,
  mark INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,
  PRIMARY KEY (gate, from_ms, mark)
) STRICT, WITHOUT ROWID;
CREATE TABLE watch (
  mark INTEGER PRIMARY KEY,
  gate INTEGER NOT NULL,
  from_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,
  boot TEXT NOT NULL,
  stopped INTEGER NOT NULL
) STRICT;
CREATE INDEX watch_by_gate ON watch (gate);

-- Which places an officer may ask about, as the grants and the tree of areas say.
CREATE TABLE grant_scope (
  officer TEXT NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (officer, place)
) STRICT, WITHOUT ROWID;

-- Classes and teams of people, as their passes or a place's lists say.
CREATE TABLE team (
  team TEXT NOT NULL,
  person INTEGER NOT NULL,
  PRIMARY KEY (team, person)
) STRICT, WITHOUT ROWID;
"""
