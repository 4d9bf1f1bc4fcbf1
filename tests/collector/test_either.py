"""The commands and the processes on either ledger, chosen by the configuration alone."""

import json
import re
import signal
from collections.abc import Callable
from typing import Any

import pytest

from collector import clock
from collector.config import load
from collector.ledger import opened
from collector.ledger.entries import Post
from collector.localday import DAY_MS
from collector.roster import RosterFile
from collector.web.snapshot import Snapshot
from tests.collector.intake.test_process import District, Gate, start
from tests.collector.postgres import Cluster
from tests.collector.test_cli import Carried, Office

Said = pytest.CaptureFixture[str]


def in_postgres(home: Office | District, postgres: Cluster) -> None:
    """Point a configuration to a database of its own."""
    where = re.sub(r" user=\S+", "", postgres.database())
    text = home.config.read_text(encoding="utf-8")
    home.config.write_text(text.replace('path = "ledger.db"', f'postgres = "{where}"'))


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = Office(tmp_path_factory.mktemp("office"))
    if request.param == "postgresql":
        in_postgres(made, request.getfixturevalue("postgres"))
        assert made.call("database", "setup", "--user", "postgres") == 0
    return made


def fill(office: Office, pen: Any, last: int, at_ms: int) -> None:  # noqa: ANN401  # the conftest's
    with opened.ledger(load(office.config).ledger) as ledger:
        ledger.commit(Post(arrivals=(pen.arrival(1, last),)), at_ms)


def test_every_question_is_answered(
    office: Office, journal: Callable[..., Any], capsys: Said
) -> None:
    pen = journal("g1", "j1").scan(4).head().missing(8).scan(3)
    fill(office, pen, 11, 1_790_000_000_000)
    assert office.call("gaps") == 1
    assert "6-8 (3)" in capsys.readouterr().out
    assert office.call("prove", "--gate", "g1") == 1
    assert "1-11" in capsys.readouterr().out
    assert office.call("stats", "--json", "--verify") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["total"]["rows"], found["total"]["missing"], found["broken"]) == (8, 0, [])


def test_what_was_carried_by_hand_is_taken(
    office: Office, journal: Callable[..., Any], capsys: Said
) -> None:
    fill(office, journal("g1", "j1").scan(2), 2, 1_790_000_000_000)
    path = Carried(journal("g1", "j1").scan(8)).write(office.folder)
    assert office.call("import", str(path)) == 0
    assert "6" in capsys.readouterr().out


def test_the_board_is_drawn(office: Office, journal: Callable[..., Any]) -> None:
    fill(office, journal("g1", "j1").scan(2), 2, 1_790_000_000_000)
    config = load(office.config)
    view = opened.view(config.ledger)
    roster = RosterFile(config.roster.path)
    board = Snapshot(view, roster, clock.wall_ms, clock.steady_s).board()
    assert board.authority == "Huyện Mẫu"
    view.close()


def test_retention_says_what_it_did_and_the_proof_says_by_which_receipt(
    office: Office, journal: Callable[..., Any], capsys: Said
) -> None:
    fill(office, journal("g1", "j1").scan(6).head(), 7, clock.wall_ms() - 60 * DAY_MS)
    assert office.call("retention") == 1
    assert "Không xóa gì" in capsys.readouterr().out
    assert office.call("retention", "--clock-is-right", "--dry-run") == 0
    assert "g1 j1" in capsys.readouterr().out
    assert office.call("retention", "--clock-is-right", "--json") == 0
    done = json.loads(capsys.readouterr().out)
    (receipt,) = done["receipts"]
    assert (receipt["first"], receipt["last"], receipt["records"], done["left"]) == (1, 7, 7, 0)
    assert office.call("prove", "--gate", "g1") == 0
    told = capsys.readouterr().out
    assert f"1-7: đã xóa ở đây khi hết hạn lưu (biên nhận {receipt['receipt']})" in told
    assert "liền mạch" not in told
    assert office.call("gaps") == 0
    assert office.call("retention") == 0


def test_a_file_needs_no_setting_up(tmp_path_factory: pytest.TempPathFactory, capsys: Said) -> None:
    made = Office(tmp_path_factory.mktemp("office"))
    assert made.call("database", "setup") == 2
    assert capsys.readouterr().err.startswith("config-invalid: ")


def test_a_database_that_was_not_set_up_is_said(
    tmp_path_factory: pytest.TempPathFactory, postgres: Cluster, capsys: Said
) -> None:
    made = Office(tmp_path_factory.mktemp("office"))
    in_postgres(made, postgres)
    assert made.call("database", "check", "--user", "postgres") == 2
    assert capsys.readouterr().err.startswith("ledger-missing: ")
    assert made.call("database", "setup", "--user", "postgres") == 0
    assert made.call("database", "check", "--user", "postgres") == 1
    assert "fsync" in capsys.readouterr().out


@pytest.fixture
def district(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> District:
    made = District(tmp_path_factory.mktemp("district"))
    in_postgres(made, postgres)
    setup = start(made.config, "database", "setup", "--user", "postgres")
    assert setup.communicate(timeout=60)[1] == b""
    return made


@pytest.mark.journey
def test_a_gate_is_receipted_from_postgresql(
    district: District, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(60)
    with district.broker():
        intakes = [start(district.config, "intake")]
        gate = Gate(district)
        assert gate.insist(pen.payload(1, 50, historical=True), 50).hash == pen.chain[50].hex()
        gate.send("scan", pen.payload(51, 60))
        found = gate.await_receipt(60)
        assert found is not None
        assert found.hash == pen.chain[60].hex()
        gate.close()
        for each in intakes:
            each.send_signal(signal.SIGTERM)
            _, errors = each.communicate(timeout=60)
            assert each.returncode == 0, errors
    with opened.view(load(district.config).ledger) as view:
        (tally,) = view.tallies()
        assert (tally.rows, tally.doubles, tally.missing) == (60, 0, 0)
