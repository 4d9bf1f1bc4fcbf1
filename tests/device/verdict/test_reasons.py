"""The table of reasons: whole, in the order of the judge, and green for nobody else."""

from device.flow import Signal
from device.verdict.evidence import Evidence
from device.verdict.reasons import MARKS, ONE_GATE, TABLE
from device.verdict.rules import RULES
from wire.policy import GREEN
from wire.record import Mark, Outcome, Reason


def test_every_reason_and_every_mark_has_a_row() -> None:
    assert TABLE.keys() == set(Reason)
    assert MARKS.keys() == set(Mark)
    assert set(MARKS) > ONE_GATE


def test_green_is_for_those_who_may_pass_and_for_nobody_else() -> None:
    green = {reason for reason, row in TABLE.items() if row.signal is Signal.ACCEPT}
    accepted = {reason for reason, row in TABLE.items() if row.outcome is Outcome.ACCEPTED}
    assert green == accepted == GREEN


def test_only_a_control_card_is_obeyed() -> None:
    obeyed = [reason for reason, row in TABLE.items() if row.outcome is Outcome.OBEYED]
    assert obeyed == [Reason.OBEYED]


def test_no_two_reasons_say_the_same() -> None:
    assert len({row.says for row in TABLE.values()}) == len(TABLE)


def test_each_rule_is_asked_once() -> None:
    assert len(set(RULES)) == len(RULES)


def test_evidence_is_not_said_when_it_is_printed() -> None:
    assert "1990" not in repr(Evidence(born="1990-06-15"))
