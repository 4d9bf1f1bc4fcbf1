"""A declaration is kept once and gives one pass, however often its form is sent."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.errors import DeclarationRefused, IssuerFull, OrderInvalid
from collector.issuing import register as registers
from collector.issuing import schema
from collector.issuing.declarations import LARGEST, Declarations, Duty
from collector.issuing.entries import Issued, Order, Way
from collector.issuing.register import Register
from wire import gatepass
from wire.keys import Keyring, Use, entry

NOW = 1_800_000_000
NOW_MS = NOW * 1000
DAY = 86_400
KEY = Ed25519PrivateKey.generate()
RING = Keyring([entry(KEY.public_key(), Use.PASS_DECLARED)])
ORDER = Order(Way.SELF, "resident", NOW, NOW + DAY)
FORM, OTHER = b"f" * 16, b"o" * 16


@dataclasses.dataclass
class Desk:
    """The declarations of one database."""

    database: Database
    kept: Declarations

    def declare(
        self, form: bytes = FORM, order: Order | None = ORDER, at_ms: int = NOW_MS, task: str = ""
    ) -> Issued | None:
        return self.kept.declare(form, b"sealed", "31567", task, order, at_ms)


@pytest.fixture(params=["sqlite", "postgres"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    database: Database
    if request.param == "postgres":
        database = PostgresDatabase(request.getfixturevalue("postgres").database())
    else:
        database = SqliteDatabase(tmp_path / "passes.db")
    schema.make(database)
    yield Desk(database, Declarations(database, KEY))
    database.close()


def test_a_declaration_gives_a_pass_that_gates_believe_as_declared(desk: Desk) -> None:
    made = desk.declare()
    assert made is not None
    parsed = gatepass.parse(made.text)
    assert parsed.verify(RING) is Use.PASS_DECLARED
    assert (parsed.claims.number, parsed.claims.expires) == (made.number, NOW + DAY)
    (kept,) = desk.kept.after(0, 10)
    assert (kept.sealed, kept.number, kept.area) == (b"sealed", made.number, "31567")


def test_a_form_sent_again_is_one_declaration_with_the_same_pass(desk: Desk) -> None:
    first = desk.declare()
    again = desk.declare(at_ms=NOW_MS + 90_000)
    assert first is not None
    assert again is not None
    assert (first.text, first.number) == (again.text, again.number)
    assert len(desk.kept.after(0, 10)) == 1
    assert desk.declare(OTHER) != first


def test_who_gets_no_pass_has_declared_all_the_same(desk: Desk) -> None:
    assert desk.declare(order=None, task="symptoms") is None
    assert desk.declare(order=None, task="symptoms") is None
    assert [each.number for each in desk.kept.after(0, 10)] == [b""]


def test_without_a_place_for_the_pass_nothing_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registers, "PLACES", 0x1)
    desk.declare()
    with pytest.raises(IssuerFull):
        desk.declare(OTHER)
    assert len(desk.kept.after(0, 10)) == 1


@pytest.mark.parametrize(
    ("form", "sealed"), [(b"", b"x"), (b"f" * 17, b"x"), (FORM, b""), (FORM, b"x" * (LARGEST + 1))]
)
def test_what_is_no_declaration_is_refused(desk: Desk, form: bytes, sealed: bytes) -> None:
    with pytest.raises(DeclarationRefused):
        desk.kept.declare(form, sealed, "31567", "", None, NOW_MS)


def test_a_pass_that_cannot_be_keeps_nothing(desk: Desk) -> None:
    with pytest.raises(OrderInvalid):
        desk.declare(at_ms=NOW_MS + 2 * DAY * 1000)
    assert desk.kept.after(0, 10) == ()


def test_after_the_key_was_turned_an_old_form_is_not_signed_by_the_new_one(desk: Desk) -> None:
    desk.declare()
    turned = Declarations(desk.database, Ed25519PrivateKey.generate())
    with pytest.raises(DeclarationRefused, match=DeclarationRefused.TURNED):
        turned.declare(FORM, b"sealed", "31567", "", ORDER, NOW_MS)


def test_the_vault_reads_on_from_row_to_row(desk: Desk) -> None:
    for number in range(5):
        desk.declare(bytes([number]) * 16)
    first = desk.kept.after(0, 3)
    rest = desk.kept.after(first[-1].row, 3)
    assert [each.form[0] for each in (*first, *rest)] == [0, 1, 2, 3, 4]


def test_a_commune_sees_its_own_duties_and_no_content(desk: Desk) -> None:
    desk.declare(task="contact")
    desk.declare(OTHER)
    (duty,) = desk.kept.duties(frozenset({"31567"}), NOW_MS)
    assert duty == Duty(1, NOW_MS, "31567", "contact")
    assert desk.kept.duties(frozenset({"31579"}), NOW_MS) == ()
    assert desk.kept.duties(frozenset({"31567"}), NOW_MS + 1) == ()


def test_what_is_over_is_forgotten(desk: Desk) -> None:
    desk.declare()
    desk.declare(OTHER, at_ms=NOW_MS + 1)
    assert desk.kept.forget(NOW_MS + 1) == 1
    assert [each.form for each in desk.kept.after(0, 9)] == [OTHER]
    assert Register(desk.database).forget(NOW) == 0
