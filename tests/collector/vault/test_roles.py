"""On PostgreSQL the vault works with its own role, and no other role sees what it writes."""

import re
from pathlib import Path

import psycopg
import pytest

from collector.cases import schema as cases_schema
from collector.config import LedgerConfig
from collector.database.postgres import PostgresDatabase
from collector.ledger import opened, setup
from tests.collector.postgres import Cluster
from tests.collector.vault.conftest import DAY, HOUR, MONDAY, SealingGate, Town, card

AT = MONDAY + 8 * HOUR


def test_the_vault_does_all_its_work_with_its_own_role_and_others_see_nothing(
    postgres: Cluster, tmp_path: Path
) -> None:
    where = re.sub(r" user=\S+", "", postgres.database())
    config = LedgerConfig(postgres=where)
    setup.prepare(config, "postgres")
    people = PostgresDatabase(where, schema="people", user=opened.VAULT)
    cases = PostgresDatabase(where, schema="cases", user=opened.VAULT)
    cases_schema.make(cases)
    with (
        opened.ledger(config) as ledger,
        opened.view(config, opened.VAULT) as view,
        opened.archive(config) as archive,
    ):
        town = Town(ledger, view, people, tmp_path / "vault", archive)
        town.unlock(AT)
        pen = SealingGate("g1")
        pen.passes(card(1), AT)
        town.send(pen, AT + 500)
        town.settle(AT + 600)
        assert town.rows("SELECT COUNT(*) FROM sighting") == [(1,)]
        for role in (opened.WEB, opened.INTAKE, opened.RETENTION, opened.DESK):
            with psycopg.connect(f"{where} user={role}", autocommit=True) as db:
                for table in ("people.fields", "people.alias", "people.stay", "cases.audit"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        db.execute(f"TABLE {table}".encode())
        town.retain(AT + 21 * DAY)
        town.settle(AT + 21 * DAY)
        assert town.rows("SELECT COUNT(*) FROM person") == [(0,)]
    for each in (people, cases):
        each.close()
