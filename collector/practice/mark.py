"""What keeps practice and real districts apart: the ledger itself says which it is."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from collector.config import Config
from collector.errors import PracticeMixed
from collector.i18n import _

TABLE = "practice"


def set_on(ledger: Path) -> None:
    """Mark a ledger as one of practice, for good."""
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (made INTEGER)")


def is_on(ledger: Path) -> bool:
    """Say whether a ledger is one of practice; one that is not there is none."""
    if not _is_there(ledger):
        return False
    asked = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
    try:
        with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as database:
            return bool(database.execute(asked, (TABLE,)).fetchone()[0])
    except sqlite3.Error:  # whoever opens it next says what is wrong with it
        return False


def _is_there(ledger: Path) -> bool:
    """Say whether this process sees a ledger; most may not even look into its folder."""
    try:
        return ledger.exists()
    except OSError:
        return False


def check(config: Config) -> None:
    """Refuse a configuration and a ledger of which only one is of practice."""
    ledger = config.ledger.path
    marked = ledger is not None and is_on(ledger)
    begun = ledger is None or _is_there(ledger)  # before a first start there is nothing to mix
    if config.web.practice != marked and (begun or config.web.practice):
        raise PracticeMixed(str(ledger or ""))


def warn(config: Config) -> None:
    """Say on standard error, before a command answers, that all of it is made up."""
    if config.web.practice:
        print(_("PRACTICE: every person, place and visit here is made up"), file=sys.stderr)
