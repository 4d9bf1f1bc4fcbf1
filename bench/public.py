"""What declaring costs: `make bench-public`. The last line is JSON.

The real page and the real desk, each one process, TLS of the page's own, over the default database.
A declaration is what somebody sends at the end of the form: read and checked, sealed to the vault,
kept on stable storage with its pass, signed, and answered with a page that shows the code. Beside
it in the same run: the same server answering a page on which nothing happens, and the bare seal,
signature and code. `ARGS=--quick` asks a quarter.
"""

import datetime as dt
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bench import bulkcards
from bench.publicdistrict import PublicDistrict, first
from bench.visitors import ANSWERS
from collector.database.sqlite import SqliteDatabase
from collector.declaration import answers
from collector.issuing import schema
from collector.issuing.entries import Order, Standing, Way
from collector.issuing.issuer import Issuer
from collector.issuing.register import Register
from collector.public import passcode
from collector.public.sealing import sealed
from wire import gatepass, topics
from wire.gatepass import Pass
from wire.keys import kid_of, raw_public
from wire.sealing import seal_key

DECLARED = 1500
"""In a round. All rounds together stay below what all addresses may declare without work."""
ROUNDS = 3
"""The figures are those of the median round: neighbours come and go."""
CARDS = 2000
PASSES, GONE = 100_000, 500
MQTT_BYTES = 9
"""Of a PUBLISH beside its topic and payload: its head, the topic's length, a packet id."""


class Round(msgspec.Struct):
    """How one round of visits went."""

    took: float
    ms: list[float]
    good: int

    @property
    def per_s(self) -> float:
        """Return how many were answered as hoped, a second."""
        return self.good / self.took

    @property
    def p99(self) -> float:
        """Return the time within which 99 of 100 were answered."""
        return statistics.quantiles(self.ms, n=100)[98]


def main() -> int:
    """Measure, and end with the figures."""
    if first():
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
    print(f"{os.cpu_count()} processors, load before {load()}, {' '.join(first()) or 'plain'}")
    count = DECLARED // 4 if "--quick" in sys.argv else DECLARED
    figures = declaring(count)
    bulk = bulkcards.seconds(CARDS)
    print(f"bulk: {CARDS} cards drawn and read back in {bulk:.1f} s, load {load()}")
    figures["bulk_2000_s"] = round(bulk, 1)
    figures["status_bytes"] = status_bytes()
    print(f"list: {GONE} of {PASSES} passes withdrawn, {figures['status_bytes']:.0f} bytes")
    print(json.dumps(figures))
    return 0


def load() -> str:
    """Return the load of the machine, of a minute and of five."""
    return " ".join(f"{each:.1f}" for each in os.getloadavg()[:2])


def declaring(count: int) -> dict[str, float]:
    """Measure declarations, and beside them an idle page and the bare work."""
    with tempfile.TemporaryDirectory() as folder:
        district = PublicDistrict(Path(folder))
        rounds, idle, fresh = [], [], []
        with district.served() as port:
            visited(district, port, count // 6, "declare", 0)
            for number in range(ROUNDS):
                rounds.append(visited(district, port, count, "declare", number + 1))
                told("declare", rounds[-1])
            fresh.append(visited(district, port, count // 2, "declare", 7, "fresh"))
            told("declare, a handshake each", fresh[-1])
            idle.append(visited(district, port, count // 2, "/", 8))
            told("peer: the first page, on which nothing happens", idle[-1])
        expected = sum(each.good for each in (*rounds, *fresh)) + count // 6
        check(district, expected)
    bare = bare_per_s()
    middle = sorted(rounds, key=lambda each: each.per_s)[ROUNDS // 2]
    print(f"peer: bare seal, signature and code {bare:.0f}/s")
    print(
        f"declaring is {middle.per_s / idle[0].per_s:.2f} of the idle page's rate,"
        f" {middle.per_s / bare:.2f} of the bare work's"
    )
    return {
        "declare_per_s": round(middle.per_s, 1),
        "declare_ms_p99": round(max(each.p99 for each in rounds), 1),
    }


def visited(
    district: PublicDistrict, port: int, count: int, kind: str, group: int, fresh: str = ""
) -> Round:
    """Send visitors, and wait for them."""
    command = [*first(), sys.executable, "-m", "bench.visitors", str(port)]
    command += [str(district.folder / "page.pem"), str(count), str(group), kind, fresh]
    said = subprocess.run(  # noqa: S603
        command, check=True, capture_output=True
    ).stdout
    made = msgspec.json.decode(said, type=Round)
    if made.good != count:
        msg = f"{made.good} of {count} were answered as hoped"
        raise RuntimeError(msg)
    return made


def told(what: str, made: Round) -> None:
    """Print one round."""
    print(
        f"{what}: {made.good} of {len(made.ms)} in {made.took:.1f} s, {made.per_s:.0f}/s,"
        f" median {statistics.median(made.ms):.0f} ms, p99 {made.p99:.0f} ms, load {load()}"
    )


def check(district: PublicDistrict, expected: int) -> None:
    """Raise RuntimeError unless every declaration that was answered is kept, once, with a pass."""
    with sqlite3.connect(district.passes) as db:
        ((rows, forms, passes),) = db.execute(
            "SELECT COUNT(*), COUNT(DISTINCT form), COUNT(DISTINCT number) FROM declaration"
        ).fetchall()
    if not rows == forms == passes == expected:
        msg = f"{expected} were answered, {rows} kept, {forms} forms, {passes} passes"
        raise RuntimeError(msg)
    print(f"kept: {rows} declarations, each once, each with its pass")


def bare_per_s(count: int = 1000) -> float:
    """Return how often a second one thread can seal a declaration, sign a pass and draw it."""
    typed = {name: [value] if isinstance(value, str) else value for name, value in ANSWERS.items()}
    said = answers.read(typed, dt.date(2026, 1, 1), frozenset({"x3"}))
    to, key = seal_key(X25519PrivateKey.generate().public_key()), Ed25519PrivateKey.generate()
    began, now = time.perf_counter(), 1_800_000_000
    for place in range(count):
        sealed(said, os.urandom(16), to, now)
        claims = Pass(os.urandom(gatepass.CTI_BYTES), "resident", now, now + 9, now, place, None)
        passcode.svg(gatepass.issue(claims, key))
    return count / (time.perf_counter() - began)


def status_bytes() -> int:
    """Return what it takes to tell a gate that 500 of 100,000 passes were withdrawn."""
    key = Ed25519PrivateKey.generate()
    made: list[bytes] = []
    with tempfile.TemporaryDirectory() as folder:
        database = SqliteDatabase(Path(folder) / "passes.db")
        schema.make(database)
        register = Register(database)
        issuer = Issuer(register, {Way.SELF: key}, Ed25519PrivateKey.generate(), made.append)
        now, numbers = 1_800_000_000, []
        for _ in range(PASSES // 10_000):
            order = Order(Way.SELF, "resident", now, now + 86_400, 10_000)
            numbers += [each.number for each in issuer.issue(order, now)]
        issuer.mark(numbers[:: PASSES // GONE], Standing.WITHDRAWN, now)
        database.close()
    topic = topics.topic(topics.ALL, topics.LIST + kid_of(raw_public(key)))
    return len(made[-1]) + len(topic) + MQTT_BYTES


if __name__ == "__main__":
    sys.exit(main())
