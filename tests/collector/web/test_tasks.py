"""What is to be done, on the pages: in one's own areas, without a name, by one at a time."""

import re

import pytest

from collector.cases.roles import Role
from tests.collector.web.test_access import inside

pytestmark = pytest.mark.usefixtures("officers", "vault")


def forms(page: str) -> list[dict[str, str]]:
    """Return what each task's form sends, without what its buttons say."""
    found = []
    for form in re.findall(r'<form method="post" action="/tasks/.*?</form>', page, re.DOTALL):
        action = re.search(r'action="([^"]+)"', form)
        assert action is not None
        hidden = re.findall(r'type="hidden" name="(state|assignee)" value="([^"]*)"', form)
        found.append({"address": action[1], **dict(hidden)})
    return found


def posted(browser: object, form: dict[str, str], act: str) -> int:
    fields = {name: value for name, value in form.items() if name != "address"}
    answer = browser.post(form["address"], {**fields, "act": act})  # type: ignore[attr-defined]
    return int(answer.status_code)


def test_a_commune_officer_sees_the_tasks_of_the_commune_and_nobodys_name() -> None:
    page = inside(Role.COMMUNE).get("/tasks").content.decode()
    assert len(forms(page)) == 2
    assert "Xã Mẫu" in page
    assert "Xã Khác" not in page
    assert len(forms(inside(Role.DISTRICT).get("/tasks").content.decode())) == 3


def test_who_comes_second_is_told_and_may_take_over_knowingly() -> None:
    one, other = inside(Role.COMMUNE), inside(Role.DISTRICT)
    seen = forms(one.get("/tasks").content.decode())[0]
    assert posted(one, seen, "take") == 302
    assert posted(other, seen, "take") == 409
    page = other.get("/tasks").content.decode()
    assert "commune-officer" in page
    fresh = next(each for each in forms(page) if each["address"] == seen["address"])
    assert posted(other, fresh, "finish") == 409, "not theirs"
    assert posted(other, fresh, "take") == 302
    mine = next(
        each
        for each in forms(other.get("/tasks").content.decode())
        if each["address"] == seen["address"]
    )
    assert posted(other, mine, "finish") == 302
    assert len(forms(other.get("/tasks?state=done").content.decode())) == 1


def test_another_communes_task_cannot_be_taken_by_its_address() -> None:
    form = {"address": "/tasks/3", "state": "new", "assignee": ""}
    assert posted(inside(Role.COMMUNE), form, "take") == 404
    assert posted(inside(Role.DISTRICT), form, "take") == 302


@pytest.mark.parametrize("bad", [{"act": "steal"}, {"state": "?"}, {"act": ""}])
def test_what_no_button_says_changes_nothing(bad: dict[str, str]) -> None:
    browser = inside(Role.COMMUNE)
    form = {"state": "new", "assignee": "", "act": "take", **bad}
    assert browser.post("/tasks/1", form).status_code == 404
    assert {each["state"] for each in forms(browser.get("/tasks").content.decode())} == {"new"}
