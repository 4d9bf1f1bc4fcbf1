"""The road: the broker's memory is a cache, and is put right."""

from collector.intake.desk import Answer
from collector.intake.road import AGAIN_S, SETTLE_S, Road, is_ours

WANTED = [("g1", "policy", b"new"), ("all", "signers", b"list")]
BOTH = (Answer("gq/v1/all/signers", b"list"), Answer("gq/v1/g1/policy", b"new"))


def road() -> Road:
    made = Road()
    made.want(WANTED)
    made.connected(0.0)
    return made


def test_nothing_is_published_before_the_broker_has_told_what_it_kept() -> None:
    made = Road()
    made.want(WANTED)
    assert made.due(99.0) == ()
    made.connected(100.0)
    assert made.due(100.0 + SETTLE_S - 0.1) == ()
    assert made.due(100.0 + SETTLE_S) == BOTH


def test_what_the_broker_kept_is_left_alone() -> None:
    made = road()
    made.heard("gq/v1/g1/policy", b"new")
    made.heard("gq/v1/all/signers", b"old")
    assert made.due(SETTLE_S) == (BOTH[0],)


def test_what_came_back_is_not_published_again_and_what_did_not_is() -> None:
    made = road()
    assert made.due(SETTLE_S) == BOTH
    made.heard("gq/v1/g1/policy", b"new")
    assert made.due(SETTLE_S + AGAIN_S - 0.1) == ()
    assert made.due(SETTLE_S + AGAIN_S) == (BOTH[0],)


def test_what_somebody_put_there_is_put_right_or_cleared() -> None:
    made = road()
    for each in BOTH:
        made.heard(each.topic, each.payload)
    made.heard("gq/v1/g1/policy", b"old policy")
    made.heard("gq/v1/g9/command", b"junk")
    made.heard("gq/v1/all/list-x", b"junk")
    assert made.due(SETTLE_S) == (
        Answer("gq/v1/all/list-x", b""),
        Answer("gq/v1/g1/policy", b"new"),
        Answer("gq/v1/g9/command", b""),
    )
    made.heard("gq/v1/g9/command", b"")
    made.heard("gq/v1/all/list-x", b"")
    made.heard("gq/v1/g1/policy", b"new")
    assert made.due(SETTLE_S + AGAIN_S) == ()


def test_a_broker_that_forgot_is_told_again() -> None:
    made = road()
    for each in BOTH:
        made.heard(each.topic, each.payload)
    assert made.due(SETTLE_S) == ()
    made.connected(50.0)
    assert made.due(50.0 + SETTLE_S) == BOTH


def test_a_newer_document_is_published_at_once() -> None:
    made = road()
    made.due(SETTLE_S)
    made.heard("gq/v1/g1/policy", b"new")
    made.heard("gq/v1/all/signers", b"list")
    made.want([("g1", "policy", b"newer"), WANTED[1]])
    assert made.due(SETTLE_S + 1) == (Answer("gq/v1/g1/policy", b"newer"),)


def test_only_what_the_collector_writes_and_the_broker_keeps_is_ours() -> None:
    ours = ["gq/v1/g1/policy", "gq/v1/g1/site", "gq/v1/g1/command", "gq/v1/all/signers"]
    assert all(is_ours(topic) for topic in ours)
    others = ["gq/v1/g1/scan", "gq/v1/g1/ack", "gq/v1/g1/state", "", "all/x", "gq/v1/g1/a/b"]
    assert not any(is_ours(topic) for topic in others)
