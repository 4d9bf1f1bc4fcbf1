"""Lists of people: all of a list or nothing, people known again, each institution for itself."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.errors import ListRefused, OrderInvalid, PassUnknown, StoreUnusable
from collector.issuing.declarations import Declarations
from collector.issuing.entries import Batch, Entry, Standing, Withdrawn
from collector.issuing.issuer import LONGEST_S
from tests.collector.lists import NOW_MS, SEEN, ListDesk

ENDS = NOW_MS // 1000 + 30 * 86_400


@pytest.fixture(params=["sqlite", "postgres"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ListDesk]:
    database: Database
    if request.param == "postgres":
        database = PostgresDatabase(request.getfixturevalue("postgres").database())
    else:
        database = SqliteDatabase(tmp_path / "passes.db")
    yield ListDesk(database)
    database.close()


def somebody(number: int, group: str = "5A") -> Entry:
    return Entry(bytes([number]) * 32, os.urandom(16), b"sealed", group)


def batch(*numbers: int, name: str = "", owner: str = "truong", **more: object) -> Batch:
    entries = tuple(somebody(number) for number in numbers)
    made = Batch(owner, name or os.urandom(8).hex(), "pupil", ENDS, entries)
    return msgspec.structs.replace(made, **more)


def test_everybody_on_a_list_gets_a_pass_that_gates_believe(desk: ListDesk) -> None:
    made = desk.counter.enlist(batch(1, 2, 3))
    assert (made.fresh, made.kept, made.replaced, len(made.passes)) == (3, 0, 0, 3)
    assert [desk.status(each.text) for each in made.passes] == [Standing.GOOD] * 3
    (team,) = desk.counter.teams("truong")
    assert (team.name, team.good, team.withdrawn, team.ended) == ("5A", 3, 0, 0)


def test_the_same_people_again_keep_their_passes(desk: ListDesk) -> None:
    first = desk.counter.enlist(batch(1, 2))
    desk.now_ms += 3_600_000
    again = desk.counter.enlist(batch(2, 1, 3))
    assert (again.fresh, again.kept, again.again) == (1, 2, False)
    assert [each.text for each in again.passes[:2]] == [each.text for each in first.passes[::-1]]
    assert desk.count() == 3


def test_a_list_sent_twice_is_one_list_with_the_first_answer(desk: ListDesk) -> None:
    sent = batch(1, 2, name="form", anew=True)
    first = desk.counter.enlist(sent)
    again = desk.counter.enlist(sent)
    assert again.again
    assert not first.again
    assert (again.passes, again.fresh) == (first.passes, first.fresh)
    assert desk.count() == 2
    with pytest.raises(ListRefused, match="another list"):
        desk.counter.enlist(batch(1, 2, 3, name="form", anew=True))
    assert desk.count() == 2


def test_a_double_click_is_one_list(desk: ListDesk) -> None:
    sent = batch(*range(1, 40), name="form", anew=True)
    with ThreadPoolExecutor(4) as hands:
        answers = list(hands.map(lambda _: desk.counter.enlist(sent), range(4)))
    assert {each.passes for each in answers} == {answers[0].passes}
    assert sorted(each.again for each in answers) == [False, True, True, True]
    assert desk.count() == 39


def test_lists_for_gates_are_signed_one_after_another(desk: ListDesk) -> None:
    made = desk.counter.enlist(batch(*range(1, 9)))
    inside, most = [0], [0]
    publish = desk.holders._issuer._publish

    def slow(data: bytes) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        threading.Event().wait(0.02)
        publish(data)
        inside[0] -= 1

    desk.holders._issuer._publish = slow
    with ThreadPoolExecutor(4) as hands:
        list(hands.map(lambda each: desk.counter.withdraw("truong", (each.number,)), made.passes))
    assert most == [1]
    assert [desk.status(each.text) for each in made.passes] == [Standing.WITHDRAWN] * 8


def test_a_list_whose_signing_failed_is_signed_when_it_comes_again(desk: ListDesk) -> None:
    (old,) = desk.counter.enlist(batch(1)).passes
    publish = desk.holders._issuer._publish

    def full(_: bytes) -> None:
        raise StoreUnusable

    desk.holders._issuer._publish = full
    sent = batch(1, name="form", anew=True)
    with pytest.raises(StoreUnusable):
        desk.counter.enlist(sent)
    desk.holders._issuer._publish = publish
    assert desk.counter.enlist(sent).again
    assert desk.status(old.text) is Standing.WITHDRAWN


def test_a_list_of_new_cards_withdraws_what_its_people_had(desk: ListDesk) -> None:
    first = desk.counter.enlist(batch(1, 2))
    other = desk.counter.enlist(batch(1, 2, anew=True))
    assert (other.fresh, other.replaced) == (0, 2)
    assert [desk.status(each.text) for each in first.passes] == [Standing.WITHDRAWN] * 2
    assert [desk.status(each.text) for each in other.passes] == [Standing.GOOD] * 2


def test_a_longer_term_replaces_a_pass_and_another_class_does_not(desk: ListDesk) -> None:
    (first,) = desk.counter.enlist(batch(1)).passes
    moved = desk.counter.enlist(batch(entries=(somebody(1, "6A"),)))
    assert (moved.kept, moved.passes[0].number) == (1, first.number)
    assert [team.name for team in desk.counter.teams("truong")] == ["6A"]
    longer = desk.counter.enlist(batch(1, ends=ENDS + 86_400))
    assert longer.replaced == 1
    assert desk.status(first.text) is Standing.WITHDRAWN


def test_nothing_is_issued_if_somebodys_pass_was_withdrawn(desk: ListDesk) -> None:
    made = desk.counter.enlist(batch(1, 2))
    assert desk.counter.withdraw("truong", (made.passes[1].number,)) == Withdrawn(1, 0)
    refused = desk.counter.enlist(batch(3, 2, 1, name="form"))
    assert (refused.withdrawn, refused.passes) == ((1,), ())
    assert desk.count() == 2
    assert desk.counter.enlist(batch(3, 2, 1, name="form", anew=True)).replaced == 2


def test_half_a_list_is_never_kept(desk: ListDesk) -> None:
    entries = (somebody(1), msgspec.structs.replace(somebody(2), form=somebody(3).form))
    twin = msgspec.structs.replace(entries[0], form=entries[1].form)
    desk.counter.enlist(batch(entries=(entries[1],)))
    with pytest.raises(Exception):  # noqa: B017, PT011  # a form's name is there once
        desk.counter.enlist(batch(entries=(somebody(9), twin)))
    assert (desk.count(), desk.count("holder"), desk.count("batch")) == (1, 1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"entries": ()},
        {"entries": (somebody(1), somebody(1))},
        {"entries": (msgspec.structs.replace(somebody(1), who=b"short"),)},
        {"entries": (msgspec.structs.replace(somebody(1), form=b"short"),)},
        {"entries": (msgspec.structs.replace(somebody(1), sealed=b""),)},
        {"entries": (msgspec.structs.replace(somebody(1), sealed=b"x" * 5000),)},
        {"entries": (msgspec.structs.replace(somebody(1), group="x" * 65),)},
        {"name": "x" * 65},
        {"owner": ""},
        {"ends": NOW_MS // 1000},
        {"ends": NOW_MS // 1000 + LONGEST_S + 1},
        {"holder": "học sinh"},
    ],
)
def test_a_list_that_cannot_be_is_refused_whole(desk: ListDesk, wrong: dict[str, object]) -> None:
    with pytest.raises((ListRefused, OrderInvalid)):
        desk.counter.enlist(msgspec.structs.replace(batch(1), **wrong))
    assert desk.count() == 0


def test_withdrawing_again_says_that_it_was_done_and_signs_again(desk: ListDesk) -> None:
    made = desk.counter.enlist(batch(1, 2, 3))
    numbers = tuple(each.number for each in made.passes[:2])
    assert desk.counter.withdraw("truong", numbers) == Withdrawn(2, 0)
    before = len(desk.published)
    assert desk.counter.withdraw("truong", numbers) == Withdrawn(0, 2)
    assert len(desk.published) > before
    assert desk.counter.withdraw_team("truong", "5A") == Withdrawn(1, 2)
    assert [desk.status(each.text) for each in made.passes] == [Standing.WITHDRAWN] * 3


def test_one_institution_reaches_nothing_of_another(desk: ListDesk) -> None:
    (made,) = desk.counter.enlist(batch(1)).passes
    assert desk.counter.enlist(batch(1, owner="ben-xe")).fresh == 1
    for ask in (
        lambda: desk.counter.withdraw("ben-xe", (made.number,)),
        lambda: desk.counter.replace("ben-xe", made.number),
        lambda: desk.counter.withdraw_team("cho", "5A"),
    ):
        with pytest.raises(PassUnknown):
            ask()
    assert desk.counter.teams("cho") == ()
    assert made.number not in {each.number for each in desk.counter.owned("ben-xe", None, b"", 9)}
    assert desk.counter.withdraw("ben-xe", ()) == Withdrawn(0, 0)
    assert desk.status(made.text) is Standing.GOOD


def test_withdrawing_is_all_or_nothing(desk: ListDesk) -> None:
    (made,) = desk.counter.enlist(batch(1)).passes
    with pytest.raises(PassUnknown):
        desk.counter.withdraw("truong", (made.number, b"unknown!"))
    assert desk.status(made.text) is Standing.GOOD


def test_a_new_card_is_one_however_often_it_is_asked_for(desk: ListDesk) -> None:
    (lost,) = desk.counter.enlist(batch(1)).passes
    card = desk.counter.replace("truong", lost.number)
    assert desk.counter.replace("truong", lost.number).text == card.text
    assert (desk.status(lost.text), desk.status(card.text)) == (
        Standing.WITHDRAWN,
        Standing.GOOD,
    )
    assert desk.counter.enlist(batch(1)).passes[0].text == card.text
    desk.counter.withdraw("truong", (card.number,))
    with pytest.raises(ListRefused, match="withdrawn already"):
        desk.counter.replace("truong", card.number)


def test_with_another_key_a_list_gives_new_passes_and_an_old_answer_is_refused(
    desk: ListDesk,
) -> None:
    sent = batch(1, name="form")
    desk.counter.enlist(sent)
    turned = ListDesk(desk.database, Ed25519PrivateKey.generate())
    turned.holders._issuer._publish = lambda _: None
    with pytest.raises(ListRefused, match="earlier key"):
        turned.counter.enlist(sent)
    assert turned.counter.enlist(batch(1)).replaced == 1


def test_who_is_on_a_list_is_forgotten_with_the_last_pass(desk: ListDesk) -> None:
    desk.counter.enlist(batch(1))
    assert desk.holders.forget(ENDS + 1) == 0
    with desk.database.writing() as session:
        session.run("DELETE FROM pass")
    assert desk.holders.forget(0) == 1
    assert (desk.count("holder"), desk.count("held")) == (0, 0)


def test_the_vault_is_given_who_holds_a_pass_and_again_while_it_is_good(desk: ListDesk) -> None:
    kept = Declarations(desk.database, SEEN)
    first = desk.counter.enlist(batch(1, 2))
    numbers = [each.number for each in first.passes]
    told = kept.after(0, 9)
    assert [each.number for each in told] == numbers
    last = told[-1].row
    desk.counter.withdraw("truong", (numbers[0],))
    soon, later = NOW_MS // 1000 + 3_600, NOW_MS // 1000 + 8 * 86_400
    assert desk.holders.remind(soon) == 0
    assert desk.holders.remind(later) == 1
    (again,) = kept.after(last, 9)
    assert (again.number, again.form) == (numbers[1], told[1].form)
    made = desk.holders.replace("truong", numbers[1], later)
    (other,) = kept.after(again.row, 9)
    assert (other.number, other.sealed) == (made.number, told[1].sealed)


def test_whom_a_newer_list_describes_otherwise_is_told_again_with_the_same_pass(
    desk: ListDesk,
) -> None:
    kept = Declarations(desk.database, SEEN)
    (one,) = desk.counter.enlist(batch(1)).passes
    (first,) = kept.after(0, 9)
    entry = Entry(bytes([1]) * 32, os.urandom(16), b"with a new phone", "5A")
    desk.counter.enlist(Batch("truong", "second", "pupil", ENDS, (entry,)))
    (second,) = kept.after(first.row, 9)
    assert (second.number, second.sealed) == (one.number, b"with a new phone")


def test_no_number_is_given_twice_to_the_vault(desk: ListDesk) -> None:
    kept = Declarations(desk.database, SEEN)
    desk.counter.enlist(batch(1))
    (first,) = kept.after(0, 9)
    assert kept.forget(NOW_MS + 1) == 1
    assert kept.after(0, 9) == ()
    assert kept.forget(NOW_MS + 1) == 0
    desk.counter.enlist(batch(2))
    (second,) = kept.after(0, 9)
    assert second.row > first.row
