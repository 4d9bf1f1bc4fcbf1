"""The query that people write first, on the same scans: pair by the next scan, then join by time.

It is given its indexes. It knows no missing exit, no clock and no gate that was down, and it says
one number where two are true.
"""

import random
import statistics
import time
from pathlib import Path

from bench.tracedistrict import Crowd
from collector.database.ports import Database
from collector.database.sqlite import SqliteDatabase
from collector.localday import DAY_MS
from collector.trace import query
from collector.trace.entries import Question

TABLES = """
CREATE TABLE scan (
  person INTEGER NOT NULL, place INTEGER NOT NULL, at INTEGER NOT NULL, way INTEGER NOT NULL
);
CREATE INDEX scan_by_person ON scan (person, at);
CREATE INDEX scan_by_place ON scan (place, at);
"""
FIRST = """
WITH mine AS (
  SELECT place, at AS came, LEAD(at) OVER (ORDER BY at) AS left_at, way FROM scan
  WHERE person = ? AND at BETWEEN ? AND ?
),
stays AS (
  SELECT person, place, way, at AS came,
    LEAD(at) OVER (PARTITION BY person ORDER BY at) AS left_at
  FROM scan WHERE place IN (SELECT place FROM mine) AND at BETWEEN ? AND ?
)
SELECT s.person, SUM(MIN(m.left_at, s.left_at) - MAX(m.came, s.came)) AS together
FROM mine m JOIN stays s ON s.place = m.place AND s.came < m.left_at AND s.left_at > m.came
WHERE m.way = 0 AND s.way = 0 AND s.person <> ?
GROUP BY s.person HAVING together >= 900000 ORDER BY together DESC
"""
ASKED = 8


def measure(people: Database, folder: Path, crowd: Crowd, end: int) -> None:
    """Ask both the same, in turn, and print how much longer the first query takes."""
    peer = SqliteDatabase(folder / "peer.db")
    peer.make(TABLES, 7, 1)
    with people.reading() as source, peer.writing() as session:
        rows = source.stream(
            "SELECT s.person, k.place, s.at, s.way FROM sighting s JOIN gate_key k ON k.id = s.gate"
        )
        session.many("INSERT INTO scan VALUES (?, ?, ?, ?)", rows)
    for days in (1, 14):
        dice = random.Random(13)  # noqa: S311  # a bench, no secret
        ours, first = [], []
        for _ in range(ASKED):
            person = dice.choice(crowd.people)
            since = end - days * DAY_MS
            question = Question((person,), since, end)
            began = time.perf_counter()
            with people.reading() as session:
                query.answer(session, question, "officer", end + DAY_MS)
            ours.append(time.perf_counter() - began)
            began = time.perf_counter()
            with peer.reading() as session:
                session.rows(FIRST, (person, since, end, since, end, person))
            first.append(time.perf_counter() - began)
        mine, theirs = statistics.median(ours) * 1e3, statistics.median(first) * 1e3
        print(
            f"{days} days, median of {ASKED} in SQLite: {mine:.1f} ms;"
            f" the query that people write first {theirs:.1f} ms ({theirs / mine:.1f}x)",
            flush=True,
        )
    peer.close()
