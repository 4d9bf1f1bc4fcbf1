"""Fills the tables of people with a drawn district, in the order in which gates would see it."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

from bench.tracedistrict import DAYS, FIRST_DAY, Crowd
from collector.database.ports import Database, Session
from collector.database.postgres import PostgresSession
from collector.people import epochs
from collector.trace import watching
from collector.trace.entries import Sighting, Stay
from collector.trace.stays import stays

OFFICER = "officer"
Row = Sequence[int]
JOURNAL = "00000000000000aa"


def fill(databases: Sequence[Database], crowd: Crowd) -> int:
    """Fill every database with the same; return how many scans that is."""
    for database in databases:
        with database.writing() as session:
            _places(session, crowd)
    scans = 0
    for number in range(FIRST_DAY, FIRST_DAY + DAYS):
        began = time.monotonic()
        seen = list(crowd.day(number))
        passed: dict[int, list[Sighting]] = defaultdict(list)
        for person, each in seen:
            passed[person].append(each)
        ended = sorted(
            (stay.out_hi, person, stay)
            for person, its in passed.items()
            for stay in stays(its, crowd.settings)
        )
        sightings = [_sighting(person, each) for person, each in seen]
        rows = [_stay(person, stay) for _, person, stay in ended]
        for database in databases:
            with database.writing() as session:
                pour(session, "sighting", sightings)
                pour(session, "stay", rows)
                _reach(session, rows)
                session.run(
                    "UPDATE epoch SET uses = uses + ? WHERE id = ?", (len(seen), sightings[0][10])
                )
        scans += len(seen)
        print(f"day {number}: {len(seen)} scans, {len(rows)} stays", end=", ")
        print(f"{time.monotonic() - began:.1f} s", flush=True)
    return scans


def pour(session: Session, table: str, rows: Iterable[Sequence[object]]) -> None:
    """Write many rows, as fast as the database takes them."""
    listed = list(rows)
    if isinstance(session, PostgresSession):
        with (
            session.db.cursor() as cursor,
            cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy,
        ):
            for row in listed:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(listed[0]))
    session.many(f"INSERT INTO {table} VALUES ({marks})", listed)  # noqa: S608


def _places(session: Session, crowd: Crowd) -> None:
    for each in crowd.places:
        session.run(
            "INSERT INTO place_key VALUES (?, ?, ?, ?, ?, '', 1, ?, '')",
            (
                *(each.key, f"place-{each.key}", f"Nơi {each.key}", each.kind.name),
                *(f"area-{each.area}", each.setting.longest_ms),
            ),
        )
        session.run("INSERT INTO grant_scope VALUES (?, ?)", (OFFICER, each.key))
        for gate in each.gates:
            session.run("INSERT INTO gate_key VALUES (?, ?, ?)", (gate, f"g{gate}", each.key))
            session.run("INSERT INTO journal_key VALUES (?, ?, ?, 0)", (gate, gate, JOURNAL))
            watching.follow(session, gate, gate, crowd.signs(gate))


def _sighting(person: int, each: Sighting) -> Row:
    return (
        *(each.day, person, each.at, each.mark, each.seq, each.span, each.gate, int(each.way)),
        *(int(each.flags), 1, epochs.epoch_of(each.at)),
    )


def _stay(person: int, each: Stay) -> Row:
    return (
        *(each.day, each.place, each.in_lo, person, each.in_hi - each.in_lo),
        *(each.out_lo - each.in_lo, each.out_hi - each.out_lo, int(each.how), int(each.doubts)),
    )


def _reach(session: Session, rows: Iterable[Row]) -> None:
    far: dict[tuple[int, int], int] = defaultdict(int)
    for day, place, _, _, _, stayed, out_span, _, _ in rows:
        far[day, place] = max(far[day, place], stayed + out_span)
    session.many("INSERT INTO reach VALUES (?, ?, ?)", [(*key, ms) for key, ms in far.items()])
