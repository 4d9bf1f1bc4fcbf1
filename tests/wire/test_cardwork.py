"""What cards can ask for: read strictly, bounded in reach and time, spelled as they are read."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire import cardwork
from wire.cardwork import (
    DAY_S,
    ENDING,
    GRAVE,
    NEEDS,
    Direct,
    Event,
    Needs,
    Nothing,
    People,
    Place,
    Wifi,
    Work,
)
from wire.controlcard import Card
from wire.errors import WireError
from wire.record import Direction

AT = 1_780_000_000
BOTH = (Direction.IN, Direction.OUT)
SOUND: dict[Work, Needs] = {
    Work.COUNT_RESET: People(count=12),
    Work.PLACE: Place(place="Chợ Mẫu", area="Xã Mẫu", ways=BOTH),
    Work.DIRECTION: Direct(ways=(Direction.OUT,)),
    Work.EVENT: Event(place="Đám cưới", begins=AT + DAY_S, ends=AT + 2 * DAY_S),
    Work.WIFI: Wifi(ssid="Chợ Mẫu", password="mat-khau-mau"),
}


def card(work: str, needs: object = None, *, scope: str = "g1", days: float = 1) -> Card:
    brought = cardwork.spelled(needs) if isinstance(needs, Needs) else (needs or {})
    return Card(bytes(8), work, scope, AT, AT + round(days * DAY_S), brought)  # type: ignore[arg-type]


@pytest.mark.parametrize("work", Work)
def test_what_is_spelled_is_understood(work: Work) -> None:
    needs = SOUND.get(work, Nothing())
    assert cardwork.work_of(card(work, needs)) is work
    assert cardwork.understood(card(work, needs)) == needs
    assert NEEDS.keys() == SOUND.keys()


def test_what_is_usual_is_not_written() -> None:
    assert cardwork.spelled(People()) == {}
    assert cardwork.spelled(Place(place="Chợ", ways=BOTH)) == {
        "place": "Chợ",
        "ways": ["in", "out"],
    }


def test_a_password_is_not_said_when_needs_are_printed() -> None:
    assert repr(SOUND[Work.WIFI]) == "<Wifi>"


@pytest.mark.parametrize(
    ("work", "needs"),
    [
        ("dance", {}),
        ("identify", {"count": 1}),
        ("count-reset", {"count": -1}),
        ("direction", {}),
        ("direction", {"ways": []}),
        ("wi-fi", Wifi(ssid="a", password="short")),
        ("wi-fi", Wifi(ssid="a", password="mật-khẩu-mẫu")),
        ("wi-fi", Wifi(ssid="ă" * 20)),
        ("wi-fi", Wifi(ssid="a\n")),
        ("place", Place(place=" Chợ")),
        ("place", Place(place="Chợ", area="Xã\n")),
        ("event", Event(place="a ", begins=AT, ends=AT + 1)),
        ("event", Event(place="a", begins=AT, ends=AT)),
        ("event", Event(place="a", begins=AT, ends=AT + 61 * DAY_S)),
        ("event", Event(place="a", begins=AT + 61 * DAY_S, ends=AT + 62 * DAY_S)),
    ],
)
def test_what_is_not_wholly_understood_is_not_done(work: str, needs: object) -> None:
    with pytest.raises(WireError) as caught:
        cardwork.understood(card(work, needs))
    assert "mật" not in str(caught.value)


@given(
    work=st.sampled_from(Work),
    days=st.integers(0, 40),
    scope=st.sampled_from(["g1", "*", "area.xa", "g2"]),
)
def test_no_card_reaches_or_lasts_too_far(work: Work, days: int, scope: str) -> None:
    is_wide = scope in ("*", "area.xa")
    if work in GRAVE:
        allowed = scope == "g1" and days <= 3
    else:
        allowed = days <= (3 if is_wide and work is not Work.IDENTIFY else 31)
    assert cardwork.is_bounded(card(work, scope=scope, days=days), "g1") is allowed


def test_what_ends_a_gate_is_grave() -> None:
    assert ENDING < GRAVE
    assert msgspec.structs.fields(Nothing) == ()
