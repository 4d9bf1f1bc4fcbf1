"""Casework on each database, with an area tree of two communes, and officers of both."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from collector.cases import schema
from collector.cases.approvals import Approvals
from collector.cases.audit import Audit
from collector.cases.entries import Case
from collector.cases.register import Opening, Register
from collector.cases.roles import Actor, Role
from collector.cases.worklist import Met, Worklist
from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.vault.errors import VaultLocked

NOW = 1_800_000_000_000
DAY = 86_400_000
TREE = {"d": frozenset({"d"}), "a": frozenset({"a", "d"}), "b": frozenset({"b", "d"})}

DISTRICT = Actor("chi-ha", Role.DISTRICT)
SECOND = Actor("anh-nam", Role.DISTRICT)
OF_A = Actor("co-lan", Role.COMMUNE, areas=("a",))
OF_B = Actor("chu-tu", Role.COMMUNE, areas=("b",))
AUDITOR = Actor("kiem-toan", Role.AUDITOR)
OPERATOR = Actor("van-hanh", Role.OPERATOR)
KEEPER = Actor("chu-cho", Role.KEEPER, places=("cho-moi",))


class Paper:
    """Covers texts with a checksum of their place; refuses what the real one refuses."""

    def __init__(self) -> None:
        self.locked = False

    def seal(self, plain: bytes, place: str) -> bytes:
        self._refuse()
        tag = hmac.digest(place.encode(), plain, hashlib.sha256)
        return tag + bytes(byte ^ 0x5A for byte in plain)

    def open(self, sealed: bytes, place: str) -> bytes:
        self._refuse()
        plain = bytes(byte ^ 0x5A for byte in sealed[32:])
        assert hmac.digest(place.encode(), plain, hashlib.sha256) == sealed[:32]
        return plain

    def _refuse(self) -> None:
        if self.locked:
            raise VaultLocked


class Office(msgspec.Struct):
    """All of casework over one database."""

    database: Database
    cover: Paper
    audit: Audit
    register: Register
    approvals: Approvals
    worklist: Worklist

    def opened(self, actor: Actor = DISTRICT, area: str = "a", ref: str = "BN 12") -> Case:
        said = Opening(ref=ref, ground="QĐ 7/QĐ-UBND", area=area, expires_ms=NOW + 14 * DAY)
        return self.register.open(actor, said, NOW)

    def listed(self, persons: Iterable[int], case: int = 1, actor: Actor = DISTRICT) -> None:
        met = [Met(person, 1, 0, 0, NOW) for person in persons]
        self.worklist.enlist(actor, case, met, NOW)


def _office(database: Database) -> Office:
    schema.make(database)
    cover = Paper()
    audit = Audit(database)
    register = Register(database, audit, cover, lambda code: TREE.get(code, frozenset()))
    approvals = Approvals(database, audit, register)
    worklist = Worklist(database, audit, register, cover)
    return Office(database, cover, audit, register, approvals, worklist)


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """Lend casework over one database after the other."""
    database: Database
    if request.param == "postgres":
        database = PostgresDatabase(request.getfixturevalue("postgres").database())
    else:
        database = SqliteDatabase(tmp_path / "cases.db")
    yield _office(database)
    database.close()
