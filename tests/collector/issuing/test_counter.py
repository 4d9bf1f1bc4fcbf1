"""The desk believes nothing of whoever asks for passes: what no person could get is refused."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.asking.protocol import forms
from collector.database.sqlite import SqliteDatabase
from collector.declaration.consequence import DAY_S, PassFor, Rules
from collector.errors import DeclarationRefused
from collector.issuing import schema
from collector.issuing.counters import PublicCounter
from collector.issuing.declarations import LARGEST, Declarations
from collector.issuing.duties import Duties
from collector.issuing.ports import Declaring, Issuing
from collector.roster import Area, Roster
from tests.collector.issuing.sent import declared, envelope
from wire import gatepass
from wire.gatepass import ATTENDANT, RESIDENT
from wire.keys import Keyring, Use, entry
from wire.sealing import seal_key

NOW = 1_800_000_000
FORM = b"f" * 16
KEY = Ed25519PrivateKey.generate()
SEAL = seal_key(X25519PrivateKey.generate().public_key())
ROSTER = Roster("Huyện Mẫu", "0900", (), (Area("d", "Huyện"), Area("x", "Xã Mẫu", "d")))
GOOD, WORRYING = NOW + 7 * DAY_S, NOW + DAY_S


class Desk:
    """The counter, over a file."""

    def __init__(self, folder: Path, worrying: PassFor = PassFor.ATTENDANT) -> None:
        self.database = SqliteDatabase(folder / "passes.db")
        schema.make(self.database)
        kept = Declarations(self.database, KEY)
        about = (SEAL, "0900 000 115", Rules(good_days=7, worrying=worrying, worrying_days=1))
        self.counter = PublicCounter(kept, lambda: ROSTER, about, lambda: NOW * 1000)

    def count(self) -> int:
        with self.database.reading() as session:
            (passes,), (kept,) = (
                session.rows(f"SELECT COUNT(*) FROM {table}")[0]  # noqa: S608
                for table in ("pass", "declaration")
            )
        return int(passes) + int(kept)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("task", "ends", "holder"),
    [
        ("", GOOD, RESIDENT),
        ("", NOW + 1, RESIDENT),
        ("symptoms", WORRYING, ATTENDANT),
        ("contact", WORRYING, ATTENDANT),
    ],
)
def test_what_a_person_can_get_at_the_page_is_given(
    desk: Desk, task: str, ends: int, holder: str
) -> None:
    parsed = gatepass.parse(declared(desk.counter, FORM, ends, task))
    assert parsed.verify(Keyring([entry(KEY.public_key(), Use.PASS_DECLARED)]))
    assert (parsed.claims.holder, parsed.claims.expires) == (holder, ends)
    assert parsed.claims.entries is None


def test_where_the_rules_say_none_nobody_who_worries_gets_a_pass(tmp_path: Path) -> None:
    desk = Desk(tmp_path, PassFor.NONE)
    assert declared(desk.counter, FORM, WORRYING, "symptoms") == ""
    assert [each.kind for each in Duties(desk.database).tasks(None, done=False)] == ["symptoms"]


@pytest.mark.parametrize(
    ("task", "ends"),
    [
        ("", GOOD + 1),
        ("", NOW),
        ("", -1),
        ("", 2**62),
        ("symptoms", WORRYING + 1),
        ("contact", GOOD),
    ],
)
def test_a_pass_lives_no_longer_than_a_declaration(desk: Desk, task: str, ends: int) -> None:
    with pytest.raises(DeclarationRefused, match=DeclarationRefused.TERM):
        declared(desk.counter, FORM, ends, task)
    assert desk.count() == 0


@pytest.mark.parametrize("task", ["none", "SYMPTOMS", "self", "x" * 100_000])
def test_a_task_that_there_is_not_is_refused(desk: Desk, task: str) -> None:
    with pytest.raises(DeclarationRefused, match=DeclarationRefused.TASK):
        declared(desk.counter, FORM, NOW + 1, task)
    assert desk.count() == 0


@pytest.mark.parametrize("area", ["", "d", "y", "x" * 100_000])
def test_a_commune_that_there_is_not_is_refused(desk: Desk, area: str) -> None:
    data = envelope(FORM, SEAL, GOOD)
    with pytest.raises(DeclarationRefused, match=DeclarationRefused.AREA):
        desk.counter.declare(FORM, data, area, "", GOOD)
    assert desk.count() == 0


OTHERS = envelope(FORM, seal_key(X25519PrivateKey.generate().public_key()), GOOD)


@pytest.mark.parametrize(
    "data",
    [b"x", b"{}", b"[]", b"[" * 20_000, b"\xff", OTHERS, envelope(FORM, SEAL, GOOD)[:-2]],
    ids=["no document", "empty", "list", "nested", "no text", "to another", "cut"],
)
def test_what_the_vault_could_not_open_is_refused(desk: Desk, data: bytes) -> None:
    with pytest.raises(DeclarationRefused, match=DeclarationRefused.SEAL):
        desk.counter.declare(FORM, data, "x", "", GOOD)
    assert desk.count() == 0


@pytest.mark.parametrize("form", [b"", b"f" * 15, b"f" * 17])
def test_a_name_of_another_length_is_refused(desk: Desk, form: bytes) -> None:
    with pytest.raises(DeclarationRefused, match=DeclarationRefused.SIZE):
        declared(desk.counter, form, GOOD)
    assert desk.count() == 0


@pytest.mark.parametrize("size", [0, LARGEST + 1])
def test_what_is_empty_or_too_large_is_refused(desk: Desk, size: int) -> None:
    with pytest.raises(DeclarationRefused, match=DeclarationRefused.SIZE):
        desk.counter.declare(FORM, b" " * size, "x", "", GOOD)
    assert desk.count() == 0


def test_officers_are_offered_what_their_pages_ask_and_nothing_else() -> None:
    assert {*forms(Declaring)} == {"about", "declare"}
    assert {*forms(Issuing)} == {
        "sealing",
        "enlist",
        "withdraw",
        "withdraw_team",
        "replace",
        "teams",
        "owned",
        "tasks",
        "change_task",
    }
