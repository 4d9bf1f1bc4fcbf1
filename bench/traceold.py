"""How the oldest day goes, from the ledger and then from the people, while a gate goes on sending.

What runs is what runs in the district: a run of retention, and the vault's following of its
receipts.
"""

import time
from pathlib import Path

from bench import traceledger
from bench.tracedistrict import FIRST_DAY, Crowd
from bench.traceserver import Server
from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.ledger.archive import SqlArchive
from collector.ledger.entries import Run
from collector.ledger.store import SqlLedger
from collector.ledger.view import SqlView
from collector.localday import HOUR_MS, midnight
from collector.people.places import Place
from collector.retention.run import run
from collector.vault.epochfile import EpochFile
from collector.vault.following import Follower
from collector.vault.placing import Placing

DAYS = 30
NOW = midnight(FIRST_DAY + DAYS) + HOUR_MS


def measure(people: Database, crowd: Crowd, folder: Path, server: Server) -> dict[str, float]:
    """Return how long it takes until nothing of the day is left, and the longest commit."""
    if people.dialect == "postgres":
        where = server.database()

        def opened() -> SqliteDatabase | PostgresDatabase:
            return PostgresDatabase(where)
    else:

        def opened() -> SqliteDatabase | PostgresDatabase:
            return SqliteDatabase(folder / "ledger.db")

    with SqlLedger(opened()) as ledger:
        count = traceledger.fill([ledger], crowd)
    if people.dialect == "postgres":
        server.settle()
    with traceledger.sending(lambda: SqlLedger(opened()), NOW) as took:
        time.sleep(0.5)
        usual = max(took)
        began = time.monotonic()
        with SqlArchive(opened()) as archive:
            outcome = run(archive, DAYS, Run(NOW, "boot", 0), time.sleep, is_sure=True)
        ledger_s = time.monotonic() - began
        stall = max(took)
    receipts = len(outcome.receipts)
    began = time.monotonic()
    with SqlView(opened()) as view:
        follower = Follower(view, people, EpochFile(folder / "vault"), Placing(_nowhere), DAYS)
        gone = follower.turn(NOW)
    people_s = time.monotonic() - began
    print(
        f"{people.dialect}: {receipts} receipts over {count} records; {ledger_s:.1f} s in the"
        f" ledger, {gone} sightings in {people_s:.1f} s; commits {len(took)}, the longest"
        f" {usual:.0f} ms before and {stall:.0f} ms meanwhile",
        flush=True,
    )
    return {"drop_day_s": ledger_s, "drop_stall_ms": stall, "forget_day_s": people_s}


def _nowhere(gate: str) -> Place:
    return Place(gate, gate)
