"""The end of a gate: first all is told, then all is gone, and no power cut leaves it half done."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from collector import cli as collector
from collector.ledger.sqliteview import SqliteView
from device import config, enrol
from device.cards import used
from device.cards.used import UsedCards
from device.commands import USED
from device.enrol import Enrolled
from device.errors import NotEnrolled
from device.flow import Instant
from device.inbox import Inbox
from device.journal import stocktaking
from device.journal.store import CardJournal, Limits
from device.setup import admission
from device.setup.ending import Ending
from tests.device.journal.card import fill, moment
from tests.device.site import GATE, NOW, Site
from wire import batch, export, head, receipt
from wire.cardwork import Work
from wire.keys import Keyring, Use, entry
from wire.record import ClockState, Missing, What, to_record

AT = Instant(10**9, int(NOW.timestamp() * 1000), ClockState.SYNCED, "b")


class Cut(Exception):
    """The power."""


class Gate:
    """A gate with records, a network and keys, that may be ended."""

    def __init__(self, site: Site) -> None:
        self.site, self.found = site, config.load(site.config)
        folders = self.found.folders
        self.who: Enrolled = enrol.load(folders.keys, enrol.root_key(folders.keys / enrol.ROOT))
        self.boot = site.folder / "boot"
        self.network = site.folder / "gate.nmconnection"
        self.network.write_text("psk=mat khau")
        self.asked: list[str] = []
        inbox = Inbox(folders.inbox, Keyring(self.who.enrolment.keys))
        seal, key = self.who.enrolment.seal, self.who.records_key
        limits = Limits(segment_records=4)
        for folder in (folders.inbox, folders.presence, folders.accepted, folders.uplink_log):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "something").write_bytes(b"x")
        with CardJournal(
            folders.journal, folders.run, GATE, seal, inbox.receipt, limits, key=key
        ) as journal:
            journal.note(What.START, moment())
            fill(journal, 9, 1)
        (self.held,) = stocktaking.held(folders.journal, folders.run)

    def ending(self) -> Ending:
        return Ending(
            found=self.found,
            boot=self.boot,
            networks=(self.network,),
            now=lambda: AT,
            stop=lambda: self.asked.append("stop"),
            start=lambda: self.asked.append("start"),
        )

    @property
    def is_gone(self) -> bool:
        folders = self.found.folders
        kept = [
            *(folders.journal, folders.presence, folders.accepted, folders.inbox, folders.run),
            *(folders.uplink_log, folders.errands, folders.keys / "scanner"),
        ]
        left = [path for folder in kept if folder.exists() for path in folder.iterdir()]
        return not left and not self.network.exists() and not self.is_enrolled

    @property
    def is_enrolled(self) -> bool:
        keys = self.found.folders.keys
        try:
            enrol.load(keys, enrol.root_key(keys / enrol.ROOT))
        except NotEnrolled:
            return False
        return True

    def told(self, name: str) -> list[object]:
        """Return the records of an export on the boot partition, after checking all of it."""
        lines = (self.boot / f"{name}-records-{GATE}.jsonl").read_bytes().splitlines(keepends=True)
        ring = Keyring([entry(self.who.records_key.public_key(), Use.RECORDS)])
        export.check(lines, ring)
        return [
            to_record(document)
            for each in export.batches(lines)
            for document in batch.unpack(each).documents()
        ]


@pytest.fixture
def gate(site: Site) -> Gate:
    return Gate(site)


@pytest.mark.parametrize("work", [Work.FACTORY_RESET, Work.RETIRE])
def test_the_last_records_are_told_before_anything_is_deleted(gate: Gate, work: Work) -> None:
    gate.ending().begin(work)
    assert gate.is_gone
    assert len(gate.told("last")) == gate.held.last
    assert gate.asked == ["stop", "start"]
    assert (gate.found.folders.keys / "root.json").exists(), "whom to believe next"


def test_a_gate_that_was_reset_makes_new_keys_and_one_that_is_retired_none(gate: Gate) -> None:
    keys = gate.found.folders.keys
    before = gate.who.records_key.public_key()
    gate.ending().begin(Work.FACTORY_RESET)
    admission.admit(keys, gate.boot)
    assert enrol._records_key(keys).public_key() != before
    gate.site.enrol()
    gate.ending().begin(Work.RETIRE)
    (gate.boot / "request.json").unlink()
    assert not admission.admit(keys, gate.boot)
    assert not (gate.boot / "request.json").exists()
    assert not (keys / "scanner/records.pem").exists()


def test_the_card_that_has_reset_a_gate_does_not_reset_it_again(gate: Gate) -> None:
    """It is good for days, and the gate is soon enrolled again by the same name."""
    number, folders = b"8 bytes.", gate.found.folders
    for folder, name in (
        (folders.accepted, used.NAME),
        (folders.errands, used.NAME),
        (folders.accepted, USED),
        (folders.errands, USED),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        assert UsedCards(folder, name).add(number, 2**31)
    gate.ending().begin(Work.FACTORY_RESET)
    for folder in (folders.accepted, folders.errands):
        assert sorted(path.name for path in folder.iterdir()) == sorted([used.NAME, USED])
        for name in (used.NAME, USED):
            kept = UsedCards(folder, name)
            kept.begin(0)
            assert number in kept


@pytest.mark.parametrize("work", [Work.FACTORY_RESET_LOSING, Work.RETIRE_LOSING])
def test_lost_records_are_declared_and_signed(gate: Gate, work: Work) -> None:
    gate.ending().begin(work)
    assert gate.is_gone
    (missing,) = gate.told("lost")
    assert isinstance(missing, Missing)
    held = gate.held
    assert (missing.seq, missing.last, missing.cause) == (1, held.last, "forfeited")
    ring = Keyring([entry(gate.who.records_key.public_key(), Use.RECORDS)])
    head.check(missing, GATE, held.journal, ring)


@pytest.mark.parametrize("work", [Work.FACTORY_RESET, Work.RETIRE_LOSING])
def test_what_cannot_be_told_is_not_ended(gate: Gate, work: Work) -> None:
    gate.boot.write_text("a file where the folder should be")
    with pytest.raises(OSError, match="boot"):
        gate.ending().begin(work)
    assert gate.is_enrolled
    assert not gate.ending().resume()
    assert stocktaking.held(gate.found.folders.journal, gate.found.folders.run)
    assert gate.asked == ["stop", "start"]


@pytest.fixture
def power(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Cut the power before the n-th file is deleted, for as long as the list says so."""
    left = [10**9]
    unlink = Path.unlink

    def cutting(path: Path, missing_ok: bool = False) -> None:  # noqa: FBT001, FBT002  (as it is)
        left[0] -= 1
        if left[0] < 0:
            raise Cut
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", cutting)
    yield left
    monkeypatch.undo()


@pytest.mark.parametrize("after", [0, 3, 6, 11, 16, 20])
def test_a_power_cut_is_made_good_whenever_it_came(
    gate: Gate, power: list[int], after: int
) -> None:
    power[0] = after
    try:
        gate.ending().begin(Work.RETIRE)
    except Cut:
        power[0] = 10**9
        assert gate.ending().resume() or gate.is_gone or gate.is_enrolled
    power[0] = 10**9
    assert gate.is_gone or gate.is_enrolled
    if not gate.is_enrolled:
        assert len(gate.told("last")) == gate.held.last
    assert not gate.ending().resume()


def test_links_that_somebody_laid_lead_nowhere(gate: Gate, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    (gate.found.folders.inbox / "link").symlink_to(precious)
    gate.ending().begin(Work.FACTORY_RESET)
    assert (precious / "file").exists()


def test_a_file_of_an_ending_that_is_none_changes_nothing(gate: Gate) -> None:
    path = gate.found.folders.errands / "ending.json"
    path.parent.mkdir(parents=True)
    for content in (b"", b"{", b'{"work":"sing","gate":"x"}', msgspec.json.encode({"v": 1})):
        path.write_bytes(content)
        assert not gate.ending().resume()
    assert gate.is_enrolled


COLLECTOR = """
[ledger]
path = "ledger.db"
[roster]
path = "{home}/roster.json"
[broker]
host = "127.0.0.1"
port = 8883
ca = "{home}/collector/ca.pem"
certificate = "{home}/collector/certificate.pem"
key = "{home}/collector/tls.pem"
[receipt]
key = "{home}/collector/receipt.pem"
[web]
state = "web"
"""


def test_the_district_takes_a_declaration_as_it_takes_every_export(
    gate: Gate, tmp_path: Path
) -> None:
    """What was lost is one signed hole in the ledger, and the district asks for it no more."""
    gate.ending().begin(Work.RETIRE_LOSING)
    settings = tmp_path / "collector.toml"
    settings.write_text(COLLECTOR.format(home=gate.site.home.folder), encoding="utf-8")
    lost = str(gate.boot / f"lost-records-{GATE}.jsonl")
    assert collector.main(["import", "--config", str(settings), lost]) == 0
    with SqliteView(tmp_path / "ledger.db") as view:
        (tally,) = view.tallies()
    ring = Keyring(list(gate.site.home.public.keys))
    (answer,) = export.receipts((gate.boot / f"lost-records-{GATE}.jsonl.proof").read_bytes())
    found = receipt.unpack(answer, ring)
    assert (found.gate, found.high) == (GATE, gate.held.last)
    assert (tally.declared, tally.missing, tally.rows) == (gate.held.last, 0, 0)
