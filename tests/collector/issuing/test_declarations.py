"""A declaration is kept once and gives one pass, however often its form is sent."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.errors import (
    DeclarationRefused,
    DeclarationsMany,
    IssuerFull,
    OrderInvalid,
    TaskChanged,
    TaskUnknown,
)
from collector.issuing import declarations, schema
from collector.issuing import register as registers
from collector.issuing.declarations import LARGEST, Declarations
from collector.issuing.duties import OWN, TURNS, Act, Change, Duties, State
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


def test_a_flood_from_everywhere_ends_and_what_was_taken_is_answered_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declarations, "MOST", 3)
    flooded = Desk(desk.database, Declarations(desk.database, KEY))
    made = [flooded.declare(bytes([each]) * 16) for each in range(3)]
    for _ in range(2):
        with pytest.raises(DeclarationsMany):
            flooded.declare(OTHER)
    assert len(desk.kept.after(0, 10)) == 3
    assert [flooded.declare(bytes([each]) * 16) for each in range(3)] == made
    assert flooded.declare(OTHER, at_ms=NOW_MS + 1000) is not None
    assert len(desk.kept.after(0, 10)) == 4


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


def test_a_commune_sees_its_own_tasks_and_no_content(desk: Desk) -> None:
    desk.declare(task="contact")
    desk.declare(OTHER)
    duties = Duties(desk.database)
    (task,) = duties.tasks(("31567",), done=False)
    assert (task.row, task.at_ms, task.area, task.kind) == (1, NOW_MS, "31567", "contact")
    assert (task.state, task.assignee, len(task.reference)) == (State.NEW, "", 16)
    assert duties.tasks(None, done=False) == (task,)
    assert duties.tasks(("31579",), done=False) == duties.tasks((), done=False) == ()
    assert duties.tasks(None, done=True) == ()
    with pytest.raises(TaskUnknown):
        duties.change(("31579",), Change(1, Act.TAKE, "an", State.NEW, ""), NOW_MS)
    with pytest.raises(TaskUnknown):
        duties.change(None, Change(2, Act.TAKE, "an", State.NEW, ""), NOW_MS)


def test_two_officers_do_not_take_one_task_without_knowing(desk: Desk) -> None:
    desk.declare(task="symptoms")
    duties = Duties(desk.database)
    seen = (State.NEW, "")
    taken = duties.change(None, Change(1, Act.TAKE, "an", *seen), NOW_MS + 1)
    assert (taken.state, taken.assignee, taken.changed_ms) == (State.TAKEN, "an", NOW_MS + 1)
    with pytest.raises(TaskChanged):
        duties.change(None, Change(1, Act.TAKE, "binh", *seen), NOW_MS + 2)
    for act in OWN:
        with pytest.raises(TaskChanged):
            duties.change(None, Change(1, act, "binh", State.TAKEN, "an"), NOW_MS + 2)
    knowing = Change(1, Act.TAKE, "binh", State.TAKEN, "an")
    assert duties.change(None, knowing, NOW_MS + 3).assignee == "binh"
    with pytest.raises(TaskChanged):
        duties.change(None, Change(1, Act.FINISH, "an", State.TAKEN, "an"), NOW_MS + 4)
    done = duties.change(None, Change(1, Act.FINISH, "binh", State.TAKEN, "binh"), NOW_MS + 5)
    assert done.state is State.DONE
    assert duties.tasks(None, done=False) == ()
    assert duties.tasks(None, done=True) == (done,)


def test_what_is_not_in_the_table_changes_nothing(desk: Desk) -> None:
    desk.declare(task="symptoms")
    duties = Duties(desk.database)
    before = {State.NEW: "", State.TAKEN: "an", State.DONE: "an"}
    for state in (State.NEW, State.TAKEN, State.DONE):
        for act in Act:
            if (state, act) not in TURNS:
                with pytest.raises(TaskChanged):
                    duties.change(None, Change(1, act, "an", state, before[state]), NOW_MS)
        step = Act.TAKE if state is State.NEW else Act.FINISH
        if state is not State.DONE:
            duties.change(None, Change(1, step, "an", state, before[state]), NOW_MS)
    reopened = duties.change(None, Change(1, Act.REOPEN, "an", State.DONE, "an"), NOW_MS)
    left = duties.change(None, Change(1, Act.LEAVE, "an", State.TAKEN, "an"), NOW_MS)
    assert (reopened.state, left.state, left.assignee) == (State.TAKEN, State.NEW, "")


def test_a_task_goes_with_its_declaration(desk: Desk) -> None:
    desk.declare(task="symptoms")
    Duties(desk.database).change(None, Change(1, Act.TAKE, "an", State.NEW, ""), NOW_MS)
    assert desk.kept.forget(NOW_MS + 1) == 1
    with desk.database.reading() as session:
        assert session.rows("SELECT COUNT(*) FROM duty") == [(0,)]


def test_what_is_over_is_forgotten(desk: Desk) -> None:
    desk.declare()
    desk.declare(OTHER, at_ms=NOW_MS + 1)
    assert desk.kept.forget(NOW_MS + 1) == 1
    assert [each.form for each in desk.kept.after(0, 9)] == [OTHER]
    assert Register(desk.database).forget(NOW) == 0
