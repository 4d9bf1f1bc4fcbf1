"""Commands: signed, audited, kept until answered or expired, one at a time for a gate."""

import msgspec
import pytest
from structlog.testing import capture_logs

from collector import clock
from collector.believed import Believed, Said
from collector.cases.entries import Act
from collector.cases.roles import Actor, Role
from collector.dispatch.entries import Answer
from collector.enrol import documents
from collector.errors import (
    CollectorError,
    CommandOpen,
    CommandRefused,
    NotAllowed,
    SigningKeyUnfit,
    SiteUnknown,
)
from tests.collector.dispatch.conftest import COMMAND, NOW, OFFICER, SITE, District, Door, Make
from tests.device.doorstep import KEYS
from wire import command, policy
from wire.keys import Keyring, Use, entry
from wire.record import What

RING = Keyring([entry(COMMAND.public_key(), Use.COMMAND)])


def published(home: District, gate: str = "g1") -> command.Command | None:
    path = home.config.outgoing / gate / "command"
    return command.unpack(path.read_bytes(), RING, gate) if path.exists() else None


def let_open(home: District) -> None:
    """Publish rules to the first gate by which the district may open its door."""
    rules = policy.Policy(site=SITE, version=1, issued=NOW, open_once=True)
    path = home.config.outgoing / "g1/policy"
    path.parent.mkdir(parents=True)
    path.write_bytes(policy.pack(rules, KEYS[Use.POLICY]))


def answer(home: District, nonce: str, outcome: str = "done", gate: str = "g1") -> None:
    data: dict[str, object] = {"does": "identify", "nonce": nonce, "outcome": outcome}
    home.doors[gate].note(What.COMMAND, data)
    home.step()


def test_a_command_is_signed_for_its_gate_and_audited_once(district: Make) -> None:
    home = district(2)
    given = home.counter.order(OFFICER, "g1", "identify")
    found = published(home)
    assert found is not None
    assert (found.gate, found.does, found.nonce) == ("g1", "identify", given.nonce)
    assert published(home, "g2") is None
    (row,) = home.counter.audited(Actor("kiem-tra", Role.AUDITOR), 10)
    assert (row.officer, row.act, row.about) == ("can-bo", Act.COMMANDED, "g1 identify")


def test_it_is_kept_until_the_gate_has_answered(district: Make) -> None:
    home = district(1)
    given = home.counter.order(OFFICER, "g1", "self-test")
    home.step(1)
    path = home.config.outgoing / "g1/command"
    path.unlink()
    home.step(1)
    assert published(home) is not None, "published again"
    answer(home, given.nonce, "handed-on")
    (found,) = home.counter.orders(OFFICER, "g1")
    assert (found.state, found.outcome) == (Answer.ANSWERED, "handed-on")
    assert published(home) is None
    home.counter.order(OFFICER, "g1", "identify")


def test_it_expires_and_a_late_answer_is_heard_all_the_same(district: Make) -> None:
    home = district(1)
    given = home.counter.order(OFFICER, "g1", "identify")
    with pytest.raises(CommandOpen):
        home.counter.order(OFFICER, "g1", "restart")
    home.step(2)
    assert home.counter.orders(OFFICER, "g1")[0].state is Answer.EXPIRED
    assert published(home) is None
    answer(home, given.nonce)
    assert home.counter.orders(OFFICER, "g1")[0].state is Answer.ANSWERED


def test_another_gate_cannot_answer_for_it(district: Make) -> None:
    home = district(2)
    given = home.counter.order(OFFICER, "g1", "identify")
    answer(home, given.nonce, gate="g2")
    answer(home, "0" * 16)
    assert home.counter.orders(OFFICER, "g1")[0].state is Answer.OPEN


def test_a_door_is_opened_only_where_its_policy_lets_it(district: Make) -> None:
    home = district(1)
    with pytest.raises(CommandRefused):
        home.counter.order(OFFICER, "g1", "open-once")
    let_open(home)
    home.counter.order(OFFICER, "g1", "open-once")


def test_a_gate_that_enrolled_after_the_rollout_opens_by_what_it_was_handed(
    district: Make,
) -> None:
    home = district(1)
    let_open(home)
    home.stand({"g1": SITE, "g3": SITE, "g4": "Bến xe Mẫu"})
    doors = [Door(home, gate) for gate in ("g3", "g4")]
    home.doors |= {door.gate: door for door in doors}
    home.step()
    assert not home.counter.may_open(OFFICER, "g3"), "it may have come without any rules"
    doors[0].note(What.POLICY, {"site": SITE, "version": 2})
    home.step()
    assert not home.counter.may_open(OFFICER, "g3"), "it goes by others"
    for name, data in documents.in_force(home.config.outgoing, SITE).items():
        (doors[0].inbox / name).write_bytes(data)
    doors[1].note(What.POLICY, {"site": "Bến xe Mẫu", "version": 1})
    home.step()
    home.step()
    assert not (home.config.outgoing / "g3/policy").exists()
    assert doors[0].mandate.policy.open_once
    assert home.counter.may_open(OFFICER, "g3")
    home.counter.order(OFFICER, "g3", "open-once")
    assert published(home, "g3") is not None
    assert not home.counter.may_open(OFFICER, "g4"), "another place has rules of its own"


def test_a_gate_that_moved_is_not_opened_by_the_rules_of_its_former_place(district: Make) -> None:
    home = district(1)
    let_open(home)
    home.step()
    assert home.counter.may_open(OFFICER, "g1")
    home.stand({"g1": "Bến xe Mẫu"})
    assert not home.counter.may_open(OFFICER, "g1")


@pytest.mark.parametrize("word", ["\0", "a" * 5000, "\u2028", ""])
def test_a_gate_that_answers_what_no_database_holds_stops_nothing(
    district: Make, word: str
) -> None:
    home = district(2)
    given = home.counter.order(OFFICER, "g1", "identify")
    home.counter.order(OFFICER, "g2", "identify")
    home.doors["g2"].note(What.COMMAND, {"nonce": word, "outcome": word})
    home.doors["g2"].note(What.POLICY, {"version": word})
    home.step()
    answer(home, given.nonce)
    assert home.counter.orders(OFFICER, "g1")[0].state is Answer.ANSWERED
    assert home.counter.orders(OFFICER, "g2")[0].state is Answer.OPEN


def test_a_command_that_gates_would_not_believe_is_not_given(district: Make) -> None:
    home = district(1)
    public = msgspec.json.decode((home.folder / "public.json").read_bytes())
    ended = msgspec.to_builtins(entry(COMMAND.public_key(), Use.COMMAND, until=NOW))
    keys = [each for each in public["keys"] if each["use"] != "command"]
    for left in ([*keys, ended], keys):
        (home.folder / "public.json").write_bytes(msgspec.json.encode({**public, "keys": left}))
        with pytest.raises(SigningKeyUnfit):
            home.counter.order(OFFICER, "g1", "identify")
    assert home.counter.orders(OFFICER, "g1") == ()
    assert published(home) is None


def test_what_cannot_be_published_is_said_once(district: Make) -> None:
    home = district(2)
    home.counter.order(OFFICER, "g1", "restart")
    (home.config.outgoing / "g1/command").unlink()
    home.stand({"g2": SITE})
    with capture_logs() as logs:
        for _ in range(3):
            home.step(1)
    assert [each["event"] for each in logs].count("command.unpublished") == 1


NOBODY: list[tuple[Actor, str, str, type[CollectorError]]] = [
    (Actor("x", Role.COMMUNE, areas=("Mẫu",)), "g1", "identify", NotAllowed),
    (Actor("x", Role.TECHNICIAN), "g1", "identify", NotAllowed),
    (Actor("x", Role.DISTRICT, areas=("khac",)), "g1", "identify", NotAllowed),
    (OFFICER, "g9", "identify", SiteUnknown),
    (OFFICER, "g1", "explode", CommandRefused),
]


@pytest.mark.parametrize(("actor", "gate", "does", "error"), NOBODY)
def test_who_may_not_gives_none(
    district: Make, actor: Actor, gate: str, does: str, error: type[CollectorError]
) -> None:
    home = district(1)
    with pytest.raises(error):
        home.counter.order(actor, gate, does)
    assert published(home) is None


def test_a_gate_that_leaves_the_roster_stops_nothing(district: Make) -> None:
    home = district(2)
    home.counter.order(OFFICER, "g1", "restart")
    (home.config.outgoing / "g1/command").unlink()
    home.stand({"g2": SITE})
    home.step(1)
    home.counter.order(OFFICER, "g2", "identify")
    assert published(home, "g2") is not None


def test_a_clock_in_2099_forgets_nothing_until_it_is_believed(district: Make) -> None:
    home = district(1)
    home.counter.order(OFFICER, "g1", "identify")
    home.doors["g1"].show("PASS-1")
    home.step()
    believed = Believed(home.config.believed)
    believed.note(Said(NOW, clock.since_boot_ms()))

    def left() -> list[int]:
        home.step(2)
        with home.dispatch._orders._database.reading() as session:
            counted = session.rows("SELECT COUNT(*) FROM counted")[0][0]
        return [len(home.counter.orders(OFFICER, "g1")), counted]

    home.now_ms = 4_070_908_800_000
    assert left() == [1, 1]
    believed.note(Said(home.now_ms, clock.since_boot_ms()))
    assert left() == [0, 0]
