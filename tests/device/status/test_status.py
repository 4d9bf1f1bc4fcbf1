"""`gate status`: what a technician sees, on one screen, in two languages, whatever is there."""

import gettext
import io
import json
from typing import Any

import msgspec
import pytest
from rich.console import Console

from device import config, enrol, ring
from device.alarms import ALARMS
from device.flow import Instant
from device.i18n import DOMAIN, LOCALE
from device.status import screen
from device.status.standing import Road, Standing, standing
from device.statuses import Lists
from tests.device.command import gate
from tests.device.site import Site
from tests.device.test_alarms import WELL
from wire.record import ClockState

NOW = Instant(90 * 10**9, 1_790_000_000_000, ClockState.SYNCED, "0a0b0c0d")
STANDING = Standing(
    gate="cong-mau",
    place="Chợ Mẫu",
    scanning=True,
    fps=15.0,
    health=WELL,
    road=Road(connected=True, receipt_s=2),
    now=NOW,
    alarms=(),
    unsent=0,
    lists=Lists(3, 7200),
)


def drawn(found: Standing) -> list[str]:
    out = io.StringIO()
    screen.show(found, Console(file=out, width=screen.WIDTH, height=screen.HEIGHT))
    return out.getvalue().splitlines()


WORST = msgspec.structs.replace(
    STANDING,
    gate="g" * 60,
    place="Trung tâm " * 20,
    scanning=False,
    alarms=tuple(ALARMS),
    road=Road(connected=False, code="link-refused", receipt_s=10**7),
    health=msgspec.structs.replace(WELL, power="low", throttled=True, waiting=10**6),
    unsent=10**6,
    lists=Lists(10**3, 10**9, is_stale=True),
)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("found", [STANDING, WORST], ids=["well", "worst"])
def test_it_fits_a_terminal_of_80_by_24(
    found: Standing, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = gettext.translation(DOMAIN, LOCALE, [language]).gettext
    monkeypatch.setattr(screen, "_", say)
    lines = drawn(found)
    assert len(lines) <= screen.HEIGHT
    assert max(len(line) for line in lines) <= screen.WIDTH
    assert any(say("District") in line for line in lines)


def test_room_is_told_in_whole_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_", str)
    roomy = msgspec.structs.replace(WELL, days_of_room=3650.0)
    told = drawn(msgspec.structs.replace(STANDING, health=roomy))
    assert any("room for 3650 days" in line for line in told)


def test_what_is_wrong_is_seen_without_colours() -> None:
    lines = drawn(WORST)
    assert sum(line[1:4].strip() == "!" for line in lines) >= 6
    assert not any(line[1:4].strip() == "!" for line in drawn(STANDING))


def test_what_cannot_be_told_is_not_called_good() -> None:
    unknown = msgspec.structs.replace(WELL, temperature_c=None, power="", card_errors=None)
    lines = drawn(msgspec.structs.replace(STANDING, health=unknown))
    assert sum(line[1:4].strip() == "?" for line in lines) == 2


def test_how_many_scans_a_reset_would_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_", gettext.translation(DOMAIN, LOCALE, ["en"]).gettext)

    def line(found: Standing) -> str:
        (said,) = [each for each in drawn(found) if "Only here" in each]
        return said

    assert "no scan" in line(STANDING)
    assert "37 scans" in line(msgspec.structs.replace(STANDING, unsent=37))
    assert line(msgspec.structs.replace(STANDING, unsent=None))[1:4].strip() == "?"


def test_the_age_of_what_is_known_of_withdrawn_passes_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(screen, "_", gettext.translation(DOMAIN, LOCALE, ["en"]).gettext)

    def line(lists: Lists) -> str:
        drawing = drawn(msgspec.structs.replace(STANDING, lists=lists))
        (said,) = [each for each in drawing if "Withdrawn" in each]
        return " ".join(said.strip("│ ").split())

    assert line(Lists(3, 7200)) == "+ Withdrawn lists of 3 issuers, the oldest signed 2 h ago"
    stale = line(Lists(1, 90_000, is_stale=True))
    assert stale == "! Withdrawn lists of 1 issuers, the oldest signed 1 days ago"
    assert line(Lists()) == "? Withdrawn no list yet: nothing is known of withdrawn passes"


def test_a_gate_whose_services_never_ran_can_be_looked_at(site: Site) -> None:
    said = gate("status", "--json", "--config", site.config)
    assert said.status == 0
    found = json.loads(said.out)
    assert (found["scanning"], found["road"]["connected"]) == (False, None)
    assert "camera-silent" in found["alarms"]
    once = gate("status", "--once", "--config", site.config)
    assert once.status == 0
    assert len(once.out.splitlines()) <= screen.HEIGHT


EVENTS: list[tuple[dict[str, Any], bool, str]] = [
    ({"event": "uplink.connected"}, True, ""),
    ({"event": "uplink.lost", "code": "link-down"}, False, "link-down"),
    ({"event": "uplink.back", "timestamp": "not a time"}, True, ""),
]


def test_the_road_is_as_the_uplink_last_told_it(site: Site) -> None:
    found = config.load(site.config)
    enrolment = enrol.held(site.keys, enrol.root_key(site.keys / enrol.ROOT))
    for event, connected, code in EVENTS:
        ring.Ring(found.folders.uplink_log)(None, "info", dict(event))
        ring.Ring(found.folders.uplink_log)(None, "info", {"event": "something else"})
        road = standing(found, enrolment, NOW).road
        assert (road.connected, road.code, road.since) == (connected, code, "")
