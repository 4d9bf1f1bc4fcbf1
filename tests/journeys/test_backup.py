"""The server is destroyed, and comes back from a backup: what the gates still hold is there, once.

Real Mosquitto with mutual TLS, three gates' journals and uplinks, and the collector's own commands.
"""

import json
import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from broker.launch import from_folder, launch
from collector import config as configuration
from collector.backup import keys
from collector.ledger import opened, setup
from collector.ledger.entries import Tally
from demo import district as demo
from device import enrol
from device.inbox import Inbox
from device.journal.store import CardJournal, Limits
from device.wiring.attendance import mandate
from tests.collector.postgres import Cluster, postgres
from tests.journeys.test_recovery import BIN, Door, intake, until, uplink

__all__ = ["postgres"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

MORE = """
[road]
state = "collector/road"
[backup]
folder = "shelf"
key = "keys/backup-public.pem"
"""
BEFORE, AFTER = 30, 1000


class Signing(Door):
    """A gate that signs the heads of its chain, and keeps what is confirmed for some time."""

    def __init__(self, made: demo.Door, keep_s: int) -> None:
        super().__init__(made)
        folders = self.found.folders
        told = mandate(folders, self.enrolment, self.root)
        self.journal = CardJournal(
            folders.journal,
            folders.run,
            self.enrolment.gate,
            told.ring.seal,
            Inbox(folders.inbox, told.ring).receipt,
            Limits(segment_records=8, keep_confirmed_s=keep_s),
            key=enrol.load(folders.keys, self.root).records_key,
        )


class Server:
    """The collector's machine, as its operator uses it."""

    def __init__(self, made: demo.District, cluster: Cluster | None) -> None:
        self.made, self.cluster = made, cluster
        self._text = made.collector.read_text(encoding="utf-8") + MORE
        keys.make(made.folder / "keys")
        self.private = made.folder / "keys" / keys.PRIVATE
        self.install()

    def install(self) -> None:
        """Begin with an empty machine, or an empty database."""
        text = self._text
        if self.cluster is not None:
            where = f'postgres = "{self.cluster.database()}"'
            text = text.replace('path = "collector/ledger.db"', where)
        self.made.collector.write_text(text, encoding="utf-8")
        (self.made.folder / "collector").mkdir(exist_ok=True)

    def destroy(self) -> None:
        shutil.rmtree(self.made.folder / "collector")
        (self.made.authority.folder / "roster.json").unlink()  # the backup has it
        self.install()

    def call(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [BIN / "collector", *words, "--config", self.made.collector],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "GATE_LANG": "en"},
        )

    def tallies(self) -> dict[str, Tally]:
        with opened.view(configuration.load(self.made.collector).ledger) as view:
            return {each.gate: each for each in view.tallies()}


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    cluster = request.getfixturevalue("postgres") if request.param == "postgres" else None
    return Server(demo.build(tmp_path / "district"), cluster)


def test_a_thousand_records_after_the_backup_are_back_once_and_what_no_gate_holds_is_a_gap(
    server: Server,
) -> None:
    made = server.made
    settings = from_folder(made.authority.folder / "broker", port=made.broker_port)
    doors = [
        Signing(each, keep_s) for each, keep_s in zip(made.doors, (9999, 9999, 0), strict=True)
    ]
    if server.cluster is not None:
        setup.prepare(configuration.load(made.collector).ledger, "")

    def confirmed() -> bool:
        return all(door.journal.waiting == 0 for door in doors)

    def arrived() -> bool:
        found = server.tallies()
        highs = {door.enrolment.gate: door.journal.last for door in doors}
        return {gate: each.high for gate, each in found.items()} == highs

    with ExitStack() as stack:
        for door in doors:
            stack.enter_context(door.journal)
            stack.enter_context(uplink(door))
        with launch(settings, made.folder / "b1"), intake(made.collector):
            for door in doors:
                for _ in range(BEFORE):
                    door.store()
            until(list(doors), confirmed)
            said = server.call("backup", "make")
            assert said.returncode == 0, said.stderr
            (file,) = (made.folder / "shelf").glob("backup-*.gate")
            marks = {gate: each.high for gate, each in server.tallies().items()}
            for _ in range(AFTER):
                doors[0].store()
            for _ in range(100):
                doors[2].store()
            until(list(doors), confirmed)
            # The third keeps nothing that is confirmed, so it cannot bring all of it again.
            until(list(doors), lambda: doors[2].journal._segments.first > marks["truong-hoc"] + 8)

        server.destroy()
        said = server.call("restore", str(file), "--key", str(server.private))
        assert said.returncode == 0, said.stderr
        assert {gate: each.high for gate, each in server.tallies().items()} == marks
        # The third may hold nothing at all by now: what it has lost it says beside its next note,
        # which a living gate writes within five minutes.
        doors[2].store()
        with launch(settings, made.folder / "b2"), intake(made.collector):
            until(list(doors), lambda: confirmed() and arrived())

    found = server.tallies()
    assert {each.doubles for each in found.values()} == {0}
    assert found["ben-xe"].rows == found["ben-xe"].high >= BEFORE + AFTER
    assert found["ben-xe"].missing == 0
    for gate in ("ben-xe", "tram-y-te"):
        proved = json.loads(server.call("prove", "--gate", gate, "--json").stdout)
        flaws = {each["flaw"] for journal in proved["journals"] for each in journal["findings"]}
        assert flaws <= {"unsigned"}, "only what no head covers yet"
    gaps = json.loads(server.call("gaps", "--json").stdout)["gaps"]
    assert {(each["gate"], each["cause"]) for each in gaps} == {("truong-hoc", "dropped")}
    (gap,) = gaps
    assert gap["first"] == marks["truong-hoc"] + 1
    third = found["truong-hoc"]
    assert third.rows == third.high - (gap["last"] - gap["first"] + 1)
