"""Lists of people of an institution, and the passes that they hold: all of a list, or nothing.

Who somebody is comes here sealed, and stays so; they are known again by a digest under a secret of
the desk's. A list says what shall be: a pass that is exactly that is kept, any other is replaced.
Everything here is bound to one institution, in the query.
"""

import hashlib
import hmac
from collections.abc import Iterable

import msgspec

from collector.database.ports import Database, Session
from collector.errors import ListRefused, PassUnknown
from collector.issuing import declarations, register
from collector.issuing.entries import (
    Batch,
    Entry,
    Issued,
    Listed,
    Order,
    Standing,
    Team,
    Way,
    Withdrawn,
)
from collector.issuing.issuer import MOST, Issuer, check, signed
from wire.gatepass import CTI_BYTES
from wire.keys import kid_of, raw_public

FORM_BYTES, WHO_BYTES = 16, 32
REMIND_S = 7 * 86_400
LARGEST = 4 * 1024
"""Of what is sealed of one person."""
LONGEST = 64
"""Characters of a group's name, and of a list's own."""

_PASSES = (
    "SELECT pass.number, place, kid, holder, begins, ends, standing, team FROM pass"
    " WHERE number IN (SELECT number FROM held WHERE holder ="
    " (SELECT id FROM holder WHERE owner = ? AND who = ?)) AND owner = ? AND ends > ?"
    " ORDER BY standing, ends DESC"
)
_PERSON = (
    "INSERT INTO holder (form, owner, who, at_s, sealed) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (owner, who) DO UPDATE SET form = excluded.form, sealed = excluded.sealed"
)
_HELD = (
    "INSERT INTO held (number, holder)"
    " VALUES (?, (SELECT id FROM holder WHERE owner = ? AND who = ?))"
)
_SAID = "SELECT form, sealed FROM holder WHERE id = ?"
_DUE = (
    "SELECT h.form, h.sealed, p.number FROM holder h JOIN held ON held.holder = h.id"
    " JOIN pass p ON p.number = held.number AND p.standing = 0 AND p.ends > ?"
    " WHERE NOT EXISTS (SELECT 1 FROM declaration d WHERE d.form = h.form AND d.at_ms > ?)"
)
_WITHDRAW = "UPDATE pass SET standing = ? WHERE number = ? AND owner = ? RETURNING kid"
_ONE = (
    "SELECT number, place, kid, holder, begins, ends, standing, team FROM pass"
    " WHERE number = ? AND owner = ?"
)


class _Pass(msgspec.Struct, frozen=True):
    """A pass as the register has it."""

    number: bytes
    place: int
    kid: str
    holder: str
    begins: int
    ends: int
    standing: int
    team: str


class Holders:
    """The people of all institutions."""

    def __init__(self, database: Database, issuer: Issuer, secret: bytes) -> None:
        """Take the database of passes, its tables made; who signs; and the secret of digests."""
        self._database, self._issuer, self._secret = database, issuer, secret

    def enlist(self, batch: Batch, now_s: int) -> Listed:
        """Give everybody on a list a pass. Raises ListRefused, OrderInvalid, WayClosed."""
        _check(batch)
        order = Order(Way.INSTITUTION, batch.holder, now_s, batch.ends, owner=batch.owner)
        kid = self._issuer.kid(Way.INSTITUTION)
        whos = [self._who(batch.owner, each.who) for each in batch.entries]
        digest = _digest(batch, whos)
        with self._database.writing() as session:
            known = _answered(session, batch, digest)
            if known is not None:
                listed = self._signed(session, batch, known, kid)
                # The list for the gates may not have been signed the last time.
                kids = {kid} if listed.replaced else set()
            else:
                check(order, now_s)
                listed, kids = self._listed(session, batch, (order, kid, digest), whos)
        self._issuer.sign_lists(kids, now_s)
        return listed

    def withdraw(self, owner: str, numbers: Iterable[bytes], now_s: int) -> Withdrawn:
        """Withdraw an institution's passes, all or none. Raises PassUnknown."""
        wanted = tuple(dict.fromkeys(numbers))
        with self._database.writing() as session:
            found = [_one(session, owner, number) for number in wanted]
            kids = _withdraw(session, owner, wanted)
        return self._told(found, kids, now_s)

    def withdraw_team(self, owner: str, team: str, now_s: int) -> Withdrawn:
        """Withdraw those of a class or team. Raises PassUnknown where there is no such team."""
        sql = (
            "SELECT number, place, kid, holder, begins, ends, standing, team FROM pass"
            " WHERE owner = ? AND team = ?"
        )
        with self._database.writing() as session:
            found = [_Pass(*row) for row in session.rows(sql, (owner, team))]
            if not found:
                raise PassUnknown
            kids = _withdraw(session, owner, [each.number for each in found])
        return self._told(found, kids, now_s)

    def replace(self, owner: str, number: bytes, now_s: int) -> Issued:
        """Withdraw a pass and issue another to the same person.

        Whoever has another in force already, because this was asked before, gets that one again.
        Raises PassUnknown, ListRefused, OrderInvalid, WayClosed.
        """
        key, kid = self._issuer.key(Way.INSTITUTION), self._issuer.kid(Way.INSTITUTION)
        with self._database.writing() as session:
            old = _one(session, owner, number)
            order = Order(Way.INSTITUTION, old.holder, now_s, old.ends, owner=owner, group=old.team)
            whose = session.rows("SELECT holder FROM held WHERE number = ?", (number,))
            other = _other(session, owner, whose, old, kid, now_s)
            if other is not None:
                kids: frozenset[str] = frozenset()
                order = msgspec.structs.replace(order, begins=other.begins, ends=other.ends)
                made = signed(order, other.number, other.place, other.begins, key)
            else:
                if old.standing == Standing.WITHDRAWN:
                    raise ListRefused(ListRefused.WITHDRAWN)
                check(order, now_s)
                ((fresh, place),) = register.entered(session, kid, order)
                for (each,) in whose:
                    session.run("INSERT INTO held (number, holder) VALUES (?, ?)", (fresh, each))
                    for form, sealed in session.rows(_SAID, (each,)):
                        declarations.offer(session, form, sealed, fresh, now_s * 1000)
                kids = _withdraw(session, owner, (number,))
                made = signed(order, fresh, place, now_s, key)
        self._issuer.sign_lists(kids, now_s)
        return made

    def teams(self, owner: str, now_s: int) -> tuple[Team, ...]:
        """Return the classes and teams of an institution, with how many passes stand how."""
        sql = (
            "SELECT team, COUNT(*) FILTER (WHERE standing = 0 AND ends > ?),"
            " COUNT(*) FILTER (WHERE standing > 0 AND ends > ?),"
            " COUNT(*) FILTER (WHERE ends <= ?)"
            " FROM pass WHERE owner = ? GROUP BY team ORDER BY team"
        )
        with self._database.reading() as session:
            return tuple(Team(*row) for row in session.rows(sql, (now_s, now_s, now_s, owner)))

    def remind(self, now_s: int) -> int:
        """Give the vault again who holds a pass and was not given for a week; return how many.

        It keeps what it was told for as many days as a scan; a pass may be good for a year.
        """
        due = (now_s, (now_s - REMIND_S) * 1000)
        with self._database.writing() as session:
            found = session.rows(_DUE, due)
            for form, sealed, number in found:
                declarations.offer(session, form, sealed, number, now_s * 1000)
        return len(found)

    def forget(self, before_s: int) -> int:
        """Delete whom no pass is left of, and lists that were answered long ago."""
        with self._database.writing() as session:
            session.run("DELETE FROM batch WHERE at_s < ?", (before_s,))
            session.run("DELETE FROM held WHERE number NOT IN (SELECT number FROM pass)")
            return session.run("DELETE FROM holder WHERE id NOT IN (SELECT holder FROM held)")

    def _listed(
        self, session: Session, batch: Batch, asked: tuple[Order, str, bytes], whos: list[bytes]
    ) -> tuple[Listed, set[str]]:
        """Enter a list that is new; return it, and whose lists are to be signed."""
        order, kid, digest = asked
        had = [_passes(session, batch.owner, who, order.begins) for who in whos]
        if not batch.anew and (gone := [n for n, each in enumerate(had) if _is_gone(each)]):
            return Listed(withdrawn=tuple(gone)), set()
        pen = _Pen(session, kid, order)
        numbers = [
            pen.give(entry, who, passes, anew=batch.anew)
            for entry, who, passes in zip(batch.entries, whos, had, strict=True)
        ]
        counts = (pen.fresh, pen.kept, pen.replaced)
        _note(session, batch, digest, (order.begins, *counts, b"".join(numbers)))
        listed = self._signed(session, batch, (*counts, numbers), kid)
        return msgspec.structs.replace(listed, again=False), pen.kids

    def _who(self, owner: str, who: bytes) -> bytes:
        return hmac.digest(self._secret, owner.encode() + b"\0" + who, "sha256")

    def _signed(
        self, session: Session, batch: Batch, known: tuple[int, int, int, list[bytes]], kid: str
    ) -> Listed:
        """Sign passes that are in the register: the same texts each time."""
        fresh, kept, replaced, numbers = known
        key = self._issuer.key(Way.INSTITUTION)
        made = []
        for number in numbers:
            found = _one(session, batch.owner, number)
            if found.kid != kid or kid_of(raw_public(key)) != kid:
                raise ListRefused(ListRefused.TURNED)
            order = Order(Way.INSTITUTION, found.holder, found.begins, found.ends)
            made.append(signed(order, number, found.place, found.begins, key))
        return Listed(tuple(made), fresh, kept, replaced, again=True)

    def _told(self, found: list[_Pass], kids: frozenset[str], now_s: int) -> Withdrawn:
        # Also of those that were withdrawn before: the list may not have been signed then.
        self._issuer.sign_lists(kids, now_s)
        before = sum(each.standing == Standing.WITHDRAWN for each in found)
        return Withdrawn(len(found) - before, before)


class _Pen:
    """Writes one list into the register, and counts."""

    def __init__(self, session: Session, kid: str, order: Order) -> None:
        self._session, self._kid, self._order = session, kid, order
        self.fresh = self.kept = self.replaced = 0
        self.kids: set[str] = set()

    def give(self, entry: Entry, who: bytes, had: list[_Pass], *, anew: bool) -> bytes:
        """Return the number of the pass that somebody has from now on."""
        order, owner = self._order, self._order.owner
        good = [each for each in had if each.standing == Standing.GOOD]
        same = next((each for each in good if not anew and self._is_it(each)), None)
        if same is not None:
            self.kept += 1
            if same.team != entry.group:
                sql = "UPDATE pass SET team = ? WHERE number = ? AND owner = ?"
                self._session.run(sql, (entry.group, same.number, owner))
            self._say(entry, who, same.number)
            return same.number
        standing = [each for each in had if each.standing != Standing.WITHDRAWN]
        self.fresh += not had
        self.replaced += bool(had)
        self.kids |= _withdraw(self._session, owner, [each.number for each in standing])
        order = msgspec.structs.replace(order, group=entry.group)
        ((number, _),) = register.entered(self._session, self._kid, order)
        self._say(entry, who, number)
        self._session.run(_HELD, (number, owner, who))
        return number

    def _say(self, entry: Entry, who: bytes, number: bytes) -> None:
        """Keep who somebody is, as the list says it now, and give it to the vault."""
        order = self._order
        self._session.run(_PERSON, (entry.form, order.owner, who, order.begins, entry.sealed))
        declarations.offer(self._session, entry.form, entry.sealed, number, order.begins * 1000)

    def _is_it(self, had: _Pass) -> bool:
        order = self._order
        return (had.kid, had.holder, had.ends) == (self._kid, order.holder, order.ends)


def _check(batch: Batch) -> None:
    whos = {each.who for each in batch.entries}
    if not 0 < len(batch.entries) <= MOST or not 0 < len(batch.name) <= LONGEST:
        raise ListRefused(ListRefused.SIZE)
    if not batch.owner or len(batch.owner) > LONGEST:
        raise ListRefused(ListRefused.SIZE)
    if len(whos) < len(batch.entries):
        raise ListRefused(ListRefused.TWICE)
    for each in batch.entries:
        fits = len(each.who) == WHO_BYTES and len(each.form) == FORM_BYTES
        if not fits or not 0 < len(each.sealed) <= LARGEST or len(each.group) > LONGEST:
            raise ListRefused(ListRefused.SIZE)


def _digest(batch: Batch, whos: list[bytes]) -> bytes:
    """Return a digest of what is asked, which says nothing of who is on the list."""
    groups = [each.group for each in batch.entries]
    asked = msgspec.json.encode([batch.holder, batch.ends, batch.anew, whos, groups])
    return hashlib.sha256(asked).digest()


def _answered(
    session: Session, batch: Batch, digest: bytes
) -> tuple[int, int, int, list[bytes]] | None:
    sql = "SELECT digest, fresh, kept, replaced, numbers FROM batch WHERE owner = ? AND name = ?"
    for known, fresh, kept, replaced, numbers in session.rows(sql, (batch.owner, batch.name)):
        if bytes(known) != digest:
            raise ListRefused(ListRefused.DIFFERS)
        each = bytes(numbers)
        ends = range(0, len(each), CTI_BYTES)
        return fresh, kept, replaced, [each[start : start + CTI_BYTES] for start in ends]
    return None


def _note(session: Session, batch: Batch, digest: bytes, said: tuple[object, ...]) -> None:
    sql = (
        "INSERT INTO batch (owner, name, digest, at_s, fresh, kept, replaced, numbers)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    )
    session.run(sql, (batch.owner, batch.name, digest, *said))


def _passes(session: Session, owner: str, who: bytes, now_s: int) -> list[_Pass]:
    """Return somebody's passes that have not ended, the good ones first."""
    return [_Pass(*row) for row in session.rows(_PASSES, (owner, who, owner, now_s))]


def _is_gone(had: list[_Pass]) -> bool:
    """Say whether somebody's pass was withdrawn, and they have no other."""
    return bool(had) and all(each.standing != Standing.GOOD for each in had)


def _one(session: Session, owner: str, number: bytes) -> _Pass:
    found = session.rows(_ONE, (number, owner))
    if not found:
        raise PassUnknown
    return _Pass(*found[0])


def _other(
    session: Session, owner: str, whose: list[tuple[int]], old: _Pass, kid: str, now_s: int
) -> _Pass | None:
    """Return another pass in force of whoever holds the old one."""
    sql = (
        "SELECT number, place, kid, holder, begins, ends, standing, team FROM pass"
        " WHERE number IN (SELECT number FROM held WHERE holder = ?)"
        " AND owner = ? AND standing = 0 AND ends > ? AND kid = ? AND number <> ?"
    )
    for (holder,) in whose:
        for row in session.rows(sql, (holder, owner, now_s, kid, old.number)):
            return _Pass(*row)
    return None


def _withdraw(session: Session, owner: str, numbers: Iterable[bytes]) -> frozenset[str]:
    """Mark passes as withdrawn; return whose lists are to be signed."""
    found = [
        session.rows(_WITHDRAW, (int(Standing.WITHDRAWN), number, owner)) for number in numbers
    ]
    return frozenset(kid for rows in found for (kid,) in rows)
