"""The collector's commands, called as a person calls them, in both languages."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import cli
from collector.cli import main
from collector.ledger.entries import Post
from collector.ledger.sqlite import SqliteLedger
from collector.ledger.sqliteview import SqliteView
from collector.roster import load as load_roster
from collector.withdrawn import load
from provisioning import authority, roster
from tests.collector.intake.test_process import CONFIG, NOW
from wire import export, receipt
from wire.keys import Keyring, Use, entry
from wire.record import Direction

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
"""The records key of the gate whose journals these tests write."""
AT = 1_780_000_100_000


class Office:
    """A folder with everything the commands need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = authority.create(folder / "authority", "Huyện Mẫu", now=NOW)
        public = entry(KEY.public_key(), Use.RECORDS)
        gate = roster.Gate("g1", "Bến xe Mẫu", "Mẫu", "transport", (Direction.IN,), public)
        roster.enter(folder / "authority", gate)
        self.config = folder / "collector.toml"
        self.config.write_text(CONFIG.format(port=1), encoding="utf-8")

    def call(self, *words: str) -> int:
        return main([*words, "--config", str(self.config)])

    def fill(self, pen: Any, *spans: tuple[int, int]) -> None:  # noqa: ANN401  # the conftest's
        with SqliteLedger(self.folder / "ledger.db") as ledger:
            for first, last in spans:
                ledger.commit(Post(arrivals=(pen.arrival(first, last),)), AT)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(home: Office) -> Iterator[Office]:
    yield home
    for path in home.folder.glob("ledger.db*"):
        path.unlink()


Said = pytest.CaptureFixture[str]


def test_on_a_server_that_was_installed_nobody_need_name_the_configuration(
    office: Office, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "INSTALLED", office.folder / "nowhere.toml")
    assert main(["check"]) == 2
    assert capsys.readouterr().err.startswith("arguments-invalid")
    monkeypatch.setattr(cli, "INSTALLED", office.config)
    assert main(["check"]) == 0
    assert str(office.folder / "ledger.db") in capsys.readouterr().out


def test_what_is_missing_is_told(office: Office, journal: Callable[..., Any], capsys: Said) -> None:
    pen = journal("g1", "j1").scan(2).missing(5).scan(9)
    office.fill(pen, (1, 6))
    assert office.call("gaps") == 1
    assert "g1 (Bến xe Mẫu), " in (told := capsys.readouterr().out)
    assert "3-5 (3)" in told
    office.fill(pen, (9, 10))
    assert office.call("gaps", "--json", "--gate", "g1") == 1
    found = json.loads(capsys.readouterr().out)["gaps"]
    assert [(each["lack"], each["first"], each["last"]) for each in found] == [
        ("declared", 3, 5),
        ("gap", 7, 8),
    ]


def test_nothing_missing_is_told_too(
    office: Office, journal: Callable[..., Any], capsys: Said
) -> None:
    office.fill(journal("g1", "j1").scan(2), (1, 2))
    assert office.call("gaps") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_proof_is_told_and_its_status_says_whether_it_holds(
    office: Office, journal: Callable[..., Any], capsys: Said
) -> None:
    pen = journal("g1", "j1").scan(4).head().scan(6)
    office.fill(pen, (1, 5))
    assert office.call("prove", "--gate", "g1") == 0
    assert "1-5" in capsys.readouterr().out
    office.fill(pen, (9, 9))
    assert office.call("prove", "--gate", "g1", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["holds"], found["walked"]) == (False, 5)
    assert found["journals"][0]["findings"] == [
        {"flaw": "missing", "first": 6, "last": 8, "cause": ""}
    ]
    assert office.call("prove", "--gate", "g1", "--from", "2031-01-01", "--to", "2031-01-02") == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["prove", "--gate", "g7"], "gate-unknown"),
        (["prove", "--gate", "g1", "--from", "yesterday"], "arguments-invalid"),
        (["prove", "--gate", "g1", "--to", "9999-12-31"], "arguments-invalid"),
        (["gaps", "--gate", "g7"], "gate-unknown"),
        (["gates", "restore", "g1"], "gate-unknown"),
        (["publish", "/none"], "file-unusable"),
        (["import", "/none"], "file-unusable"),
        (["nothing"], "arguments-invalid"),
        (["restore", "--continue"], "restore-none"),
        (["restore", "/none"], "arguments-invalid"),
        (["token", "add", "", "--scope", "records"], "token-unnamed"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    office: Office, journal: Callable[..., Any], capsys: Said, words: list[str], code: str
) -> None:
    office.fill(journal("g1", "j1").scan(1), (1, 1))
    assert office.call(*words) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith(f"{code}: ")
    assert said[1].startswith("  -> ")


@pytest.mark.parametrize(
    ("words", "said", "remedy"),
    [
        (["doctr"], "không có 'doctr'; có phải doctor?", "`collector --help`"),
        (["backup", "mak"], "không có 'mak'; có phải make?", "`collector backup --help`"),
        (
            ["token", "add", "x", "--scope", "recods"],
            "không có 'recods'; có phải records?",
            "`collector token add --help`",
        ),
        (["zzz"], "hãy chọn trong 'up', 'intake'", "`collector --help`"),
        (["user", "add", "a", "--role", "boss"], "hãy chọn trong 'operator', 'district", ""),
        (["restore", "/none", "--replac"], "đối số lạ: --replac", ""),
        (["up", "--practice", __file__], "test_cli.py", ""),
        (["doctor"], "--config", "`collector doctor --help`"),
        (["restore", "/none"], "thiếu các đối số: --key", ""),
        (["up", "--practice"], "không dùng cả hai", ""),
    ],
)
def test_who_mistypes_is_told_what_was_probably_meant_and_where_to_look(
    home: Office, capsys: Said, words: list[str], said: str, remedy: str
) -> None:
    alone = words == ["doctor"] or __file__ in words
    assert main(words if alone else [*words, "--config", str(home.config)]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert said in first
    assert remedy in second


def test_where_there_is_nothing_to_list_it_is_said(tmp_path: Path, capsys: Said) -> None:
    made = Office(tmp_path)
    assert made.call("token", "list") == 0
    assert capsys.readouterr().out == "Chưa có mã truy cập nào.\n"
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(f'{text}\n[backup]\nfolder = "shelf"\nkey = "k"\n', encoding="utf-8")
    assert made.call("backup", "ls") == 0
    assert capsys.readouterr().out == f"{tmp_path}/shelf: chưa có bản nào\n"


def test_a_named_pipe_is_not_waited_for(office: Office, tmp_path: Path, capsys: Said) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for words in (["import", str(pipe)], ["backup", "verify", str(pipe)]):
        assert office.call(*words) == 2
        assert f"{pipe}: " in (said := capsys.readouterr().err)
        assert "file-unusable" in said
    assert main(["check", "--config", str(pipe)]) == 2
    assert "file-unusable" in capsys.readouterr().err


def test_a_configuration_that_is_not_there_is_a_file_that_cannot_be_read(capsys: Said) -> None:
    assert main(["doctor", "--config", "/nowhere/collector.toml"]) == 2
    assert capsys.readouterr().err.startswith("file-unusable: ")


def test_a_gate_is_withdrawn_and_restored(office: Office) -> None:
    path = office.folder / "road/withdrawn"
    assert office.call("gates", "revoke", "g1") == 0
    assert load(path) == {"g1"}
    assert office.call("gates", "restore", "g1") == 0
    assert load(path) == frozenset()


class Carried:
    """An export of a journal, as a gate writes it."""

    def __init__(self, pen: Any, *, key: Ed25519PrivateKey = KEY) -> None:  # noqa: ANN401
        header = export.Header(pen.gate, AT)
        batches = [pen.payload(first, first + 3, historical=True) for first in range(1, 9, 4)]
        self.lines = list(export.lines(header, batches, key))

    def write(self, folder: Path) -> Path:
        path = folder / "export"
        path.write_bytes(b"".join(self.lines))
        return path


def test_what_was_carried_by_hand_is_taken_and_receipted(
    office: Office, journal: Callable[..., Any], tmp_path: Path, capsys: Said
) -> None:
    pen = journal("g1", "j1").scan(8)
    office.fill(pen, (1, 2))
    path = Carried(pen).write(tmp_path)
    assert office.call("import", str(path)) == 0
    assert "6" in capsys.readouterr().out
    ring = Keyring(list(office.home.public.keys))
    (answer,) = export.receipts((tmp_path / "export.proof").read_bytes())
    found = receipt.unpack(answer, ring)
    assert (found.gate, found.high, found.hash) == ("g1", 8, pen.chain[8].hex())
    assert office.call("import", str(path), "--proof", str(tmp_path / "again")) == 0
    with SqliteView(office.folder / "ledger.db") as view:
        assert (view.tallies()[0].rows, view.tallies()[0].doubles) == (8, 0)


def test_what_is_refused_of_a_file_is_told(
    office: Office, journal: Callable[..., Any], tmp_path: Path, capsys: Said
) -> None:
    office.fill(journal("g1", "j1", boot="feedbeef").scan(4), (1, 4))
    path = Carried(journal("g1", "j1").scan(8)).write(tmp_path)
    assert office.call("import", str(path)) == 1
    assert "fork" in capsys.readouterr().out


@pytest.mark.parametrize("how", ["stranger", "cut", "changed", "another", "withdrawn", "noise"])
def test_a_file_that_is_not_the_gates_own_whole_word_is_refused(
    office: Office, journal: Callable[..., Any], tmp_path: Path, capsys: Said, how: str
) -> None:
    carried = Carried(journal("g7" if how == "stranger" else "g1", "j1").scan(8))
    if how == "another":
        carried = Carried(journal("g1", "j1").scan(8), key=Ed25519PrivateKey.generate())
    if how == "cut":
        del carried.lines[1]
    if how == "changed":
        carried.lines[1] = base64.b64encode(b"{}") + b"\n"
    if how == "noise":
        carried.lines = [b"\xff" * 2_000_000]
    if how == "withdrawn":
        office.call("gates", "revoke", "g1")
    path = carried.write(tmp_path)
    try:
        assert office.call("import", str(path)) == 2
        assert capsys.readouterr().err.startswith("export-refused: ")
        assert not (tmp_path / "export.proof").exists()
    finally:
        office.call("gates", "restore", "g1")


def test_a_place_is_granted_by_its_id_whichever_of_its_names_was_typed(
    office: Office, capsys: Said
) -> None:
    meant = load_roster(office.folder / "authority" / "roster.json").place_of("g1").id
    assert meant != "Bến xe Mẫu"
    scope = ("--scope", "passes-issue")
    assert office.call("token", "add", "smas", *scope, "--place", "Bến xe Mẫu") == 0
    assert office.call("token", "list") == 0
    told = capsys.readouterr()
    assert told.out.endswith(f"({meant})\n")
    assert told.err == ""
    assert office.call("token", "add", "cty", *scope, "--place", "Công ty Mẫu") == 0
    assert "“Công ty Mẫu”" in capsys.readouterr().err, "it is kept, and may be mistyped"
    program = "import sys; from collector.cli import main; sys.exit(main(sys.argv[1:]))"
    start = (sys.executable, "-c", program, "user")  # the pages are set up once in a process
    where = ("--config", str(office.config))
    reach = ("--role", "keeper", "--place", "Bến xe Mẫu", "--area", "Mẫu", "--area", "Mẩu")
    added = subprocess.run(
        [*start, "add", "ba", *reach, *where], check=True, capture_output=True, text=True
    )
    assert "“Mẩu”" in added.stderr
    assert "“Mẫu”" not in added.stderr
    listed = subprocess.run([*start, "list", *where], check=True, capture_output=True, text=True)
    assert f"place={meant!r}" in listed.stdout
