"""`make bench-journal`: what a stored record costs, beside SQLite, stock TinyDB and the bare disk.

    python -m bench.journal [--folder FOLDER] [--rounds 1500] [--records 1000000] [--no-device]

Prints tables, and as its last line one JSON object with the figures that are promised. Ours and its
peers take turns in one run on one file system, and medians are compared, because the machine is
shared. As root it also counts what reaches a block device, on small file systems of its own.
"""

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from tinydb import TinyDB

from bench.blockdevice import Figures, on_a_device
from bench.million import million
from device.flow import Instant, Signal, Verdict
from device.journal import segment
from device.journal.appendlog import prepare
from device.journal.store import CardJournal, Limits
from wire.canonical import canonical
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Outcome,
    Reason,
    Record,
    Scan,
    Signature,
    to_document,
)
from wire.sealing import seal_key

ROOT = Path(__file__).parents[1]
GATE = "ben-xe-1"
PASS = Verdict(
    kind="pass",
    signature=Signature.CHECKED,
    identity=Identity.SEEN,
    outcome=Outcome.ACCEPTED,
    reason=Reason.ACCEPTED,
    direction=Direction.IN,
    signal=Signal.ACCEPT,
    personal={"pass": "00112233aabbccdd", "class": "resident"},
)
COUNTED = 2560
"""Scans whose bytes are counted: ten segments."""
STOCK = (0, 1_000, 10_000)


def moment(second: float) -> Instant:
    """Return a made-up moment."""
    up_ns = int(second * 1e9)
    return Instant(up_ns, 1_780_000_000_000 + up_ns // 10**6, ClockState.SYNCED, "0a0b0c0d")


def journal(folder: Path, run: Path | None = None) -> CardJournal:
    """Return a gate's journal in `folder`, as it is on a gate; `run` is in memory there."""
    key, vault = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    sealing = seal_key(vault.public_key())
    return CardJournal(
        folder / "journal", run or folder / "run", GATE, sealing, lambda: None, Limits(), key=key
    )


def main() -> int:
    """Measure everything and say it."""
    asked = _parser().parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    folder: Path = asked.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        figures = _appends(folder / "appends", asked.rounds)
        _stock(folder / "stock")
        figures |= _bytes(folder / "bytes")
        if asked.device:
            _device(folder / "device")
        figures |= _opened(folder / "million", asked.records)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.journal")
    parser.add_argument("--folder", type=Path, default=ROOT / ".cache/bench-journal")
    parser.add_argument("--rounds", type=int, default=1500)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--no-device", dest="device", action="store_false")
    return parser


# -- how long a durable append takes ----------------------------------------------------------


def _appends(folder: Path, rounds: int) -> dict[str, float]:
    """Let the stores append the same records in turn; return the ratios of the medians."""
    folder.mkdir()
    raw, sqlite = _Raw(folder / "raw"), _Sqlite(folder / "sqlite.db")
    with tempfile.TemporaryDirectory(dir=_memory()) as run, journal(folder, Path(run)) as ours:
        ready = ours.scan(PASS, moment(0))  # makes the data key, and says what a record is
        assert isinstance(ready, Scan)  # noqa: S101  (for the types)
        stores: dict[str, Callable[[Record], None]] = {
            "this journal": lambda record: ours._append([record]),  # noqa: SLF001  (a ready record)
            "raw append + fdatasync": raw.append,
            "SQLite WAL FULL": sqlite.append,
        }
        times: dict[str, list[float]] = {name: [] for name in stores}
        names = list(stores)
        for number in range(rounds):
            turn = number % len(names)
            record = _next(ready, ours.last + 1)
            for name in names[turn:] + names[:turn]:
                start = time.perf_counter_ns()
                stores[name](record)
                times[name].append((time.perf_counter_ns() - start) / 1e6)
            for second in range(3):  # what may wait is done after the light, as at a door
                ours.tend(moment(number * 5 + second))
    return _said(times)


def _memory() -> str | None:
    """Return where files are in memory, as /run is."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  (a folder is made there)


def _next(ready: Scan, seq: int) -> Scan:
    return Scan(**{**{name: getattr(ready, name) for name in ready.__struct_fields__}, "seq": seq})


def _said(times: dict[str, list[float]]) -> dict[str, float]:
    print(f"\nA durable append, {len(times['this journal'])} each in turn, ms")
    print(f"{'':26}{'p50':>8}{'p95':>8}{'p99':>8}{'of raw':>8}{'of SQLite':>11}")
    middle = {name: statistics.median(each) for name, each in times.items()}
    raw, sqlite = middle["raw append + fdatasync"], middle["SQLite WAL FULL"]
    for name, each in times.items():
        cuts = statistics.quantiles(each, n=100)
        p50 = middle[name]
        told = f"{name:26}{p50:8.3f}{cuts[94]:8.3f}{cuts[98]:8.3f}"
        print(f"{told}{p50 / raw:7.2f}x{p50 / sqlite:10.2f}x")
    ours = middle["this journal"]
    return {"append_vs_raw": round(ours / raw, 2), "append_vs_sqlite": round(ours / sqlite, 2)}


class _Raw:
    """The same line into the same kind of file, and nothing else."""

    def __init__(self, path: Path) -> None:
        prepare(path, 1024 * 1024)
        self._fd = os.open(path, os.O_RDWR)
        self._at = 0

    def append(self, record: Record) -> None:
        line = segment.spell(to_document(record))
        if self._at + len(line) > 1024 * 1024:
            self._at = 0
        os.pwrite(self._fd, line, self._at)
        os.fdatasync(self._fd)
        self._at += len(line)


class _Sqlite:
    """A table of the same records, one transaction each, durable when it returns."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("CREATE TABLE scan (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)")

    def append(self, record: Record) -> None:
        text = canonical(to_document(record)).decode()
        self._db.execute("INSERT INTO scan VALUES (?, ?)", (record.seq, text))


def _stock(folder: Path) -> None:
    """Say what stock TinyDB takes, whose whole file is written again at every insert."""
    folder.mkdir()
    record = {"t": "scan", "seq": 1, "sealed": "A" * 120, "kind": "pass", "up": 1, "wall": 2}
    print(f"\nStock TinyDB (JSONStorage), ms an insert\n{'records there':26}{'p50':>8}")
    for count in STOCK:
        path = folder / f"{count}.json"
        rows = {str(n): record for n in range(1, count + 1)}
        path.write_text(json.dumps({"_default": rows}) if rows else "", encoding="utf-8")
        times = []
        with TinyDB(path) as db:
            for _ in range(20 if count < 10_000 else 7):
                start = time.perf_counter_ns()
                db.insert(record)
                times.append((time.perf_counter_ns() - start) / 1e6)
        print(f"{count:<26,}{statistics.median(times):8.2f}")


# -- how many bytes it hands to the kernel ----------------------------------------------------


def _bytes(folder: Path) -> dict[str, float]:
    """Count what the process writes until each green, and with all that may wait after it."""
    folder.mkdir()
    with journal(folder) as ours:
        second = _day(ours, 0, 512)[2]  # a gate that has run: its first files are filled
        start = _written()
        green, payload, _ = _day(ours, second, COUNTED)
        whole = _written() - start
    print(f"\nBytes handed to the kernel, {COUNTED} scans of {payload // COUNTED} bytes")
    for name, each in (("until green", green), ("sealing and notes included", whole)):
        print(f"{name:28}{each / COUNTED:8.0f} a scan{each / payload:7.2f}x the payload")
    return {
        "bytes_vs_payload": round(green / payload, 2),
        "bytes_sealed_vs_payload": round(whole / payload, 2),
    }


def _day(ours: CardJournal, second: int, scans: int) -> tuple[int, int, int]:
    """Scan every five seconds; return bytes until green, payload, and the second it is."""
    green = payload = 0
    for _ in range(scans):
        before = _written()
        record = ours.scan(PASS, moment(second))
        green += _written() - before
        assert record is not None  # noqa: S101  (an accepted scan)
        payload += len(canonical(to_document(record)))
        for _ in range(5):
            ours.tend(moment(second))
            second += 1
    return green, payload, second


def _written() -> int:
    """Return how many bytes this process has handed to the kernel."""
    for line in Path("/proc/self/io").read_text(encoding="ascii").splitlines():
        if line.startswith("wchar:"):
            return int(line.split()[1])
    msg = "this kernel does not count what a process writes"
    raise RuntimeError(msg)


# -- how much reaches the card ----------------------------------------------------------------


def _device(folder: Path) -> None:
    if os.geteuid() != 0:
        print("\nBlock device: left out; it needs root and a loop device.")
        return
    folder.mkdir()

    def told(options: str) -> Figures | None:
        with tempfile.TemporaryDirectory(dir=_memory()) as run:
            return on_a_device(
                folder, options, lambda mount: journal(mount, Path(run)), PASS, moment
            )

    print("\nBytes at the block device (ext4), everything included")
    print(f"{'mounted with':22}{'a lone scan':>13}{'scan in a row':>15}{'idle day':>12}")
    for options in ("noatime,commit=1", "noatime,commit=300"):
        found = told(options)
        if found is None:
            print("left out: no loop device can be mounted here")
            return
        print(
            f"{options:22}{found.alone:11,.0f} B{found.in_a_row:13,.0f} B{found.idle / 1e6:9.1f} MB"
        )


# -- opening after weeks without network ------------------------------------------------------

OPEN = """\
import json, sys, time
from pathlib import Path
import structlog
structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
from bench.journal import journal
def high():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
with journal(Path(sys.argv[2])) as warm:
    before = high()
opened = journal(Path(sys.argv[1]))
start = time.perf_counter_ns()
with opened:
    ms = (time.perf_counter_ns() - start) / 1e6
    print(json.dumps({"ms": ms, "mb": (high() - before) / 1024, "all": high() / 1024,
                      "waiting": opened.waiting}))
"""


def _opened(folder: Path, records: int) -> dict[str, float]:
    """Open a journal of so many unconfirmed records in processes of their own."""
    folder.mkdir()
    million(folder, GATE, records)
    found = []
    for number in range(7):
        if number == 0 and os.geteuid() == 0:
            os.sync()
            Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", OPEN, str(folder), str(folder / "empty")],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
    cold, warm = found[0], found[1:]
    ms = statistics.median(each["ms"] for each in warm)
    mb = max(each["mb"] for each in warm)
    print(f"\nOpening {warm[0]['waiting']:,} unconfirmed records")
    print(f"{'first time, caches empty':28}{cold['ms']:8.1f} ms")
    print(f"{'median of six':28}{ms:8.1f} ms{mb:8.1f} MB more than an empty journal takes")
    print(f"{'whole process at its peak':28}{warm[0]['all']:19.1f} MB")
    return {"open_1m_ms": round(ms, 1), "open_1m_mb": round(mb, 1)}


if __name__ == "__main__":
    sys.exit(main())
