"""A district with a dispatch: its real ledger, road and gates' own judges, and a stepped clock.

A door reads codes that were really signed, by the policy that was published to it: what it takes
and answers is decided by the gates' own code. Only the radio is left out: what is published is laid
where an uplink would lay it.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import config
from collector.cases.roles import Actor, Role
from collector.dispatch import process, schema
from collector.dispatch.entries import Limits
from collector.dispatch.keys import Keys
from collector.ledger import opened, setup
from collector.ledger.entries import Post, Report, Topic
from collector.ledger.store import SqlLedger
from device.accepted import Accepted
from device.credential import classify
from device.flow import Instant
from device.mandate import POLICY, Mandate
from device.verdict.judge import judge
from device.verdict.standing import NOTHING
from tests.collector.conftest import ENTRY, Journal
from tests.collector.postgres import Cluster
from tests.device.doorstep import KEYS, PLACE, enrolment, text_of
from wire.keys import Use, entry
from wire.record import ClockState, Direction, Outcome, Scan, What, to_document
from wire.state import Health, pack

NOW = 1_790_000_000_000
"""At about which the codes of the doorstep are good."""
DAY, MINUTE = 86_400_000, 60_000
COMMAND = Ed25519PrivateKey.from_private_bytes(bytes([77] * 32))
ROOT = Ed25519PrivateKey.from_private_bytes(bytes([78] * 32))
SITE = PLACE
OFFICER = Actor("can-bo", Role.DISTRICT)
FAST = Limits(soak_min=10, people=20)
CONFIG = """
[ledger]
{ledger}
[roster]
path = "roster.json"
[broker]
host = "127.0.0.1"
ca = "ca.pem"
certificate = "c.pem"
key = "k.pem"
[receipt]
key = "r.pem"
[web]
state = "web"
[road]
state = "road"
[dispatch]
keys = "keys"
state = "dispatch"
"""


class Door:
    """One gate: its journal, and what it has been told."""

    def __init__(self, district: "District", gate: str) -> None:
        self.district, self.gate = district, gate
        self.inbox = district.folder / gate / "inbox"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(gate, f"j-{gate}")
        self.sent = 0
        accepted = district.folder / gate / "accepted"
        self.mandate = Mandate(Accepted(self.inbox, accepted), enrolment((Direction.IN,)))
        self.up_ns = 10**12
        self.noted = 0

    def hear(self) -> None:
        """Take what was published for it, as its uplink and scanner do."""
        path = self.district.config.outgoing / self.gate / POLICY.removesuffix(".json")
        if path.exists() and (
            not (self.inbox / POLICY).exists()
            or (self.inbox / POLICY).read_bytes() != path.read_bytes()
        ):
            new = self.inbox / "new"
            new.write_bytes(path.read_bytes())
            new.replace(self.inbox / POLICY)
        for _ in range(10):
            self.up_ns += 2 * 10**9
            self.mandate.refresh(self.now)
        version = self.mandate.policy.version
        if version != self.noted:
            self.noted = version
            self.note(What.POLICY, {"site": SITE, "version": version})

    @property
    def now(self) -> Instant:
        return Instant(self.up_ns, NOW, ClockState.SYNCED, "b")

    @property
    def version(self) -> int:
        return self.mandate.policy.version

    def note(self, what: What, data: dict[str, object]) -> None:
        self.journal.note(what, data)

    def show(self, name: str) -> Outcome:
        """Show a code; store the scan."""
        policy, trust = self.mandate.policy, self.mandate.trust
        found = judge(classify(text_of(name)), Direction.IN, policy, trust, NOTHING, self.now)
        number = len(self.journal.chain)
        scan = Scan(
            seq=number,
            boot=self.journal.boot,
            up=number * 1000,
            wall=self.district.now_ms,
            clock=ClockState.SYNCED,
            dir=found.direction,
            kind=found.kind,
            signature=found.signature,
            identity=found.identity,
            outcome=found.outcome,
            reason=found.reason,
            marks=found.marks,
        )
        self.journal.add(to_document(scan))
        return found.outcome


class District:
    """All of it, driven by hand."""

    def __init__(self, folder: Path, ledger: str, gates: int) -> None:
        self.folder, self.now_ms = folder, NOW
        names = [f"g{number}" for number in range(1, gates + 1)]
        (folder / "collector.toml").write_text(CONFIG.format(ledger=ledger), encoding="utf-8")
        self.config = config.load(folder / "collector.toml")
        keys = [*(entry(key.public_key(), use) for use, key in KEYS.items())]
        keys.append(entry(COMMAND.public_key(), Use.COMMAND))
        public = {"keys": keys, "root": entry(ROOT.public_key(), Use.ROOT)}
        (folder / "public.json").write_bytes(msgspec.json.encode(public))
        self.stand(dict.fromkeys(names, SITE))
        self.doors = {name: Door(self, name) for name in names}
        self.stack = ExitStack()

    def stand(self, places: dict[str, str]) -> None:
        """Say at which place each gate stands."""
        gates = [
            {"gate": gate, "place": place, "area": "Mẫu", "sector": "transport"}
            | {"directions": ["in"], "records": msgspec.to_builtins(ENTRY)}
            for gate, place in places.items()
        ]
        roster = {"authority": "Huyện Mẫu", "help_line": "0299", "gates": gates}
        new = self.folder / "roster.new"
        new.write_text(json.dumps(roster), encoding="utf-8")
        new.replace(self.folder / "roster.json")

    def open(self) -> None:
        """Open the ledger, as intake does."""
        self.ledger = SqlLedger(opened.database(self.config.ledger, opened.INTAKE))
        self.ledger.__enter__()

    def start(self) -> process.Dispatch:
        """Start the dispatch, or start it again."""
        self.stack.close()
        told = self.config.dispatch
        assert told is not None
        told.state.mkdir(exist_ok=True)
        database = process.database_of(self.config, told)
        schema.make(database)
        view = opened.view(self.config.ledger, opened.DISPATCH)
        self.stack.callback(database.close)
        self.stack.callback(view.close)
        keys = Keys(COMMAND, KEYS[Use.POLICY])
        self.dispatch = process.Dispatch(self.config, database, view, keys, lambda: self.now_ms)
        self.counter = self.dispatch.counter
        return self.dispatch

    def send(self) -> None:
        """Have every door's new records arrive."""
        for door in self.doors.values():
            last = len(door.journal.chain) - 1
            if last > door.sent:
                arrival = door.journal.arrival(door.sent + 1, last)
                self.ledger.commit(Post(arrivals=(arrival,)), self.now_ms)
                door.sent = last

    def alarm(self, *gates: str) -> None:
        """Have gates say how they fare: those that are named, with an alarm."""
        reports = tuple(
            Report(gate, Topic.HEALTH, pack(Health(waiting=0, alarms=("camera-silent",) * alarmed)))
            for gate in self.doors
            for alarmed in [gate in gates]
        )
        self.ledger.commit(Post(reports=reports), self.now_ms)

    def step(self, minutes: float = 0) -> None:
        """Let time pass, everything arrive and the dispatch do what is due."""
        self.now_ms += round(minutes * MINUTE)
        self.send()
        while self.dispatch.step():
            pass
        for door in self.doors.values():
            door.hear()

    def pass_by(self, minutes: int, people: int = 2, codes: str = "PASS") -> None:
        """Let people pass every door, so many a minute at each."""
        for minute in range(minutes):
            for door in self.doors.values():
                for person in range(people):
                    door.show(f"{codes}-{minute}{person}")
            self.step(1)

    def past(self, days: int = 3, codes: int = 40) -> None:
        """Make earlier days in which nearly all were let through."""
        until = self.now_ms
        for day in range(days, 0, -1):
            self.now_ms = until - day * DAY
            for door in self.doors.values():
                for number in range(codes):
                    door.show("LINK-a" if number % 20 == 19 else f"PASS-{number}")
            self.step()
        self.now_ms = until

    def sign(self, limits: Limits = FAST, **rules: object) -> int:
        """Save a policy with these rules and sign it."""
        draft = self.counter.draft(OFFICER, SITE)
        saved = self.counter.save(OFFICER, SITE, draft.revision, {**draft.document, **rules})
        return self.counter.sign(OFFICER, SITE, saved.revision, limits)

    def versions(self) -> list[int]:
        return [door.version for door in self.doors.values()]

    def close(self) -> None:
        self.stack.close()
        self.ledger.close()


Make = Callable[[int], District]


@pytest.fixture(params=["sqlite", "postgresql"])
def district(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Return what makes a district with so many gates at one place, on either database."""
    made: list[District] = []

    def make(gates: int) -> District:
        ledger = 'path = "ledger.db"'
        if request.param == "postgresql":
            postgres: Cluster = request.getfixturevalue("postgres")
            where = " ".join(
                each for each in postgres.database().split() if not each.startswith("user=")
            )
            ledger = f'postgres = "{where}"'
        one = District(tmp_path, ledger, gates)
        if request.param == "postgresql":
            setup.prepare(one.config.ledger, "postgres")
        made.append(one)
        one.open()
        one.start()
        return one

    yield make
    for each in made:
        each.close()
