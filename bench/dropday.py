"""How long the oldest day takes to go, and how long a commit of intake waits meanwhile.

    python -m bench.dropday [--records 10000000] [--days 30] [--gates 500] [--postgres CONNINFO]

Fills a ledger, SQLite's in a folder of its own or an empty PostgreSQL database, and lets its oldest
day go while another process commits twenty scans every twenty milliseconds. The last line is JSON.
"""

import argparse
import multiprocessing
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from collector import clock
from collector.config import LedgerConfig
from collector.ledger import opened, schema
from collector.ledger.bins import BINS, DAY_MS, EARLY_MS, LOCAL_MS, day_of, start_of
from collector.ledger.entries import Arrival, Entry, Post, Run
from collector.retention.run import run
from wire.canonical import canonical
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Outcome,
    Reason,
    Scan,
    Signature,
    genesis,
    link,
    to_document,
)

EVERY_S, SCANS = 0.02, 20
BEGIN_S = 0.5
"""How long intake commits before the day goes: the wait that is usual is known then."""
_BYTES = {
    "sqlite": "randomblob({n})",
    "postgres": "decode(substr(repeat(md5(n::text), 12), 1, 2 * {n}), 'hex')",
}
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers (n) AS (SELECT ? UNION ALL SELECT n + 1 FROM numbers"
    " WHERE n + 1 < ?) ",
    "postgres": "WITH numbers (n) AS (SELECT generate_series(?, ? - 1)) ",
}
AT_ONCE = 200_000


class Dropped(msgspec.Struct, frozen=True):
    """What came of one day."""

    seconds: float
    worst_wait_s: float
    """Of a commit while the day went."""
    usual_wait_s: float
    """The worst of a commit before that."""
    records: int
    commits: int


def drop_day(config: LedgerConfig, now_ms: int, days: int) -> Dropped:
    """Let all before the last `days` local days go while intake commits, and measure both."""
    ours, theirs = multiprocessing.Pipe()
    intake = multiprocessing.Process(target=_commit_on, args=(config, now_ms, theirs), daemon=True)
    intake.start()
    ours.recv()
    time.sleep(BEGIN_S)
    ours.send("begin")
    began = time.monotonic()
    with opened.archive(config) as archive:
        now = Run(now_ms, clock.boot(), clock.since_boot_ms())
        outcome = run(archive, days, now, clock.pause, is_sure=True)
    seconds = time.monotonic() - began
    ours.send("end")
    usual, worst, commits = ours.recv()
    intake.join(10)
    records = sum(each.records for each in outcome.receipts)
    return Dropped(seconds, worst, usual, records, commits)


def _commit_on(config: LedgerConfig, now_ms: int, told: Connection) -> None:
    """Commit until told to end; tell the worst wait before the day went, and while it did."""
    before: list[float] = [0.0]
    during: list[float] = [0.0]
    waits, chain, high = before, genesis("bench-intake", "j"), 0
    with opened.ledger(config) as ledger:
        told.send("ready")
        while True:
            entries, prev = [], chain
            for _ in range(SCANS):
                high += 1
                scan = _scan(high, now_ms)
                document = to_document(scan)
                chain = link(chain, document)
                entries.append(Entry(high, chain, canonical(document), scan))
            post = Post((Arrival("bench-intake", "j", prev, tuple(entries)),))
            began = time.monotonic()
            ledger.commit(post, now_ms)
            waits.append(time.monotonic() - began)
            if told.poll(EVERY_S):
                if told.recv() == "end":
                    told.send((max(before), max(during), len(during) - 1))
                    return
                waits = during


def _scan(seq: int, now_ms: int) -> Scan:
    return Scan(
        seq=seq,
        boot="0badcafe",
        up=now_ms % 10**9 + seq,
        wall=now_ms,
        clock=ClockState.SYNCED,
        dir=Direction.IN,
        kind="pass",
        signature=Signature.CHECKED,
        identity=Identity.SEEN,
        outcome=Outcome.ACCEPTED,
        reason=Reason.ACCEPTED,
    )


def fill(config: LedgerConfig, records: int, gates: int, days: int, now_ms: int) -> None:
    """Fill an empty ledger: so many records of so many gates over the days that end now."""
    database = opened.database(config, opened.INTAKE)
    schema.make(database)
    kind = database.dialect
    begin_ms = start_of(day_of(now_ms) - days + 1)
    step_ms = max(1, (now_ms - begin_ms) // records)
    made = f"({begin_ms} + n * {step_ms})"
    bins = f", ({made} + {LOCAL_MS - EARLY_MS}) / {DAY_MS} % {BINS}" if kind == "postgres" else ""
    insert = (
        f"INSERT INTO record (id, mark, seq, t, boot, up, wall, clock, dir, kind, signature,"  # noqa: S608
        f" identity, outcome, reason, marks, chain, raw, received_ms{', bin' if bins else ''}) "
        f"{_NUMBERS[kind]}SELECT n + 1, n % {gates} + 1, n / {gates} + 1, 'scan', 'b',"
        f" n * {step_ms}, {made}, 'synced', 'in', 'pass', 'checked', 'seen', 'accepted',"
        f" 'accepted', '', {_BYTES[kind].format(n=32)}, {_BYTES[kind].format(n=190)},"
        f" {made} + 200{bins} FROM numbers"
    )
    with database.writing() as session:
        session.many(
            "INSERT INTO mark (gate, journal, high, chain, moved_ms) VALUES (?, 'j', ?, ?, ?)",
            ((f"g{n:05}", -(-(records - n) // gates), bytes(32), now_ms) for n in range(gates)),
        )
        session.many(
            "INSERT INTO slot (mark, boot, slot, first, last_up, lo, hi)"
            " VALUES (?, 'b', ?, ?, ?, ?, ?)",
            (
                (
                    mark,
                    hour,
                    hour * 3_600_000 // step_ms // gates + 1,
                    (hour + 1) * 3_600_000,
                    begin_ms - 1000,
                    begin_ms + 200,
                )
                for mark in range(1, gates + 1)
                for hour in range(records * step_ms // 3_600_000 + 1)
            ),
        )
        session.run("UPDATE turn SET last_row = ?", (records,))
    for first in range(0, records, AT_ONCE):
        with database.writing() as session:
            session.run(insert, (first, min(first + AT_ONCE, records)))
    database.close()


def main() -> None:
    """Fill and drop, on SQLite or on the database that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--gates", type=int, default=500)
    parser.add_argument("--postgres", metavar="CONNINFO")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = LedgerConfig(path=Path(folder) / "ledger.db")
        if asked.postgres:
            config = LedgerConfig(postgres=asked.postgres)
        now_ms = start_of(day_of(time.time_ns() // 1_000_000)) + DAY_MS // 2
        began = time.monotonic()
        fill(config, asked.records, asked.gates, asked.days, now_ms)
        print(f"filled in {time.monotonic() - began:.0f} s")
        print(msgspec.json.encode(drop_day(config, now_ms, asked.days - 1)).decode())


if __name__ == "__main__":
    main()
