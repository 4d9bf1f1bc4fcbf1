"""Declarations as they came: sealed, each once, with the pass that was given for it.

What is sealed opens only in the vault, which reads on from row to row. A form has a name of its
own: sent twice (a double click, the back button, a replay), it is one declaration with one pass,
and the second answer is the first again.
"""

import threading

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.database.ports import Database, Session
from collector.declaration.sealed import Declared
from collector.errors import DeclarationRefused, DeclarationsMany
from collector.issuing import register
from collector.issuing.entries import Issued, Order, Way
from collector.issuing.issuer import check, signed
from collector.stores import Stores
from wire.keys import kid_of, raw_public

FORM_BYTES = 16
LARGEST = 32 * 1024
"""Of what is sealed: all answers at their longest, with room."""
MOST, MOST_PER_S = 50_000, 1.0
"""Declarations that are taken at once, and for long, from everybody together. The page limits each
address; a flood from very many, or from a page that was broken into, fills neither the disk, on
which scans are stored too, nor the register."""

_FOUND = "SELECT at_ms, number FROM declaration WHERE form = ?"
_INSERT = (
    "INSERT INTO declaration (form, at_ms, sealed, area, task, number) VALUES (?, ?, ?, ?, ?, ?)"
)
_UNDO = "DELETE FROM duty WHERE declaration IN (SELECT id FROM declaration WHERE at_ms < ?)"
_PASS = "SELECT kid, place, way, holder, begins, ends FROM pass WHERE number = ?"


class Declarations:
    """All declarations that have not been forgotten."""

    def __init__(self, database: Database, key: Ed25519PrivateKey) -> None:
        """Take the database of passes, its tables made, and the key of self-service passes."""
        self._database, self._key = database, key
        self._kid = kid_of(raw_public(key))
        self._free, self._lock = Stores(MOST, MOST_PER_S), threading.Lock()

    def declare(
        self, form: bytes, sealed: bytes, area: str, task: str, order: Order | None, now_ms: int
    ) -> Issued | None:
        """Keep a declaration and issue its pass, both or neither; None where it gets none.

        Raises DeclarationRefused, DeclarationsMany, OrderInvalid, IssuerFull.
        """
        if len(form) != FORM_BYTES or not 0 < len(sealed) <= LARGEST:
            raise DeclarationRefused(DeclarationRefused.SIZE)
        if order is not None:
            check(order, now_ms // 1000)
        with self._database.writing() as session:
            found = session.rows(_FOUND, (form,))
            if found:
                return self._pass(session, bytes(found[0][1]), found[0][0])
            with self._lock:
                if not self._free.take("", now_ms / 1000):
                    raise DeclarationsMany
            number = b""
            if order is not None:
                ((number, _),) = register.entered(session, self._kid, order)
            session.run(_INSERT, (form, now_ms, sealed, area, task, number))
            return self._pass(session, number, now_ms)

    def after(self, row: int, limit: int) -> tuple[Declared, ...]:
        """Return declarations in the order in which they came."""
        sql = (
            "SELECT id, form, at_ms, sealed, area, task, number FROM declaration"
            " WHERE id > ? AND LENGTH(sealed) > 0 ORDER BY id LIMIT ?"
        )
        with self._database.reading() as session:
            return tuple(Declared(*each) for each in session.rows(sql, (row, limit)))

    def forget(self, before_ms: int) -> int:
        """Delete what was declared before a moment; return how many."""
        return forget(self._database, before_ms)

    def _pass(self, session: Session, number: bytes, at_ms: int) -> Issued | None:
        """Sign a pass that is in the register: the same text each time."""
        if not number:
            return None
        ((kid, place, way, holder, begins, ends),) = session.rows(_PASS, (number,))
        if kid != self._kid:
            raise DeclarationRefused(DeclarationRefused.TURNED)
        order = Order(Way(way), holder, begins, ends)
        return signed(order, number, place, at_ms // 1000, self._key)


def offer(session: Session, form: bytes, sealed: bytes, number: bytes, at_ms: int) -> None:
    """Give the vault somebody's fields with the pass that they hold, once more if need be.

    It reads on from row to row, so the row is numbered anew.
    """
    session.run(
        "INSERT INTO declaration (form, at_ms, sealed, area, task, number)"
        " VALUES (?, ?, ?, '', '', ?) ON CONFLICT (form) DO UPDATE SET at_ms = excluded.at_ms,"
        " sealed = excluded.sealed, number = excluded.number,"
        " id = (SELECT MAX(id) + 1 FROM declaration)",
        (form, at_ms, sealed, number),
    )


def forget(database: Database, before_ms: int) -> int:
    """Delete what was declared before a moment; no key is needed for that. Return how much.

    The last row stays, emptied: no later one gets a number that the vault has read already.
    """
    old = "at_ms < ? AND LENGTH(sealed) > 0"
    with database.writing() as session:
        session.run(_UNDO, (before_ms,))
        ((count,),) = session.rows(f"SELECT COUNT(*) FROM declaration WHERE {old}", (before_ms,))  # noqa: S608
        session.run(
            "DELETE FROM declaration WHERE at_ms < ? AND id < (SELECT MAX(id) FROM declaration)",
            (before_ms,),
        )
        session.run(
            f"UPDATE declaration SET form = ?, sealed = ?, number = ?, area = '', task = ''"  # noqa: S608
            f" WHERE {old}",
            (b"", b"", b"", before_ms),
        )
        return int(count)
