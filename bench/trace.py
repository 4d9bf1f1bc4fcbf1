"""How fast a trace answers, opens and forgets: `make bench-trace` (ARGS=--quick: a twentieth).

Ten million scans of 100,000 people at 500 gates in 30 days, in SQLite and in PostgreSQL, filled in
the order in which gates would see them. Measured is the whole ranked answer with bounds and
coverage, nobody opened; the second ring of fifty; the opening of a thousand people with its row in
the audit; and how the oldest day goes while a gate goes on sending. Beside it, on the same scans,
the query that people write first. A twentieth has a twentieth of the people and of the places, so
that each place is as full as in the whole.

The last line is JSON: times are the worse of the two databases, bytes those of SQLite.
"""

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import traceold, tracepeer, tracepeople
from bench.tracedistrict import DAYS, FIRST_DAY, Crowd
from bench.tracefill import OFFICER, fill
from bench.traceserver import Server
from collector.cases import schema as casework
from collector.cases.audit import Audit
from collector.cases.entries import Act
from collector.cases.roles import Actor, Role
from collector.database.made import made
from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.localday import DAY_MS, midnight
from collector.people import schema
from collector.trace import query
from collector.trace.entries import Question
from collector.vault import reading
from collector.vault.ring import Ring

PEOPLE = 100_000
QUICK = 20
ASKED = 150
"""Answers that are timed for each figure."""
RINGS = 5
OPENED = 1_000
END = midnight(FIRST_DAY + DAYS - 1)
NOW = END + DAY_MS


def main() -> int:
    """Fill, measure, print, and end with the figures."""
    part = part_of(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="bench-trace-") as name, Server() as server:
        folder = Path(name)
        crowd = Crowd(PEOPLE // part, part)
        databases: list[Database] = [
            SqliteDatabase(folder / "people.db"),
            PostgresDatabase(server.database()),
        ]
        (folder / "vault").mkdir()
        ring = tracepeople.unlocked(folder / "vault")
        scans = _filled(databases, crowd, ring)
        databases[0].scrub()
        size = (folder / "people.db").stat().st_size
        print(f"{scans} scans, {size / scans:.1f} bytes a scan in SQLite")
        server.settle()
        print(f"others on this machine meanwhile: load {os.getloadavg()[0]:.1f}", flush=True)
        found = [_measured(each, crowd, ring, folder) for each in databases]
        tracepeer.measure(databases[0], folder, crowd, END)
        dropped = [traceold.measure(each, crowd, folder, server) for each in databases]
        for database, figures, gone in zip(databases, found, dropped, strict=True):
            print(database.dialect, {**figures, **gone})
        worse = {
            key: round(max(each[key] for each in group), 2)
            for group in (found, dropped)
            for key in group[0]
        }
    order = ("trace_1d_p99_ms", "trace_14d_p99_ms", "ring2_ms", "open_1000_ms")
    last = ("drop_day_s", "drop_stall_ms")
    line = {key: worse[key] for key in order} | {"bytes_per_scan": round(size / scans, 1)}
    print(json.dumps(line | {key: worse[key] for key in last}))
    return 0


def part_of(words: Sequence[str]) -> int:
    """Return what part of the district is asked for: `--quick`, or `--part=50`."""
    for word in words:
        if word.startswith("--part="):
            return int(word.removeprefix("--part="))
    return QUICK if "--quick" in words else 1


def _filled(databases: Sequence[Database], crowd: Crowd, ring: Ring) -> int:
    for database in databases:
        made(database, schema.TABLES, schema.VERSION, schema.APPLICATION)
    began = time.monotonic()
    tracepeople.fill(databases, ring, crowd.people)
    print(f"people: {time.monotonic() - began:.0f} s", flush=True)
    return fill(databases, crowd)


def _measured(database: Database, crowd: Crowd, ring: Ring, folder: Path) -> dict[str, float]:
    dice = random.Random(11)  # noqa: S311  # a bench, no secret
    figures = {}
    for name, days in (("trace_1d", 1), ("trace_14d", 14)):
        took = sorted(_asked(database, dice.sample(crowd.people, 1), days) for _ in range(ASKED))
        figures[f"{name}_p50_ms"] = took[len(took) // 2]
        figures[f"{name}_p99_ms"] = took[int(len(took) * 0.99)]
    figures["ring2_ms"] = max(
        _asked(database, dice.sample(crowd.people, 50), 14) for _ in range(RINGS)
    )
    persons = dice.sample(crowd.people, OPENED)
    figures["open_1000_ms"] = _opened(database, ring, persons, folder)
    return figures


def _asked(database: Database, index: Sequence[int], days: int) -> float:
    question = Question(tuple(index), END - days * DAY_MS, END)

    def ask() -> None:
        with database.reading() as session:
            query.answer(session, question, OFFICER, NOW)

    return took_ms(ask)


def _opened(database: Database, ring: Ring, persons: Sequence[int], folder: Path) -> float:
    """Return how long it takes to write down that these are opened, and to open them."""
    cases = SqliteDatabase(folder / f"cases-{database.dialect}.db")
    casework.make(cases)
    audit, actor = Audit(cases), Actor(OFFICER, Role.DISTRICT)

    def open_() -> None:
        look = audit.commit(actor, Act.OPENED, NOW, case=1, persons=persons)
        with database.reading() as session:
            found = reading.all_shown(session, ring, look, persons)
        if not all(each.contents for each in found):
            msg = "somebody was not opened"
            raise AssertionError(msg)

    return sorted(took_ms(open_) for _ in range(3))[1]


def took_ms(work: Callable[[], object]) -> float:
    """Return how long something takes, in ms."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3


if __name__ == "__main__":
    sys.exit(main())
