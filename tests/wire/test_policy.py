"""A site's policy: readable by a person, whole or not at all, and never self-contradicting."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import KEYS, RING
from wire.canonical import Document, canonical, parse
from wire.errors import SignatureInvalid, WireError
from wire.keys import Use, sign
from wire.openinghours import Hours
from wire.policy import GREEN, Ceiling, Does, Policy, pack, same_site, understood, unpack

SITE = "Chợ Mẫu"
LEAST: Document = {"site": SITE, "version": 1, "issued": 1_780_000_000_000}
FULL: Document = {
    **LEAST,
    "zone": "Asia/Ho_Chi_Minh",
    "takes": [
        {"kind": "pass", "signature": "checked", "identity": "seen", "classes": ["staff"]},
        {"kind": "id-card", "signature": "any", "identity": "declared", "classes": []},
    ],
    "direction": "button",
    "gates_of_place": 1,
    "hours": {
        "openings": [{"days": ["mon-fri", "sun"], "from": "22:00", "until": "06:00"}],
        "closed": ["2027-02-06"],
    },
    "outside_hours": "attendant",
    "again": {"rule": "hard", "timeout_min": 720, "min_interval_s": 30, "too_soon": "refuse"},
    "ceiling": {"people": 200, "above": "refuse"},
    "siblings_stale_after_s": 600,
    "clock_unsure": "attendant",
    "clock_skew_s": 60,
    "stale_list": "refuse",
    "stale_after_h": 48,
    "signals": {"unknown-issuer": "reject"},
    "retention_h": 96,
    "open_once": True,
    "v": 1,
}


def test_a_policy_travels_signed_and_unchanged() -> None:
    for document in (LEAST, FULL):
        said = understood(document)
        assert unpack(pack(said, KEYS[Use.POLICY]), RING, SITE) == said


def test_a_policy_says_every_rule_in_plain_words() -> None:
    """What a later release takes for usual changes no policy that was signed before."""
    written = parse(pack(understood(LEAST), KEYS[Use.POLICY]))["doc"]
    assert written.keys() == set(Policy.__struct_fields__)
    assert parse(pack(understood(FULL), KEYS[Use.POLICY]))["doc"] == FULL


def test_without_anything_said_only_passes_are_taken_and_nothing_else_is_asked() -> None:
    said = understood(LEAST)
    assert [(each.kind, each.signature, each.identity) for each in said.takes] == [
        ("pass", "checked", "any")
    ]
    assert (said.hours, said.ceiling, said.again.rule) == (Hours(), None, "off")
    assert (said.zone, said.retention_h) == ("Asia/Ho_Chi_Minh", 48)


@pytest.mark.parametrize("use", [each for each in Use if each is not Use.POLICY])
def test_only_the_key_for_policies_makes_one(use: Use) -> None:
    with pytest.raises(SignatureInvalid):
        unpack(pack(understood(LEAST), KEYS[use]), RING, SITE)


def test_what_was_signed_as_something_else_is_no_policy() -> None:
    other = canonical(sign(msgspec.to_builtins(understood(LEAST)), "receipt", KEYS[Use.POLICY]))
    with pytest.raises(SignatureInvalid):
        unpack(other, RING, SITE)


def test_the_policy_of_another_site_is_not_ours() -> None:
    data = pack(understood(LEAST), KEYS[Use.POLICY])
    with pytest.raises(WireError, match="another site"):
        unpack(data, RING, "Chợ khác")


def test_a_name_is_one_however_its_accents_are_spelled() -> None:
    assert same_site("Ch\u1ee3", "Cho\u031b\u0323")
    assert not same_site("Chợ", "Cho")


@pytest.mark.parametrize("end", range(0, 600, 40))
def test_a_truncated_policy_is_none(end: int) -> None:
    with pytest.raises(WireError):
        unpack(pack(understood(FULL), KEYS[Use.POLICY])[:end], RING, SITE)


def changed(path: str, value: object) -> Document:
    """Return the full policy with another value in one place."""
    document: Any = parse(canonical(FULL))
    *above, last = path.split(".")
    part = document
    for each in above:
        part = part[int(each) if each.isdecimal() else each]
    part[last] = value
    found: Document = document
    return found


@pytest.mark.parametrize(
    ("path", "value", "names"),
    [
        ("site", "", "$.site"),
        ("version", 0, "$.version"),
        ("version", "2", "$.version"),
        ("issued", -1, "$.issued"),
        ("zone", "Asia/Nowhere", "zone"),
        ("zone", "../../etc/passwd", "zone"),
        ("zone", "/etc/localtime", "zone"),
        ("zone", "Asia", "zone"),
        ("zone", "", "zone"),
        ("zone", "a\0b", "zone"),
        ("zone", "x" * 65, "$.zone"),
        ("takes.0.kind", "web-link", "$.takes[0].kind"),
        ("takes.0.signature", "yes", "$.takes[0].signature"),
        ("takes.0.identity", "unknown", "$.takes[0].identity"),
        ("takes.1.kind", "pass", "takes"),
        ("takes.1.classes", ["staff"], "$.takes[1]"),
        ("takes.0.classes", [""], "$.takes[0].classes[0]"),
        ("takes.0.clases", [], "clases"),
        ("direction", "both", "$.direction"),
        ("direction", "in", "again.rule"),
        ("direction", "as-enrolled", "again.rule"),
        ("gates_of_place", 2, "again.rule"),
        ("gates_of_place", None, "again.rule"),
        ("gates_of_place", 0, "$.gates_of_place"),
        ("hours.openings.0.days", [], "$.hours.openings[0].days"),
        ("hours.openings.0.days", ["mon-"], "$.hours.openings[0]"),
        ("hours.openings.0.days", ["thứ hai"], "$.hours.openings[0]"),
        ("hours.openings.0.days", ["mon-fri-sun"], "$.hours.openings[0]"),
        ("hours.openings.0.from", "6:00", "$.hours.openings[0]"),
        ("hours.openings.0.from", "24:00", "$.hours.openings[0]"),
        ("hours.openings.0.until", "22:00", "$.hours.openings[0]"),
        ("hours.openings.0.until", "24:30", "$.hours.openings[0]"),
        ("hours.openings.0.until", "25:00", "$.hours.openings[0]"),
        ("hours.openings.0.to", "05:00", "to"),
        ("hours.closed", ["2027-02-30"], "$.hours"),
        ("hours.closed", ["20270206"], "$.hours"),
        ("hours.closed", ["Tết"], "$.hours"),
        ("hour", {}, "hour"),
        ("outside_hours", "open", "$.outside_hours"),
        ("again.rule", "harder", "$.again.rule"),
        ("again.timeout_min", -1, "$.again.timeout_min"),
        ("again.min_interval_s", 86_401, "$.again.min_interval_s"),
        ("ceiling.people", 0, "$.ceiling.people"),
        ("siblings_stale_after_s", 0, "$.siblings_stale_after_s"),
        ("clock_unsure", "mark", "$.clock_unsure"),
        ("clock_skew_s", 3601, "$.clock_skew_s"),
        ("stale_after_h", 0, "$.stale_after_h"),
        ("signals", {"expired": "accept"}, "signals"),
        ("signals", {"accepted": "reject"}, "signals"),
        ("signals", {"attended": "retry"}, "signals"),
        ("signals", {"obeyed": "accept"}, "signals"),
        ("signals", {"obeyed": "reject"}, "signals"),
        ("signals", {"no-such-reason": "reject"}, "$.signals"),
        ("signals", {"expired": "green"}, "$.signals"),
        ("retention_h", 23, "$.retention_h"),
        ("retention_h", 721, "$.retention_h"),
        ("open_once", 1, "$.open_once"),
        ("v", 2, "$.v"),
    ],
)
def test_what_no_gate_could_keep_is_refused_by_name(path: str, value: object, names: str) -> None:
    with pytest.raises(WireError) as caught:
        understood(changed(path, value))
    assert names in str(caught.value)


def test_hard_rules_need_one_gate_that_sees_both_ways() -> None:
    for way in ("button", "alternate"):
        assert understood(changed("direction", way)).again.rule == "hard"
    soft = changed("again", {"rule": "soft"})
    for way in ("in", "as-enrolled"):
        with pytest.raises(WireError, match="ceiling"):
            understood({**soft, "direction": way})
        with pytest.raises(WireError, match="ceiling"):
            understood({**soft, "direction": way, "ceiling": {"people": 1, "above": "attendant"}})
        marks_only = {"people": 1, "above": "accept"}
        said = understood({**soft, "direction": way, "ceiling": marks_only})
        assert said.ceiling == Ceiling(people=1, above=Does.ACCEPT)
        assert understood({**soft, "direction": way, "ceiling": None}).ceiling is None


def test_green_may_be_said_where_it_is_green_anyway() -> None:
    said = understood(changed("signals", {"accepted": "accept", "attended": "accept"}))
    assert set(said.signals) == GREEN


@given(
    st.dictionaries(st.text(max_size=9) | st.sampled_from(sorted(FULL)), st.integers() | st.text())
)
def test_any_document_is_a_policy_or_not(changes: dict[str, Any]) -> None:
    try:
        said = understood({**FULL, **changes})
    except WireError:
        return
    assert understood(parse(canonical(msgspec.to_builtins(said)))) == said
