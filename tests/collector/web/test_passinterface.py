"""An institution's program: issues, lists and withdraws its own passes, and reaches no others."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from django.conf import settings

from collector import tokens
from collector.issuing.entries import Standing
from collector.tokens import BOUND, Scope
from collector.web import asked
from tests.collector.lists import ListDesk, on_disk
from tests.collector.web.conftest import NOW, Clock

WISH = {
    "holder": "pupil",
    "until": "2026-12-31",
    "people": [
        {"name": "Mẫu Một", "born": "2012-05-31", "sex": "female", "group": "5A"},
        {"name": "Mẫu Hai", "born": "2012", "number": "079212000002", "group": "5B"},
    ],
}
Ask = Callable[..., Any]
Answer: TypeAlias = Any
"""Django's own, which wants the settings."""


@pytest.fixture
def desk(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wall: Clock
) -> Iterator[ListDesk]:
    assert site.is_dir()
    made = on_disk(tmp_path)
    made.now_ms = wall.ms
    monkeypatch.setattr(settings, "GATE_ISSUING", lambda: made.counter)
    yield made
    made.database.close()


@pytest.fixture
def ask(desk: ListDesk) -> Iterator[Ask]:
    """Return what asks with a token of one place and scope."""
    from django.test import Client  # noqa: PLC0415  # needs the settings

    assert desk.count() == 0
    path = Path(settings.GATE_TOKENS)
    made = {
        (place, scope): tokens.add(path, f"{place}-{scope}", (scope,), NOW, place)
        for scope in BOUND
        for place in ("truong", "ben-xe")
    }

    def asking(
        method: str,
        address: str,
        scope: Scope,
        sent: object = None,
        *,
        place: str = "truong",
        **headers: str,
    ) -> Answer:
        data = sent if isinstance(sent, str | bytes) else json.dumps(sent)
        whole = {"authorization": f"Bearer {made[place, scope]}", **headers}
        client = Client(headers={name.replace("_", "-"): value for name, value in whole.items()})
        kind = headers.get("content_type", "application/json")
        return client.generic(
            method, f"/api/v1/passes{address}", data if sent is not None else "", kind
        )

    yield asking
    path.unlink()


def issued(ask: Ask, wish: object = WISH, key: str = "first-key", **more: str) -> Answer:
    return ask("POST", "", Scope.ISSUE, wish, idempotency_key=key, **more)


def test_passes_are_issued_listed_and_withdrawn(ask: Ask, desk: ListDesk) -> None:
    made = issued(ask).json()
    assert (made["fresh"], made["kept"], made["again"]) == (2, 0, False)
    assert desk.status(made["passes"][0]["text"]) is Standing.GOOD
    listed = ask("GET", "?group=5A", Scope.PASSES).json()
    assert [each["number"] for each in listed["passes"]] == [made["passes"][0]["number"]]
    assert listed["passes"][0]["standing"] == "good"
    gone = {"numbers": [made["passes"][0]["number"]]}
    assert ask("POST", "/withdraw", Scope.WITHDRAW, gone).json() == {"now": 1, "before": 0}
    assert ask("POST", "/withdraw", Scope.WITHDRAW, gone).json() == {"now": 0, "before": 1}
    whole = ask("POST", "/withdraw-group", Scope.WITHDRAW, {"group": "5B"})
    assert whole.json() == {"now": 1, "before": 0}
    assert desk.status(made["passes"][1]["text"]) is Standing.WITHDRAWN


def test_passes_come_by_cursor(ask: Ask) -> None:
    issued(ask)
    first = ask("GET", "?limit=1", Scope.PASSES).json()
    rest = ask("GET", f"?limit=1&after={first['next']}", Scope.PASSES).json()
    assert [len(first["passes"]), len(rest["passes"]), rest["next"]] == [1, 1, ""]
    assert first["passes"] != rest["passes"]


def test_a_request_sent_again_is_answered_again_and_another_under_its_key_is_not(
    ask: Ask, desk: ListDesk
) -> None:
    first = issued(ask, {**WISH, "anew": True}).json()
    again = issued(ask, {**WISH, "anew": True}).json()
    assert again == {**first, "again": True}
    other = issued(ask, {**WISH, "until": "2026-12-30"})
    assert (other.status_code, other.json()) == (409, {"code": "list-refused"})
    assert desk.count() == 2
    assert issued(ask, WISH, place="ben-xe").json()["fresh"] == 2


def test_one_institution_sees_and_reaches_nothing_of_another(ask: Ask, desk: ListDesk) -> None:
    made = issued(ask).json()
    number = made["passes"][0]["number"]
    assert ask("GET", "", Scope.PASSES, place="ben-xe").json() == {"passes": [], "next": ""}
    for address, sent in (
        ("/withdraw", {"numbers": [number]}),
        ("/withdraw-group", {"group": "5A"}),
    ):
        answer = ask("POST", address, Scope.WITHDRAW, sent, place="ben-xe")
        assert (answer.status_code, answer.json()) == (404, {"code": "pass-unknown"})
    assert desk.status(made["passes"][0]["text"]) is Standing.GOOD


def test_each_address_opens_to_its_scope_alone(ask: Ask) -> None:
    for method, address, scope in (
        ("GET", "", Scope.PASSES),
        ("POST", "", Scope.ISSUE),
        ("POST", "/withdraw", Scope.WITHDRAW),
        ("POST", "/withdraw-group", Scope.WITHDRAW),
    ):
        for other in BOUND - {scope}:
            answer = ask(method, address, other, {})
            assert (answer.status_code, answer.json()) == (403, {"code": "wrong-scope"})
        answer = ask(method, address, scope, {}, authorization="Bearer gq_none")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_each_persons_fault_is_told_and_nothing_is_issued(ask: Ask, desk: ListDesk) -> None:
    people = [
        *WISH["people"],
        {"name": "Mẫu 😀", "born": "2012-02-31"},
        {"name": "Mẫu", "born": "2012", "phone": "12"},
        WISH["people"][0],
    ]
    answer = issued(ask, {**WISH, "people": people})
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "list-faulty",
        "faults": [
            {"row": 3, "field": "name", "code": "not-a-name"},
            {"row": 3, "field": "born", "code": "no-date"},
            {"row": 4, "field": "phone", "code": "no-phone"},
            {"row": 5, "field": "", "code": "twice"},
        ],
    }
    assert desk.count() == 0


def test_somebody_withdrawn_is_named_by_place_and_gets_a_pass_only_anew(ask: Ask) -> None:
    number = issued(ask).json()["passes"][1]["number"]
    ask("POST", "/withdraw", Scope.WITHDRAW, {"numbers": [number]})
    answer = issued(ask, key="second-key")
    assert (answer.status_code, answer.json()["code"]) == (409, "pass-withdrawn")
    assert [each["row"] for each in answer.json()["faults"]] == [2]
    assert issued(ask, {**WISH, "anew": True}, "third-key").json()["replaced"] == 2


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ("{", 400, "body-invalid"),
        (b"\xff", 400, "body-invalid"),
        ("[" * 100_000, 400, "body-invalid"),
        ({**WISH, "people": []}, 400, "body-invalid"),
        ({**WISH, "holder": "king"}, 400, "body-invalid"),
        ({**WISH, "unknown": 1}, 400, "body-invalid"),
        ({**WISH, "until": "2026-02-31"}, 422, "order-invalid"),
        ({**WISH, "until": "2020-01-01"}, 422, "order-invalid"),
        ({**WISH, "until": "9999-12-31"}, 422, "order-invalid"),
        ("x" * (asked.LONGEST + 1), 413, "too-long"),
    ],
)
def test_what_cannot_be_issued_is_refused(ask: Ask, sent: object, status: int, code: str) -> None:
    answer = issued(ask, sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        (
            {
                **WISH,
                "people": [{"name": "A", "born": "2012"}, {"name": "B", "born": "31/05/2012"}],
            },
            "$.people[1].born",
        ),
        ({**WISH, "until": "31/05/2027"}, "$.until"),
        ({**WISH, "people": [{"name": "A"}]}, "$.people[0]"),
    ],
)
def test_a_body_that_is_not_as_described_is_told_where(ask: Ask, sent: object, at: str) -> None:
    answer = issued(ask, sent)
    assert (answer.status_code, answer.json()) == (400, {"code": "body-invalid", "at": at})


def test_without_a_key_or_json_or_by_another_method_nothing_happens(
    ask: Ask, desk: ListDesk
) -> None:
    assert issued(ask, key="").json() == {"code": "key-invalid"}
    assert issued(ask, content_type="text/plain").status_code == 415
    answer = ask("PUT", "", Scope.ISSUE, WISH)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST, HEAD")
    assert desk.count() == 0


@pytest.mark.parametrize("query", ["limit=0", "limit=1&limit=2", "after=", "after=xyz", "grop=5A"])
def test_a_parameter_that_cannot_be_read_is_refused(ask: Ask, query: str) -> None:
    answer = ask("GET", f"?{query}", Scope.PASSES)
    assert (answer.status_code, answer.json()) == (400, {"code": "parameter-invalid"})


def test_without_a_desk_it_is_said(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "GATE_ISSUING", None)
    answer = issued(ask)
    assert (answer.status_code, answer.json()) == (503, {"code": "desk-unset"})
