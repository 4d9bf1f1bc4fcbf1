"""What anybody may send: answered as what it is, no fault, and not in the log."""

import re

import pytest

from collector.cases.roles import Role
from collector.web.numbers import number
from tests.collector.web.test_access import inside

pytestmark = [pytest.mark.usefixtures("officers", "vault")]
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("text", "found"),
    [("7", 7), ("0", 0), ("9" * 18, 10**18 - 1)]
    + [
        (each, -1)
        for each in ("", "-1", "+1", "1_0", " 1", "²", "\uff11", "9" * 19, "9" * 5000, "x")
    ],
)
def test_what_is_no_number_of_a_row_is_none(text: str, found: int) -> None:
    assert number(text, -1) == found


@pytest.mark.parametrize("digits", ["9" * 18, str(2**63), str(2**64), "9" * 30, "9" * 500])
def test_a_number_beyond_all_rows_is_no_fault(digits: str) -> None:
    from collector.web.urls import urlpatterns  # noqa: PLC0415  # needs the settings

    asked = {str(each.pattern) for each in urlpatterns if "<number:" in str(each.pattern)}
    assert asked
    browser = inside(Role.DISTRICT)
    for pattern in sorted(asked):
        address = "/" + re.sub(r"<number:\w+>", digits, pattern)
        for ask in (browser.get, browser.post):
            assert ask(address).status_code in (302, 403, 404, 405, 503), pattern


def test_a_form_with_a_number_beyond_all_rows_is_no_fault() -> None:
    browser = inside(Role.DISTRICT)
    for digits in ("9" * 19, "9" * 5000):
        assert browser.post("/cases/new", {"step": digits}).status_code < 500
        assert browser.get(f"/cases/1/list?page={digits[:1000]}").status_code < 500


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"username=a", f"{FORM}; charset=utf-16", 400),
        (b"username=" + b"a" * 70_000, FORM, 400),
        (b"&".join(b"f%d=1" % n for n in range(500)), FORM, 400),
        (b"--x", "multipart/form-data", 400),
        (b"--x\r\nfoo", "multipart/form-data; boundary=x", 403),
        (b'{"username": "Nguyen"}', "application/json", 403),
    ],
)
def test_what_cannot_be_read_is_told_to_the_sender_and_not_to_the_log(
    caplog: pytest.LogCaptureFixture, body: bytes, kind: str, status: int
) -> None:
    from django.test import Client  # noqa: PLC0415  # needs the settings

    stranger = Client(enforce_csrf_checks=True, raise_request_exception=False)
    answer = stranger.get("/login")
    assert answer.status_code == 200
    answer = stranger.post("/login?Nguyen", body, content_type=kind)
    assert answer.status_code == status
    assert "Nguyen" not in answer.content.decode()
    assert caplog.records == []


def test_who_asks_for_the_head_gets_no_body_for_the_server_to_complain_about() -> None:
    from django.http import HttpResponse  # noqa: PLC0415  # needs the settings
    from django.test import RequestFactory  # noqa: PLC0415  # the same

    from collector.web.middleware import headers  # noqa: PLC0415  # the same

    answer = headers(lambda _: HttpResponse(b"abc", headers={"Content-Length": "3"}))
    asked = RequestFactory()
    assert answer(asked.get("/")).content == b"abc"
    head = answer(asked.head("/"))
    assert (head.content, head["Content-Length"]) == (b"", "3")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "NONSENSE"])
def test_the_description_is_read_and_nothing_else(method: str) -> None:
    from django.test import Client  # noqa: PLC0415  # needs the settings

    answer = Client(enforce_csrf_checks=True).generic(method, "/api/v1/openapi.json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
