"""Passes from the desk: whole orders or nothing, and every way withdrawn by itself."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.errors import IssuerFull, OrderInvalid, PassUnknown, WayClosed
from collector.issuing import register as registers
from collector.issuing import schema
from collector.issuing.entries import Issued, Order, Standing, Way
from collector.issuing.issuer import LONGEST_S, MOST, Issuer
from collector.issuing.register import Register
from wire import gatepass, statuslist
from wire.keys import Keyring, Use, entry
from wire.statuslist import StatusList

NOW = 1_800_000_000
DAY = 86_400
SELF, SEEN, STATUS = (Ed25519PrivateKey.generate() for _ in range(3))
RING = Keyring(
    [
        entry(SELF.public_key(), Use.PASS_DECLARED),
        entry(SEEN.public_key(), Use.PASS_SEEN),
        entry(STATUS.public_key(), Use.STATUS),
    ]
)
ORDER = Order(Way.SELF, "resident", NOW, NOW + DAY)
CLASS = Order(Way.INSTITUTION, "pupil", NOW, NOW + 9 * DAY, 30, owner="truong", group="5A")


class Desk:
    """An issuer, and the lists it has signed by the key they are of."""

    def __init__(self, database: Database) -> None:
        schema.make(database)
        self.register = Register(database)
        self.lists: dict[str, list[StatusList]] = {}
        keys = {Way.SELF: SELF, Way.INSTITUTION: SEEN}
        self.issuer = Issuer(self.register, keys, STATUS, self._publish)

    def _publish(self, data: bytes) -> None:
        found = statuslist.unpack(data, RING)
        self.lists.setdefault(found.issuer, []).append(found)

    def status(self, made: Issued) -> int | None:
        parsed = gatepass.parse(made.text)
        assert parsed.claims.status is not None
        listed = self.lists[parsed.kid][-1]
        return Standing.WITHDRAWN if listed.every else listed.at(parsed.claims.status)


@pytest.fixture(params=["sqlite", "postgres"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    database: Database
    if request.param == "postgres":
        database = PostgresDatabase(request.getfixturevalue("postgres").database())
    else:
        database = SqliteDatabase(tmp_path / "passes.db")
    yield Desk(database)
    database.close()


def test_a_pass_is_one_that_gates_believe_as_far_as_its_way_goes(desk: Desk) -> None:
    (made,) = desk.issuer.issue(ORDER, NOW)
    (other, *_) = desk.issuer.issue(CLASS, NOW)
    for each, use, holder in (
        (made, Use.PASS_DECLARED, "resident"),
        (other, Use.PASS_SEEN, "pupil"),
    ):
        parsed = gatepass.parse(each.text)
        assert parsed.verify(RING) is use
        assert (parsed.claims.holder, parsed.claims.number) == (holder, each.number)
        assert (parsed.claims.not_before, parsed.claims.expires) == (NOW, each.ends)


def test_a_class_gets_all_its_passes_each_with_a_number_and_place_of_its_own(desk: Desk) -> None:
    made = desk.issuer.issue(CLASS, NOW)
    claims = [gatepass.parse(each.text).claims for each in made]
    assert len({each.number for each in claims}) == len({each.status for each in claims}) == 30
    listed = desk.register.owned("truong", "5A", b"", 100)
    assert {each.number for each in listed} == {each.number for each in made}
    assert {each.group for each in listed} == {"5A"}


def test_when_places_run_out_nothing_is_half_issued(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registers, "PLACES", 8)
    with pytest.raises(IssuerFull):
        desk.issuer.issue(CLASS, NOW)
    assert desk.register.owned("truong", None, b"", 100) == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"count": 0}, OrderInvalid.COUNT),
        ({"count": MOST + 1}, OrderInvalid.COUNT),
        ({"ends": NOW}, OrderInvalid.TERM),
        ({"begins": NOW + DAY}, OrderInvalid.TERM),
        ({"ends": NOW + LONGEST_S + 1}, OrderInvalid.TERM),
        ({"begins": NOW + 2 * LONGEST_S, "ends": NOW + 2 * LONGEST_S + 1}, OrderInvalid.TERM),
        ({"holder": ""}, OrderInvalid.HOLDER),
        ({"holder": "học sinh"}, OrderInvalid.HOLDER),
        ({"holder": "x" * 33}, OrderInvalid.HOLDER),
        ({"entries": 0}, OrderInvalid.ENTRIES),
        ({"entries": 100}, OrderInvalid.ENTRIES),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    desk: Desk, change: dict[str, object], why: str
) -> None:
    with pytest.raises(OrderInvalid, match=why):
        desk.issuer.issue(msgspec.structs.replace(ORDER, **change), NOW)


def test_a_way_without_a_key_is_closed(desk: Desk) -> None:
    with pytest.raises(WayClosed):
        desk.issuer.issue(msgspec.structs.replace(ORDER, way=Way.ATTENDANT), NOW)


def test_a_withdrawn_pass_is_on_its_issuers_list_and_on_no_other(desk: Desk) -> None:
    gone, kept = desk.issuer.issue(msgspec.structs.replace(ORDER, count=2), NOW)
    desk.issuer.mark((gone.number,), Standing.WITHDRAWN, NOW)
    assert (desk.status(gone), desk.status(kept)) == (Standing.WITHDRAWN, Standing.GOOD)
    assert set(desk.lists) == {desk.issuer.kid(Way.SELF)}
    desk.issuer.mark((gone.number,), Standing.GOOD, NOW)
    assert desk.status(gone) == Standing.GOOD


def test_each_list_is_newer_than_the_one_before_it_even_in_one_second(desk: Desk) -> None:
    (made,) = desk.issuer.issue(ORDER, NOW)
    for _ in range(3):
        desk.issuer.mark((made.number,), Standing.SUSPENDED, NOW)
    desk.issuer.renew(NOW - 100)
    times = [each.issued for each in desk.lists[desk.issuer.kid(Way.SELF)]]
    assert times == [NOW, NOW + 1, NOW + 2, NOW + 3]


def test_a_whole_class_is_withdrawn_at_once_and_no_other(desk: Desk) -> None:
    mine = desk.issuer.issue(CLASS, NOW)
    for owner, group in (("truong", "5B"), ("truong-2", "5A")):
        desk.issuer.issue(msgspec.structs.replace(CLASS, owner=owner, group=group, count=2), NOW)
    assert desk.issuer.mark_team("truong", "5A", Standing.WITHDRAWN, NOW) == 30
    assert {desk.status(each) for each in mine} == {Standing.WITHDRAWN}
    others = desk.register.owned("truong", "5B", b"", 9) + desk.register.owned(
        "truong-2", None, b"", 9
    )
    assert {each.standing for each in others} == {Standing.GOOD}


def test_every_pass_of_a_way_is_withdrawn_as_a_whole(desk: Desk) -> None:
    (mine,), (theirs, *_) = desk.issuer.issue(ORDER, NOW), desk.issuer.issue(CLASS, NOW)
    desk.issuer.mark_way(Way.SELF, gone=True, now_s=NOW)
    desk.issuer.renew(NOW)
    assert (desk.status(mine), desk.status(theirs)) == (Standing.WITHDRAWN, Standing.GOOD)
    desk.issuer.mark_way(Way.SELF, gone=False, now_s=NOW)
    assert desk.status(mine) == Standing.GOOD


def test_all_or_none_of_several_are_withdrawn(desk: Desk) -> None:
    (made,) = desk.issuer.issue(ORDER, NOW)
    with pytest.raises(PassUnknown):
        desk.issuer.mark((made.number, b"\0" * 8), Standing.WITHDRAWN, NOW)
    desk.issuer.renew(NOW)
    assert desk.status(made) == Standing.GOOD


def test_a_pass_is_found_by_what_is_printed_on_it_and_by_its_owner_only(desk: Desk) -> None:
    made = desk.issuer.issue(CLASS, NOW)[0]
    ending = made.number.hex()[-6:].upper()
    assert desk.register.find(ending, "truong").number == made.number
    for wrong, owner in ((ending[-3:], None), ("zz" + ending, None), (ending, "truong-2")):
        with pytest.raises(PassUnknown):
            desk.register.find(wrong, owner)


def test_lists_come_in_pages(desk: Desk) -> None:
    desk.issuer.issue(CLASS, NOW)
    first = desk.register.owned("truong", None, b"", 20)
    rest = desk.register.owned("truong", None, first[-1].number, 20)
    assert len({each.number for each in (*first, *rest)}) == 30


def test_passes_that_ended_are_forgotten(desk: Desk) -> None:
    desk.issuer.issue(ORDER, NOW)
    desk.issuer.issue(CLASS, NOW)
    assert desk.register.forget(NOW + 2 * DAY) == 1


def test_nothing_about_a_pass_is_in_its_name(desk: Desk) -> None:
    (made,) = desk.issuer.issue(ORDER, NOW)
    assert made.text not in repr(made)
    assert made.number.hex() not in repr(desk.register.find(made.number.hex()))
