"""A policy goes out ring by ring, and comes back from where it does harm."""

import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from collector import clock, outgoing
from collector.believed import Believed, Said
from collector.cases.entries import Act
from collector.cases.roles import Actor, Role
from collector.dispatch.entries import Limits, Stage
from collector.dispatch.rolling import Rolling
from collector.errors import (
    DocumentRefused,
    DraftChanged,
    RolloutOver,
    RolloutRunning,
    RolloutWider,
    SigningKeyUnfit,
)
from collector.roster import load
from tests.collector.dispatch.conftest import (
    DAY,
    FAST,
    NOW,
    OFFICER,
    SITE,
    District,
    Make,
)
from tests.device.doorstep import KEYS
from wire import policy
from wire.keys import Use, entry
from wire.policy import Policy
from wire.record import What

NOBODY: dict[str, Any] = {"takes": []}
FINE: dict[str, Any] = {"open_once": True}
GATES = 12


def test_one_gate_then_a_tenth_then_all(district: Make) -> None:
    home = district(GATES)
    home.past()
    number = home.sign(**FINE)
    version = home.counter.rollout(OFFICER, number).rollout.version
    home.step()
    assert home.versions() == [version] + [0] * (GATES - 1)
    for gates, ring in ((1, 1), (2, 2), (GATES, 3)):
        home.pass_by(9)
        assert home.versions().count(version) == gates, "not before its time"
        assert home.counter.rollout(OFFICER, number).rollout.ring == ring
        home.pass_by(3)
    assert home.counter.rollout(OFFICER, number).rollout.stage is Stage.DONE


def test_a_policy_that_refuses_everyone_stops_after_the_first_ring_and_is_taken_back(
    district: Make,
) -> None:
    home = district(GATES)
    home.past()
    number = home.sign(**NOBODY)
    began = home.now_ms
    home.step()
    bad = home.counter.rollout(OFFICER, number).rollout.version
    first = home.doors["g1"]
    assert first.version == bad
    while first.version == bad:
        assert home.now_ms - began < 10 * 60_000, "within ten minutes"
        home.pass_by(1)
        assert home.versions().count(bad) <= 1
    rollout = home.counter.rollout(OFFICER, number).rollout
    assert (rollout.stage, rollout.why, rollout.ring) == (Stage.TAKEN_BACK, "accepted", 1)
    (low, *others) = rollout.measures
    assert (low.why, low.worse, low.usual) == ("accepted", True, 93.0)
    assert not any(each.worse for each in others if each.why != "retries")
    assert first.version == rollout.back_version > bad
    assert first.show("PASS-A") == "accepted"
    home.pass_by(30)
    assert bad not in home.versions()


def test_one_gate_that_fails_by_chance_does_not_stop_it(district: Make) -> None:
    home = district(GATES)
    home.past()
    number = home.sign(Limits(first=5, soak_min=10, people=20), **FINE)
    home.step()
    for minute in range(12):
        for name, door in home.doors.items():
            for person in range(2):  # at one door nothing is read well any more
                door.show("LINK-a" if name == "g2" else f"PASS-{minute}{person}")
        home.step(1)
    progress = home.counter.rollout(OFFICER, number)
    assert progress.rollout.stage is Stage.RUNNING
    assert progress.rollout.ring == 3
    assert len(set(home.versions())) == 1


def test_a_refusal_now_and_then_is_no_sign(district: Make) -> None:
    home = district(1)
    home.past()
    number = home.sign(**FINE)
    home.step()
    for minute in range(12):
        home.doors["g1"].show("LINK-a" if minute % 4 == 0 else f"PASS-{minute}")
        home.doors["g1"].show(f"PASS-{minute}b")
        home.step(1)
    assert home.counter.rollout(OFFICER, number).rollout.stage is Stage.DONE


def test_a_restart_goes_on_where_it_was(district: Make) -> None:
    home = district(GATES)
    home.past()
    number = home.sign(**NOBODY)
    home.start()
    home.step()
    for _ in range(9):
        home.pass_by(1)
        home.start()
    assert home.counter.rollout(OFFICER, number).rollout.stage is Stage.TAKEN_BACK
    assert home.counter.rollout(OFFICER, number).rollout.version not in home.versions()


def test_a_gate_that_nobody_passes_is_waited_for(district: Make) -> None:
    home = district(3)
    home.past()
    number = home.sign(**FINE)
    for _ in range(30):
        home.step(10)
    progress = home.counter.rollout(OFFICER, number)
    assert (progress.rollout.stage, progress.rollout.ring) == (Stage.RUNNING, 1)
    assert progress.took == ("g1",)
    home.counter.widen(OFFICER, number, 1)
    assert home.counter.rollout(OFFICER, number).rollout.ring == 3


def test_what_came_before_is_what_comes_back(district: Make) -> None:
    home = district(2)
    home.past()
    number = home.sign(Limits(first=2), **FINE)
    home.step()
    home.counter.widen(OFFICER, number, 1)
    assert home.counter.rollout(OFFICER, number).rollout.stage is Stage.DONE
    other = home.sign(Limits(first=2), open_once=False, retention_h=72)
    home.step()
    assert home.doors["g2"].mandate.policy.retention_h == 72
    home.counter.take_back(OFFICER, other)
    home.step()
    for door in home.doors.values():
        assert (door.mandate.policy.open_once, door.mandate.policy.retention_h) == (True, 48)
    with pytest.raises(RolloutOver):
        home.counter.take_back(OFFICER, other)


def test_two_are_not_rolled_out_at_one_place(district: Make) -> None:
    home = district(2)
    home.sign(**FINE)
    with pytest.raises(RolloutRunning):
        home.sign(**NOBODY)


def test_a_gate_that_moved_away_is_not_asked_any_more(district: Make) -> None:
    home = district(3)
    home.past()
    number = home.sign(FAST, **NOBODY)
    home.step()
    places = dict.fromkeys(home.doors, SITE) | {"g1": "Chợ khác"}
    home.stand(places)
    home.pass_by(5)
    progress = home.counter.rollout(OFFICER, number)
    assert progress.rollout.stage is Stage.RUNNING, "what it counts is of another place"
    assert progress.took == ()


def test_a_gate_that_came_meanwhile_is_given_it_last_and_has_it_taken_back(district: Make) -> None:
    home = district(3)
    home.past()
    home.stand({"g1": SITE, "g2": SITE, "g3": "Chợ khác"})
    number = home.sign(Limits(first=1, second_percent=100, soak_min=10), **FINE)
    home.stand(dict.fromkeys(home.doors, SITE))
    home.pass_by(12)
    version = home.counter.rollout(OFFICER, number).rollout.version
    assert home.versions() == [version] * 3
    home.pass_by(12)
    assert home.counter.rollout(OFFICER, number).rollout.stage is Stage.DONE
    other = home.sign(Limits(first=3), **NOBODY)
    home.pass_by(6)
    assert home.counter.rollout(OFFICER, other).rollout.stage is Stage.TAKEN_BACK
    assert len(set(home.versions())) == 1


def test_a_place_that_is_deleted_while_its_gates_scan_ends_it_and_nothing_else(
    district: Make,
) -> None:
    home = district(2)
    home.past()
    number = home.sign(**FINE)
    home.stand(dict.fromkeys(home.doors, "Nơi khác"))
    home.pass_by(2)
    assert home.counter.rollout(OFFICER, number).rollout.stage is Stage.GONE
    assert {each.name for each in home.counter.sites(OFFICER)} == {"Nơi khác"}
    home.doors["g1"].note(What.ALIVE, {})
    home.pass_by(2)


def offline_for_days(home: District, *gates: str) -> None:
    """Have people pass there for two days, and all of it arrive afterwards."""
    for hour in range(48):
        for gate in gates:
            home.doors[gate].show(f"PASS-{hour}a")
        home.now_ms += 3_600_000
    home.step(1)


def test_a_gate_that_was_off_the_network_for_days_says_nothing_about_the_policy(
    district: Make,
) -> None:
    home = district(4)
    home.past()
    number = home.sign(Limits(first=1, second_percent=50, soak_min=10, people=20), **FINE)
    home.pass_by(4)
    offline_for_days(home, "g1")
    progress = home.counter.rollout(OFFICER, number)
    late = next(each for each in progress.measures if each.why == "late")
    assert late.share is not None
    assert late.share > 80
    assert (progress.rollout.stage, progress.rollout.ring) == (Stage.RUNNING, 2)
    home.step(1)
    offline_for_days(home, "g1", "g2")
    rollout = home.counter.rollout(OFFICER, number).rollout
    assert (rollout.stage, rollout.why) == (Stage.TAKEN_BACK, "late"), "two are no chance"


def test_alarms_at_all_gates_take_it_back_and_one_alarm_does_not(district: Make) -> None:
    home = district(8)
    home.past()
    number = home.sign(Limits(first=8, soak_min=600), **FINE)
    home.step()
    home.pass_by(1)
    home.now_ms += 3_600_000
    home.alarm("g1")
    home.pass_by(2)
    assert home.counter.rollout(OFFICER, number).rollout.stage is Stage.RUNNING
    home.alarm(*home.doors)
    home.pass_by(2)
    rollout = home.counter.rollout(OFFICER, number).rollout
    assert (rollout.stage, rollout.why) == (Stage.TAKEN_BACK, "alarms")


OTHER = Actor("nguoi-khac", Role.OPERATOR)


class Killed(BaseException):
    """The dispatch ends here."""


def kill_at(
    home: District, monkeypatch: pytest.MonkeyPatch, step: str, act: Callable[[], object]
) -> None:
    """Have the dispatch end when it comes to a step of what is done, and start it again."""

    def killed(*_args: object, **_named: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Rolling, step, killed)
        with pytest.raises(Killed):
            act()
    home.start()


@pytest.mark.parametrize("step", ["_version", "_end"])
def test_what_was_to_be_taken_back_is_taken_back_after_a_kill(
    district: Make, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    home = district(3)
    home.past()
    number = home.sign(Limits(first=3, soak_min=10), **FINE)
    home.pass_by(3)
    assert all(door.mandate.policy.open_once for door in home.doors.values())
    kill_at(home, monkeypatch, step, lambda: home.counter.take_back(OFFICER, number))
    for door in home.doors.values():
        door.hear()  # whatever was published is taken before the dispatch is back
    home.step()
    home.step()
    rollout = home.counter.rollout(OFFICER, number).rollout
    assert (rollout.stage, rollout.why, rollout.ended_by) == (
        Stage.TAKEN_BACK,
        "officer",
        OFFICER.officer,
    )
    assert home.versions() == [rollout.back_version] * 3
    assert not any(door.mandate.policy.open_once for door in home.doors.values())
    home.sign(**FINE)


def test_what_was_signed_or_sent_on_is_published_after_a_kill(
    district: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = district(GATES)
    home.past()
    kill_at(home, monkeypatch, "_give", lambda: home.sign(**FINE))
    home.step()
    (rollout,) = home.counter.rollouts(OFFICER)
    assert home.versions().count(rollout.version) == 1
    kill_at(home, monkeypatch, "_give", lambda: home.counter.widen(OFFICER, rollout.number, 1))
    home.step()
    assert home.versions().count(rollout.version) == 2
    kill_at(home, monkeypatch, "_end", lambda: home.pass_by(30))
    home.pass_by(2)
    (rollout,) = home.counter.rollouts(OFFICER)
    assert (rollout.stage, rollout.ring) == (Stage.DONE, 3)
    assert home.versions() == [rollout.version] * GATES


def test_two_officers_who_send_it_on_from_one_ring_send_it_to_one_more(district: Make) -> None:
    home = district(GATES)
    home.past()
    number = home.sign(**FINE)
    home.step()
    home.counter.widen(OFFICER, number, 1)
    with pytest.raises(RolloutWider):
        home.counter.widen(OTHER, number, 1)
    rows = home.counter.audited(Actor("kiem-tra", Role.AUDITOR), 10)
    assert [row.officer for row in rows if row.act is Act.POLICY_WIDENED] == ["can-bo"]
    home.step()
    assert sum(version > 0 for version in home.versions()) == 2
    assert home.counter.rollout(OFFICER, number).rollout.ring == 2


def test_an_officers_word_is_not_written_over_by_the_loop(
    district: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = district(GATES)
    home.past()
    number = home.sign(**FINE)
    home.step()
    running = Rolling.running

    def after_the_officer(rolling: Rolling) -> object:
        found = running(rolling)
        home.counter.take_back(OFFICER, number)
        return found

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(Rolling, "running", after_the_officer)
        home.dispatch.step()
    assert home.counter.rollout(OFFICER, number).rollout.stage is Stage.TAKEN_BACK
    assert not [each for each in logs if each["event"] == "rollout.stuck"]


def test_what_gates_would_not_believe_is_not_begun(district: Make) -> None:
    home = district(2)
    public = msgspec.json.decode((home.folder / "public.json").read_bytes())
    ended = msgspec.to_builtins(entry(KEYS[Use.POLICY].public_key(), Use.POLICY, until=NOW))
    keys = [each for each in public["keys"] if each["use"] != "policy"]
    for left in ([*keys, ended], keys):
        (home.folder / "public.json").write_bytes(msgspec.json.encode({**public, "keys": left}))
        with pytest.raises(SigningKeyUnfit):
            home.sign(**FINE)
    assert home.counter.rollouts(OFFICER) == ()
    (site,) = home.counter.sites(OFFICER)
    assert site.edited_by == OFFICER.officer, "the draft is still there to be signed"


def publish(home: District, rules: Policy) -> None:
    """Publish a policy as `collector publish` does."""
    keys, listed = outgoing.ring(home.config.authority), load(home.config.roster.path)
    parcels = outgoing.checked(policy.pack(rules, KEYS[Use.POLICY]), keys, listed)
    outgoing.Outgoing(home.config.outgoing).put(parcels, keys, listed)


def test_newer_rules_of_the_authoritys_desk_end_it(district: Make) -> None:
    home = district(3)
    home.past()
    number = home.sign(**FINE)
    home.pass_by(2)
    version = home.counter.rollout(OFFICER, number).rollout.version
    publish(home, Policy(site=SITE, version=version + 7, issued=NOW, retention_h=96))
    with capture_logs() as logs:
        home.pass_by(3)
    assert home.counter.rollout(OFFICER, number).rollout.stage is Stage.OVERTAKEN
    assert not [each for each in logs if each["event"] == "rollout.stuck"]
    assert home.versions() == [version + 7] * 3
    assert home.counter.draft(OFFICER, SITE).document["retention_h"] == 96
    with pytest.raises(RolloutOver):
        home.counter.take_back(OFFICER, number)


def test_a_gate_that_moved_here_brings_no_rules_of_its_former_place(district: Make) -> None:
    home = district(3)
    other = "Chợ khác"
    home.stand({"g1": SITE, "g2": SITE, "g3": other})
    publish(home, Policy(site=SITE, version=5, issued=NOW, retention_h=72))
    publish(home, Policy(site=other, version=9, issued=NOW, takes=()))
    home.stand(dict.fromkeys(home.doors, SITE))
    draft = home.counter.draft(OFFICER, SITE)
    assert (draft.document["retention_h"], len(draft.document["takes"])) == (72, 1)


def test_a_gate_that_takes_the_place_of_another_finds_the_rules_of_the_place(
    district: Make,
) -> None:
    home = district(2)
    home.stand({"g1": SITE})
    publish(home, Policy(site=SITE, version=2_099_010_107, issued=NOW, retention_h=72))
    home.stand({"g2": SITE})
    assert home.counter.draft(OFFICER, SITE).document["retention_h"] == 72
    number = home.sign(**FINE)
    assert home.counter.rollout(OFFICER, number).rollout.version == 2_099_010_108
    assert home.counter.sites(OFFICER)[0].version == 2_099_010_108


def test_a_clock_in_2099_numbers_no_policy_beyond_all_later_ones(district: Make) -> None:
    home = district(1)
    Believed(home.config.believed).note(Said(NOW, clock.since_boot_ms()))
    home.now_ms = 4_070_908_800_000
    number = home.sign(**FINE)
    assert home.counter.rollout(OFFICER, number).rollout.version // 10**6 == 2026


def test_a_clock_in_2099_sends_no_ring_on(district: Make) -> None:
    home = district(GATES)
    home.past()
    Believed(home.config.believed).note(Said(NOW, clock.since_boot_ms()))
    number = home.sign(**FINE)
    home.pass_by(3, people=12)
    home.now_ms += 4 * 365 * DAY
    home.step()
    assert home.counter.rollout(OFFICER, number).rollout.ring == 1, "ten minutes have not passed"
    home.now_ms -= 4 * 365 * DAY
    home.step(10)
    assert home.counter.rollout(OFFICER, number).rollout.ring == 2


def test_what_is_stuck_is_said_once(district: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    home = district(1)
    home.sign(**FINE)

    def refused(*_args: object) -> None:
        raise DocumentRefused

    monkeypatch.setattr(Rolling, "_give", refused)
    with capture_logs() as logs:
        for _ in range(3):
            home.step(1)
    assert [each["event"] for each in logs].count("rollout.stuck") == 1


def test_what_was_taken_back_is_not_signed_again_from_a_page_that_is_behind(
    district: Make,
) -> None:
    home = district(2)
    home.past()
    number = home.sign(**FINE)
    revision = home.counter.draft(OFFICER, SITE).revision
    home.counter.take_back(OFFICER, number)
    with pytest.raises(DraftChanged):
        home.counter.sign(OTHER, SITE, revision, FAST)
    assert len(home.counter.rollouts(OFFICER)) == 1


def test_a_place_whose_name_is_spelled_in_two_ways_is_one(district: Make) -> None:
    home = district(2)
    other = unicodedata.normalize("NFD", SITE)
    assert other != SITE
    home.stand({"g1": other, "g2": SITE})
    (site,) = home.counter.sites(OFFICER)
    assert (site.name, site.gates) == (SITE, ("g1", "g2"))
    home.sign(**FINE)
    draft = home.counter.draft(OTHER, other)
    assert draft.revision == 1
    saved = home.counter.save(OTHER, other, draft.revision, {**draft.document, **NOBODY})
    with pytest.raises(RolloutRunning):
        home.counter.sign(OTHER, other, saved.revision, FAST)
    assert home.counter.draft(OFFICER, SITE).revision == 2
