"""The disk is full: nothing is half-written, it is said so, and it goes on when there is room.

On a real small disk. What it does to intake and the ledger is in test_outages.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from bench.boardpages import COMMAND, CONFIG, PASSWORD, Browser, served
from collector import counter
from collector.backup import keys as backup_keys
from collector.cases import schema as cases_schema
from collector.cases.audit import Audit
from collector.cases.entries import Act
from collector.database.sqlite import SqliteDatabase
from collector.enrol import process
from collector.errors import CollectorError, FileUnusable, LedgerFull
from collector.issuing.entries import Batch, Entry
from collector.ledger.archive import SqlArchive
from collector.ledger.sqlite import SqliteLedger
from collector.ledger.sqliteview import SqliteView
from collector.vault import folder
from collector.vault.epochfile import EpochFile
from collector.vault.errors import VaultExists, VaultUnusable
from collector.vault.process import AGAIN
from collector.web.secret import secret
from device import enrol
from tests.collector.cases.conftest import DISTRICT
from tests.collector.disks import full
from tests.collector.dispatch.conftest import OFFICER
from tests.collector.dispatch.conftest import District as Dispatching
from tests.collector.enrol.district import District as Enrolling
from tests.collector.enrol.district import order
from tests.collector.lists import NOW_MS, ListDesk
from tests.collector.vault.conftest import MONDAY, SealingGate, Town, card
from tests.collector.vault.conftest import wrapped as keys
from wire import joining

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
SAID = "Đĩa đã đầy"


@pytest.fixture
def pages(tmp_path: Path, small: Path) -> Iterator[tuple[Browser, Path]]:
    """Serve the officers' pages, their accounts on the small disk."""
    text = CONFIG.replace('state = "web"', f'state = "{small}/web"')
    (tmp_path / "collector.toml").write_text(text, encoding="utf-8")
    roster = '{"authority": "Huyện Mẫu", "help_line": "", "gates": []}'
    (tmp_path / "roster.json").write_text(roster, encoding="utf-8")
    with served(tmp_path) as (port, _):
        browser = Browser(port)
        yield browser, tmp_path / "collector.toml"
        browser.close()


def test_whoever_logs_in_is_told_and_gets_in_when_there_is_room(
    pages: tuple[Browser, Path], small: Path
) -> None:
    browser, _ = pages
    _, page, _ = browser.ask("/login")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    form = {"username": "board", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    with full(small):
        for _ in range(3):
            status, page, _ = browser.ask("/login", form)
            assert (status, SAID in page, "ledger-full" in page) == (503, True, True)
        assert browser.ask("/district")[0] == 302, "nobody was let in"
    browser.log_in()
    assert browser.ask("/district")[0] == 200


def test_an_account_is_made_whole_or_not_at_all(pages: tuple[Browser, Path], small: Path) -> None:
    _, config = pages

    def user(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [*COMMAND, "user", *words, "--config", str(config)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    commune = ("add", "xa", "--role", "commune-officer", *("--area", "mau") * 3)
    with full(small):
        done = user(*commune)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)
        assert "ledger-full" in done.stderr
    assert "xa" not in user("list").stdout
    assert user(*commune).returncode == 0
    assert "xa commune-officer" in user("list").stdout


def test_the_desk_issues_a_list_whole_or_not_at_all(small: Path) -> None:
    desk = ListDesk(SqliteDatabase(small / "passes.db"))
    entries = tuple(Entry(n.to_bytes(32), n.to_bytes(16), b"s" * 1000, "5A") for n in range(1, 401))
    batch = Batch("truong", "form", "pupil", NOW_MS // 1000 + 9999, entries)
    with full(small):
        for _ in range(2):
            with pytest.raises(LedgerFull):
                desk.counter.enlist(batch)
        assert [desk.count(each) for each in ("pass", "holder", "batch", "declaration")] == [0] * 4
        assert desk.published == []
    made = desk.counter.enlist(batch)
    assert (made.fresh, made.again, desk.count()) == (400, False, 400)
    desk.database.close()


def test_the_vault_waits_and_keys_each_scan_once(tmp_path: Path, small: Path) -> None:
    home = small / "vault"
    folder.prepare(home)
    pen = SealingGate("g1")
    with ExitStack() as stack:
        ledger = stack.enter_context(SqliteLedger(tmp_path / "ledger.db"))
        view = stack.enter_context(SqliteView(tmp_path / "ledger.db"))
        people = SqliteDatabase(home / folder.PEOPLE)
        stack.callback(people.close)
        archive = SqlArchive(SqliteDatabase(tmp_path / "ledger.db"))
        stack.callback(archive.close)
        town = Town(ledger, view, people, home, archive)
        town.unlock(MONDAY)
        with full(small):
            for each in range(2000):
                pen.passes(card(each), MONDAY + each * 1000)
            town.send(pen, MONDAY + 2_000_000)
            for _ in range(2):
                with pytest.raises(AGAIN):
                    town.settle(MONDAY + 2_000_000)
            assert town.room.is_open, "no custodian need come again"
        town.settle(MONDAY + 2_000_000)
        assert town.rows("SELECT COUNT(*), COUNT(DISTINCT person) FROM sighting") == [(2000, 2000)]
        assert town.rows("SELECT uses FROM epoch") == [(2000,)]


def test_keys_are_made_whole_or_not_at_all(small: Path) -> None:
    wrapped = keys()
    (small / "vault").mkdir()
    with full(small):
        for _ in range(2):
            with pytest.raises(FileUnusable, match="No space"):
                backup_keys.make(small / "keys")
            with pytest.raises(VaultUnusable, match="No space"):
                folder.save(small / "vault", wrapped)
            with pytest.raises(LedgerFull):
                secret(small / "web")
        kept = {each for each in small.rglob("*") if each.is_file()}
        assert kept == {small / "filler", small / "vault" / folder.LOCK}
    assert all(each.stat().st_size for each in backup_keys.make(small / "keys"))
    folder.save(small / "vault", wrapped)
    with pytest.raises(VaultExists):
        folder.save(small / "vault", wrapped)
    assert folder.load(small / "vault") == wrapped
    with full(small), pytest.raises(VaultUnusable, match="No space"):
        folder.replace(small / "vault", wrapped)
    kept = set((small / "vault").iterdir())
    assert kept == {small / "vault" / folder.CUSTODY, small / "vault" / folder.LOCK}
    assert folder.load(small / "vault") == wrapped
    assert secret(small / "web") == secret(small / "web")


def test_the_vaults_small_file_is_kept_as_it_was(small: Path) -> None:
    file = EpochFile(small)
    file.put("epoch-1", b"first")
    with full(small):
        with pytest.raises(VaultUnusable):
            file.put("epoch-2", bytes(8192))
        assert issubclass(VaultUnusable, AGAIN)
        assert file.names() == {"epoch-1"}
        assert file.get("epoch-1") == b"first"
    file.put("epoch-2", b"second")
    assert file.names() == {"epoch-1", "epoch-2"}


def test_nobody_is_opened_without_a_row_of_the_audit(small: Path) -> None:
    with closing(SqliteDatabase(small / "cases.db")) as database:
        cases_schema.make(database)
        audit = Audit(database)
        audit.commit(DISTRICT, Act.FOUND, MONDAY, persons=(1,))
        with full(small):
            for _ in range(2):
                with pytest.raises(LedgerFull):
                    audit.commit(DISTRICT, Act.OPENED, MONDAY, persons=range(20_000))
            assert [row.act for row in audit.rows()] == [Act.FOUND]
        assert audit.commit(DISTRICT, Act.OPENED, MONDAY, persons=range(20_000)).seq == 2
        assert audit.verify(MONDAY).holds


def test_a_command_is_given_once_or_not_at_all(small: Path) -> None:
    home = Dispatching(small, 'path = "ledger.db"', 1)
    home.open()
    home.start()
    with full(small):
        for _ in range(2):
            with pytest.raises(CollectorError) as caught:
                home.counter.order(OFFICER, "g1", "identify")
            assert caught.value.code == LedgerFull.code
        assert home.counter.orders(OFFICER, "g1") == ()
        assert not (home.config.outgoing / "g1/command").exists()
    given = home.counter.order(OFFICER, "g1", "identify")
    home.step()
    assert [each.nonce for each in home.counter.orders(OFFICER, "g1")] == [given.nonce]
    assert (home.config.outgoing / "g1/command").exists()
    home.close()


def test_enrolment_makes_a_gate_whole_and_keeps_the_code_until_it_has(
    small: Path, tmp_path: Path
) -> None:
    district = Enrolling(small)
    line = district.desk.make(order(gate="full-1"))
    body = joining.pack_ask(line.text, enrol.make_keys(tmp_path / "keys"))
    asked = counter.enrolling(tmp_path / "counter")
    with process.answering(tmp_path / "counter", district.desk):
        with full(small):
            for _ in range(2):
                with pytest.raises(CollectorError):
                    district.desk.join(body)
                with pytest.raises(LedgerFull):
                    asked.make(order(gate="full-2"))
            told = district.book.line(line.number)
            assert told is not None
            assert not told.used
            assert district.admitted.gates() == ()
        assert [each.gate for each in district.book.lines("")] == ["full-1"]
        assert isinstance(joining.unpack_answer(district.desk.join(body)), joining.Answer)
        assert [each.gate for each in district.admitted.gates()] == ["full-1"]
        assert asked.make(order(gate="full-2")).text
    district.book.close()
