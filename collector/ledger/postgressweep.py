"""Rows that are gone leave PostgreSQL with the file they lie in: a bin is emptied whole.

What must stay of a bin (records whose time was corrected across midnight) is moved to today's bin
first: it goes earlier than what is there. Each step is a short transaction that holds no lock which
intake needs, but for a bin that only late records still go to.
"""

from collections.abc import Callable

from collector.database.ports import Session
from collector.database.postgres import PostgresDatabase
from collector.errors import LedgerBusy
from collector.ledger.bins import BINS
from collector.ledger.counted import Counted
from collector.ledger.schema import bin_of

MOVED = 2_000
"""Rows in one step."""
REST_S = 0.02
LOCK_MS = 100
"""How long a bin is waited for: what queues behind us for it waits no longer."""
TRIES = 20
_COUNT = (
    "SELECT ends.key, here.last, records, scans, COALESCE("
    "(SELECT chain FROM lost WHERE mark = ends.key AND last = here.last),"
    " (SELECT chain FROM record WHERE mark = ends.key AND seq = here.last LIMIT 1))"
    " FROM unnest(?::bigint[], ?::bigint[], ?::bigint[]) AS ends (key, gone, last)"
    " CROSS JOIN LATERAL (SELECT MAX(seq) AS last, COUNT(*) AS records,"
    " COUNT(*) FILTER (WHERE t = 'scan') AS scans FROM record"
    " WHERE mark = ends.key AND seq > ends.gone AND seq <= ends.last) AS here"
    " WHERE here.last IS NOT NULL ORDER BY ends.key"
)
_FORKS = "DELETE FROM fork USING mark WHERE mark.id = fork.mark AND fork.seq <= mark.gone"
_MOVE = "UPDATE record SET bin = ? WHERE bin = ? AND id = ANY(?)"


def counted(session: Session, ends: list[tuple[int, int, int]]) -> list[Counted]:
    """Count what goes of each journal (key, gone, end); one of which nothing does is left out."""
    columns = [list(column) for column in zip(*ends, strict=True)] or [[], [], []]
    return [Counted(*row) for row in session.rows(_COUNT, columns)]


def sweep(database: PostgresDatabase, today: int, pause: Callable[[float], None]) -> int:
    """Empty the bins in which something is gone; today's waits for another day."""
    left = 0
    for number in range(BINS):
        with database.reading() as session:
            is_due = _is_gone(session, number)
        if is_due:
            here = number == today % BINS
            left += here or not _empty(database, number, today % BINS, pause)
    with database.beside() as session:
        forks = session.run(_FORKS)
    if forks:
        with database.beside() as session:
            session.run("SELECT write_forks_anew()")
    database.scrub()
    return left


def _is_gone(session: Session, number: int) -> bool:
    """Say whether something in a bin is gone."""
    question = (
        "SELECT 1 FROM mark CROSS JOIN LATERAL (SELECT 1 FROM {bin} AS record"
        " WHERE record.mark = mark.id AND record.seq <= mark.gone LIMIT 1) AS here LIMIT 1"
    )
    return bool(session.rows(question.format(bin=bin_of(number))))


def _empty(
    database: PostgresDatabase, number: int, today: int, pause: Callable[[float], None]
) -> bool:
    """Move what stays, then empty the bin; what came meanwhile is moved at the next try.

    False if somebody has read in it for so long that it must wait.
    """
    staying = (
        f"SELECT record.id FROM {bin_of(number)} AS record JOIN mark ON mark.id = record.mark"  # noqa: S608
        " WHERE record.seq > mark.gone ORDER BY record.id"
    )
    for _ in range(TRIES):
        with database.reading() as session:
            ids = [each for (each,) in session.rows(staying)]
        for begin in range(0, len(ids), MOVED):
            with database.beside() as session:
                session.run(_MOVE, (today, number, ids[begin : begin + MOVED]))
            pause(REST_S)
        try:
            with database.beside() as session:
                session.run(f"SET LOCAL lock_timeout = {LOCK_MS}")
                session.run(f"TRUNCATE ONLY {bin_of(number)}")
        except LedgerBusy:
            pause(REST_S)
        else:
            return True
    return False
