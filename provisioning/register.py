"""The register: which passes were issued, each one's place in its issuer's list, and its standing.

Numbers and classes only; who holds a pass is written nowhere here. Places are drawn at random, so
that they do not tell in which order passes were issued, and no place is given twice. SQLite keeps
it: several desks may issue at once, and a power cut leaves a pass entered or not.
"""

import os
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import quote

from provisioning.errors import (
    IssuerFull,
    IssuerWithdrawn,
    PassUnknown,
    RegisterUnusable,
    ValueInvalid,
)
from provisioning.i18n import marked
from wire.statuslist import INVALID, SUSPENDED

PATH = "passes/register.sqlite"
PLACES = 2**20
"""Passes of one issuer; then the next key has its turn."""
DRAWS = 200
"""With nine places of ten taken, all these draws miss once in a billion times."""
BUSY_S = 10
ENDING = marked(
    "give the last four to sixteen characters of the number: digits, and letters a to f"
)
SAID = (
    marked("database or disk is full"),
    marked("attempt to write a readonly database"),
    marked("unable to open database file"),
    marked("file is not a database"),
    marked("database disk image is malformed"),
    marked("database is locked"),
    marked("disk I/O error"),
)
"""What SQLite says of the file, in its own words, for the catalogues."""
_ENDING = re.compile(r"[0-9A-Fa-f]{4,16}")
_TABLES = """
create table if not exists pass (
    number blob primary key, kid text not null, place integer not null, holder text not null,
    ends integer not null, standing integer not null default 0, unique (kid, place)
) without rowid;
create index if not exists pass_marked on pass (kid, place, standing) where standing <> 0;
create index if not exists pass_ending on pass (kid, ends, standing);
create table if not exists issuer (
    kid text primary key, every integer not null default 0, listed integer not null default 0
) without rowid;
"""


class Tally(NamedTuple):
    """How many passes of an issuer there are."""

    issued: int
    good: int
    """Neither ended nor withdrawn nor suspended."""
    withdrawn: int
    suspended: int
    last: int | None
    """When the last of them ends, seconds since 1970; None if there is none."""


class Register:
    """The register, open. Raises RegisterUnusable wherever the file cannot be used."""

    def __init__(self, path: Path, *, is_read: bool = False) -> None:
        """Use the register at `path`; it is made when it is not there, unless it is only read."""
        self._path, self._is_read = path, is_read

    def __enter__(self) -> Self:
        """Open it."""
        with self._told():
            is_there = self._path.exists()
            if self._is_read:
                name = f"file:{quote(str(self._path))}?mode=ro" if is_there else ":memory:"
            else:
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
                name = f"file:{quote(str(self._path))}"
            self._rows = sqlite3.connect(name, timeout=BUSY_S, isolation_level=None, uri=True)
            try:
                if not (self._is_read and is_there):
                    self._rows.executescript(_TABLES)
            except BaseException:
                self._rows.close()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._rows.close()

    def enter(self, number: bytes, kid: str, holder: str, ends: int) -> int:
        """Enter a pass and return its place; it is on stable storage then.

        Raises IssuerFull, and IssuerWithdrawn for a pass that no gate would take.
        """
        if self.marked(kid)[1]:
            raise IssuerWithdrawn(kid=kid)
        with self._told():
            for _ in range(DRAWS):
                place = secrets.randbelow(PLACES)
                done = self._rows.execute(
                    "insert into pass (number, kid, place, holder, ends) values (?, ?, ?, ?, ?)"
                    " on conflict (kid, place) do nothing",
                    (number, kid, place, holder, ends),
                )
                if done.rowcount:
                    return place
        raise IssuerFull

    def find(self, ending: str) -> bytes:
        """Return the one number whose hex ends so; raise PassUnknown for none, or several.

        Less than the four characters that are printed on a pass are no number: ValueInvalid.
        """
        if not _ENDING.fullmatch(ending):
            raise ValueInvalid(name="number", value=ending, takes=ENDING)
        with self._told():
            found = self._rows.execute(
                "select number from pass where lower(hex(number)) like '%' || ? limit 2",
                (ending.lower(),),
            ).fetchall()
        if len(found) != 1:
            raise PassUnknown(number=ending, count=len(found))
        return bytes(found[0][0])

    def of_class(self, holder: str, now_s: int) -> list[bytes]:
        """Return the numbers of the passes of a class that have not ended."""
        with self._told():
            found = self._rows.execute(
                "select number from pass where holder = ? and ends > ?", (holder, now_s)
            )
            return [bytes(number) for (number,) in found]

    def mark(self, numbers: Iterable[bytes], standing: int) -> set[str]:
        """Give passes a standing, all or none; return their issuers, whose lists are to be signed.

        Also of those that have it already: the list may not have been signed the last time.
        """
        kids: set[str] = set()
        with self._told(), self._whole():
            for number in numbers:
                changed = self._rows.execute(
                    "update pass set standing = ? where number = ? returning kid",
                    (standing, number),
                )
                kids.update(kid for (kid,) in changed.fetchall())
        return kids

    def mark_issuer(self, kid: str, *, every: bool) -> None:
        """Say whether every pass of an issuer is withdrawn, whatever its own standing."""
        with self._told():
            self._rows.execute(
                "insert into issuer (kid, every) values (?, ?)"
                " on conflict (kid) do update set every = excluded.every",
                (kid, every),
            )

    def marked(self, kid: str) -> tuple[dict[int, int], bool]:
        """Return the standing of each place that is not simply good, and whether all are gone."""
        with self._told():
            rows = self._rows.execute(
                "select place, standing from pass where kid = ? and standing <> 0", (kid,)
            )
            found = dict(rows.fetchall())
            every = self._rows.execute("select every from issuer where kid = ?", (kid,)).fetchone()
        return found, bool(every and every[0])

    def dated(self, kid: str, now_s: int) -> int:
        """Return a time for the issuer's next list: now, but always after the last one's."""
        with self._told():
            [[at]] = self._rows.execute(
                "insert into issuer (kid, listed) values (?, ?) on conflict (kid)"
                " do update set listed = max(listed + 1, excluded.listed) returning listed",
                (kid, now_s),
            ).fetchall()
        return int(at)

    def tally(self, kid: str, now_s: int) -> Tally:
        """Count the passes of an issuer."""
        with self._told():
            row = self._rows.execute(
                "select count(*), count(*) filter (where ends > ? and standing = 0),"
                " count(*) filter (where standing = ?), count(*) filter (where standing = ?),"
                " max(ends) from pass where kid = ?",
                (now_s, INVALID, SUSPENDED, kid),
            ).fetchone()
        return Tally(*row)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Do all of it or nothing."""
        self._rows.execute("begin immediate")
        try:
            yield
            self._rows.execute("commit")
        except BaseException:
            if self._rows.in_transaction:  # of a full disk SQLite has rolled back by itself
                self._rows.execute("rollback")
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            detail = getattr(error, "strerror", None) or str(error)
            raise RegisterUnusable(path=self._path, detail=detail) from error
