"""`collector up` for real: a whole district over Mosquitto, and one to practise in."""

import getpass
import json
import os
import re
import signal
import sqlite3
import stat
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bench import up as bench
from collector.cli import INTERRUPTED, main
from collector.up.programs import TABLE
from tests.collector.postgres import Cluster
from tests.waiting import until

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]
MEMORY_MB = 600
PASSING = {"up", *(each.name for each in TABLE if each.every_s)}
NAMES = {"broker", "intake", "vault", "web", "enrol", "desk", "public"}
Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_LANG", "en")


@pytest.fixture
def started() -> Iterator[Callable[..., bench.Up]]:
    """Start districts; whatever still runs at the end is ended."""
    running: list[bench.Up] = []

    def start(*words: str) -> bench.Up:
        running.append(bench.Up([sys.executable, "-m", "collector", "up", *words]))
        return running[-1]

    yield start
    for each in running:
        if each.running:
            each.stop()


def pids(up: bench.Up) -> dict[str, int]:
    """Return the process of each program that stays, by its name in the table.

    What ends by itself may run just now, or not; and a child is, for a moment, what its parent is.
    """
    found: dict[str, int] = {}
    for pid in bench.family(up.pid)[1:]:
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if "-m" in words:
                module = words[words.index("-m") + 1 :]
                found.setdefault("broker" if module[0] == "broker" else module[1], pid)
    return {name: pid for name, pid in found.items() if name not in PASSING}


def fetched(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_one_command_starts_all_of_a_district_and_ends_it(
    tmp_path: Path, started: Callable[..., bench.Up]
) -> None:
    config = bench.lay_out(tmp_path / "district")
    up = started("--config", str(config))
    up.ready_s()
    assert set(pids(up)) == NAMES
    said = "\n".join(up.said)
    assert re.search(r"^up +web: http://127\.0\.0\.1:[0-9]+/$", said, re.MULTILINE)
    assert re.search(r"^up +public: http://127\.0\.0\.1:[0-9]+/$", said, re.MULTILINE)
    assert re.search(r"^up +enrol: https://localhost:[0-9]+/$", said, re.MULTILINE)
    assert re.search(r"^up +broker: 127\.0\.0\.1:[0-9]+$", said, re.MULTILINE)
    assert "vault-locked: " in said
    assert [fetched(url)[0] for url in up.urls()] == [200, 200]
    together, parts = bench.memory_mb(up.pid)
    assert together <= MEMORY_MB, parts

    # Whatever dies comes back, and nothing else is disturbed.
    before = pids(up)
    os.kill(before["intake"], signal.SIGKILL)
    up.hear(lambda line: "intake is ready" in line)
    after = pids(up)
    assert after["intake"] != before["intake"]
    assert {name for name in NAMES if after[name] != before[name]} == {"intake"}

    family = bench.family(up.pid)
    assert up.stop() == 0, up.said
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    assert not any("killed" in line for line in up.said)


def test_a_first_start_makes_folders_and_the_ledger_and_never_a_key(
    tmp_path: Path, started: Callable[..., bench.Up]
) -> None:
    config = bench.lay_out(tmp_path / "district")
    home = config.parent
    (home / "vault/custody.json").unlink()
    before = set(home.rglob("*.pem"))
    up = started("--config", str(config))
    up.hear(lambda line: "vault-missing: " in line)
    up.hear(lambda line: "collector vault init" in line)
    assert up.stop() == 0, up.said
    assert (home / "ledger.db").exists()
    assert set(home.rglob("*.pem")) == before
    assert not (home / "vault/custody.json").exists()
    for name in ("web", "enrol", "desk", "vault"):
        assert stat.S_IMODE((home / name).stat().st_mode) & 0o007 == 0


def test_a_second_one_disturbs_nothing_of_the_first(
    tmp_path: Path, started: Callable[..., bench.Up], capsys: Said
) -> None:
    config = bench.lay_out(tmp_path / "district")
    up = started("--config", str(config))
    up.ready_s()
    before = pids(up)
    assert main(["up", "--config", str(config)]) == 2
    assert capsys.readouterr().err.startswith("up-already: ")
    assert pids(up) == before
    assert up.stop() == 0, up.said
    assert not any("intake.lost" in line for line in up.said)


def test_it_ends_what_it_started_if_it_is_killed_itself(
    tmp_path: Path, started: Callable[..., bench.Up]
) -> None:
    up = started("--config", str(bench.lay_out(tmp_path / "district")))
    up.ready_s()
    family = bench.family(up.pid)
    os.kill(up.pid, signal.SIGKILL)
    up.stop()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))


def test_a_practice_district_is_made_started_and_opened_by_one_custodian(
    tmp_path: Path, started: Callable[..., bench.Up], capsys: Said
) -> None:
    home = tmp_path / "lt"
    up = started("--practice", str(home))
    up.hear(lambda line: "are kept in" in line)
    assert "PRACTICE: everything in" in "\n".join(up.said)
    _any_port(home / "collector.toml")
    assert up.stop() in (0, INTERRUPTED)

    up = started("--practice", str(home))
    up.ready_s()
    assert set(pids(up)) == {"vault", "web", "desk", "public"}
    assert any("ONE custodian alone opens the vault" in line for line in up.said)
    assert not any("vault-locked" in line for line in up.said)
    config = ["--config", str(home / "collector.toml")]
    assert main(["vault", "status", "--json", *config]) == 0
    answer = capsys.readouterr()
    assert json.loads(answer.out)["demo"] is True
    assert re.fullmatch(r"(LUYỆN TẬP|PRACTICE): .+\n", answer.err)
    for url in up.urls():
        assert 'class="banner practice"' in fetched(url)[1], url
    for name in ("accounts.txt", "custodian.txt"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    assert up.stop() == 0, up.said


def test_practice_is_no_way_into_a_real_district(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    config = bench.lay_out(tmp_path / "district")
    assert main(["up", "--practice", str(config.parent)]) == 2
    assert capsys.readouterr().err.startswith("practice-mixed: ")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/kept").touch()
    assert main(["up", "--practice", str(tmp_path / "other")]) == 2
    assert capsys.readouterr().err.startswith("practice-there: ")
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == ["kept"]
    assert main(["up"]) == 2
    assert capsys.readouterr().err.startswith("arguments-invalid: ")
    monkeypatch.chdir(tmp_path)
    assert main(["up", "--config", str(config), "--practice"]) == 2
    assert capsys.readouterr().err.startswith("arguments-invalid: ")
    assert not (tmp_path / "practice-district").exists()


def test_a_ledger_that_cannot_be_made_is_said_and_the_rest_goes_on(
    tmp_path: Path, started: Callable[..., bench.Up]
) -> None:
    config = bench.lay_out(tmp_path / "district")
    with closing(sqlite3.connect(config.parent / "ledger.db")) as other, other:
        other.execute("CREATE TABLE other (x INTEGER)")
    up = started("--config", str(config))
    up.hear(lambda line: line.startswith("up ") and "ledger-broken: " in line)
    up.hear(lambda line: "enrol is ready" in line)
    assert up.stop() == 0, up.said


def test_one_setting_has_the_ledger_in_postgresql_with_a_role_for_each_process(
    tmp_path: Path, started: Callable[..., bench.Up], postgres: Cluster
) -> None:
    where = postgres.database()
    owner = sql.Identifier(getpass.getuser())
    with psycopg.connect(where, autocommit=True) as db:
        known = db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (getpass.getuser(),))
        if not known.fetchone():
            db.execute(sql.SQL("CREATE ROLE {} SUPERUSER LOGIN").format(owner))
    config = bench.lay_out(tmp_path / "district", where.replace(" user=postgres", ""))
    up = started("--config", str(config))
    up.ready_s()
    assert set(pids(up)) == NAMES
    assert not any("away" in line or "ledger-" in line for line in up.said), up.said
    with psycopg.connect(where) as db:
        asked = "SELECT DISTINCT usename::text FROM pg_stat_activity WHERE datname = %s"
        name = where.partition("dbname=")[2].split()[0]
        roles = {role for (role,) in db.execute(asked, (name,)).fetchall()}
    assert {"gate_intake", "gate_vault", "gate_public"} <= roles
    assert not (config.parent / "ledger.db").exists()
    together, parts = bench.memory_mb(up.pid)
    assert together <= MEMORY_MB, parts
    assert up.stop() == 0, up.said


def _any_port(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    text = text.replace("[web]\n", "[web]\nport = 0\n", 1)
    path.write_text(f"{text}[public]\nport = 0\n", encoding="utf-8")
