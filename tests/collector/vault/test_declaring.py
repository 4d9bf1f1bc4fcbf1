"""What somebody declared belongs to the pass they got for it, and to nobody else."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.bulk.entries import Person
from collector.bulk.sealing import entries
from collector.declaration.entries import Declaration, Guardian
from collector.declaration.sealed import Declared
from collector.errors import DeskAway
from collector.people import aliases, identifiers, persons
from collector.people.entries import Found, Kind, Strength
from collector.public.sealing import sealed
from collector.vault import reading
from collector.vault.declaring import SOURCE
from tests.collector.vault.conftest import DAY, HOUR, MONDAY, PUBLIC, SealingGate, Town, card
from wire.keys import SealKey
from wire.sealing import seal_key

AT = MONDAY + 8 * HOUR
NUMBER = bytes(range(8))
CHILD = Declaration(
    name="Nguyễn Thị Bé",
    born="2015-03-04",
    sex="female",
    phone="0912345678",
    commune="31567",
    number="001090000001",
    guardian=Guardian("Nguyễn Văn Cha", "0912345678"),
)


class KeptDesk:
    """A desk with what it was given; it refuses what the real one refuses."""

    def __init__(self) -> None:
        self.kept: list[Declared] = []
        self.is_away = False
        self.asked = 0

    def after(self, row: int, limit: int) -> tuple[Declared, ...]:
        self.asked += 1
        if self.is_away:
            raise DeskAway
        return tuple(each for each in self.kept if each.row > row)[:limit]

    def take(
        self,
        said: Declaration = CHILD,
        number: bytes = NUMBER,
        to: SealKey = PUBLIC,
        form: bytes | None = None,
        spoilt: bytes | None = None,
    ) -> None:
        row = len(self.kept) + 1
        name = row.to_bytes(16, "big")
        data = spoilt if spoilt is not None else sealed(said, form or name, to, AT // 1000 + 9)
        self.kept.append(Declared(row, name, AT, data, "31567", "", number))


@pytest.fixture
def kept(town: Town) -> KeptDesk:
    town.desk = desk = KeptDesk()
    town.again()
    town.unlock(AT)
    return desk


def found(town: Town, kind: Kind, text: str) -> tuple[Found, ...]:
    ring = town.room.opened.ring
    with town.people.reading() as session:
        return aliases.found(session, ring.macs(identifiers.typed(kind, text), ring.alive(session)))


def said(town: Town, person: int) -> list[dict[str, object]]:
    with town.people.reading() as session:
        whole = persons.whole(session, person)
        return [
            dict(each.fields) for each in reading.contents(session, town.room.opened.ring, whole)
        ]


def test_the_holder_of_the_pass_is_who_declared_and_the_guardians_phone_is_the_one_shown(
    town: Town, kept: KeptDesk
) -> None:
    kept.take()
    town.settle(AT)
    pen = SealingGate("g1")
    pen.passes({"pass": NUMBER.hex(), "class": "resident"}, AT + HOUR, kind="pass")
    town.send(pen, AT + HOUR)
    town.settle(AT + HOUR)
    (by_pass,) = found(town, Kind.PASS, NUMBER.hex())
    assert town.rows("SELECT person FROM sighting") == [(by_pass.person,)]
    (declared,) = [each for each in said(town, by_pass.person) if "name" in each]
    assert (declared["name"], declared["phone"]) == ("Nguyễn Thị Bé", "0912345678")
    (by_phone,) = found(town, Kind.PHONE, "0912345678")
    assert by_phone.person == by_pass.person


def test_who_is_on_a_list_holds_the_pass_that_the_list_gave(town: Town, kept: KeptDesk) -> None:
    pupil = Person(1, "Lê Văn Trò", "2015-03-04", phone="0987654321", group="5A")
    (entry,) = entries([pupil], "truong", PUBLIC, AT // 1000 + 9)
    kept.kept.append(Declared(1, entry.form, AT, entry.sealed, "", "", NUMBER))
    town.settle(AT)
    (by_pass,) = found(town, Kind.PASS, NUMBER.hex())
    (by_phone,) = found(town, Kind.PHONE, "0987654321")
    assert by_pass.person == by_phone.person
    (listed,) = said(town, by_pass.person)
    assert (listed["name"], listed["group"]) == ("Lê Văn Trò", "5A")


def test_a_typed_number_joins_nobody(town: Town, kept: KeptDesk) -> None:
    pen = SealingGate("g1")
    pen.passes(card(1), AT, kind="id-card")
    town.send(pen, AT)
    town.settle(AT)
    kept.take()
    town.settle(AT + 1)
    hits = found(town, Kind.NUMBER, "001090000001")
    assert sorted(each.strength for each in hits) == [Strength.CODE, Strength.DECLARED]
    assert len({each.person for each in hits}) == 2


def test_without_a_pass_somebody_is_found_by_what_they_typed(town: Town, kept: KeptDesk) -> None:
    kept.take(number=b"")
    town.settle(AT)
    (hit,) = found(town, Kind.NUMBER, "001090000001")
    assert hit.strength is Strength.DECLARED


def test_fields_are_in_no_file_in_clear(town: Town, kept: KeptDesk) -> None:
    kept.take()
    town.settle(AT)
    for path in town.disk.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert "Nguyễn Thị Bé".encode() not in data
            assert b"0912345678" not in data


def test_what_does_not_open_is_counted_and_keeps_nothing_back(town: Town, kept: KeptDesk) -> None:
    other = seal_key(X25519PrivateKey.generate().public_key())
    kept.take(to=other)
    kept.take(form=b"another form's.."[:16])
    kept.take(spoilt=b"\xff no envelope")
    kept.take(spoilt=b'{"key":"AAAA","sealed":"AAAA","to":"' + PUBLIC.kid.encode() + b'"}')
    kept.take(spoilt=b"[" * 20_000)
    kept.take()
    town.settle(AT)
    why = "SELECT seq, why FROM unopened WHERE gate = ? ORDER BY seq"
    assert town.rows(why, SOURCE) == [
        (1, "other-authority"),
        (2, "fields-damaged"),
        (3, "fields-damaged"),
        (4, "key-damaged"),
        (5, "fields-damaged"),
    ]
    assert found(town, Kind.PASS, NUMBER.hex())
    assert town.rows("SELECT value FROM cursor WHERE name = 'declaration'") == [(6,)]


def test_what_can_be_opened_later_is_and_counts_no_more(town: Town, kept: KeptDesk) -> None:
    kept.take()
    good = kept.kept[0]
    kept.kept[0] = Declared(1, good.form, AT, b"{}", "31567", "", NUMBER)
    town.settle(AT)
    assert town.rows("SELECT COUNT(*) FROM unopened") == [(1,)]
    kept.kept[0] = good
    town.settle(AT + HOUR)
    assert town.rows("SELECT COUNT(*) FROM unopened") == [(0,)]
    assert found(town, Kind.PASS, NUMBER.hex())
    assert town.rows("SELECT value FROM cursor WHERE name = 'declaration'") == [(1,)]


def test_each_declaration_is_keyed_once_over_a_restart(town: Town, kept: KeptDesk) -> None:
    kept.take()
    town.settle(AT)
    town.again()
    town.unlock(AT)
    town.settle(AT + 1)
    assert town.rows("SELECT COUNT(*) FROM person") == [(1,)]
    assert town.rows("SELECT COUNT(*) FROM registered") == [(1,)]


def test_a_desk_that_is_away_stops_nothing_and_is_not_asked_all_the_time(
    town: Town, kept: KeptDesk
) -> None:
    kept.is_away = True
    pen = SealingGate("g1")
    pen.passes(card(1), AT, kind="id-card")
    town.send(pen, AT)
    for _ in range(9):
        town.settle(AT)
    assert town.rows("SELECT COUNT(*) FROM sighting") == [(1,)]
    assert kept.asked == 1
    kept.is_away = False
    kept.take()
    town.settle(AT + 3_000)
    assert found(town, Kind.PASS, NUMBER.hex())


def test_locked_nothing_is_read(town: Town, kept: KeptDesk) -> None:
    town.room.lock()
    kept.take()
    town.settle(AT)
    assert kept.asked == 0


def test_who_declared_and_was_never_seen_is_forgotten_with_the_scans(
    town: Town, kept: KeptDesk
) -> None:
    kept.take()
    kept.take(spoilt=b"{}")
    town.settle(AT)
    town.settle(AT + 23 * DAY)
    counted = [
        town.rows(f"SELECT COUNT(*) FROM {table}")  # noqa: S608  # names from here
        for table in ("person", "alias", "fields", "unopened")
    ]
    assert counted == [[(0,)]] * 4
