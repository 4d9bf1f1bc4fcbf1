"""Every page in a browser: what axe finds, what fits a phone, what is said outside a catalogue.

And what the oldest browsers of offices would not understand, by tools from npm (tools/pages).
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyotp
import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Browser, Page

from collector import i18n
from collector.cases.roles import Role
from collector.web import access
from tests import browsing
from tests.collector.web import serving
from tests.collector.web.conftest import NOW, PASSWORD, Clock, set_up_gate
from tests.collector.web.desk import MemoryDesk
from tests.collector.web.test_access import inside
from tests.collector.web.test_access import pages as addresses
from tests.conftest import left_out

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("officers"), pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "tools/pages"
STATIC = ROOT / "collector/web/static/web"
NAMES = sorted(serving.pages(1))
GATE = (Role.DISTRICT, "/gates/g1")
SERIOUS = ("serious", "critical")
HEADS_THAT_RUN_OVER = (
    "[...document.querySelectorAll('th:not(.unseen)')]"
    ".filter(each => each.scrollWidth > each.clientWidth + 1).length"
)

SIDEWAYS = """() => {
  document.querySelectorAll('details').forEach(each => { each.open = true })
  const told = each => each.tagName.toLowerCase() + '.' + each.getAttribute('class')
  const scrolls = each => ['auto', 'scroll'].includes(getComputedStyle(each).overflowX)
    && each.scrollWidth > each.clientWidth + 1
  const whole = document.documentElement
  const wide = whole.scrollWidth > whole.clientWidth ? ['the whole page'] : []
  return wide.concat([...document.querySelectorAll('body *')].filter(scrolls).map(told))
}"""
"""What must be pushed sideways to be read: the page, or something in it."""

CELLS_CUT_OR_WITHOUT_A_HEAD = (
    "[...document.querySelectorAll('.rows tbody td')].filter(each => !each.dataset.label"
    " || each.getBoundingClientRect().right > document.documentElement.clientWidth).length"
)

CHOICES_CUT = """() => {
  const pen = document.createElement('canvas').getContext('2d')
  const cut = select => {
    const look = getComputedStyle(select)
    pen.font = `${look.fontWeight} ${look.fontSize} ${look.fontFamily}`
    const side = parseFloat(look.paddingLeft) + parseFloat(look.paddingRight)
    const room = select.clientWidth - side - ARROW
    return [...select.options].map(each => each.text).filter(
      each => pen.measureText(each).width > room)
  }
  return [...new Set([...document.querySelectorAll('select')].flatMap(cut))]
}""".replace("ARROW", "16")
"""What can be chosen and could not be read to its end then."""


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
    before = settings.GATE_ISSUING
    register = serving.with_passes(tmp_path, NOW)
    yield
    register.close()
    settings.GATE_ISSUING = before


@pytest.fixture
def served(
    site: Path,
    journal: Callable[..., Any],
    vault: MemoryDesk,
    wall: Clock,
    passes: None,
    tmp_path: Path,
) -> Iterator[tuple[str, dict[str, Any]]]:
    assert passes is None
    case = serving.half_worked(vault, wall, "district-officer")
    serving.referred(vault, wall, case)
    dispatch = serving.dispatched(tmp_path / "dispatch")
    with set_up_gate(site, journal), dispatch, serving.serving() as address:
        yield address, {**serving.pages(case), "gate": GATE}


def looked_at(
    browser: Browser,
    address: str,
    page: tuple[Any, str],
    language: str = "vi",
    watch: Callable[[Page], object] = id,
    **look: Any,  # noqa: ANN401
) -> Page:
    """Open a page as its reader; `watch` is given it before."""
    role, path = page
    context = browser.new_context(user_agent=serving.AGENT, **look)
    cookies = {"django_language": language}
    if role is not None:
        cookies["sessionid"] = serving.cookie(role, NOW)
    context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
    )
    opened = context.new_page()
    watch(opened)
    opened.goto(f"{address}{path}")
    return opened


def log_in(page: Page, name: str) -> None:
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main .primary")


def look_for(page: Page) -> None:
    page.fill("#text", "Nguyễn Văn Mẫu")
    page.fill("#born", "1990")
    page.click("main .primary")


def set_the_second_step_up(page: Page) -> None:
    log_in(page, "custodian")
    secret = page.inner_text("main code").replace(" ", "")
    page.fill("[name=code]", pyotp.TOTP(secret).at(NOW // 1000))
    page.click("main .primary")


def log_in_again(page: Page) -> None:
    set_the_second_step_up(page)
    page.context.clear_cookies(name="sessionid")
    page.goto(page.url.partition("/login")[0] + "/login")
    log_in(page, "custodian")


def save_what_others_have_changed(page: Page) -> None:
    page.fill("#id_retention_h", "200")
    page.evaluate("document.querySelector('[name=seen]').value = ''")
    page.click("main .primary")


AFTER: dict[str, tuple[str, Callable[[Page], None]]] = {
    "setup": ("login", lambda page: log_in(page, "auditor")),
    "recovery": ("login", set_the_second_step_up),
    "second": ("login", log_in_again),
    "found": ("find-name", look_for),
    "list-opened": ("list", lambda page: page.click("main .head .primary")),
    "alike": ("contact", lambda page: page.click("form[action$=alike] button")),
    "policy-behind": ("policy", save_what_others_have_changed),
    "contact-called": ("contact", lambda page: page.click("form[action$=call] button")),
}
"""Pages that come of a deed: where it is done, and how."""


def every(
    browser: Browser,
    served: tuple[str, dict[str, Any]],
    **look: Any,  # noqa: ANN401
) -> Iterator[tuple[str, Page]]:
    """Open one page after the other, and then those that come of a deed."""
    address, pages = served
    for name, page in pages.items():
        opened = looked_at(browser, address, page, **look)
        yield name, opened
        opened.context.close()
    for name, (before, do) in AFTER.items():
        from collector.web import factors  # noqa: PLC0415  # needs the settings
        from collector.web.models import Officer  # noqa: PLC0415  # the same

        factors.forget(Officer.objects.get(username="custodian"))
        opened = looked_at(browser, address, pages[before], **look)
        do(opened)
        yield name, opened
        opened.context.close()


@pytest.mark.parametrize(
    ("scheme", "width", "language"), [("light", 360, "vi"), ("dark", 1280, "en")]
)
def test_axe_finds_nothing_serious_on_any_page(
    browser: Browser,
    npm: Path,
    served: tuple[str, dict[str, Any]],
    scheme: str,
    width: int,
    language: str,
) -> None:
    axe = (npm / "axe-core/axe.min.js").read_text(encoding="utf-8")
    found = {}
    size = {"width": width, "height": 800}
    look = {"viewport": size, "color_scheme": scheme, "language": language, "bypass_csp": True}
    for name, opened in every(browser, served, **look):
        opened.evaluate(axe)
        result = opened.evaluate("axe.run(document, {resultTypes: ['violations']})")
        bad = [
            (each["id"], each["impact"], each["nodes"][0]["target"], len(each["nodes"]))
            for each in result["violations"]
            if each["impact"] in SERIOUS
        ]
        if bad:
            found[name] = bad
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)


@pytest.mark.parametrize(("scheme", "language"), [("light", "vi"), ("dark", "en")])
def test_no_page_is_wider_than_a_phone_breaks_the_policy_or_asks_elsewhere(
    browser: Browser, served: tuple[str, dict[str, Any]], scheme: str, language: str
) -> None:
    wide: list[str] = []
    troubles: list[str] = []
    elsewhere: list[str] = []

    def watch(page: Page) -> None:
        page.on("console", lambda message: troubles.append(message.text))
        page.on("request", lambda request: elsewhere.append(request.url))

    size = {"width": 360, "height": 740}
    look = {"viewport": size, "color_scheme": scheme, "language": language, "watch": watch}
    for name, opened in every(browser, served, **look):
        assert opened.get_attribute("html", "lang") == language, name
        wide += [f"{name}: {each} scrolls sideways" for each in opened.evaluate(SIDEWAYS)]
        wide += [f"{name}: “{each}” is cut" for each in opened.evaluate(CHOICES_CUT)]
        if opened.evaluate(CELLS_CUT_OR_WITHOUT_A_HEAD):
            wide.append(f"{name}: a cell of a list is cut or does not say what it is")
        if opened.evaluate(HEADS_THAT_RUN_OVER):
            wide.append(f"{name}: a column's head over the next one")
    assert wide == []
    assert [each for each in troubles if "Content Security Policy" in each] == []
    assert {url for url in elsewhere if not url.startswith(served[0])} == set()


@pytest.mark.usefixtures("passes")
def test_every_address_that_shows_a_page_is_looked_at() -> None:
    """Those of the technician ask a process of their own: test_install looks at them."""
    from django.urls import resolve  # noqa: PLC0415  # needs the settings

    from collector.web import guard  # noqa: PLC0415  # the same

    paths = [GATE[1], *(path for _, path in serving.pages(1).values())]
    seen = {*AFTER, *(resolve(path.partition("?")[0]).url_name for path in paths)}
    parts = {*access.PROGRAMS, *guard.POLLS}
    left = set()
    for name, address in addresses():
        if name not in seen | parts and not name.startswith("install"):
            roles = [role for role in Role if access.opens(role, name)]
            asked = inside(roles[0] if roles else None).get(address)
            if asked.status_code not in {302, 405}:
                left.add((name, asked.status_code))
    assert left == set()


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

    from collector.web import policyforms, policysaid  # noqa: PLC0415  # the same

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
