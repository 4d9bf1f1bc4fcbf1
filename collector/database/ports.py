"""What the parts of the collector need from a database, on one page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:  # most processes never ask for numbers, and numpy takes 25 MB
    from collector.database.numbers import Ints

Dialect = Literal["sqlite", "postgres"]


class Session(Protocol):
    """A conversation with the database, inside one transaction.

    - SQL is written once, with `?` for values, in what both speak: INTEGER, TEXT, BLOB; ON
      CONFLICT, RETURNING, CTEs, window functions, FILTER; no MIN or MAX of two values, no truth
      value where a number is wanted (`COUNT(*) FILTER (WHERE ...)`, `CASE`).
    - Values are int, str, bytes, None; whole numbers come back as int whatever computed them, a
      truth value as 0 or 1, bytes as bytes. Text is ordered by its bytes.
    - Where NULL is ordered differs: SQLite has it first, PostgreSQL last.
    """

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of an answer; none for a statement that has no answer."""
        ...

    def numbers(self, sql: str, values: Sequence[object], width: int) -> "Ints":
        """Return an answer of whole numbers alone, none of them NULL, as (rows, width).

        In no order. For answers of many rows: no row is an object of its own.
        """
        ...

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Return how many rows a statement has touched."""
        ...

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each of the rows."""
        ...

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Insert many rows, as quickly as the database can."""
        ...

    def stream(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a long answer, a few thousand in memory at a time."""
        ...


class Database(Protocol):
    """Tables on stable storage.

    - `writing` is one transaction: durable when it is left, undone when it is left by an error.
      Writers of one database, in whatever process, are one after another.
    - `reading` sees one moment, whatever is written meanwhile, and nothing can be written in it.
    - Safe from several threads. Closing twice is harmless, and it opens again when asked.
    - Raises LedgerFull, LedgerBusy and DatabaseAway (try again), LedgerMissing, LedgerBroken.
    """

    dialect: Dialect

    def reading(self) -> AbstractContextManager[Session]:
        """Open a transaction to read in."""
        ...

    def writing(self) -> AbstractContextManager[Session]:
        """Open a transaction to write in."""
        ...

    def change(self) -> int:
        """Return a number that differs after any commit; cheap."""
        ...

    def version(self, application: int) -> int:
        """Return the version of the tables made here, 0 if there are none.

        Raises LedgerBroken if they are another application's.
        """
        ...

    def make(self, tables: str, application: int, version: int) -> None:
        """Run the statements that bring the tables to a version, and note it: all or nothing."""
        ...

    def scrub(self, tables: Sequence[str] = ()) -> None:
        """See to it that what was deleted from `tables` is in no file of the database any more."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


Steps = Mapping[int, str]
"""The statements that bring the tables of the version before to this one."""
