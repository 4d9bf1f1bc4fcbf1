"""Which control cards are obeyed, and what comes of it."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from structlog.typing import EventDict

from device.cards import deeds
from device.cards.orders import ARMED_NS, Heeded, Orders
from device.cards.used import UsedCards
from device.credential import classify
from device.flow import Instant, Remark
from device.statuses import HeldLists
from tests.device.doorstep import DAY_S, ENTRIES, GATE, KEYS, NOW_S, text_of
from tests.device.fakes import S
from wire import controlcard
from wire.cardwork import Work
from wire.controlcard import Card, Parsed, scope_of
from wire.keys import Keyring, Use, kid_of, raw_public
from wire.record import ClockState, Direction, Identity, Mark, Outcome, Reason, Signature, What
from wire.statuslist import INVALID, SUSPENDED, StatusList, packed

CARD = Card(b"12345678", "count-reset", GATE, NOW_S - DAY_S, NOW_S + DAY_S)
SCOPES = frozenset({GATE, "cho-mau", "area.xa-mau"})
PAST_S = NOW_S - 2 * DAY_S
Shows = Callable[..., Reason]


class Bench:
    """Orders with a count that a card can set."""

    def __init__(self, folder: Path) -> None:
        self.counts: list[int] = []
        self.used = UsedCards(folder)
        self.used.begin(0)
        self.past_s = PAST_S
        known = deeds.readable() | {"count-reset": deeds.count_reset(self._set)}
        self.lists, self.unsent = HeldLists(), 0
        heeds = Heeded(Keyring(ENTRIES), GATE, SCOPES, self.lists)
        past_ms, unsent = (lambda: self.past_s * 1000), (lambda: self.unsent)
        self.orders = Orders(heeds, self.used, known, past_ms, unsent)
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
        ("area.xa-mau", Reason.OBEYED),
        ("*", Reason.OBEYED),
        ("area.xa-khac", Reason.CARD_ELSEWHERE),
        ("xa-mau", Reason.CARD_ELSEWHERE),
        ("cong-khac", Reason.CARD_ELSEWHERE),
        ("cong-*", Reason.CARD_ELSEWHERE),
        ("cho", Reason.CARD_ELSEWHERE),
    ],
)
def test_a_card_is_for_a_gate_a_place_an_area_or_all(
    bench: Bench, scope: str, reason: Reason
) -> None:
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


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"expires": NOW_S + 30 * DAY_S}, Reason.OBEYED),
        ({"expires": NOW_S + 31 * DAY_S}, Reason.CARD_UNBOUNDED),
        ({"scope": "area.xa-mau", "expires": NOW_S + 2 * DAY_S}, Reason.OBEYED),
        ({"scope": "area.xa-mau", "expires": NOW_S + 3 * DAY_S}, Reason.CARD_UNBOUNDED),
        ({"scope": "*", "expires": NOW_S + 3 * DAY_S}, Reason.CARD_UNBOUNDED),
        ({"scope": "*", "does": "identify", "expires": NOW_S + 3 * DAY_S}, Reason.OBEYED),
        ({"does": "technician"}, Reason.OBEYED),
        ({"does": "technician", "scope": "cho-mau"}, Reason.CARD_UNBOUNDED),
        ({"does": "technician", "scope": "*"}, Reason.CARD_UNBOUNDED),
        ({"does": "retire", "scope": "area.xa-mau"}, Reason.CARD_UNBOUNDED),
        ({"does": "factory-reset-losing", "scope": "cho-mau"}, Reason.CARD_UNBOUNDED),
        ({"does": "factory-reset", "expires": NOW_S + 3 * DAY_S}, Reason.CARD_UNBOUNDED),
    ],
    ids=str,
)
def test_a_stolen_card_reaches_only_so_far(
    bench: Bench, change: dict[str, object], reason: Reason
) -> None:
    assert bench.changed(**change) is reason


@pytest.mark.parametrize(
    ("said", "reason"), [(INVALID, Reason.WITHDRAWN), (SUSPENDED, Reason.SUSPENDED)]
)
def test_a_card_that_was_withdrawn_is_not_obeyed(bench: Bench, said: int, reason: Reason) -> None:
    bits, statuses = packed(16, {3: said})
    kid = kid_of(raw_public(KEYS[Use.CARD]))
    bench.lists.take(StatusList(kid, NOW_S, bits, statuses))
    assert bench.changed(status=3) is reason
    assert bench.changed(status=4) is Reason.OBEYED
    assert bench.changed(status=None) is Reason.OBEYED
    bench.lists.take(StatusList(kid, NOW_S + 1, bits, statuses, every=True))
    assert bench.changed(status=4) is Reason.WITHDRAWN
    assert bench.changed(status=None) is Reason.WITHDRAWN, "a stolen key gives no places"


@pytest.mark.parametrize("does", ["factory-reset", "retire"])
def test_a_card_ends_no_scans_that_only_this_gate_has_and_says_how_many(
    bench: Bench, does: str, logs: list[EventDict]
) -> None:
    bench.unsent = 37
    card = msgspec.structs.replace(CARD, does=does)
    assert bench.judge(card) is Reason.RECORDS_HELD
    told = bench.orders.refused(parsed(card), Reason.RECORDS_HELD)
    said = {"does": does, "number": CARD.number.hex(), "refused": "records-held", "waiting": 37}
    assert told == (Remark(What.CARD, said),)
    assert [each["waiting"] for each in logs if each["event"] == "card.refused"] == [37]
    bench.unsent = 0
    assert bench.judge(card) is Reason.OBEYED


@pytest.mark.parametrize("does", ["factory-reset-losing", "retire-losing"])
def test_only_a_card_of_its_own_kind_loses_scans(bench: Bench, does: str) -> None:
    bench.unsent = 37
    assert bench.changed(does=does) is Reason.OBEYED


def test_other_refusals_are_scans_and_nothing_more(bench: Bench) -> None:
    assert bench.orders.refused(parsed(CARD), Reason.CARD_USED) == ()


@pytest.mark.parametrize("does", sorted(Work))
def test_the_button_is_asked_for_by_all_that_changes_something(tmp_path: Path, does: str) -> None:
    bench = Bench(tmp_path)
    harmless = does == "identify"
    needs = NEEDED.get(does, {})
    said = Reason.OBEYED if harmless else Reason.SERVICE_ASKED
    assert bench.changed(does=does, needs=needs) is said


NEEDED: dict[str, dict[str, object]] = {
    "place": {"place": "Chợ Khác"},
    "direction": {"ways": ["out"]},
    "event": {"place": "Đám cưới", "begins": NOW_S, "ends": NOW_S + DAY_S},
    "wi-fi": {"ssid": "Mạng Mẫu", "password": "mat khau 8"},
}


@pytest.mark.parametrize(
    ("does", "needs"),
    [
        ("place", {}),
        ("place", {"place": ""}),
        ("place", {"place": "a\nb"}),
        ("place", {"place": " a"}),
        ("place", {"place": "Chợ", "ways": []}),
        ("place", {"place": "Chợ", "ways": ["up"]}),
        ("direction", {}),
        ("event", {"place": "Đám", "begins": NOW_S}),
        ("event", {"place": "Đám", "begins": NOW_S, "ends": NOW_S}),
        ("event", {"place": "Đám", "begins": NOW_S, "ends": NOW_S + 61 * DAY_S}),
        ("event", {"place": "Đám", "begins": NOW_S + 90 * DAY_S, "ends": NOW_S + 91 * DAY_S}),
        ("wi-fi", {"ssid": ""}),
        ("wi-fi", {"ssid": "ă" * 20}),
        ("wi-fi", {"ssid": "M", "password": "short"}),
        ("wi-fi", {"ssid": "M", "password": "mật khẩu dài"}),
        ("wi-fi", {"ssid": "M\n[ipv4]"}),
        ("wi-fi", {"ssid": "M", "password": "mat khau 8\n"}),
        ("self-test", {"loud": 1}),
        ("technician", {"minutes": 3000}),
    ],
    ids=str,
)
def test_needs_that_make_no_sense_make_no_order(
    bench: Bench, does: str, needs: dict[str, object]
) -> None:
    assert bench.changed(does=does, needs=needs) is Reason.CARD_UNKNOWN
