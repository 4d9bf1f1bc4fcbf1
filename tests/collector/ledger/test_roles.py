"""What each role of PostgreSQL can do, and what it cannot, tried as that role."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from collector.config import LedgerConfig
from collector.errors import ConfigInvalid, LedgerMissing
from collector.ledger import opened, setup
from collector.ledger.bins import BINS
from collector.ledger.entries import Post, Run
from collector.ledger.schema import bin_of
from tests.collector.postgres import Cluster

AT = 1_790_000_000_000
FORBIDDEN = {
    opened.INTAKE: (
        "UPDATE record SET raw = ''",
        "UPDATE record SET bin = 1",
        "DELETE FROM record",
        f"TRUNCATE {bin_of(1)}",
        "UPDATE mark SET gone = 1",
        "UPDATE mark SET high = 0",
        "UPDATE mark SET gate = 'g2'",
        "DELETE FROM mark",
        "DELETE FROM fork",
        "UPDATE lost SET cause = ''",
        "INSERT INTO deletion (mark) VALUES (1)",
        "SELECT write_forks_anew()",
        "CREATE TABLE more (n BIGINT)",
        "CREATE SCHEMA more",
        "CREATE TEMP TABLE more (n BIGINT)",
        "ALTER TABLE record DISABLE TRIGGER ALL",
        "DROP TABLE record",
        "SET ROLE gate_retention",
        "CREATE TABLE people.more (n BIGINT)",
        "COPY record TO PROGRAM 'cat'",
    ),
    opened.WEB: (
        "INSERT INTO gate (gate) VALUES ('g9')",
        "UPDATE mark SET high = 99",
        "DELETE FROM record",
        "UPDATE turn SET last_row = 0",
        "SELECT * FROM people.secret",
        "SELECT * FROM cases.secret",
        "CREATE TABLE people.more (n BIGINT)",
        "CREATE TABLE more (n BIGINT)",
        "SELECT write_forks_anew()",
        "SELECT pg_switch_wal()",
        "SELECT pg_read_file('/etc/passwd')",
    ),
    opened.VAULT: (
        "INSERT INTO gate (gate) VALUES ('g9')",
        "UPDATE mark SET high = 99",
        "UPDATE record SET raw = ''",
        "DELETE FROM record",
        f"TRUNCATE {bin_of(1)}",
        "CREATE TABLE public.more (n BIGINT)",
    ),
    opened.RETENTION: (
        "UPDATE record SET raw = ''",
        "DELETE FROM record",
        "DELETE FROM mark",
        "DELETE FROM deletion",
        "UPDATE deletion SET day = 1",
        "UPDATE mark SET high = 99",
        "UPDATE mark SET gone = 2",
        "INSERT INTO gate (gate) VALUES ('g9')",
        "TRUNCATE record",
        "TRUNCATE mark CASCADE",
        "SELECT * FROM people.secret",
        "CREATE TABLE more (n BIGINT)",
    ),
    opened.DESK: (
        "SELECT * FROM public.mark",
        "SELECT * FROM public.record",
        "SELECT * FROM people.secret",
        "SELECT * FROM cases.secret",
        "CREATE TABLE public.more (n BIGINT)",
    ),
}
CASES = [(role, statement) for role, statements in FORBIDDEN.items() for statement in statements]


@pytest.fixture(scope="module")
def district(postgres: Cluster) -> LedgerConfig:
    return made(postgres)


def made(postgres: Cluster) -> LedgerConfig:
    """Set up a ledger, with something in what others may not see."""
    where = postgres.database()
    config = LedgerConfig(postgres=re.sub(r" user=\S+", "", where))
    for _ in range(2):
        setup.prepare(config, "postgres")
    with psycopg.connect(where, autocommit=True) as db:
        for schema in setup.SCHEMAS:
            db.execute(f"CREATE TABLE {schema}.secret (n BIGINT)".encode())
    return config


def test_each_process_does_its_work_with_its_own_role(
    postgres: Cluster, journal: Callable[..., Any]
) -> None:
    district = made(postgres)
    pen = journal("g1", "j1").scan(6)
    with opened.ledger(district) as ledger, opened.view(district) as view:
        ledger.commit(Post(arrivals=(pen.arrival(1, 6),)), AT)
        ledger.commit(
            Post(arrivals=(journal("g1", "j1", boot="feedbeef").scan(3).arrival(1, 3),)), AT
        )
        assert len(view.latest(9)) == 6
        assert view.forked("g1", "j1") == (1, 2, 3)
        with opened.view(district, opened.VAULT) as vault:
            assert len(vault.after(0, 9)) == 6
        with opened.archive(district) as archive:
            (kept,) = archive.kept()
            archive.delete({kept: 4}, 20_700, AT)
            archive.note_run(Run(AT, "b", 1))
            assert archive.sweep(20_750, lambda _: None) == 0
        assert [each.seq for each in view.after(0, 9)] == [5, 6]
        (taking,) = ledger.commit(Post(arrivals=(pen.scan(2).arrival(5, 8),)), AT)
        assert taking.mark.high == 8


@pytest.mark.parametrize(("role", "statement"), CASES)
def test_what_is_not_its_work_is_refused_to_a_role(
    district: LedgerConfig, journal: Callable[..., Any], role: str, statement: str
) -> None:
    with opened.ledger(district) as ledger:
        ledger.commit(Post(arrivals=(journal("g7", "j7").scan(3).arrival(1, 3),)), AT)
    with (
        psycopg.connect(f"{district.postgres} user={role}", autocommit=True) as db,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)),
    ):
        db.execute(statement.encode())


def test_a_bin_is_not_emptied_without_receipts(
    district: LedgerConfig, journal: Callable[..., Any]
) -> None:
    with opened.ledger(district) as ledger:
        ledger.commit(Post(arrivals=(journal("g8", "j8").scan(3).arrival(1, 3),)), AT)
    refused = 0
    with psycopg.connect(f"{district.postgres} user=gate_retention", autocommit=True) as db:
        for number in range(BINS):
            (count,) = db.execute("SELECT COUNT(*) FROM record WHERE bin = %s", (number,))
            if count != (0,):
                with pytest.raises(psycopg.errors.ObjectInUse, match="without a receipt"):
                    db.execute(f"TRUNCATE {bin_of(number)}".encode())
                refused += 1
    assert refused > 0


def test_whoever_has_no_role_of_ours_does_not_come_in(
    district: LedgerConfig, postgres: Cluster
) -> None:
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as db:
        db.execute("CREATE ROLE stranger LOGIN")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(f"{district.postgres} user=stranger")


def test_what_is_not_as_it_must_be_is_said(district: LedgerConfig) -> None:
    found = setup.faults(district, "postgres")
    assert any("fsync" in each for each in found)
    assert not any("wal_recycle" in each or "gate_" in each for each in found)


def test_only_postgresql_is_set_up(tmp_path: Path, postgres: Cluster) -> None:
    with pytest.raises(ConfigInvalid):
        setup.prepare(LedgerConfig(path=tmp_path / "ledger.db"), "")
    with pytest.raises(LedgerMissing):
        setup.faults(LedgerConfig(postgres=postgres.database()), "")
