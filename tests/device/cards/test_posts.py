"""Where a gate stands: what cards say of it, and for how long."""

from pathlib import Path

import msgspec
import pytest
from structlog.typing import EventDict

from device.cards import deeds
from device.cards.posts import Post, Posts, posted
from device.flow import Instant, Remark
from tests.device.doorstep import DAY_S, GATE, NOW_S, PLACE, enrolment
from wire.controlcard import Card, Parsed
from wire.record import ClockState, Direction, What

IN, OUT = (Direction.IN,), (Direction.OUT,)
ENROLLED = Post(PLACE, "", IN)
MARKET, WEDDING = Post("Chợ Khác", "Xã Khác", OUT), Post("Đám cưới", "", IN)


def posts_in(folder: Path) -> Posts:
    found = Posts(folder, enrolment(IN))
    found.begin()
    return found


def at(second: int, clock: ClockState = ClockState.SYNCED) -> Instant:
    return Instant(0, second * 1000, clock, "b")


def test_a_gate_stands_as_enrolled_until_a_card_moves_it_and_over_a_power_cut(
    tmp_path: Path,
) -> None:
    posts = posts_in(tmp_path)
    assert posts.in_force(at(NOW_S)) == ENROLLED
    posts.stand(MARKET, NOW_S)
    assert posts.in_force(at(NOW_S)) == MARKET
    again = posts_in(tmp_path)
    assert again.in_force(at(NOW_S)) == MARKET
    here = posted(enrolment(IN), MARKET)
    assert (here.gate, here.place, here.area, here.directions) == (GATE, "Chợ Khác", "Xã Khác", OUT)


def test_an_event_has_the_gate_from_its_begin_to_its_end(tmp_path: Path) -> None:
    posts = posts_in(tmp_path)
    posts.stand(MARKET, NOW_S)
    posts.lend(WEDDING, (NOW_S + 10, NOW_S + 20), NOW_S)
    for second, post in ((9, MARKET), (10, WEDDING), (19, WEDDING), (20, MARKET)):
        assert posts.in_force(at(NOW_S + second)) == post
        assert posts_in(tmp_path).in_force(at(NOW_S + second, ClockState.UNSYNCED)) == post


def test_a_later_enrolment_ends_what_cards_said(tmp_path: Path) -> None:
    posts_in(tmp_path).stand(MARKET, NOW_S)
    late = msgspec.structs.replace(enrolment(IN), issued=(NOW_S + DAY_S) * 1000, place="Chợ Mới")
    posts = Posts(tmp_path, late)
    posts.begin()
    assert posts.in_force(at(NOW_S + DAY_S)) == Post("Chợ Mới", "", IN)


def test_the_journal_is_told_once_of_each_move(tmp_path: Path) -> None:
    posts = posts_in(tmp_path)
    assert posts.news(ENROLLED) == ()
    posts.stand(MARKET, NOW_S)
    posts = posts_in(tmp_path)
    told = posts.news(MARKET)
    said = {"place": "Chợ Khác", "area": "Xã Khác", "directions": ["out"], "why": "card"}
    assert told == (Remark(What.PLACED, said),)
    assert posts_in(tmp_path).news(MARKET) == told, "the power went before it was noted"
    posts.told()
    assert posts_in(tmp_path).news(MARKET) == ()


def test_when_an_event_is_over_the_journal_is_told_that_the_gate_is_back(tmp_path: Path) -> None:
    posts = posts_in(tmp_path)
    posts.lend(WEDDING, (NOW_S, NOW_S + 20), NOW_S)
    (note,) = posts.news(WEDDING)
    assert note.data["why"] == "event"
    posts.told()
    (note,) = posts_in(tmp_path).news(ENROLLED)
    assert (note.data["why"], note.data["place"]) == ("back", PLACE)


@pytest.mark.parametrize("content", [b"", b"{}x", b'{"v":1,"lasting":3}', b"\0" * 20_000])
def test_a_damaged_file_is_said_and_the_enrolment_holds(
    tmp_path: Path, logs: list[EventDict], content: bytes
) -> None:
    (tmp_path / "posts.json").write_bytes(content)
    assert posts_in(tmp_path).in_force(at(NOW_S)) == ENROLLED
    assert "posts.unread" in [each["event"] for each in logs]


def test_what_cards_say_moves_the_gate(tmp_path: Path) -> None:
    posts = posts_in(tmp_path)

    def shown(deed: deeds.Deed, **needs: object) -> None:
        card = Card(b"12345678", "x", GATE, NOW_S, NOW_S + DAY_S, needs)  # type: ignore[arg-type]
        deed.prepare(card)(Parsed(card, "", b"", b""), at(NOW_S))

    shown(deeds.direction(posts), ways=["in", "out"])
    assert posts.lasting == Post(PLACE, "", (Direction.IN, Direction.OUT))
    shown(deeds.place(posts), place="Chợ Khác")
    assert posts.lasting == Post("Chợ Khác", "", (Direction.IN, Direction.OUT))
    shown(deeds.place(posts), place="Trường Mẫu", area="Xã Khác", ways=["out"])
    assert posts.lasting == Post("Trường Mẫu", "Xã Khác", OUT)
    shown(deeds.event(posts), place="Đám cưới", begins=NOW_S, ends=NOW_S + 60)
    assert posts.in_force(at(NOW_S)) == Post("Đám cưới", "Xã Khác", OUT)
    assert posts.in_force(at(NOW_S + 60)) == posts.lasting
