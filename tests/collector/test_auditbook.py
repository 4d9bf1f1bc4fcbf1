"""`collector audit`: whoever has the disk is found out by a head in a file, or on the gates."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collector.cases import schema
from collector.cases.audit import Audit
from collector.cases.entries import Act
from collector.cases.roles import Actor, Role
from collector.database.sqlite import SqliteDatabase
from tests.collector.test_cli import AT, Office
from wire.receipt import Witnessed
from wire.record import What

LAN = Actor("lan", Role.DISTRICT)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = Office(tmp_path_factory.mktemp("office"))
    with made.config.open("a", encoding="utf-8") as file:
        file.write('\n[vault]\nstate = "vault"\n')
    return made


class Book:
    """An office with an audit of five rows, and a ledger."""

    def __init__(self, office: Office, journal: Callable[..., Any]) -> None:
        self.office, self._journal = office, journal
        self.path = office.folder / "vault/cases.db"
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.database = SqliteDatabase(self.path)
        schema.make(self.database)
        self.audit = Audit(self.database)
        for number in range(5):
            self.audit.commit(LAN, Act.TRACED, AT + number, case=1, persons=(number,))
        office.fill(journal("g1", "j1").scan(1), (1, 1))

    def witnessed(self) -> None:
        head = self.audit.head(AT)
        said = msgspec.to_builtins(Witnessed(head.seq, head.hash, AT))
        pen = self._journal("g1", "j1").scan(1).note(What.WITNESS, said)
        self.office.fill(pen, (2, 2))

    def rewritten(self) -> None:
        """Do what somebody with the disk can do: begin the chain anew, with a row less."""
        self.database.close()
        for path in self.path.parent.glob("cases.db*"):
            path.unlink()
        schema.make(self.database)
        for number in range(4):
            self.audit.commit(LAN, Act.TRACED, AT + number, case=1, persons=(number,))


@pytest.fixture
def book(home: Office, journal: Callable[..., Any]) -> Iterator[Book]:
    made = Book(home, journal)
    yield made
    made.database.close()
    for path in (*home.folder.glob("ledger.db*"), *made.path.parent.glob("cases.db*")):
        path.unlink()


def test_an_untouched_audit_is_whole(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    book.witnessed()
    assert book.office.call("audit", "verify") == 0
    assert (
        "5 dòng đến dòng 5, đối chiếu với 1 dấu mà các cổng đã ghi: còn nguyên"
        in capsys.readouterr().out
    )


def test_a_head_in_a_file_finds_a_rewritten_audit(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "head.json"
    assert book.office.call("audit", "head", str(kept)) == 0
    assert book.office.call("audit", "verify", "--head", str(kept)) == 0
    book.rewritten()
    assert book.office.call("audit", "verify") == 0
    assert book.office.call("audit", "verify", "--head", str(kept)) == 1
    assert "dòng 5: không còn" in capsys.readouterr().out


def test_the_gates_find_a_rewritten_audit_without_any_file(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    book.witnessed()
    book.rewritten()
    assert book.office.call("audit", "verify", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["holds"], said["witnessed"]) == (False, 1)
    assert said["flaws"] == [{"seq": 5, "why": "missing"}]


def test_rows_are_listed_without_a_word_that_somebody_typed(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    assert book.office.call("audit", "ls", "--limit", "2") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["seq"], row["act"], row["persons"]) for row in rows] == [
        (4, "traced", [3]),
        (5, "traced", [4]),
    ]


@pytest.mark.parametrize("data", [None, b"", b"{}", b"\xff"])
def test_a_file_that_is_no_head_is_said_so(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes | None
) -> None:
    path = tmp_path / "head.json"
    if data is not None:
        path.write_bytes(data)
    assert book.office.call("audit", "verify", "--head", str(path)) == 2
    assert "file-unusable" in capsys.readouterr().err


def test_without_an_audit_it_is_said_what_is_missing(
    home: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert home.call("audit", "ls") == 2
    assert "ledger-missing" in capsys.readouterr().err
