"""`make bench-uplink`: how fast a scan is confirmed, a backlog drained, and live scans taken in.

Everything is real: Mosquitto over mutual TLS, the gate's uplink, the collector's intake with its
SQLite ledger, and signatures checked. What ours is compared with runs in turn with it, in the same
minutes, on the same broker.
"""

import argparse
import contextlib
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import structlog

from bench import nodered
from bench.road import FULL, Road, as_line, moment, wait
from demo.programs import Program
from device.journal.reader import JournalReader
from wire import batch

BACKLOG = 60_000
LIVE, SLOW = 12_000, 3_000
SCANS = 400
ROUNDS = 3
SCHEMA = "CREATE TABLE scan (gate TEXT, seq INTEGER, wall INTEGER, raw TEXT)"


def main() -> None:
    """Measure, print the table, and end with one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a third of it, for a look")
    parser.add_argument("--no-node-red", action="store_true")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    share = 3 if asked.quick else 1
    why = "left out" if asked.no_node_red else nodered.install()
    folder = Path(tempfile.mkdtemp(prefix="bench-uplink-"))
    try:
        confirm = confirmed(folder / "confirm", SCANS // share)
        road = Road(folder / "road", "window = 10000\nbacklog_per_s = 1000000\n")
        total = road.fill(BACKLOG // share)
        drained = [backlog(road, total) for _ in range(ROUNDS)]
        rates = live(road, LIVE // share, SLOW // share, node_red=not why)
    finally:
        shutil.rmtree(folder)
    middle = {name: statistics.median(found) for name, found in rates.items()}
    ratio = statistics.median(
        ours / drop for ours, drop in zip(rates["intake"], rates["drop"], strict=True)
    )
    report(confirm, drained, rates, middle)
    if why:
        print(f"Node-RED: {why}")
    p50, p99 = (round(each, 2) for each in (statistics.median(confirm), percentile(confirm, 99)))
    print(
        as_line(
            {
                "confirm_ms": {"p50": p50, "p99": p99},
                "backlog_per_s": round(statistics.median(each.per_s for each in drained)),
                "live_vs_drop": round(ratio, 2),
            }
        )
    )


def confirmed(folder: Path, count: int) -> list[float]:
    """Return ms from the moment a scan is to be stored to its checked receipt, one by one."""
    road = Road(folder)
    found: list[float] = []
    dice = random.Random(6)  # noqa: S311  (a pace, no secret)
    with road.broker(), road.intake(), road.journal() as kept, road.uplink():
        receipts = road.receipts()
        news = iter(receipts)
        for number in range(count + 20):
            time.sleep(dice.uniform(0.03, 0.09))  # people do not come in step with any timer
            start = time.monotonic_ns()
            kept.scan(FULL, moment())
            high, now = 0, start
            while high < kept.last:
                now, high = next(news)
            if number >= 20:  # the first ones find the programs still warming up
                found.append((now - start) / 1e6)
            kept.tend(moment())
        receipts.close()
    return found


class Drained(msgspec.Struct, frozen=True):
    """A backlog that arrived."""

    per_s: float
    """Records a second, from the first receipt to the one that covers all."""
    per_cpu_s: dict[str, float]
    """Records for each second of processor time that a program took."""


def backlog(road: Road, total: int) -> Drained:
    """Let a whole backlog arrive."""
    road.forget()
    names = ("uplink", "intake")
    with road.broker(), road.intake():
        receipts = road.receipts()
        with road.uplink():
            first = last = (0, 0)
            began = [0.0, 0.0]
            for last in receipts:
                if not first[0]:
                    first, began = last, [road.cpu_s(name) for name in names]
                if last[1] >= total:
                    break
            ended = [road.cpu_s(name) for name in names]
        receipts.close()
    if road.rows() != total:
        msg = f"{road.rows()} rows for {total} records"
        raise AssertionError(msg)
    count = last[1] - first[1]
    took = zip(names, began, ended, strict=True)
    cpu = {name: count / max(end - begin, 0.01) for name, begin, end in took}
    return Drained(count / (last[0] - first[0]) * 1e9, cpu)


def live(road: Road, many: int, few: int, *, node_red: bool) -> dict[str, list[float]]:
    """Return records a second of each sink, one record a message; the sinks take turns."""
    messages = road.district.folder / "messages"
    road.forget()
    rates: dict[str, list[float]] = {"intake": [], "drop": [], "naive": []}
    if node_red:
        rates["node-red"] = []
    spell(road, messages, many)
    with road.broker():
        for _ in range(ROUNDS):
            for name in ("intake", "drop"):
                rates[name].append(many / took(road, name, messages, many))
    short = messages.with_name("short")
    short.write_bytes(b"\n".join(messages.read_bytes().splitlines()[:few]) + b"\n")
    with road.broker():
        for name in list(rates)[2:]:
            rates[name].append(few / took(road, name, short, few))
    return rates


def spell(road: Road, path: Path, count: int) -> None:
    """Write live messages, one a line, as the uplink would send them."""
    with JournalReader(road.folders.journal) as reader, path.open("wb") as file:
        reader.seek(1)
        with road.journal() as kept:
            name = kept.journal
        for _ in range(count):
            found = reader.take(10**9, 1)
            file.write(batch.splice(name, found.spelled, found.prev, historical=False) + b"\n")


def took(road: Road, sink: str, messages: Path, count: int) -> float:
    """Return the seconds from the first message to the last one dealt with."""
    collector = road.district.authority.folder / "collector"
    database = road.district.folder / "sink.db"
    for path in database.parent.glob("sink.db*"):
        path.unlink()
    port = road.district.broker_port
    with contextlib.ExitStack() as stack:
        ends: list[str] = []
        receipts = 0
        if sink == "intake":
            road.forget()
            stack.enter_context(road.intake())
            receipts = count
        elif sink == "node-red":
            stack.enter_context(_node_red(road, port, collector, database))
        else:
            words = [sink, str(port), str(collector), str(count), str(database)]
            command = [sys.executable, "-m", "bench.sinks", *words]
            stack.enter_context(_child(road, sink, command, ends))
            wait(lambda: any("ready" in each for each in ends), sink)
        words = [road.door.gate, str(port), str(road.folders.keys / "uplink"), str(messages)]
        command = [sys.executable, "-m", "bench.flood", *words, "--receipts", str(receipts)]
        flood = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  (ours)
        said = flood.stdout.split()
        end = int(said[3])
        if sink in ("drop", "naive"):
            wait(lambda: any("ended" in each for each in ends), sink)
            end = int(next(each for each in ends if "ended" in each).split()[1])
        elif sink == "node-red":
            end = _counted(database, count)
        return (end - int(said[1])) / 1e9


@contextlib.contextmanager
def _child(road: Road, name: str, command: list[str], said: list[str]) -> Iterator[None]:
    program = Program(name, command, road.district.folder, said.append)
    program.start()
    try:
        yield
    finally:
        program.stop()


@contextlib.contextmanager
def _node_red(road: Road, port: int, keys: Path, database: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(SCHEMA)
    said: list[str] = []
    command = nodered.command(road.district.folder / "node-red", port, keys, database)
    with _child(road, "node-red", command, said):
        wait(lambda: any("Connected to broker" in each for each in said), f"node-red {said[-5:]}")
        yield


def _counted(database: Path, count: int) -> int:
    """Return when the last row was there."""
    with contextlib.closing(sqlite3.connect(database)) as db:
        wait(lambda: db.execute("SELECT COUNT(*) FROM scan").fetchone()[0] >= count, "node-red")
    return time.monotonic_ns()


def percentile(values: list[float], percent: int) -> float:
    """Return the value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def report(
    confirm: list[float],
    drained: list[Drained],
    rates: dict[str, list[float]],
    middle: dict[str, float],
) -> None:
    """Print what was found, each beside its bar or its peers."""
    print(f"scan to signed receipt, {len(confirm)} scans, mutual TLS")
    for percent, bar in ((50, 6), (90, None), (99, 20)):
        tail = f"   bar {bar}" if bar else ""
        print(f"  p{percent:<4} {percentile(confirm, percent):8.2f} ms{tail}")
    print("backlog, full records, mutual TLS, receipted, one gate process (bar 30,000)")
    print("  " + "  ".join(f"{each.per_s:,.0f}" for each in drained) + "  records/s")
    for name in drained[0].per_cpu_s:
        middling = statistics.median(each.per_cpu_s[name] for each in drained)
        print(f"  {name:8} {middling:,.0f} records for a second of processor time")
    print("live, one record a message, mutual TLS, records/s")
    for name, found in rates.items():
        each = "  ".join(f"{rate:8,.0f}" for rate in found)
        print(f"  {name:10} {each:32} {middle[name] / middle['drop']:5.2f} of drop")


if __name__ == "__main__":
    main()
