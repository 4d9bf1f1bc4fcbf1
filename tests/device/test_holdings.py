"""`gate journal`: a technician sees what is there, whether it is whole, and carries it on foot."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device import cli, config, enrol
from device.holdings import nothing_held
from device.inbox import Inbox
from device.journal import carried as away
from device.journal.store import CardJournal, Limits
from tests.device.command import gate
from tests.device.journal.card import chain_of, fill, moment, read
from tests.device.site import GATE, Site
from wire import batch, export, receipt
from wire.head import last_of
from wire.keys import Keyring, Use, entry, raw_public
from wire.receipt import Receipt
from wire.record import What

LIMITS = Limits(segment_records=4)


class Carried:
    """A gate whose scanner is played by the test, and the district's key."""

    def __init__(self, site: Site) -> None:
        self.site = site
        keys = config.load(site.config).folders.keys
        self.enrolled = enrol.load(keys, enrol.root_key(keys / enrol.ROOT))
        self.ring = Keyring(self.enrolled.enrolment.keys)
        self.inbox = Inbox(site.inbox, self.ring)
        site.inbox.mkdir(parents=True, exist_ok=True)

    def scanner(self) -> CardJournal:
        return CardJournal(
            self.site.journal,
            self.site.run,
            GATE,
            self.enrolled.enrolment.seal,
            self.inbox.receipt,
            LIMITS,
            key=self.enrolled.records_key,
        )

    def run(self, *words: str | Path) -> int:
        command, *rest = map(str, words)
        try:
            return cli.main(["journal", command, "--config", str(self.site.config), *rest])
        finally:
            structlog.reset_defaults()  # a command logs to its own standard error

    @property
    def records(self) -> Keyring:
        return Keyring([entry(self.enrolled.records_key.public_key(), Use.RECORDS)])


@pytest.fixture
def carried(site: Site) -> Carried:
    return Carried(site)


@pytest.fixture
def journal(carried: Carried) -> Iterator[CardJournal]:
    with carried.scanner() as made:
        made.note(What.START, moment())
        fill(made, 9, 1)
        yield made


def district(carried: Carried) -> Ed25519PrivateKey:
    """Return the key with which the district signs receipts."""
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_private_key,
    )

    known = {each.kid for each in carried.enrolled.enrolment.keys if each.use is Use.RECEIPT}
    from wire.keys import kid_of  # noqa: PLC0415

    for path in carried.site.home.folder.rglob("*.pem"):
        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except ValueError:
            continue
        if isinstance(key, Ed25519PrivateKey) and kid_of(raw_public(key)) in known:
            return key
    pytest.fail("the authority has no key for receipts")


def proof(carried: Carried, journal: CardJournal, high: int) -> bytes:
    """Return what the district answers to an export."""
    documents = [each for each in read(carried.site.journal, high) if last_of(each) <= high]
    chain = chain_of(journal.journal, documents, GATE).hex()
    found = Receipt(GATE, journal.journal, high, chain, 1_790_000_000_000)
    return export.proof([receipt.pack(found, district(carried))])


def test_it_lists_what_is_there_while_a_scanner_runs(
    carried: Carried, journal: CardJournal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carried.run("ls", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert (found["journal"], found["first"], found["last"]) == (journal.journal, 1, journal.last)
    assert (found["waiting"], found["set_aside"]) == (journal.last, 0)
    assert carried.run("ls") == 0
    said = capsys.readouterr().out
    assert journal.journal in said
    assert carried.enrolled.enrolment.seal.kid in said


def test_before_the_first_record_there_is_nothing_to_list(
    carried: Carried, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carried.run("ls", "--json") == 0
    assert capsys.readouterr().out == ""
    for asked in ("ls", "verify"):
        assert carried.run(asked) == 0
        assert capsys.readouterr().out.splitlines()[0] == nothing_held()


def test_a_whole_journal_is_said_to_be_whole(
    carried: Carried, journal: CardJournal, capsys: pytest.CaptureFixture[str]
) -> None:
    journal.note(What.STOP, moment(50))
    assert carried.run("verify") == 0
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(
    ("pattern", "old", "new"),
    [
        ("*5.json", b'"kind":"pass"', b'"kind":"pars"'),
        ("*.open", b'"dir":"in"', b'"dir":"on"'),
        ("*1.json", b'"hash":"', b'"hash":"0'),
    ],
)
def test_damage_is_found_and_named_and_nothing_is_changed(
    pattern: str,
    old: bytes,
    new: bytes,
    carried: Carried,
    journal: CardJournal,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del journal
    path = next(carried.site.journal.glob(pattern))
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    before = {each: each.read_bytes() for each in carried.site.journal.iterdir()}
    assert carried.run("verify") == 1
    assert capsys.readouterr().out
    assert {each: each.read_bytes() for each in carried.site.journal.iterdir()} == before


def test_a_segment_that_is_gone_or_was_declared_is_not_whole(
    carried: Carried, capsys: pytest.CaptureFixture[str]
) -> None:
    with carried.scanner() as journal:
        fill(journal, 14)
    gone = sorted(carried.site.journal.glob("0*.json"))[1]
    gone.unlink()
    assert carried.run("verify") == 1
    first = capsys.readouterr().out
    with carried.scanner() as journal:
        for second in range(100, 140):
            journal.tend(moment(second))
    assert carried.run("verify") == 1
    second_time = capsys.readouterr().out
    assert str(int(gone.name[:16])) in first
    assert str(int(gone.name[:16])) in second_time
    assert first != second_time


def test_a_head_of_another_key_is_found(
    carried: Carried, capsys: pytest.CaptureFixture[str]
) -> None:
    carried.enrolled = carried.enrolled._replace(records_key=Ed25519PrivateKey.generate())
    with carried.scanner() as journal:
        journal.note(What.STOP, moment(1))
    assert carried.run("verify") == 1
    assert "2" in capsys.readouterr().out


def test_an_export_holds_what_is_not_confirmed_sealed_and_signed(
    carried: Carried, journal: CardJournal, tmp_path: Path
) -> None:
    out = tmp_path / "stick" / "gate.export"
    out.parent.mkdir()
    assert carried.run("export", out) == 0
    assert out.stat().st_mode & 0o077 == 0
    lines = out.read_bytes().splitlines(keepends=True)
    assert export.check(lines, carried.records).gate == GATE
    found = [batch.unpack(each) for each in export.batches(lines)]
    documents = [each for one in found for each in one.documents()]
    assert documents == read(carried.site.journal, journal.last)
    assert b"00112233aabbccdd" not in b"".join(export.batches(lines))


def test_a_proof_brought_back_frees_what_it_covers_and_no_more(
    carried: Carried, journal: CardJournal, tmp_path: Path
) -> None:
    answer = tmp_path / "proof"
    answer.write_bytes(proof(carried, journal, 7))
    assert carried.run("import-proof", answer) == 0
    journal.tend(moment(60))
    assert journal.confirmed == 7
    out = tmp_path / "second.export"
    assert carried.run("export", out) == 0
    assert first_of(out) == 8
    assert carried.run("export", "--all", out) == 0
    assert first_of(out) == 1


def first_of(path: Path) -> int:
    lines = path.read_bytes().splitlines(keepends=True)
    return batch.unpack(next(export.batches(lines))).first


def test_without_a_scanner_a_proof_waits_for_it(carried: Carried, tmp_path: Path) -> None:
    answer = tmp_path / "proof"
    with carried.scanner() as journal:
        fill(journal, 9)
        answer.write_bytes(proof(carried, journal, 5))
    assert carried.run("import-proof", answer) == 0
    with carried.scanner() as journal:
        journal.tend(moment(60))
        assert journal.confirmed == 5


def test_a_proof_that_does_not_fit_lays_nothing(
    carried: Carried, journal: CardJournal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = district(carried)
    good = proof(carried, journal, 7)
    foreign = receipt.pack(Receipt("g9", journal.journal, 7, "00" * 32, 1), key)
    other = receipt.pack(Receipt(GATE, journal.journal, 7, "00" * 32, 1), key)
    forged = receipt.pack(
        Receipt(GATE, journal.journal, 7, "00" * 32, 1), Ed25519PrivateKey.generate()
    )
    answer = tmp_path / "proof"
    for data in (b"", b"\0\n" * 5, foreign, other, forged, good + forged, b"{}\n" * 2000):
        answer.write_bytes(data)
        assert carried.run("import-proof", answer) == 2
        assert capsys.readouterr().err.startswith("proof-refused")
    assert list(carried.site.inbox.iterdir()) == []
    shutil.copy(carried.site.config, answer)
    assert carried.run("import-proof", answer) == 2


def test_no_export_takes_the_place_of_a_stick_or_a_pipe(
    carried: Carried, journal: CardJournal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert journal.confirmed == 0
    pipe = tmp_path / "sda1"  # as a device, but one that any user may make
    os.mkfifo(pipe)
    for taken in (pipe, tmp_path):
        assert carried.run("export", taken) == 2
        assert capsys.readouterr().err.startswith("storage-unusable: ")
    assert pipe.is_fifo()


def test_what_can_hold_no_proof_is_named(
    carried: Carried, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for taken, code in ((pipe, "storage-unusable"), (tmp_path, "proof-refused")):
        assert carried.run("import-proof", taken) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"{code}: ")
        assert f"({taken}: " in told


def test_a_file_that_is_not_there_is_named(carried: Carried, tmp_path: Path) -> None:
    said = gate("journal", "import-proof", "--config", carried.site.config, tmp_path / "none")
    assert (said.status, said.code) == (2, "storage-unusable")


def test_what_was_carried_away_is_held_by_nobody_else_no_more(
    carried: Carried, journal: CardJournal, tmp_path: Path
) -> None:
    folders = config.load(carried.site.config).folders

    def unsent() -> int:
        return away.unsent(folders.journal, folders.run, folders.carried)

    scans = unsent()
    assert 0 < scans < journal.last, "notes are not scans"
    assert carried.run("export", tmp_path / "out") == 0
    assert unsent() == 0
    fill(journal, 3, 100)
    assert unsent() == 3
    journal.note(What.ALIVE, moment())
    assert unsent() == 3


def test_a_note_of_what_was_carried_counts_for_those_very_records_only(
    carried: Carried, journal: CardJournal, tmp_path: Path
) -> None:
    folders = config.load(carried.site.config).folders
    before = away.unsent(folders.journal, folders.run, folders.carried)
    assert carried.run("export", tmp_path / "out") == 0
    path = folders.carried / "carried.json"
    points = json.loads(path.read_text())
    for lie in ({"last": journal.last, "chain": "00" * 32}, {"last": 10**9, "chain": ""}):
        points["journals"][journal.journal] = lie
        path.write_text(json.dumps(points))
        assert away.unsent(folders.journal, folders.run, folders.carried) == before
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert away.unsent(folders.journal, folders.run, folders.carried) == before


def test_many_records_are_not_looked_at_one_by_one(
    carried: Carried, journal: CardJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.journal.carried.MANY", 3)
    folders = config.load(carried.site.config).folders
    assert away.unsent(folders.journal, folders.run, folders.carried) == journal.waiting


def test_the_status_says_how_many_scans_a_reset_would_end_until_they_are_carried_away(
    carried: Carried, journal: CardJournal, tmp_path: Path
) -> None:
    def told() -> int:
        said = gate("status", "--json", "--config", carried.site.config)
        assert said.status == 0
        count: int = json.loads(said.out)["unsent"]
        return count

    assert told() == 9, "the note of the start is no scan"
    assert carried.run("export", tmp_path / "out") == 0
    assert told() == 0
    fill(journal, 2, 10)
    assert told() == 2
