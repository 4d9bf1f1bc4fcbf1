"""What a first start makes: folders, and the tables of the ledger. Never a key.

Whatever cannot be made is an error to be shown; the rest goes on without it.
"""

from collections.abc import Iterator
from pathlib import Path

from collector.config import Config
from collector.errors import CollectorError, DatabaseAway, LedgerMissing, StateUnwritable
from collector.ledger import opened


def make(config: Config) -> Iterator[CollectorError]:
    """Make what is not there; yield what could not be made."""
    for key, folder in _folders(config):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            yield StateUnwritable(f"{key}: {folder}: {error.strerror or error}")
    try:
        _database(config)
    except CollectorError as error:
        yield error


def _folders(config: Config) -> Iterator[tuple[str, Path]]:
    if config.ledger.path is not None:
        yield "ledger.path", config.ledger.path.parent
    yield "web.state", config.web.state
    yield "road.state", config.outgoing.parent
    if config.vault.state is not None:
        yield "vault.state", config.vault.state
    if config.enrol is not None:
        yield "enrol.state", config.enrol.state
    if config.issuing is not None:
        yield "issuing.state", config.issuing.state
    if config.dispatch is not None:
        yield "dispatch.state", config.dispatch.state
    if config.up.broker is not None:
        yield "up.state", config.broker_state


def _database(config: Config) -> None:
    if config.ledger.postgres is None:
        with opened.ledger(config.ledger):
            return
    try:
        with opened.view(config.ledger):
            return
    except (LedgerMissing, DatabaseAway):
        # Loaded only where there is a server; without its roles it seems to be away.
        from collector.ledger import setup  # noqa: PLC0415

        setup.prepare(config.ledger, "")
