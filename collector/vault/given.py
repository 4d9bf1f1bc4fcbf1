"""The answers that the lists of cases were made from, so that what arrives later can be told.

One for each case and ring: the trace from which contacts were put on the list last. It names people
by their rows only, and is sealed all the same: it says who was near whom.
"""

from collections.abc import Iterable

import msgspec

from collector.cases.typed import Cover
from collector.database.ports import Database
from collector.trace.entries import Answer

_KEEP = (
    "INSERT INTO answer (case_number, ring, sealed) VALUES (?, ?, ?)"
    " ON CONFLICT (case_number, ring) DO UPDATE SET sealed = excluded.sealed"
)
_KEPT = "SELECT ring, sealed FROM answer WHERE case_number = ? ORDER BY ring"


class Given:
    """What each case's list was made from."""

    def __init__(self, database: Database, cover: Cover) -> None:
        """Take the database of casework, its tables made, and who seals."""
        self._database, self._cover = database, cover

    def keep(self, case: int, answer: Answer) -> None:
        """Keep an answer in place of the one before; VaultLocked without keys."""
        ring = answer.asked.ring
        sealed = self._cover.seal(msgspec.json.encode(answer), _place(case, ring))
        with self._database.writing() as session:
            session.run(_KEEP, (case, ring, sealed))

    def of(self, case: int) -> Iterable[Answer]:
        """Return what is kept of a case, the first ring first."""
        with self._database.reading() as session:
            found = session.rows(_KEPT, (case,))
        for ring, sealed in found:
            plain = self._cover.open(bytes(sealed), _place(case, ring))
            yield msgspec.json.decode(plain, type=Answer)


def _place(case: int, ring: int) -> str:
    return f"answer/{case}/{ring}"
