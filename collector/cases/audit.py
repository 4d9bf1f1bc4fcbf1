"""The audit: what is done to people is written down before it is done.

Each row's hash covers the row before it, so nothing before a head that somebody keeps (on a print,
on a gate) can be changed, left out or put in, by whoever has the disk either. A row holds person
rows and numbers, never what somebody typed.

`Audit.commit` is the only thing that makes a `Look`, and whatever opens a person or traces one
takes a Look: that is why no page, export or command goes round it.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from collector.cases.entries import Act, Head, Row
from collector.cases.roles import Actor
from collector.database.ports import Database, Session
from wire.canonical import canonical, parse, read
from wire.errors import WireError

GENESIS = hashlib.sha256(b"gq/v1/audit\0").digest()
MONTH_MS = 30 * 86_400_000 + 86_400_000 // 2
KEPT_MS = 24 * MONTH_MS
"""Two years; longer than anybody is traced."""
PAGE = 500
"""Rows that are asked for at once."""

_LAST = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"
_START = "SELECT seq, hash, at_ms FROM audit_start ORDER BY seq DESC LIMIT 1"
_INSERT = (
    "INSERT INTO audit (seq, at_ms, officer, act, case_number, raw, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_PERSON = "INSERT INTO audit_person (person, seq) VALUES (?, ?)"
_WALK = "SELECT seq, at_ms, officer, act, case_number, raw, hash FROM audit ORDER BY seq"
_NAMED = (
    "SELECT DISTINCT p.person FROM audit a JOIN audit_person p ON p.seq = a.seq"
    " WHERE a.case_number = ? AND a.officer = ? AND a.act = ? AND a.at_ms >= ?"
)

_MAKER = object()


class Look:
    """Leave to do one thing to some people, because it has been written down.

    Only `Audit.commit` makes one. It is good for what it names, and for the moment: nothing keeps
    a Look for later.
    """

    __slots__ = ("act", "actor", "case", "persons", "seq")

    def __init__(self, maker: object, row: Row, actor: Actor) -> None:
        """Refuse to be made anywhere else."""
        if maker is not _MAKER:
            msg = "only the audit makes a Look"
            raise TypeError(msg)
        self.seq, self.act, self.case, self.actor = row.seq, row.act, row.case, actor
        self.persons = frozenset(row.persons)

    def covers(self, act: Act, persons: Iterable[int]) -> bool:
        """Say whether it is leave to do `act` to all of `persons`."""
        return self.act is act and self.persons.issuperset(persons)


class Flaw(msgspec.Struct, frozen=True):
    """Where the audit is not what it was."""

    seq: int
    why: str
    """`changed`, `missing`, `extra` or `other-head`; `restored` where a restore is the reason."""


class Verified(msgspec.Struct, frozen=True):
    """What a walk over the audit found."""

    rows: int
    head: Head
    flaws: tuple[Flaw, ...] = ()
    witnessed: int = 0
    """Heads that gates have noted, against which it was held."""

    @property
    def holds(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.flaws


class Audit:
    """The chain of what was done."""

    def __init__(self, database: Database) -> None:
        """Take the database of casework, its tables made."""
        self._database = database

    def commit(
        self,
        actor: Actor,
        act: Act,
        at_ms: int,
        *,
        case: int = 0,
        persons: Iterable[int] = (),
        counts: dict[str, int] | None = None,
        about: str = "",
    ) -> Look:
        """Write down that `actor` is about to do `act`; on stable storage when it returns."""
        with self._database.writing() as session:
            seq, chain = _end(session)
            row = Row(
                seq=seq + 1,
                at_ms=at_ms,
                officer=actor.officer,
                role=actor.role,
                act=act,
                case=case,
                persons=tuple(sorted(set(persons))),
                counts=counts or {},
                about=about,
            )
            raw = canonical(_document(row))
            hash_ = _link(chain, raw)
            values = (row.seq, at_ms, row.officer, row.act.value, case, raw, hash_)
            session.run(_INSERT, values)
            session.many(_PERSON, [(person, row.seq) for person in row.persons])
        return Look(_MAKER, row, actor)

    def head(self, at_ms: int) -> Head:
        """Return the end of the chain."""
        with self._database.reading() as session:
            seq, chain = _end(session)
        return Head(seq, chain.hex(), at_ms)

    def rows(
        self, *, case: int | None = None, after: int = 0, limit: int = PAGE
    ) -> tuple[Row, ...]:
        """Return rows in order, of one case or of all."""
        of_case = "" if case is None else "case_number = ? AND "
        sql = f"SELECT raw FROM audit WHERE {of_case}seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
        values = (after, limit) if case is None else (case, after, limit)
        with self._database.reading() as session:
            found = session.rows(sql, values)
        return tuple(_row(raw) for (raw,) in found)

    def latest(self, limit: int, *, before: int = 0, case: int = 0) -> tuple[Row, ...]:
        """Return the rows written last, the newest first: before a row, of one case, if given."""
        bounds = {"seq < ?": before, "case_number = ?": case}
        asked = {condition: value for condition, value in bounds.items() if value}
        where = f" WHERE {' AND '.join(asked)}" if asked else ""
        sql = f"SELECT raw FROM audit{where} ORDER BY seq DESC LIMIT ?"  # noqa: S608
        with self._database.reading() as session:
            found = session.rows(sql, (*asked.values(), limit))
        return tuple(_row(raw) for (raw,) in found)

    def rows_of(self, act: Act) -> tuple[Row, ...]:
        """Return every row of one act, the oldest first."""
        sql = "SELECT raw FROM audit WHERE act = ? ORDER BY seq"
        with self._database.reading() as session:
            return tuple(_row(raw) for (raw,) in session.rows(sql, (act.value,)))

    def about(self, person: int) -> tuple[Row, ...]:
        """Return every row about a person, the oldest first."""
        sql = (
            "SELECT a.raw FROM audit_person p JOIN audit a ON a.seq = p.seq"
            " WHERE p.person = ? ORDER BY a.seq"
        )
        with self._database.reading() as session:
            return tuple(_row(raw) for (raw,) in session.rows(sql, (person,)))

    def opened(self, case: int, officer: str, since_ms: int) -> frozenset[int]:
        """Return whom an officer has opened for a case since a moment."""
        return self._named((case, officer, Act.OPENED.value, since_ms))

    def found(self, case: int, officer: str, since_ms: int) -> frozenset[int]:
        """Return whom an officer has found for a case since a moment."""
        return self._named((case, officer, Act.FOUND.value, since_ms))

    def verify(self, at_ms: int, *kept: Head | None) -> Verified:
        """Walk the whole chain, and say whether every head that somebody kept is still ours."""
        heads = [each for each in kept if each is not None]
        with self._database.reading() as session:
            (start, chain, purged_ms), *_ = session.rows(_START) or [(0, GENESIS, 0)]
            walk = _Walk(start, chain, purged_ms, heads)
            for each in session.stream(_WALK):
                walk.step(*each)
        return walk.result(at_ms)

    def purge(self, actor: Actor, now_ms: int) -> int:
        """Delete rows older than two years; return how many. The chain goes on from their end."""
        with self._database.reading() as session:
            sql = "SELECT seq, hash FROM audit WHERE at_ms < ? ORDER BY seq DESC LIMIT 1"
            old = session.rows(sql, (now_ms - KEPT_MS,))
        if not old:
            return 0
        ((seq, hash_),) = old
        self.commit(actor, Act.PURGED, now_ms, counts={"through": seq})
        with self._database.writing() as session:
            values = (seq, hash_, now_ms)
            session.run("INSERT INTO audit_start (seq, hash, at_ms) VALUES (?, ?, ?)", values)
            session.run("DELETE FROM audit_person WHERE seq <= ?", (seq,))
            return session.run("DELETE FROM audit WHERE seq <= ?", (seq,))

    def _named(self, values: tuple[int, str, str, int]) -> frozenset[int]:
        with self._database.reading() as session:
            return frozenset(person for (person,) in session.rows(_NAMED, values))


class _Walk:
    """The chain, computed again row by row."""

    def __init__(self, start: int, chain: bytes, purged_ms: int, kept: list[Head]) -> None:
        self._seq, self._chain = start, chain
        self._rows = 0
        self._flaws: list[Flaw] = []
        self._kept: dict[int, set[str]] = {}
        for head in kept:
            at_start = head.seq == start and head.hash == chain.hex()
            # A head of before the start proves nothing any more, if its rows' time was really over.
            over = head.seq < start and head.at_ms < purged_ms - KEPT_MS
            if not at_start and not over:
                self._kept.setdefault(head.seq, set()).add(head.hash)

    def step(
        self,
        seq: int,
        at_ms: int,
        officer: str,
        act: str,
        case: int,
        raw: bytes,
        hash_: bytes,
    ) -> None:
        if seq != self._seq + 1:
            self._flaws.append(Flaw(self._seq + 1, "missing"))
        self._seq, self._rows = seq, self._rows + 1
        self._chain = _link(self._chain, raw)
        if self._chain != hash_ or not _says(raw, (seq, at_ms, officer, act, case)):
            self._flaws.append(Flaw(seq, "changed"))
            self._chain = hash_
        if self._kept.pop(seq, {hash_.hex()}) != {hash_.hex()}:
            self._flaws.append(Flaw(seq, "other-head"))

    def result(self, at_ms: int) -> Verified:
        """Say what was found; a head beyond the end means that rows are gone."""
        self._flaws += [Flaw(seq, "missing") for seq in sorted(self._kept)]
        return Verified(self._rows, Head(self._seq, self._chain.hex(), at_ms), tuple(self._flaws))


def load_head(data: bytes) -> Head:
    """Read a head that was kept; raise WireError if it is none."""
    return read(Head, parse(data, 4096))


def _end(session: Session) -> tuple[int, bytes]:
    for question in (_LAST, _START):
        found = session.rows(question)
        if found:
            seq, chain, *_ = found[0]
            return int(seq), bytes(chain)
    return 0, GENESIS


def _document(row: Row) -> dict[str, object]:
    """Return a row as it is hashed; what it is about is left out where it is about nothing."""
    document: dict[str, object] = msgspec.to_builtins(row)
    if not row.about:
        del document["about"]
    return document


def _link(chain: bytes, raw: bytes) -> bytes:
    return hashlib.sha256(chain + raw).digest()


def _row(raw: bytes) -> Row:
    return read(Row, parse(raw, 64 * 1024 * 1024))


def _says(raw: bytes, columns: tuple[int, int, str, str, int]) -> bool:
    """Say whether a row's columns are what its bytes say."""
    try:
        row = _row(raw)
    except WireError:
        return False
    return (row.seq, row.at_ms, row.officer, row.act.value, row.case) == columns
