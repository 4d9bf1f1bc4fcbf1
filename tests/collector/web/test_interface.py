"""What other programs get: by a token of the right scope, as described, and nothing of a person."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from collector import tokens
from collector.ledger.entries import Standing
from collector.tokens import Scope, TokenKnown, TokenUnbounded, TokenUnknown, TokenUnnamed
from collector.web import board, interface
from tests.collector.web.conftest import set_up_gate
from wire.state import Health, pack

NOW = 1_790_000_000_000


@pytest.fixture
def asked(site: Path, journal: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Return what asks the interface of a district with one gate, three scans and a token each."""
    from django.test import Client  # noqa: PLC0415  # needs the settings

    path = Path(settings.GATE_TOKENS)
    made = {
        scope: tokens.add(path, scope, (scope,), NOW, "cho" if scope in tokens.BOUND else "")
        for scope in Scope
    }

    def ask(address: str, scope: Scope | None, **headers: str) -> Any:  # noqa: ANN401  # Django's
        token = {"authorization": f"Bearer {made[scope]}"} if scope else {}
        return Client(headers={**token, **headers}).get(address)

    with set_up_gate(site, journal):
        yield ask
    path.unlink()


def test_records_come_by_cursor_and_tell_nothing_about_the_person(
    asked: Callable[..., Any],
) -> None:
    first = asked("/api/v1/records?limit=2", Scope.RECORDS).json()
    assert [each["gate"] for each in first["records"]] == ["g1", "g1"]
    rest = asked(f"/api/v1/records?after={first['next']}", Scope.RECORDS).json()
    assert len(rest["records"]) == 1
    assert asked(f"/api/v1/records?after={rest['next']}", Scope.RECORDS).json() == {
        "records": [],
        "next": rest["next"],
        "more": False,
    }
    assert (first["more"], rest["more"]) == (True, False)
    named = [(each["journal"], each["seq"]) for each in (*first["records"], *rest["records"])]
    assert len(set(named)) == 3, "by which a record that comes again after a restore is known"
    told = set(first["records"][0])
    assert told == set(interface.Record.__struct_fields__)
    assert not told & {"sealed", "key", "person", "raw", "marks"}


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "limit=0", "limit=1001", f"after={2**63}"]
)
def test_a_parameter_that_cannot_be_read_is_refused(asked: Callable[..., Any], query: str) -> None:
    answer = asked(f"/api/v1/records?{query}", Scope.RECORDS)
    assert (answer.status_code, answer.json()) == (400, {"code": "parameter-invalid"})


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        ("/api/v1/records", Scope.RECORDS),
        ("/api/v1/gates", Scope.GATES),
        ("/metrics", Scope.METRICS),
    ],
)
def test_each_address_opens_to_its_scope_and_to_nothing_else(
    asked: Callable[..., Any], address: str, scope: Scope
) -> None:
    statuses = {each: asked(address, each).status_code for each in Scope}
    assert statuses == {each: 200 if each is scope else 403 for each in Scope}
    assert asked(address, None).status_code == 401
    for wrong in ("Bearer gq_x", "Bearer ", "Basic eDp5", "Bearer \udcff"):
        assert asked(address, None, authorization=wrong).status_code == 401


def test_the_gates_are_those_of_the_board(asked: Callable[..., Any]) -> None:
    (gate,) = asked("/api/v1/gates", Scope.GATES).json()["gates"]
    assert (gate["gate"], gate["place"], gate["waiting"]) == ("g1", 'Bến "xe"', 7)


def test_metrics_are_as_prometheus_reads_them_and_every_rule_finds_its_own(
    asked: Callable[..., Any],
) -> None:
    answer = asked("/metrics", Scope.METRICS)
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'gatescanner_gate_waiting_records{gate="g1"} 7\n' in text
    assert 'gatescanner_gate_alarm{gate="g1",alarm="too-hot"} 1\n' in text
    known = {f"gatescanner_{name}" for name in interface.HELP}
    for line in text.splitlines():
        assert line.startswith("# ") or line.partition("{")[0].partition(" ")[0] in known
    rules = Path(__file__).parents[3] / "docs" / "prometheus-alerts.yml"
    used = [word for word in rules.read_text(encoding="utf-8").split() if "gatescanner_" in word]
    assert used
    assert {word.partition("{")[0].lstrip("(") for word in used} <= known


def test_what_is_answered_is_what_is_described(asked: Callable[..., Any]) -> None:
    document = asked("/api/v1/openapi.json", None).json()
    assert {"/api/v1/records", "/api/v1/gates"} < set(document["paths"])
    described = document["components"]["schemas"]
    answer = asked("/api/v1/records", Scope.RECORDS).json()
    assert set(described["Records"]["properties"]) == set(answer)
    assert set(described["Record"]["properties"]) == set(answer["records"][0])
    gate = asked("/api/v1/gates", Scope.GATES).json()["gates"][0]
    assert set(described["GateState"]["properties"]) == set(gate)


def test_a_token_is_kept_as_a_digest_and_can_be_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    made = tokens.add(path, "nagios", (Scope.METRICS,), NOW)
    assert made not in path.read_text(encoding="utf-8")
    known = tokens.load(path)
    assert tokens.allows(known, f"Bearer {made}", Scope.METRICS) is True
    assert tokens.allows(known, f"bearer {made}", Scope.RECORDS) is False
    with pytest.raises(TokenKnown):
        tokens.add(path, "nagios", (Scope.METRICS,), NOW)
    tokens.remove(path, "nagios")
    assert tokens.allows(tokens.load(path), f"Bearer {made}", Scope.METRICS) is None
    with pytest.raises(TokenUnknown):
        tokens.remove(path, "nagios")


@pytest.mark.parametrize("name", ["", " ", "nagios ", "na\ngios", "\u200bnagios"])
def test_a_token_has_a_name_that_a_list_shows_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / "tokens.json"
    with pytest.raises(TokenUnnamed):
        tokens.add(path, name, (Scope.METRICS,), NOW)
    assert tokens.load(path) == ()
    assert tokens.add(path, "máy trực ban", (Scope.METRICS,), NOW)


def test_a_token_for_passes_belongs_to_a_place_and_no_other_does(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    for scopes, place in (((Scope.ISSUE,), ""), ((Scope.GATES,), "cho")):
        with pytest.raises(TokenUnbounded):
            tokens.add(path, "smas", scopes, NOW, place)
    assert tokens.load(path) == ()
    made = tokens.add(path, "smas", (Scope.PASSES, Scope.ISSUE), NOW, "cho")
    found = tokens.meant(tokens.load(path), f"Bearer {made}")
    assert found is not None
    assert found.place == "cho"


@given(st.text(max_size=30))
def test_a_label_may_hold_anything(value: str) -> None:
    line = interface.exposition([("gate_alarm", {"alarm": value}, 1.0)]).split("\n")[2:]
    assert line[-1] == ""
    assert len(line) == 2 or "\n" not in value


def test_figures_are_exact_however_large() -> None:
    samples: list[interface.Sample] = [
        ("gate_waiting_records", {}, 1_234_567.0),
        ("gate_days_of_room", {}, 1234.5678),
    ]
    lines = interface.exposition(samples).split("\n")
    assert lines[2] == "gatescanner_gate_waiting_records 1234567"
    assert lines[5] == "gatescanner_gate_days_of_room 1234.5678"


def test_what_a_gate_says_twice_is_one_figure_and_only_so_much_is_heeded() -> None:
    said = Health(waiting=0, alarms=("too-hot", "too-hot", *(f"a{n}" for n in range(900))))
    (told,) = board.alarms({"g1": Standing("g1", health=pack(said))}).values()
    assert told[:2] == ("too-hot", "a0")
    assert len(told) == len(set(told)) == board.ALARMS
