"""Which control cards are obeyed, and what comes of it."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from structlog.typing import EventDict

from device.cards import deeds
from device.cards.orders import ARMED_NS, Orders
from device.cards.used import UsedCards
from device.credential import classify
from device.flow import Instant, Remark
from tests.device.doorstep import DAY_S, ENTRIES, GATE, KEYS, NOW_S, text_of
from tests.device.fakes import S
from wire import controlcard
from wire.controlcard import Card, Parsed, scope_of
from wire.keys import Keyring, Use
from wire.record import ClockState, Direction, Identity, Mark, Outcome, Reason, Signature, What

CARD = Card(b"12345678", "count-reset", GATE, NOW_S - DAY_S, NOW_S + DAY_S)
SCOPES = frozenset({GATE, "cho-mau"})
PAST_S = NOW_S - 2 * DAY_S
Shows = Callable[..., Reason]


class Bench:
    """Orders with a count that a card can set."""

    def __init__(self, folder: Path) -> None:
        self.counts: list[int] = []
        self.used = UsedCards(folder)
        self.used.begin(0)
        self.past_s = PAST_S
        known = {"count-reset": deeds.count_reset(self._set), "identify": deeds.identify()}
        self.orders = Orders(Keyring(ENTRIES), SCOPES, self.used, known, lambda: self.past_s * 1000)
        self.clock, self.up_ns, self.wall_s = ClockState.SYNCED, 100 * S, NOW_S

    def _set(self, count: int, why: str) -> Remark:
        self.counts.append(count)
        return Remark(What.COUNT, {"count": count, "why": why})

    @property
    def now(self) -> Instant:
        return Instant(self.up_ns, self.wall_s * 1000, self.clock, "b")

    def judge(self, card: Card = CARD, use: Use = Use.CARD) -> Reason:
        return self.orders.judge(parsed(card, use), Direction.IN, self.now).reason

    def changed(self, **changes: object) -> Reason:
        return self.judge(msgspec.structs.replace(CARD, **changes))

    def obey(self, card: Card = CARD) -> tuple[Remark, ...]:
        return self.orders.obey(parsed(card), self.now)


def parsed(card: Card, use: Use = Use.CARD) -> Parsed:
    return controlcard.parse(controlcard.issue(card, KEYS[use]))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.orders.arm(made.up_ns)
    return made


def test_a_card_that_counts_is_obeyed_once(bench: Bench) -> None:
    verdict = bench.orders.judge(parsed(CARD), Direction.OUT, bench.now)
    assert (verdict.outcome, verdict.reason, verdict.kind) == (
        Outcome.OBEYED,
        Reason.OBEYED,
        "control-card",
    )
    assert (verdict.signature, verdict.identity, verdict.direction, verdict.personal) == (
        Signature.CHECKED,
        Identity.UNKNOWN,
        Direction.OUT,
        None,
    )
    assert bench.counts == [], "judging does nothing yet"
    assert bench.obey() == (
        Remark(What.CARD, {"does": "count-reset", "number": CARD.number.hex()}),
        Remark(What.COUNT, {"count": 0, "why": "card"}),
    )
    assert bench.judge() is Reason.CARD_USED


@pytest.mark.parametrize("use", [use for use in KEYS if use is not Use.CARD])
def test_only_a_key_for_cards_signs_cards(bench: Bench, use: Use) -> None:
    verdict = bench.orders.judge(parsed(CARD, use), Direction.IN, bench.now)
    assert (verdict.reason, verdict.signature) == (Reason.BAD_SIGNATURE, Signature.FAILED)


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        (GATE, Reason.OBEYED),
        ("cho-mau", Reason.OBEYED),
        ("*", Reason.OBEYED),
        ("cong-khac", Reason.CARD_ELSEWHERE),
        ("cong-*", Reason.CARD_ELSEWHERE),
        ("cho", Reason.CARD_ELSEWHERE),
    ],
)
def test_a_card_is_for_a_gate_a_place_or_all(bench: Bench, scope: str, reason: Reason) -> None:
    assert bench.changed(scope=scope) is reason


@pytest.mark.parametrize(
    "change",
    [
        {"does": "sing"},
        {"needs": {"count": -1}},
        {"needs": {"count": "3"}},
        {"needs": {"count": 10**7}},
        {"needs": {"count": 3, "also": 1}},
        {"needs": {1: 3}},
        {"does": "identify", "needs": {"loud": 1}},
    ],
    ids=str,
)
def test_what_a_gate_does_not_wholly_understand_it_does_not_do(
    bench: Bench, change: dict[str, object]
) -> None:
    assert bench.changed(**change) is Reason.CARD_UNKNOWN


@pytest.mark.parametrize(
    ("wall_s", "clock", "past_s", "reason"),
    [
        (CARD.expires - 1, ClockState.SYNCED, PAST_S, Reason.OBEYED),
        (CARD.expires, ClockState.SYNCED, PAST_S, Reason.EXPIRED),
        (CARD.expires, ClockState.VOUCHED, PAST_S, Reason.EXPIRED),
        (CARD.issued - 300, ClockState.SYNCED, PAST_S, Reason.OBEYED),
        (CARD.issued - 301, ClockState.SYNCED, PAST_S, Reason.NOT_YET_VALID),
        (0, ClockState.UNSYNCED, PAST_S, Reason.OBEYED),
        (CARD.expires + DAY_S, ClockState.UNSYNCED, PAST_S, Reason.OBEYED),
        (0, ClockState.UNSYNCED, CARD.expires - 1, Reason.OBEYED),
        (0, ClockState.UNSYNCED, CARD.expires, Reason.EXPIRED),
        (CARD.issued, ClockState.SYNCED, CARD.expires, Reason.EXPIRED),
    ],
)
def test_an_unsure_clock_refuses_only_what_surely_ran_out(
    bench: Bench, wall_s: int, clock: ClockState, past_s: int, reason: Reason
) -> None:
    bench.wall_s, bench.clock, bench.past_s = wall_s, clock, past_s
    verdict = bench.orders.judge(parsed(CARD), Direction.IN, bench.now)
    assert verdict.reason is reason
    unsure = reason is Reason.OBEYED and clock is ClockState.UNSYNCED
    assert verdict.marks == ((Mark.CLOCK_UNSURE,) if unsure else ())


def test_what_changes_something_counts_for_half_a_minute_after_the_button(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.judge() is Reason.SERVICE_ASKED
    bench.orders.arm(bench.up_ns)
    bench.up_ns += ARMED_NS
    assert bench.judge() is Reason.OBEYED
    bench.up_ns += 1
    assert bench.judge() is Reason.SERVICE_ASKED
    assert bench.changed(does="identify") is Reason.OBEYED


def test_a_used_card_stays_used_over_a_power_cut(tmp_path: Path) -> None:
    first = Bench(tmp_path)
    first.orders.arm(first.up_ns)
    first.obey()
    again = Bench(tmp_path)
    again.orders.arm(again.up_ns)
    assert again.judge() is Reason.CARD_USED
    assert again.changed(number=b"87654321") is Reason.OBEYED


def test_a_card_that_cannot_be_marked_as_used_is_not_obeyed(
    bench: Bench, tmp_path: Path, logs: list[EventDict]
) -> None:
    (tmp_path / "used-cards").mkdir()
    assert bench.obey() == ()
    assert bench.counts == []
    assert "used-cards.unwritten" in [each["event"] for each in logs]


def test_what_changes_nothing_can_be_shown_again(bench: Bench) -> None:
    card = msgspec.structs.replace(CARD, does="identify")
    for _ in range(2):
        assert bench.judge(card) is Reason.OBEYED
        assert [each.what for each in bench.obey(card)] == [What.CARD]
    assert card.number not in bench.used


@pytest.mark.parametrize("cut", range(1, 21))
def test_a_power_cut_in_mid_write_forgets_no_other_card(tmp_path: Path, cut: int) -> None:
    used = UsedCards(tmp_path)
    used.begin(0)
    assert used.add(b"12345678", NOW_S)
    assert used.add(b"87654321", NOW_S)
    path = tmp_path / "used-cards"
    path.write_bytes(path.read_bytes()[:-cut])
    again = UsedCards(tmp_path)
    again.begin(0)
    assert b"12345678" in again
    assert b"87654321" not in again
    assert again.add(b"87654321", NOW_S)
    once_more = UsedCards(tmp_path)
    once_more.begin(0)
    assert b"87654321" in once_more


def test_a_damaged_line_is_passed_over_and_said(tmp_path: Path, logs: list[EventDict]) -> None:
    used = UsedCards(tmp_path)
    used.begin(0)
    used.add(b"12345678", NOW_S)
    used.add(b"87654321", NOW_S)
    path = tmp_path / "used-cards"
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(data)
    again = UsedCards(tmp_path)
    again.begin(0)
    assert (b"12345678" in again, b"87654321" in again) == (False, True)
    assert "used-cards.damaged" in [each["event"] for each in logs]


def test_cards_that_ran_out_are_dropped_when_there_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.cards.used.MOST", 2)
    used = UsedCards(tmp_path)
    used.begin(0)
    for number, until in ((b"aaaaaaaa", 10), (b"bbbbbbbb", 20), (b"cccccccc", 30)):
        used.add(number, until)
    again = UsedCards(tmp_path)
    again.begin(20)
    assert [each in again for each in (b"aaaaaaaa", b"bbbbbbbb", b"cccccccc")] == [
        False,
        True,
        True,
    ]


def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path, logs: list[EventDict]) -> None:
    (tmp_path / "accepted").write_bytes(b"")
    UsedCards(tmp_path / "accepted").begin(0)
    assert "used-cards.unread" in [each["event"] for each in logs]


def test_no_log_and_no_error_says_what_a_card_holds(bench: Bench, logs: list[EventDict]) -> None:
    card = msgspec.structs.replace(CARD, needs={"count": "mat-khau-cua-Mẫu"})
    shown = parsed(card)
    assert bench.judge(card) is Reason.CARD_UNKNOWN
    assert "mat-khau" not in str(logs) + repr(shown) + repr(card)


def test_the_texts_of_the_traces_are_cards() -> None:
    assert classify(text_of("RESET-1")).kind == "control-card"


@pytest.mark.parametrize(
    ("place", "scope"),
    [
        ("Chợ Mẫu", "cho-mau"),
        ("Bến xe Mỹ Tú (cổng Đông)", "ben-xe-my-tu-cong-dong"),
        ("  ĐƯỜNG 934 ", "duong-934"),
        ("!!!", ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_a_place_is_spelled_for_a_card_in_one_way(place: str, scope: str) -> None:
    assert scope_of(place) == scope


def test_a_number_that_fits_only_half_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, write = UsedCards(tmp_path), os.write
    used.begin(0)
    monkeypatch.setattr("os.write", lambda fd, data: write(fd, data[:9]))
    assert not used.add(b"12345678", NOW_S)
    monkeypatch.undo()
    assert used.add(b"87654321", NOW_S)
    again = UsedCards(tmp_path)
    again.begin(0)
    assert b"87654321" in again


def test_a_number_counts_as_marked_only_when_it_is_on_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = UsedCards(tmp_path)
    used.begin(0)
    flushed: list[int] = []

    def fail(fd: int) -> None:
        flushed.append(fd)
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr("os.fsync", fail)
    assert not used.add(b"12345678", NOW_S)
    assert flushed
    assert b"12345678" not in used
