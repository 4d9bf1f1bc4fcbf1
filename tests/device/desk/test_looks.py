"""The desk's pages in a browser: by keyboard, on a phone, without scripts, and what axe finds."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from device.desk.requests import STYLE
from tests import browsing
from tests.conftest import left_out
from tests.device.desk.counter import CARD, NAME, PASSWORD, Counter

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]
ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "tools/pages"
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def axe() -> str:
    path = TOOLS / "node_modules/axe-core/axe.min.js"
    if not path.exists():
        if shutil.which("npm") is None:
            left_out("npm is not here: what axe says was left out")
        subprocess.run(["npm", "ci", "--no-progress"], cwd=TOOLS, check=True, capture_output=True)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with browsing.chromium() as found:
        yield found


def walk(page: Page, address: str) -> Iterator[str]:
    """Go through every page of the desk by keyboard alone; stop at each."""
    page.goto(address)
    yield "login"
    page.locator("#name").focus()
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")
    yield "home"
    assert page.evaluate("document.activeElement.id") == "code"
    page.keyboard.type("GP1:Â" + "x" * 30)
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    yield "trouble"
    page.keyboard.insert_text(CARD)
    page.keyboard.press("Enter")
    page.wait_for_selector("dl")
    yield "card"
    page.locator("[name=looked]").focus()
    page.keyboard.press("Space")
    page.locator("[name=phone]").focus()
    page.keyboard.type("0912345678")
    page.keyboard.press("Enter")
    page.wait_for_selector(".fine")
    yield "done"
    page.goto(f"{address}/paper")
    page.locator("[name='name.0']").focus()
    page.keyboard.type("Mẫu")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    yield "paper"


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1280)])
def test_every_page_works_by_keyboard_fits_and_pleases_axe(
    counter: Counter, chromium: Chromium, axe: str, scheme: str, width: int
) -> None:
    found: dict[str, object] = {}
    with counter.open():
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            bypass_csp=True,
        )
        page = context.new_page()
        for name in walk(page, f"http://localhost:{counter.port}"):
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            page.evaluate(axe)
            result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            bad = [
                (each["id"], each["nodes"][0]["target"])
                for each in result["violations"]
                if each["impact"] in SERIOUS
            ]
            if bad:
                found[name] = bad
        context.close()
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)
    assert [scan.kind for scan, _ in counter.scans()] == ["id-card"]


def test_no_page_needs_a_script_or_breaks_its_own_policy(
    counter: Counter, chromium: Chromium
) -> None:
    with counter.open():
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        said = browsing.complaints(page)
        page.on("requestfailed", lambda request: said.append(request.url))
        page.goto(f"http://localhost:{counter.port}")
        page.fill("#name", NAME)
        page.fill("#password", PASSWORD)
        page.click("main button.primary")
        page.fill("#code", CARD)
        page.click("main button.primary >> nth=0")
        page.click("main button.primary")
        assert "Đã đăng ký." in page.inner_text("main")
        page.reload()
        assert "Đã đăng ký." in page.inner_text("main")
        context.close()
    assert said == []
    assert len(counter.scans()) == 1


def test_the_desk_has_the_colours_of_the_districts_pages() -> None:
    tokens = (ROOT / "collector/web/static/web/tokens.css").read_text(encoding="utf-8")
    assert tokens in STYLE.read_text(encoding="utf-8")
