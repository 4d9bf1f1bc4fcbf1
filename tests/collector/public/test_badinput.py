"""What people and scripts type into the page, send twice, and go back to, at the page itself."""

from pathlib import Path

import pytest
from playwright.sync_api import Error

from tests import browsing
from tests.collector.public.test_pages import ANSWERS, Form, Visitor, declared, rows


@pytest.fixture
def visitor(address: str) -> Visitor:
    return Visitor(address)


def at(visitor: Visitor, page: str) -> None:
    """Answer all questions before one."""
    visitor.send()
    for name, answers in ANSWERS:
        if name == page:
            return
        visitor.fill(answers)


@pytest.mark.parametrize(
    ("page", "typed", "said"),
    [
        ("name", {"name": "Mẫu 😀"}, "in letters only"),
        ("name", {"name": "Mẫu \u202egnàv"}, "in letters only"),
        ("name", {"name": "M" * 500}, "too long"),
        ("born", {"born": "31/02/1990"}, "no such day"),
        ("born", {"born": "29/2/2023"}, "no such day"),
        ("born", {"born": "15/6/2990"}, "in the future"),
        ("born", {"born": "1/1/1066"}, "check the year"),
        ("phone", {"phone": "113"}, "no telephone number"),
        ("phone", {"phone": "+0 12"}, "no telephone number"),
        ("places", {"place": "🏠" * 300, "place_day": ""}, "too long"),
    ],
)
def test_what_cannot_be_taken_is_said_where_it_was_typed_and_nothing_is_kept(
    address: str, kept: Path, page: str, typed: dict[str, str], said: str
) -> None:
    visitor = Visitor(address, "en")
    before = rows(kept)
    at(visitor, page)
    shown = visitor.fill(typed)
    assert shown.status == 422
    assert said in shown.text
    assert f'name="page" value="{page}"' in shown.text
    assert rows(kept) == before


@pytest.mark.parametrize(
    ("page", "typed", "field", "value"),
    [
        ("name", {"name": "Y"}, "name", "Y"),
        ("name", {"name": "ب ت"}, "name", "ب ت"),
        ("phone", {"phone": "+855 12 345 678"}, "phone", "+85512345678"),
        ("born", {"born": "29/2/2024"}, "born", "2024-02-29"),
        ("stay", {"commune": "31567", "hamlet": "🏠 số 7"}, "hamlet", "🏠 số 7"),
    ],
)
def test_what_is_only_unusual_is_kept_as_it_was_meant(
    visitor: Visitor, kept: Path, page: str, typed: Form, field: str, value: str
) -> None:
    visitor.answer(**{page: typed})
    assert visitor.send().status == 200
    assert declared(kept)[field] == value


def test_a_form_replayed_with_other_answers_is_another_declaration_and_tells_nothing_of_the_first(
    visitor: Visitor, kept: Path
) -> None:
    visitor.answer()
    form = visitor.hidden()
    first = visitor.ask("to-khai", form)
    before = rows(kept)
    replayed = visitor.ask("to-khai", {**form, "name": "Kẻ Khác", "phone": "0911111111"})
    assert rows(kept) == before + 1
    assert declared(kept)["name"] == "Kẻ Khác"
    visitor.page = first
    codes = visitor.forms()
    visitor.page = replayed
    assert len(visitor.forms()) == len(codes)
    assert not {*visitor.forms()} & {*codes}
    assert "Nguyễn" not in replayed.text


def test_whoever_goes_back_and_changes_an_answer_has_declared_the_change(
    visitor: Visitor, kept: Path
) -> None:
    visitor.answer()
    check, before = visitor.page, rows(kept)
    visitor.send()
    good = visitor.forms()[0]
    for _ in range(2):  # and sends it twice
        visitor.page = check
        visitor.send(go="symptoms")
        visitor.send(symptoms=["fever"])
        assert "Kiểm tra lại câu trả lời" in visitor.page.text
        visitor.send()
        assert "0900 000 115" in visitor.page.text
        assert visitor.forms()[0] != good
        assert declared(kept)["symptoms"] == ["fever"]
        assert rows(kept) == before + 2
    visitor.page = check
    assert visitor.forms() == []
    visitor.send()
    assert visitor.forms()[0] == good
    assert rows(kept) == before + 2


def test_a_form_sent_many_times_at_once_is_one_declaration(visitor: Visitor, kept: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # of this test alone

    visitor.answer()
    form, before = visitor.hidden(), rows(kept)
    with ThreadPoolExecutor(8) as pool:
        pages = [*pool.map(lambda _: visitor.ask("to-khai", form), range(8))]
    assert {page.status for page in pages} == {200}
    codes = set()
    for page in pages:
        visitor.page = page
        codes.update(visitor.forms())
    assert len(codes) == 1
    assert rows(kept) == before + 1


@pytest.mark.journey
def test_the_back_button_is_no_dead_end(address: str, kept: Path) -> None:
    """What was posted is in no cache, so a browser asks before it goes back; ours does not."""
    visitor, before = Visitor(address), rows(kept)
    with browsing.chromium() as browser:
        page = browser.new_context(java_script_enabled=False, locale="vi-VN").new_page()
        page.goto(address)
        page.locator("main button.primary").click()
        page.locator("main [name=for][value=self]").check()
        page.locator("main button.primary").click()
        page.locator("main [name=name]").fill("Nguyễn Văn Lùi")
        page.locator("main button.primary").click()
        page.locator("main button[name=go]").click()
        assert page.locator("main [name=name]").input_value() == "Nguyễn Văn Lùi"
        page.locator("main button[name=go]").click()
        assert page.locator("main [name=for][value=self]").is_checked()
        with pytest.raises(Error, match="ERR_CACHE_MISS"):
            page.go_back()
    # Whoever reloads there comes to the form's address without a form: to its beginning.
    assert "Bắt đầu" in visitor.ask("to-khai").text
    assert rows(kept) == before
