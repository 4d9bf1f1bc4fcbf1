"""The pages of a seeded district under 50 boards: how fast, and at what cost.

The real `collector web` in a process of its own, over a ledger with records of 200 gates and the
counts of 30 days. Fifty boards ask once a second as the page does, while scans go on arriving; its
processor time is what the system says it used.
"""

import hashlib
import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.district import District
from collector.database.made import made
from collector.database.sqlite import SqliteDatabase
from collector.figures.store import APPLICATION, TABLES, VERSION
from collector.figures.tally import SLOTS, Tally, local_slot
from collector.ledger.entries import Arrival, Entry, Post, Report, Topic
from collector.ledger.sqlite import SqliteLedger
from tests.collector.plain import PLAIN
from wire.canonical import canonical
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Note,
    Outcome,
    Reason,
    Scan,
    Signature,
    What,
    genesis,
    to_document,
)
from wire.state import Health, State, pack

BOARDS = 50
OPENED_S = 3.0
"""In which the boards are opened; what they cost is measured after it."""
WATCHED_S = 60.0
"""Twice as long as the server remembers whom it has let in."""
PER_S = 5
"""Scans that arrive meanwhile."""
PASSWORD = "bang-theo-doi-2026"
CONFIG = (
    PLAIN
    + """\
port = 0
demonstration = true
"""
)
COMMAND = [sys.executable, "-c", "import sys; from collector.cli import main; sys.exit(main())"]


class Pen:
    """Writes one gate's journal, as intake would commit it."""

    def __init__(self, gate: str) -> None:
        """Begin a journal."""
        self.gate, self.seq, self.chain = gate, 0, genesis(gate, "j1")

    def arrival(self, records: list[Scan | Note]) -> Arrival:
        """Return records that come next."""
        prev, entries = self.chain, []
        for record in records:
            self.seq += 1
            whole = msgspec.structs.replace(record, seq=self.seq)
            raw = canonical(to_document(whole))
            self.chain = hashlib.sha256(self.chain + raw).digest()
            entries.append(Entry(self.seq, self.chain, raw, whole))
        return Arrival(self.gate, "j1", prev, tuple(entries))


def scan(wall: int, way: Direction = Direction.IN) -> Scan:
    """Return a scan of a valid pass."""
    return Scan(
        seq=1,
        boot="b",
        up=wall % 10**9,
        wall=wall,
        clock=ClockState.SYNCED,
        dir=way,
        kind="pass",
        signature=Signature.CHECKED,
        identity=Identity.SEEN,
        outcome=Outcome.ACCEPTED,
        reason=Reason.ACCEPTED,
    )


def alive(wall: int, what: What = What.ALIVE) -> Note:
    """Return a note."""
    return Note(seq=1, boot="b", up=wall % 10**9, wall=wall, clock=ClockState.SYNCED, what=what)


def seed(
    folder: Path,
    district: District,
    now_ms: int,
    today: Mapping[str, list[Scan]] | None = None,
) -> dict[str, Pen]:
    """Write everything that `collector web` reads; `today` is who has passed at each gate.

    Without it as many pass in each hour everywhere.
    """
    (folder / "collector.toml").write_text(CONFIG, encoding="utf-8")
    roster = district.roster
    gates = [msgspec.to_builtins(gate) for gate in roster.gates]
    document = {"authority": roster.authority, "help_line": "0299 3890 000", "gates": gates}
    (folder / "roster.json").write_text(json.dumps(document), encoding="utf-8")
    places = {"areas": roster.areas, "sectors": roster.sectors, "places": roster.places}
    (folder / "places.json").write_bytes(msgspec.json.encode(places))
    pens = {gate.gate: Pen(gate.gate) for gate in roster.gates}
    with SqliteLedger(folder / "ledger.db") as ledger:
        for number, pen in enumerate(pens.values()):
            scans = _steady(now_ms) if today is None else today.get(pen.gate, [])
            day = pen.arrival([*_notes(number, now_ms), *scans])
            ledger.commit(Post((day,), _reports(pen, number, now_ms)), now_ms)
    (folder / "web").mkdir(exist_ok=True)
    _counts(folder / "web" / "figures.db", district, local_slot(now_ms)[0])
    return pens


def _notes(number: int, now_ms: int) -> list[Note]:
    records = [alive(now_ms - 86_400_000, What.START)]
    for step in range(288):
        at = now_ms - 86_400_000 + step * 300_000
        if number % 40 == 7 and 100 < step < 160:  # this gate was without power
            continue
        records.append(alive(at))
    return records


def _steady(now_ms: int) -> list[Scan]:
    hours = now_ms - now_ms % 3_600_000
    return [
        scan(hours - step * 600_000, Direction.IN if step % 3 else Direction.OUT)
        for step in range(60)
    ]


def _reports(pen: Pen, number: int, now_ms: int) -> tuple[Report, ...]:
    alarms = {3: ("view-defocused",), 9: ("room-low", "too-hot"), 15: ("under-voltage",)}
    health = Health(
        waiting=number % 7,
        days_of_room=200,
        camera="ok",
        alarms=alarms.get(number % 50, ()),
        wall=now_ms,
        temperature_c=48.5,
        power="ok",
        clock="synced",
        version="0.1.0",
    )
    online = number % 33 != 5  # these have lost their network
    state = State(online, scanning=online, incarnation=1, wall=now_ms, journal="j1")
    return (
        Report(pen.gate, Topic.STATE, pack(state)),
        Report(pen.gate, Topic.HEALTH, pack(health)),
    )


def _counts(path: Path, district: District, today: int) -> None:
    """Write the counts of the past, moved so that they end yesterday."""
    tally = Tally()
    district.past(tally)
    last = max(day for days in tally.days.values() for day in days)
    database = SqliteDatabase(path)
    made(database, TABLES, VERSION, APPLICATION)
    with database.writing() as session:
        session.many(
            "INSERT INTO slot (gate, day, slot, ins, outs, refused) VALUES (?, ?, ?, ?, ?, 0)",
            (
                (gate, day - last + today - 1, slot, counts.ins[slot], counts.outs[slot])
                for gate, days in tally.days.items()
                for day, counts in days.items()
                for slot in range(SLOTS)
                if counts.ins[slot] or counts.outs[slot]
            ),
        )
    database.close()


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, int]]:
    """Run `collector web`; give its port and the process that answers."""
    run = [*COMMAND, "user", "add", "--role", "operator", "board", "--password-stdin"]
    subprocess.run(  # noqa: S603  # the project's own command
        [*run, "--config", str(folder / "collector.toml")],
        input=PASSWORD + "\n", text=True, check=True, capture_output=True,
    )  # fmt: skip
    child = subprocess.Popen(  # noqa: S603  # the same
        [*COMMAND, "web", "--config", str(folder / "collector.toml")],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None  # noqa: S101  # for the type checker
    try:
        url: str = json.loads(child.stderr.readline())["url"]
        yield int(url.rstrip("/").rpartition(":")[2]), child.pid
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=30)
        child.stderr.close()


class Browser:
    """One board: logs in, and asks as the page does."""

    def __init__(self, port: int, name: str = "first") -> None:
        """Open a connection that is kept.

        They share a login; by the name, a header, the server looks each up as one of its own.
        """
        self._name = name
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self.version = ""

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, float]:
        """Return status, body and how long it took in milliseconds."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "X-Board": self._name}
        body = None
        if form is not None:
            body = "&".join(f"{name}={value}" for name, value in form.items())
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self._connection.request("GET" if form is None else "POST", path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        took_ms = 1000 * (time.perf_counter() - began)
        for each in answer.headers.get_all("Set-Cookie", []):
            name, _, value = each.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, text, took_ms

    def log_in(self, cookies: dict[str, str] | None = None) -> dict[str, str]:
        """Log in, or take the session of another; return its cookies."""
        if cookies is None:
            _, page, _ = self.ask("/login")
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert token  # noqa: S101  # the login has a form
            form = {"username": "board", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
            self.ask("/login", form)
        else:
            self._cookies = dict(cookies)
        return self._cookies

    def open(self) -> float:
        """Open the page; return how long it took."""
        status, page, took_ms = self.ask("/district")
        found = re.search(r'data-version="([^"]+)"', page)
        assert found, f"no board: {status}"  # noqa: S101  # else nothing is measured
        self.version = found[1]
        return took_ms

    def poll(self) -> tuple[int, float]:
        """Ask for what has changed."""
        status, text, took_ms = self.ask(f"/district/parts?since={self.version}")
        found = re.search(r'data-version="([^"]+)"', text)
        self.version = found[1] if found else self.version
        return status, took_ms


def processor_s(pid: int) -> float:
    """Return what a process and its children have used so far, in seconds of one core."""
    total = 0
    for each in (pid, *_children(pid)):
        fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(each) for each in text.split()]


class Load:
    """Fifty boards and the scans that arrive meanwhile."""

    def __init__(self, port: int, folder: Path, pens: dict[str, Pen]) -> None:
        """Take where to ask and what to write."""
        self._port, self._folder, self._pens = port, folder, pens
        self._over = threading.Event()
        self.answers: list[tuple[int, float]] = []

    def run(self, cookies: dict[str, str], seconds: float, pid: int) -> float:
        """Let them ask and write for so long; return what share of a core the server takes."""
        threads = [
            threading.Thread(target=self._board, args=(cookies, number)) for number in range(BOARDS)
        ]
        threads.append(threading.Thread(target=self._scans))
        for thread in threads:
            thread.start()
        time.sleep(OPENED_S)
        before, began = processor_s(pid), time.perf_counter()
        time.sleep(seconds)
        share = (processor_s(pid) - before) / (time.perf_counter() - began)
        self._over.set()
        for thread in threads:
            thread.join()
        return share

    def _board(self, cookies: dict[str, str], number: int) -> None:
        browser = Browser(self._port, str(number))
        browser.log_in(cookies)
        self._over.wait(number / BOARDS)
        browser.open()
        while not self._over.wait(1.0):
            self.answers.append(browser.poll())

    def _scans(self) -> None:
        pens = list(self._pens.values())
        with SqliteLedger(self._folder / "ledger.db") as ledger:
            number = 0
            while not self._over.wait(1 / PER_S):
                now_ms = int(time.time() * 1000)
                pen, number = pens[number * 7 % len(pens)], number + 1
                ledger.commit(Post((pen.arrival([scan(now_ms)]),)), now_ms)


def measured(folder: Path) -> dict[str, float]:
    """Return how long a board takes and what fifty of them cost."""
    now_ms = int(time.time() * 1000)
    pens = seed(folder, District(1), now_ms)
    with served(folder) as (port, pid):
        first = Browser(port)
        cookies = dict(first.log_in())
        first.open()
        time.sleep(8)  # the counts are read and looked at once
        opened = [first.open() for _ in range(30)]
        load = Load(port, folder, pens)
        share = load.run(cookies, WATCHED_S, pid)
    changed = sum(status == 200 for status, _ in load.answers)  # HTTP's
    print(
        f"{len(load.answers)} questions of {BOARDS} boards in {WATCHED_S:.0f} s, {changed} of them "
        f"answered with news, p99 {_p99([ms for _, ms in load.answers]):.0f} ms; "
        f"opening p50 {statistics.median(opened):.0f} ms; {100 * share:.1f} % of a core"
    )
    return {"board_ms": round(_p99(opened), 1), "boards50_cpu": round(share, 3)}


def _p99(values: list[float]) -> float:
    return sorted(values)[max(0, int(0.99 * len(values)) - 1)]
