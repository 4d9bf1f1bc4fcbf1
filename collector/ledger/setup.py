"""PostgreSQL is set up: roles with least rights, schemas, the ledger's tables; or looked at.

Run by the database's owner. Roles have no password here: they come through a local socket as the
system user of their name (`peer`), or the operator gives them certificates or passwords.
"""

from collections.abc import Iterator
from contextlib import closing

from collector.config import LedgerConfig
from collector.database.ports import Session
from collector.database.postgres import PostgresDatabase
from collector.errors import ConfigInvalid
from collector.i18n import N_, _
from collector.ledger import schema
from collector.ledger.bins import BINS
from collector.ledger.opened import (
    DESK,
    DISPATCH,
    HOME_ASSISTANT,
    INTAKE,
    RETENTION,
    VAULT,
    WEB,
)

ROLES = (INTAKE, VAULT, WEB, RETENTION, DESK, DISPATCH, HOME_ASSISTANT)
SCHEMAS = {"people": VAULT, "cases": VAULT, "passes": DESK, "dispatch": DISPATCH}
"""Beside the ledger's, each with the role that alone may use it."""
_LEDGER = (
    "mark, record, gate, fork, refusal, lost, gap, head, slot, turn, deletion, retention, made"
)
GRANTS = (
    f"GRANT SELECT ON {_LEDGER} TO {INTAKE}, {VAULT}, {WEB}, {RETENTION}, {DISPATCH}",
    # How gates stand, and no record.
    f"GRANT SELECT ON gate, mark, fork, refusal, made TO {HOME_ASSISTANT}",
    f"GRANT INSERT ON mark, record, gate, fork, refusal, lost, gap, head, slot TO {INTAKE}",
    f"GRANT UPDATE (high, chain, moved_ms, said, said_ms, retimed) ON mark TO {INTAKE}",
    f"GRANT UPDATE ON gate, refusal, gap, head, slot, turn TO {INTAKE}",
    f"GRANT INSERT ON deletion, retention TO {RETENTION}",
    f"GRANT UPDATE (gone) ON mark TO {RETENTION}",
    f"GRANT UPDATE (bin) ON record TO {RETENTION}",
    f"GRANT DELETE ON fork, slot TO {RETENTION}",
    *(f"GRANT SELECT, TRUNCATE ON {schema.bin_of(n)} TO {RETENTION}" for n in range(BINS)),
    "REVOKE EXECUTE ON FUNCTION write_forks_anew() FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION write_forks_anew() TO {RETENTION}",
)
READERS = (INTAKE, VAULT, WEB, RETENTION, DISPATCH)
"""Of the ledger."""
SETTINGS = {
    "wal_recycle": ("off", N_("the log would live on under another name")),
    "log_statement": ("none", N_("statements would be in the server's log")),
    "log_min_duration_statement": ("-1", N_("slow statements would be in the server's log")),
    "log_parameter_max_length_on_error": ("0", N_("values would be in the server's log")),
    "fsync": ("on", N_("a power cut would lose what was confirmed")),
    "synchronous_commit": ("on", N_("a power cut would lose what was confirmed")),
}
"""What the server must be told, and what would be otherwise."""
_ROLE = "SELECT 1 FROM pg_roles WHERE rolname = ?"
_NAME = "SELECT quote_ident(current_database())"
_SETTING = "SELECT current_setting(?)"


def prepare(config: LedgerConfig, user: str) -> None:
    """Make what is not there; running it again changes nothing. Raises ConfigInvalid."""
    with closing(_database(config, user)) as database:
        _prepare(database)


def roles(database: PostgresDatabase) -> None:
    """Make the roles that are not there."""
    with database.writing() as session:
        for role in ROLES:
            if not session.rows(_ROLE, (role,)):
                session.run(f"CREATE ROLE {role} LOGIN")


def _prepare(database: PostgresDatabase) -> None:
    schema.make(database)
    roles(database)
    with database.writing() as session:
        _close_to_others(session)
        for name, role in SCHEMAS.items():
            session.run(f"CREATE SCHEMA IF NOT EXISTS {name} AUTHORIZATION {role}")
        for statement in GRANTS:
            session.run(statement)
        for role in (RETENTION, VAULT):  # what is deleted must leave the log too
            session.run(f"GRANT pg_checkpoint TO {role}")
            session.run(f"GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {role}")


def faults(config: LedgerConfig, user: str) -> list[str]:
    """Say what is not as it must be; nothing if all is."""
    with closing(_database(config, user)) as database:
        schema.recognise(database)
        with database.reading() as session:
            return list(_faults(session))


def _faults(session: Session) -> Iterator[str]:
    for role in ROLES:
        if not session.rows(_ROLE, (role,)):
            yield _("role {role} is missing").format(role=role)
    for name, (wanted, why) in SETTINGS.items():
        value = session.rows(_SETTING, (name,))[0][0]
        if value != wanted:
            yield _("{name} must be {wanted}, not {value}: {why}").format(
                name=name, wanted=wanted, value=value, why=_(why)
            )
    if session.rows(_SETTING, ("archive_mode",))[0][0] != "off":
        yield _("archived logs keep what was deleted: they need the same retention")


def _close_to_others(session: Session) -> None:
    """Whoever has no role of ours can do nothing here."""
    name = session.rows(_NAME)[0][0]
    session.run(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    session.run(f"GRANT CONNECT ON DATABASE {name} TO {', '.join(ROLES)}")
    session.run("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    session.run(f"GRANT USAGE ON SCHEMA public TO {', '.join((*READERS, HOME_ASSISTANT))}")


def _database(config: LedgerConfig, user: str) -> PostgresDatabase:
    if config.postgres is None:
        msg = f"ledger.postgres: {N_('this key is missing')}"
        raise ConfigInvalid(msg)
    return PostgresDatabase(config.postgres, user=user)
