"""A district to measure the road in: the real broker, intake and uplink, as they are run.

The gate's journal is a real one, filled with records as large as they get: a card's personal
fields, sealed. No program knows that it is measured.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from inotify_simple import INotify, flags

from demo import programs
from demo.district import District, Door, build
from demo.programs import Program
from device import clock, config, enrol
from device.flow import Instant, Signal, Verdict
from device.inbox import RECEIPT, Inbox
from device.journal.store import CardJournal, Limits
from wire.enrolment import Enrolment
from wire.keys import Keyring
from wire.record import ClockState, Direction, Identity, Outcome, Reason, Signature

PATIENCE_S = 60.0
FULL = Verdict(
    kind="id-card",
    signature=Signature.NOT_CHECKED,
    identity=Identity.UNKNOWN,
    outcome=Outcome.ACCEPTED,
    reason=Reason.ACCEPTED,
    direction=Direction.IN,
    signal=Signal.ACCEPT,
    personal={
        "number": "096090012345",
        "former": "381234567",
        "name": "Nguyễn Thị Mẫu Mười Hai",
        "born": "1990-06-15",
        "sex": "female",
        "commune": "Xã Mẫu, Huyện Mẫu, Tỉnh Sóc Trăng",
        "phone": "0900000000",
    },
)


class Road:
    """One district, one of whose gates is measured."""

    def __init__(self, folder: Path, link: str = "") -> None:
        """Make it in `folder`; `link` is added to the gate's configuration of the link."""
        self.district: District = build(folder)
        self.door: Door = self.district.doors[0]
        text = self.door.config.read_text(encoding="utf-8")
        self.door.config.write_text(text + link, encoding="utf-8")
        self.folders = config.load(self.door.config).folders
        root = enrol.root_key(self.folders.keys / enrol.ROOT)
        self.enrolment: Enrolment = enrol.load(self.folders.keys, root).enrolment
        self.ring = Keyring(self.enrolment.keys)
        self._programs: dict[str, Program] = {}

    @contextlib.contextmanager
    def journal(self, folder: Path | None = None) -> Iterator[CardJournal]:
        """Open the gate's journal, or make one in another folder."""
        with CardJournal(
            folder or self.folders.journal,
            self.folders.run,
            self.door.gate,
            self.enrolment.seal,
            Inbox(self.folders.inbox, self.ring).receipt,
            Limits(),
        ) as opened:
            yield opened

    def fill(self, count: int) -> int:
        """Fill the journal with about `count` records; return how many there are.

        It is made in memory and copied: what a flush costs is measured elsewhere.
        """
        memory = Path("/dev/shm") / self.district.folder.name  # noqa: S108  (ours, and taken away)
        with self.journal(memory) as kept:
            for _ in range(count):
                kept.scan(FULL, moment())
                kept.tend(moment())
            total = kept.last
        shutil.rmtree(self.folders.journal, ignore_errors=True)
        shutil.move(memory, self.folders.journal)
        return total

    def forget(self) -> None:
        """Take the collector's ledger and what the gate heard from it away."""
        shutil.rmtree(self.folders.inbox, ignore_errors=True)
        for path in self.district.ledger.parent.glob("ledger.db*"):
            path.unlink()

    @contextlib.contextmanager
    def broker(self) -> Iterator[None]:
        """Run the broker."""
        with self._running("broker", programs.broker(self.district), "listening"):
            yield

    @contextlib.contextmanager
    def intake(self) -> Iterator[None]:
        """Run the intake until it is stopped."""
        command = programs.python("collector", "intake", "--config", str(self.district.collector))
        with self._running("intake", command, "intake.connected"):
            yield

    @contextlib.contextmanager
    def uplink(self) -> Iterator[None]:
        """Run the gate's uplink."""
        command = programs.python("gate", "uplink", "--config", str(self.door.config))
        with self._running("uplink", command, "uplink.connected"):
            yield

    @contextlib.contextmanager
    def _running(self, name: str, command: list[str], ready: str) -> Iterator[None]:
        seen: list[str] = []
        program = Program(name, command, self.district.folder, seen.append)
        program.start()
        self._programs[name] = program
        try:
            wait(lambda: any(ready in each for each in seen), f"{name}: {seen[-3:]}")
            yield
        finally:
            program.stop()

    def cpu_s(self, name: str) -> float:
        """Return the processor time of a program that runs, in seconds: what no neighbour slows."""
        stat = Path(f"/proc/{self._programs[name].pid}/stat").read_text(encoding="utf-8")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def rows(self) -> int:
        """Count the records in the ledger."""
        with contextlib.closing(sqlite3.connect(self.district.ledger)) as db:
            return int(db.execute("SELECT COUNT(*) FROM record").fetchone()[0])

    def receipts(self) -> "Receipts":
        """Watch receipts come in."""
        return Receipts(self)


class Receipts:
    """The gate's receipts as they are laid for the scanner, each with its time."""

    def __init__(self, road: Road) -> None:
        """Watch the inbox of the road's gate."""
        road.folders.inbox.mkdir(parents=True, exist_ok=True)
        self._inbox = Inbox(road.folders.inbox, road.ring)
        self._news = INotify()
        self._news.add_watch(road.folders.inbox, flags.MOVED_TO)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield (time, ns; high) of each receipt whose signature was checked."""
        while True:
            came = self._news.read(timeout=int(PATIENCE_S * 1000))
            now = time.monotonic_ns()
            if not came:
                msg = "no receipt comes"
                raise TimeoutError(msg)
            if any(getattr(each, "name", "") == RECEIPT for each in came):
                found = self._inbox.receipt()
                if found is not None:
                    yield now, found.high

    def close(self) -> None:
        """Stop watching."""
        self._news.close()


def moment() -> Instant:
    """Return this moment, by a clock that is vouched for."""
    return Instant(clock.up_ns(), time.time_ns() // 1_000_000, ClockState.VOUCHED, "0a0b0c0d")


def wait(happened: Callable[[], bool], what: str) -> None:
    """Wait until something has happened; raise TimeoutError if it does not."""
    end = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.01)


def as_line(found: dict[str, object]) -> str:
    """Return the last line of a bench."""
    return json.dumps(found, separators=(",", ":"))
