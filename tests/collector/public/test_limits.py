"""An address that declares too often: a browser works, whoever has no script is told what to do.

In real Chromium, over the real page, whose free declarations of this address are used up first and
do not come back during the test.
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page

from collector.public.rates import BITS, BURST, Ticket, worked
from tests import browsing
from tests.collector.public.conftest import served
from tests.collector.public.test_pages import ANSWERS, HIDDEN, Visitor, rows
from wire import gatepass
from wire.gatepass import Pass

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
PASS = gatepass.issue(
    Pass(bytes(range(8)), "resident", 1_800_000_000, 1_800_000_009, 1_800_000_000, 5, None),
    Ed25519PrivateKey.generate(),
)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Return a page of its own from which this address has declared as often as it may."""
    folder = tmp_path_factory.mktemp("busy")
    with served(folder, "--never-again") as address:
        visitor = Visitor(address)
        visitor.answer()
        form = visitor.hidden()
        for number in range(BURST + 1):
            if visitor.ask("to-khai", {**form, "form": f"{number:032x}"}).status == 429:
                break
        else:
            pytest.fail("an address may declare without end")
        yield address, folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as found:
        yield found


def answered(page: Page, address: str) -> None:
    """Answer all questions in a browser, up to the check."""
    page.goto(address)
    page.locator("main button.primary").click()
    for name, answers in ANSWERS:
        page.locator(f"main input[name=page][value={name}]").wait_for(state="attached")
        for field, value in answers.items():
            where = page.locator(f"main [name={field}]")
            if name in {"who", "symptoms", "exposures", "sex"}:
                page.locator(f"main [name={field}][value={value}]").check()
            elif name in {"stay", "papers"} and field in {"commune", "nationality"}:
                where.select_option(str(value))
            elif isinstance(value, str):
                where.fill(value)
        page.locator("main button.primary").click()


def test_a_browser_works_and_the_declaration_is_received(
    busy: tuple[str, Path], browser: Browser
) -> None:
    address, folder = busy
    before = rows(folder)
    page = browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740}).new_page()
    statuses: list[int] = []
    page.on("response", lambda got: statuses.append(got.status) if "to-khai" in got.url else None)
    answered(page, address)
    page.locator("main button.primary").click()
    page.locator("text=Đã nhận tờ khai").wait_for(timeout=120_000)
    assert page.locator("svg.code").count() == 1
    assert 429 in statuses  # it was asked to work
    assert rows(folder) == before + 1
    page.context.close()


def test_without_a_script_nobody_is_at_a_dead_end(busy: tuple[str, Path], browser: Browser) -> None:
    address, _ = busy
    page = browser.new_context(java_script_enabled=False).new_page()
    answered(page, address)
    page.locator("main button.primary").click()
    for _ in range(2):  # the button pressed too early gives the same page again
        assert "Xin chờ" in page.locator("h1").inner_text()
        assert "người trực" in page.locator("main").inner_text()
        assert page.locator("#working").is_hidden()
        assert page.locator("main input[name=name]").input_value() == "Nguyễn Văn Mẫu"
        page.locator("main button.primary").click()
    page.context.close()


def test_the_language_changes_while_somebody_waits_and_nothing_is_lost(
    busy: tuple[str, Path],
) -> None:
    visitor = Visitor(busy[0])
    visitor.answer()
    visitor.send()
    top = visitor.page.text[: visitor.page.text.index("<main")]
    carried = dict(HIDDEN.findall(top))
    page = visitor.ask("ngon-ngu", {**carried, "language": "en"})
    assert "Check your answers" in page.text
    assert "Nguyễn Văn Mẫu" in page.text


def test_what_was_worked_for_is_taken_once_and_for_its_form_only(busy: tuple[str, Path]) -> None:
    address, folder = busy
    visitor = Visitor(address)
    visitor.answer()
    visitor.send()
    assert visitor.page.status == 429
    form = solved(visitor)
    other = {**form, "form": "cd" * 16}
    assert visitor.ask("to-khai", other).status == 429
    before = rows(folder)
    assert visitor.ask("to-khai", form).status == 200
    assert rows(folder) == before + 1
    again = visitor.ask("to-khai", form)
    assert again.status == 429  # and asked for new work, which would give the same pass again
    assert str(form["mark"]) not in again.text


def test_whoever_has_drawn_too_much_waits_with_the_code_still_on_the_page(
    busy: tuple[str, Path],
) -> None:
    visitor = Visitor(busy[0])
    for name in ("ma-qr.png", "ma-qr.pdf"):
        pages = [visitor.ask(name, {"text": PASS}) for _ in range(9)]
        assert pages[0].status == (200 if name == "ma-qr.png" else 429)
        visitor.page = visitor.ask(name, {"text": PASS})
        assert visitor.page.status == 429
        assert "Mã của bạn vẫn còn đây" in visitor.page.text
        assert visitor.forms() == [PASS]
        assert f'action="/{name}"' in visitor.page.text


@pytest.mark.parametrize(
    "change",
    [
        {"made": "-1"},
        {"made": "9" * 400},
        {"made": "\u0663"},
        {"bits": "0"},
        {"bits": "1"},
        {"bits": "99"},
        {"bits": "\u00b2"},
        {"bits": ""},
        {"mark": ""},
        {"mark": "\u0663" * 32},
        {"work": "x" * 5000},
        {"work": "\ud7ff"},
    ],
)
def test_whatever_is_sent_as_work_is_answered_and_is_none(
    busy: tuple[str, Path], change: dict[str, str]
) -> None:
    address, _ = busy
    visitor = Visitor(address)
    visitor.answer()
    visitor.send()
    form = {**solved(visitor), **change}
    assert visitor.ask("to-khai", form).status == 429


def solved(visitor: Visitor) -> dict[str, str | list[str]]:
    """Return the form of a page that asks for work, with the work done."""
    form = visitor.hidden()
    found = re.search(r'data-bits="(\d+)"', visitor.page.text)
    assert found is not None
    assert int(found[1]) >= BITS
    asked = Ticket(int(str(form["made"])), html.unescape(str(form["mark"])), int(found[1]))
    number = 0
    while not worked(Ticket(asked.made_s, asked.mark, asked.bits, str(number))):
        number += 1
    assert urlencode(form, doseq=True)
    return {**form, "work": str(number)}
