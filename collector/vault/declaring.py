"""Declarations: read at the desk in the order in which they came, opened, and keyed.

What somebody typed in a form says who holds the pass that was given for it, and joins nobody else:
identifiers are *declared*. What does not open is counted, said, and tried again; it never keeps the
next one back. A desk that does not answer stops nothing else.
"""

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.database.ports import Database, Session
from collector.declaration.sealed import Declared, Sealed, envelope, place, reference
from collector.errors import DeskAway, DeskRefused
from collector.localday import day_of
from collector.people import aliases, cursors, identifiers, registering
from collector.people.entries import Identifier, Kind, Strength
from collector.vault.opening import Unopenable, Why
from collector.vault.ring import Ring
from wire.canonical import Document
from wire.errors import WireError
from wire.record import Identity, Signature
from wire.sealing import open_data_key, seal_key

CODE = "declaration"
"""The kind of what was said, among the codes that people show."""
SOURCE = "@declarations"
"""In the place of a gate, where it is counted what did not open: no gate is named so."""
BATCH = 50
AGAIN_MS = 3_600_000
PAUSE_MS = 2_000
"""Before a desk that did not answer is asked again."""

_FIELDS = (
    "INSERT INTO fields (person, epoch, digest, sealed, seen_day) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)
_UNOPENED = (
    "INSERT INTO unopened (gate, journal, seq, why, day, at_ms) VALUES (?, '', ?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)
_MISSED = "SELECT seq FROM unopened WHERE gate = ? ORDER BY seq"
_TRIED = "DELETE FROM unopened WHERE gate = ? AND journal = '' AND seq = ?"

_log = structlog.get_logger()


class Declarer:
    """Follows the desk while the vault is unlocked."""

    def __init__(self, source: Sealed, people: Database, ring: Ring) -> None:
        """Take who has the declarations, the tables of people, and the keys."""
        self._source, self._people, self._ring = source, people, ring
        privates = [X25519PrivateKey.from_private_bytes(each) for each in ring.seals]
        self._privates = {seal_key(each.public_key()).kid: each for each in privates}
        self._again_ms: int | None = None
        self._asked_ms: int | None = None
        """When the desk did not answer; None while it does."""

    def turn(self, now_ms: int) -> int:
        """Key what was declared; return how many declarations were followed."""
        if self._asked_ms is not None and 0 <= now_ms - self._asked_ms < PAUSE_MS:
            return 0
        with self._people.reading() as session:
            row = cursors.get(session, CODE)
        try:
            found = self._source.after(row, BATCH)
            missed = self._missed(now_ms)
        except (DeskAway, DeskRefused) as error:
            if self._asked_ms is None:
                _log.warning("vault.desk_away", code=error.code)
            self._asked_ms = now_ms
            return 0
        self._asked_ms = None
        for each in missed:
            self._follow(each, now_ms, row)
        for each in found:
            self._follow(each, now_ms, each.row)
        return len(found)

    def _missed(self, now_ms: int) -> list[Declared]:
        """Return what did not open, when it is time to try it again."""
        if self._again_ms is not None and 0 <= now_ms - self._again_ms < AGAIN_MS:
            return []
        with self._people.reading() as session:
            rows = [int(row) for (row,) in session.rows(_MISSED, (SOURCE,))]
        found = [each for row in rows for each in self._source.after(row - 1, 1)]
        self._again_ms = now_ms
        return [each for each in found if each.row in set(rows)]

    def _follow(self, said: Declared, now_ms: int, reached: int) -> None:
        """Key one declaration, and remember how far it is, in one transaction."""
        try:
            fields: Document | Why = self._opened(said)
        except Unopenable as error:
            fields = error.why
        with self._people.writing() as session:
            if isinstance(fields, Why):
                at = (day_of(said.at_ms), said.at_ms)
                fresh = session.run(_UNOPENED, (SOURCE, said.row, fields.value, *at))
            else:
                fresh = 0
                session.run(_TRIED, (SOURCE, said.row))
                self._key(session, said, fields, now_ms)
            cursors.put(session, CODE, reached)
        if fresh:
            _log.error("vault.unopened", gate=SOURCE, why=fields)

    def _key(self, session: Session, said: Declared, fields: Document, now_ms: int) -> None:
        epoch, day = self._ring.current(session, said.at_ms, now_ms), day_of(said.at_ms)
        macs = self._ring.macs(_identifiers(said, fields), self._ring.alive(session))
        person, _ = aliases.holder(session, macs, epoch, said.at_ms)
        content: Document = {
            "code": CODE,
            "signature": Signature.NOT_CHECKED.value,
            "identity": Identity.DECLARED.value,
            "fields": fields,
        }
        key = self._ring.epoch(epoch)
        sealed = key.seal(content, person)
        session.run(_FIELDS, (person, epoch, key.digest(content), sealed, day))
        registering.note(session, person, epoch, day)

    def _opened(self, said: Declared) -> Document:
        """Return what was declared; raise Unopenable."""
        try:
            found = envelope(said.sealed)
        except WireError as error:
            raise Unopenable(Why.FIELDS_DAMAGED) from error
        private = self._privates.get(found.to)
        if private is None:
            raise Unopenable(Why.OTHER_AUTHORITY)
        try:
            key = open_data_key(found.key, private)
        except WireError as error:
            raise Unopenable(Why.KEY_DAMAGED) from error
        try:
            return key.open(found.sealed, place(said.form))
        except WireError as error:
            raise Unopenable(Why.FIELDS_DAMAGED) from error


def _identifiers(said: Declared, fields: Document) -> tuple[Identifier, ...]:
    """Return the pass or the reference, which is this person's, and what is only declared."""
    own = Identifier(Kind.PASS, reference(said.form, said.number).hex(), Strength.CODE)
    typed = identifiers.of_fields(CODE, fields, Strength.DECLARED)
    return (own, *(each for each in typed if each.kind is not Kind.PASS))
