"""Every page in a browser: what axe finds, what fits a phone, what is said outside a catalogue.

And what the oldest browsers of offices would not understand, by tools from npm (tools/pages).
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Browser, Page

from collector import i18n
from tests import browsing
from tests.collector.web import serving
from tests.collector.web.conftest import NOW, Clock
from tests.collector.web.desk import MemoryDesk
from tests.conftest import left_out

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("officers"), pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "tools/pages"
STATIC = ROOT / "collector/web/static/web"
NAMES = sorted(serving.pages(1))
SERIOUS = ("serious", "critical")
HEADS_THAT_RUN_OVER = (
    "[...document.querySelectorAll('th:not(.unseen)')]"
    ".filter(each => each.scrollWidth > each.clientWidth + 1).length"
)

CELLS_CUT_OR_WITHOUT_A_HEAD = (
    "[...document.querySelectorAll('.rows tbody td')].filter(each => !each.dataset.label"
    " || each.getBoundingClientRect().right > document.documentElement.clientWidth).length"
)


@pytest.fixture(scope="module")
def npm() -> Path:
    """Install what package-lock.json names, once."""
    if shutil.which("npm") is None:
        left_out("npm is not here: what axe and the linters of pages say was left out")
    if not (TOOLS / "node_modules/axe-core/axe.min.js").exists():
        subprocess.run(["npm", "ci", "--no-progress"], cwd=TOOLS, check=True, capture_output=True)
    return TOOLS / "node_modules"


@pytest.fixture(scope="module", autouse=True)
def _beside_a_loop() -> Iterator[None]:
    """Let Django use its file though the browser's own loop runs in this thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as found:
        yield found


@pytest.fixture
def passes(site: Path, tmp_path: Path) -> Iterator[None]:
    """Give the pages a desk with passes."""
    assert site.is_dir()
    register = serving.with_passes(tmp_path, NOW)
    yield
    register.close()
    settings.GATE_ISSUING = None


@pytest.fixture
def served(
    vault: MemoryDesk, wall: Clock, passes: None, tmp_path: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    assert passes is None
    case = serving.half_worked(vault, wall, "district-officer")
    serving.referred(vault, wall, case)
    with serving.dispatched(tmp_path / "dispatch"), serving.serving() as address:
        yield address, serving.pages(case)


def looked_at(browser: Browser, address: str, page: tuple[Any, str], **look: Any) -> Page:  # noqa: ANN401
    """Open a page as its reader."""
    role, path = page
    context = browser.new_context(user_agent=serving.AGENT, **look)
    if role is not None:
        cookie = {"name": "sessionid", "value": serving.cookie(role, NOW), "url": address}
        context.add_cookies([cookie])  # type: ignore[list-item]  # playwright's own dict
    opened = context.new_page()
    opened.goto(f"{address}{path}")
    return opened


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1280)])
def test_axe_finds_nothing_serious_on_any_page(
    browser: Browser, npm: Path, served: tuple[str, dict[str, Any]], scheme: str, width: int
) -> None:
    address, pages = served
    axe = (npm / "axe-core/axe.min.js").read_text(encoding="utf-8")
    found = {}
    for name, page in pages.items():
        size = {"width": width, "height": 800}
        opened = looked_at(
            browser, address, page, viewport=size, color_scheme=scheme, bypass_csp=True
        )
        opened.evaluate(axe)
        result = opened.evaluate("axe.run(document, {resultTypes: ['violations']})")
        bad = [
            (each["id"], each["impact"], each["nodes"][0]["target"], len(each["nodes"]))
            for each in result["violations"]
            if each["impact"] in SERIOUS
        ]
        if bad:
            found[name] = bad
        opened.context.close()
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)


def test_no_page_is_wider_than_a_phone_breaks_the_policy_or_asks_elsewhere(
    browser: Browser, served: tuple[str, dict[str, Any]]
) -> None:
    address, pages = served
    wide: list[str] = []
    troubles: list[str] = []
    elsewhere: list[str] = []
    for name, page in pages.items():
        context = browser.new_context(
            user_agent=serving.AGENT, viewport={"width": 360, "height": 740}
        )
        role, path = page
        if role is not None:
            cookie = {"name": "sessionid", "value": serving.cookie(role, NOW), "url": address}
            context.add_cookies([cookie])  # type: ignore[list-item]
        opened = context.new_page()
        opened.on("console", lambda message: troubles.append(message.text))
        opened.on("request", lambda request: elsewhere.append(request.url))
        opened.goto(f"{address}{path}")
        if opened.evaluate(CELLS_CUT_OR_WITHOUT_A_HEAD):
            wide.append(f"{name}: a cell of a list is cut or does not say what it is")
        if opened.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(name)
        if opened.evaluate(HEADS_THAT_RUN_OVER):
            wide.append(f"{name}: a column's head over the next one")
        context.close()
    assert wide == []
    assert [each for each in troubles if "Content Security Policy" in each] == []
    assert {url for url in elsewhere if not url.startswith(address)} == set()


def test_a_list_is_worked_with_the_keyboard_alone(
    browser: Browser, served: tuple[str, dict[str, Any]]
) -> None:
    address, pages = served
    opened = looked_at(browser, address, pages["contact"], viewport={"width": 1280, "height": 800})
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.className") == "skip"
    opened.keyboard.press("Enter")
    assert opened.evaluate("document.activeElement.id") == "main"
    opened.focus("input[name=state]:checked")
    opened.keyboard.press("ArrowDown")
    opened.focus("#note")
    opened.keyboard.type("đã gặp")
    with opened.expect_navigation():
        opened.keyboard.press("Enter")
    assert opened.url.endswith("/list")
    assert "đã gặp" in opened.content()
    opened.context.close()


class Visible(HTMLParser):
    """What a page says: texts, and attributes that are read aloud."""

    SPOKEN = ("aria-label", "title", "alt", "placeholder")

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._deaf = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._deaf += tag in ("script", "style", "code")
        self.said += [value for name, value in attrs if name in self.SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._deaf -= tag in ("script", "style", "code")

    def handle_data(self, data: str) -> None:
        if not self._deaf:
            self.said.append(data)


class Pseudo:
    """Translates everything into itself between brackets."""

    def __init__(self, real: Any) -> None:  # noqa: ANN401  # Django's own module
        self._real = real

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401, D105
        return getattr(self._real, name)

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message else message

    def ngettext(self, one: str, many: str, number: float) -> str:
        return self.gettext(one if number == 1 else many)


DATA = (
    r"Gate Scanner|Tiếng Việt|English|CSV|SHA-256|Huyện Mẫu|Xã Mẫu|Xã Khác|Ấp 3|Ấp Mỹ Lợi"
    r"|CDC-MT-012|Quyết định 664/QĐ-UBND|Chợ Mẫu|Trạm y tế Mẫu|Trường THCS Mẫu|Bà Tư"
    r"|Nguyễn Thị Ngọc Ánh|Trần Văn Bình|Lê Hoàng Cúc|Phạm Dũng|Võ Thị Én|Ở nhà, chưa có triệu"
    r" chứng|Máy bận|Trùng tên|(?:district|sector|commune)-officer|operator|keeper|attendant"
    r"|technician|auditor|custodian|other|nobody|cho-1|tram-1|mau|cho|[a-z2-9]{4}(?:-[a-z2-9]{4})+"
    r"|F[012]|persons?|UTF-8|Họ và tên|Ngày sinh|Giới tính|Số CCCD|Điện thoại|Lớp|Tổ|PDF|XLSX"
    r"|can-bo"
)
"""What a made-up district calls its own, and names that are the same in every language."""


@pytest.mark.usefixtures("passes")
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_outside_the_catalogues(
    name: str, vault: MemoryDesk, wall: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from django.test import Client  # noqa: PLC0415  # needs the settings

    from collector.web import (  # noqa: PLC0415  # the same
        districtviews,
        policyforms,
        policysaid,
        views,
    )

    districtviews.overview.cache_clear()
    views.snapshot.cache_clear()  # what was drawn before was drawn in a real language
    case = serving.half_worked(vault, wall, "district-officer")
    role, path = serving.pages(case)[name]
    client = Client(headers={"user-agent": serving.AGENT})
    if role is not None:
        client.cookies["sessionid"] = serving.cookie(role, NOW)
    monkeypatch.setattr(translation, "_trans", Pseudo(translation._trans))  # type: ignore[attr-defined]
    monkeypatch.setattr(i18n, "speaking", lambda _: lambda text: f"⟦{text}⟧")
    for each in (policysaid, policyforms):  # the words of the authority's desk
        monkeypatch.setattr(each, "speaks", lambda: "⟦{}⟧".format)
    page = Visible()
    with serving.dispatched(tmp_path / "dispatch"):
        page.feed(client.get(path).content.decode())
    assert "⟦" in "".join(page.said)
    left = ["".join(page.said)]
    for _ in range(3):  # a sentence may have others in it
        left = [re.sub(rf"⟦[^⟦⟧]*⟧|{DATA}", " ", each) for each in left]
    words = [word for each in left for word in re.findall(r"[^\W\d_]{2,}", each)]
    assert words == []


def test_styles_use_only_what_the_oldest_browsers_have(npm: Path) -> None:
    found = subprocess.run(
        [
            str(npm / ".bin/stylelint"),
            "--config",
            str(TOOLS / "stylelint.config.mjs"),
            *map(str, sorted(STATIC.glob("*.css"))),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_scripts_use_only_what_the_oldest_browsers_have(npm: Path) -> None:
    scripts = [str(path.relative_to(ROOT)) for path in sorted(STATIC.glob("*.js"))]
    config = str(TOOLS / "eslint.config.mjs")
    found = subprocess.run(
        [str(npm / ".bin/eslint"), "--max-warnings=0", "--config", config, *scripts],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (0, "")
