"""What is in force at a gate, and how it comes into force."""

import os
from pathlib import Path

import msgspec
import pytest

from device.credential import classify
from device.flow import Instant
from device.mandate import LIST, NO_NEWS, SIGNERS, SITE, Mandate, News
from device.verdict.trust import Finding, Status
from tests.device.credential import certificates
from tests.device.doorstep import DAY_S, ENTRIES, GATE, KEYS, NOW_S, PLACE, Doorstep, enrolment
from tests.device.fakes import S
from wire import signers, site, statuslist
from wire.keys import Use
from wire.policy import Way
from wire.record import ClockState, Direction
from wire.site import Summary
from wire.statuslist import INVALID, StatusList

TURNS = 12
"""More looks than there are documents."""
ISSUER = next(entry.kid for entry in ENTRIES if entry.use is Use.PASS_SEEN)


def at(up_s: float) -> Instant:
    return Instant(int(up_s * S), NOW_S * 1000, ClockState.SYNCED, "b")


def look(told: Mandate, up_s: float) -> list[News]:
    """Return the news of so many frames."""
    found = [told.refresh(at(up_s + turn / 15)) for turn in range(TURNS)]
    return [news for news in found if news is not NO_NEWS]


@pytest.fixture
def step(tmp_path: Path) -> Doorstep:
    return Doorstep(tmp_path, (Direction.OUT,))


def test_without_a_word_from_the_authority_there_is_a_safe_default(step: Doorstep) -> None:
    told = step.mandate()
    assert (told.policy.version, told.policy.direction) == (0, Way.OUT)
    assert told.takes("pass")
    assert not told.takes("id-card")
    assert told.trust.statuses.of(ISSUER, 0, NOW_S) == Finding(Status.UNLISTED, None)
    assert told.past_ms == enrolment((Direction.OUT,)).issued
    assert look(told, 1) == []


def test_a_policy_comes_into_force_as_it_holds_at_this_gate(step: Doorstep) -> None:
    told = step.mandate()
    step.bring_policy(3, takes=[{"kind": "id-card"}])
    assert look(told, 1) == [News(policy=True)]
    assert (told.policy.version, told.policy.direction) == (3, Way.OUT)
    assert (told.takes("pass"), told.takes("id-card")) == (False, True)
    assert told.past_ms == NOW_S * 1000
    assert look(told, 5) == []
    again = step.mandate()
    assert again.policy == told.policy


def test_an_older_policy_does_not(step: Doorstep) -> None:
    told = step.mandate()
    step.bring_policy(3)
    look(told, 1)
    step.bring_policy(2, direction="in")
    assert look(told, 5) == []
    assert told.policy.version == 3


def test_withdrawn_passes_are_known_as_soon_as_their_list_is(step: Doorstep) -> None:
    told = step.mandate()
    bits, statuses = statuslist.packed(8, {5: INVALID})
    data = statuslist.pack(StatusList(ISSUER, NOW_S - 60, bits, statuses), KEYS[Use.STATUS])
    (step.inbox / (LIST + ISSUER)).write_bytes(data)
    look(told, 1)
    assert told.trust.statuses.of(ISSUER, 5, NOW_S) == Finding(Status.WITHDRAWN, 60)
    again = step.mandate()
    assert again.trust.statuses.of(ISSUER, 5, NOW_S) == Finding(Status.WITHDRAWN, 60)


def test_signers_of_certificates_come_and_stay(step: Doorstep) -> None:
    told = step.mandate()
    der = certificates.certificate(certificates.P256)
    message = classify(certificates.shown(der=der).encode()).content.message
    assert told.trust.signers.signers(message) is None
    listed = signers.of(1, NOW_S * 1000, (der,))
    (step.inbox / SIGNERS).write_bytes(signers.pack(listed, KEYS[Use.POLICY]))
    look(told, 1)
    for held in (told, step.mandate()):
        assert held.trust.signers.signers(message)
    assert told.past_ms == NOW_S * 1000


def test_what_siblings_saw_is_as_old_as_its_arrival_and_unknown_over_a_restart(
    step: Doorstep,
) -> None:
    told = step.mandate()
    assert told.begin(at(0)) == NO_NEWS
    step.bring_siblings(4, NOW_S - 60)
    [news] = look(told, 1)
    assert news.siblings is not None
    assert (news.siblings.inside, news.arrived_ns) == (4, 1 * S + 2 * S // 15)
    again = step.mandate()
    found = again.begin(at(50))
    assert (found.siblings, found.arrived_ns) == (news.siblings, None)
    assert look(again, 60) == []


def test_what_lay_in_the_inbox_at_a_start_came_nobody_knows_when(step: Doorstep) -> None:
    step.bring_siblings(4, NOW_S - 60)
    told = step.mandate()
    found = told.begin(at(50))
    assert found.siblings is not None
    assert found.arrived_ns is None
    assert look(told, 60) == []


@pytest.mark.parametrize(
    "change",
    [
        {"gate": "cong-khac", "gates": ("cong-mau",)},
        {"place": "Chợ Khác"},
        {"time": (NOW_S - 120) * 1000},
    ],
    ids=str,
)
def test_neither_anothers_siblings_nor_older_ones_count(
    step: Doorstep, change: dict[str, object]
) -> None:
    told = step.mandate()
    step.bring_siblings(4, NOW_S - 60)
    look(told, 1)
    usual = Summary(GATE, PLACE, ("cong-hai",), 99, NOW_S * 1000)
    other = msgspec.structs.replace(usual, **change)
    (step.inbox / SITE).write_bytes(site.pack(other, KEYS[Use.RECEIPT]))
    assert look(told, 5) == []
    assert step.mandate().begin(at(9)).siblings == told.begin(at(9)).siblings


@pytest.mark.parametrize("name", ["policy.json", SIGNERS, SITE, LIST + ISSUER])
@pytest.mark.parametrize("trap", ["link", "pipe", "folder", "noise", "huge"])
def test_no_trap_in_the_inbox_stops_the_door(step: Doorstep, name: str, trap: str) -> None:
    path = step.inbox / name
    match trap:
        case "link":
            path.symlink_to("/etc/passwd")
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "noise":
            path.write_bytes(b"\xff" * 100)
        case _:
            path.write_bytes(b" " * 2_000_000)
    told = step.mandate()
    assert told.begin(at(0)) == NO_NEWS
    assert look(told, 1) == []
    assert told.policy.version == 0


def test_a_time_that_is_surely_past_is_that_of_the_newest_word(step: Doorstep) -> None:
    told = step.mandate()
    step.bring_siblings(0, NOW_S + DAY_S)
    look(told, 1)
    assert told.past_ms == (NOW_S + DAY_S) * 1000
