"""What is an alarm, and what is none."""

import gettext
from typing import Any

import msgspec
import pytest

from device import alarms
from device.alarms import ALARMS
from device.i18n import DOMAIN, LOCALE
from wire.state import Health, pack, unpack_health

WELL = Health(
    waiting=3,
    oldest_ms=4_000,
    days_of_room=90.0,
    camera="ok",
    temperature_c=52.0,
    power="ok",
    card_errors=0,
    memory_mb=200,
    starts=1,
    clock="synced",
    certificate_days=200,
    policy=4,
    policy_days=12,
    version="0.1.0",
)
CASES: list[tuple[dict[str, Any], str]] = [
    ({"camera": "silent"}, "camera-silent"),
    ({"view": "dark"}, "view-dark"),
    ({"view": "covered"}, "view-covered"),
    ({"view": "defocused"}, "view-defocused"),
    ({"view": "frozen"}, "view-frozen"),
    ({"view": "over-exposed"}, "view-over-exposed"),
    ({"posters": 1}, "poster"),
    ({"resting": ("zbar-quarter",)}, "reading-resting"),
    ({"fault": "journal-full"}, "journal-full"),
    ({"days_of_room": 2.9}, "room-low"),
    ({"oldest_ms": 86_400_001}, "unsent-long"),
    ({"card_errors": 1}, "card-errors"),
    ({"card_read_only": True}, "card-read-only"),
    ({"temperature_c": 80.0}, "too-hot"),
    ({"throttled": True}, "throttled"),
    ({"power": "low"}, "under-voltage"),
    ({"power": "was-low"}, "was-under-voltage"),
    ({"memory_mb": 39}, "memory-low"),
    ({"starts": 6}, "restarts-many"),
    ({"clock": "unsynced"}, "clock-unsure"),
    ({"clock": "unsynced", "clock_fault": "clock-beyond"}, "clock-beyond"),
    ({"clock": "anchored", "clock_fault": "clock-refuted"}, "clock-refuted"),
    ({"certificate_days": 29}, "certificate-ends"),
    ({"certificate_days": -1}, "certificate-ended"),
    ({"alarms": ("records-refused",)}, "records-refused"),
]


@pytest.mark.parametrize(("change", "code"), CASES, ids=[code for _, code in CASES])
def test_each_alarm_has_its_own_reason(change: dict[str, Any], code: str) -> None:
    assert alarms.of(msgspec.structs.replace(WELL, **change)) == (code,)


def test_a_gate_that_is_well_has_none() -> None:
    assert alarms.of(WELL) == ()


def test_what_is_not_known_is_no_alarm() -> None:
    assert alarms.of(Health(waiting=0)) == ()


def test_every_alarm_that_is_raised_has_words_in_both_languages() -> None:
    assert {code for _, code in CASES} < set(ALARMS)
    vietnamese = gettext.translation(DOMAIN, LOCALE, ["vi"])
    for alarm in ALARMS.values():
        assert vietnamese.gettext(alarm.says) != alarm.says
        assert vietnamese.gettext(alarm.bring) != alarm.bring


def test_they_cross_the_wire_and_an_older_message_is_read() -> None:
    assert unpack_health(pack(WELL)) == WELL
    assert unpack_health(b'{"v":1,"waiting":2}').certificate_days is None
