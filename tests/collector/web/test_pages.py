"""The pages as officers meet them: `collector web` in its own process, looked at in a browser.

Claims: nobody sees anything without logging in; a new scan appears without a reload; a ledger that
is not there yet is said, not hidden; a port that is taken is one sentence; guessing is slowed down.
"""

import http.client
import json
import re
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Page, expect

from collector.ledger.entries import Post
from collector.ledger.sqlite import SqliteLedger
from tests import browsing
from tests.collector.plain import PLAIN
from wire.keys import Use, entry
from wire.record import Mark, Reason

pytestmark = pytest.mark.journey

PASSWORD = "mau-mat-khau-2026"
CONFIG = (
    PLAIN
    + """\
port = 0
demonstration = true
"""
)
ADD = ("user", "add", "--role", "district-officer")
COMMAND = [sys.executable, "-c", "import sys; from collector.cli import main; sys.exit(main())"]


def collector(folder: Path, *words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *words, "--config", str(folder / "collector.toml")],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Pages:
    """The running server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.child = subprocess.Popen(
            [*COMMAND, "web", "--config", str(folder / "collector.toml")],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.child.stderr is not None
        self.url: str = json.loads(self.child.stderr.readline())["url"]
        self.port = urllib.parse.urlsplit(self.url).port or 0

    def connect(self) -> "closing[http.client.HTTPConnection]":
        return closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))

    def ask(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
        with self.connect() as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "collector.toml").write_text(CONFIG, encoding="utf-8")
    key = entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)
    gate = {"gate": "g1", "place": "Bến xe Mẫu", "area": "Xã Mẫu", "sector": "transport"}
    roster = {
        "authority": "Huyện Mẫu",
        "help_line": "0299",
        "gates": [{**gate, "directions": ["in"], "records": msgspec.to_builtins(key)}],
    }
    (folder / "roster.json").write_text(json.dumps(roster), encoding="utf-8")
    made = collector(folder, *ADD, "officer", "--password-stdin", given=PASSWORD + "\n")
    assert (made.returncode, made.stdout) == (0, ""), made.stderr
    return folder


@pytest.fixture(scope="module")
def pages(folder: Path) -> Iterator[Pages]:
    running = Pages(folder)
    yield running
    running.child.send_signal(signal.SIGTERM)
    _, errors = running.child.communicate(timeout=30)
    assert running.child.returncode == 0
    assert [json.loads(line)["event"] for line in errors.splitlines()] == ["web.ready"]


@pytest.fixture
def page() -> Iterator[Page]:
    with browsing.chromium() as browser:
        opened = browser.new_page(viewport={"width": 360, "height": 740})
        opened.set_default_timeout(30_000)
        yield opened


def log_in(page: Page, pages: Pages, password: str = PASSWORD) -> None:
    page.goto(pages.url)
    page.fill("#id_username", "officer")
    page.fill("#id_password", password)
    with page.expect_navigation():
        page.click("button.primary")
    page.goto(f"{pages.url}gates")


@pytest.mark.timeout(180)
def test_a_new_scan_appears_without_a_reload(
    page: Page, pages: Pages, journal: Callable[..., Any]
) -> None:
    troubles = browsing.complaints(page)
    log_in(page, pages)
    page.goto(f"{pages.url}gates")
    expect(page.locator("#board .trouble")).to_contain_text("ledger-missing")
    page.evaluate("window.here = true")
    pen = (
        journal("g1", "j1")
        .scan(1)
        .scan(1, reason=Reason.EXPIRED, marks=(Mark.LIST_STALE, Mark.ENTERED_AGAIN))
    )
    with SqliteLedger(pages.folder / "ledger.db") as ledger:
        ledger.commit(Post(arrivals=(pen.arrival(1, 1),)), 1_790_000_000_000)
        expect(page.locator(".scans tbody tr")).to_have_count(1)
        ledger.commit(Post(arrivals=(pen.arrival(2, 2),)), 1_790_000_000_000)
        expect(page.locator(".scans tbody tr")).to_have_count(2)
    newest = page.locator(".scans tbody tr").first
    expect(newest).to_contain_text("Từ chối")
    expect(newest).to_contain_text("hết hạn")
    expect(newest.locator(".mark")).to_have_count(2)
    expect(newest).to_contain_text("vào lần nữa mà chưa ra")
    expect(newest).to_contain_text("Bến xe Mẫu")
    expect(page.locator("#board .trouble")).to_have_count(0)
    assert page.evaluate("window.here") is True
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    ends = {"authority": "Huyện Mẫu", "ends": [{"what": "policy", "until": 1_790_000_000_000}]}
    (pages.folder / "expiry.json").write_text(json.dumps(ends), encoding="utf-8")
    ending = page.locator("#board .ending")
    expect(ending).to_contain_text("khóa ký chính sách")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click("button[value=en]")
    expect(page.locator(".scans tbody tr").first).to_contain_text("Refused")
    page.click(".leave button")
    expect(page.locator("h1")).to_have_text("Log in")
    assert troubles == []


def test_nothing_is_shown_without_logging_in(pages: Pages) -> None:
    status, headers, _ = pages.ask("/")
    assert (status, headers["Location"]) == (302, "/login?next=/")
    status, headers, _ = pages.ask("/board")
    assert (status, headers["Location"]) == (302, "/login?next=/board")
    _, headers, body = pages.ask("/board", **{"HX-Request": "true"})
    assert (body, headers["HX-Redirect"]) == ("", "/login")


def test_answers_carry_the_headers_that_keep_pages_to_themselves(pages: Pages) -> None:
    status, headers, _ = pages.ask("/login")
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert "no-store" in headers["Cache-Control"]
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "SameSite=Lax" in headers["Set-Cookie"]


def test_no_page_asks_another_host_for_anything(pages: Pages) -> None:
    styles = [f"/static/web/{name}.css" for name in ("tokens", "pages", "board")]
    for path in ("/login", *styles, "/static/web/stale.js", "/nowhere"):
        _, _, text = pages.ask(path)
        assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", text), path


def test_a_wrong_host_name_is_refused(pages: Pages) -> None:
    assert pages.ask("/login", Host="elsewhere.example")[0] == 400


def test_guessing_is_slowed_down(pages: Pages) -> None:
    _, headers, body = pages.ask("/login")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "username": "nobody", "password": "wrong"}
    sent = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": headers["Set-Cookie"].split(";")[0],
    }
    seen = []
    for _ in range(6):
        with pages.connect() as connection:
            connection.request("POST", "/login", urllib.parse.urlencode(form), sent)
            seen.append(connection.getresponse().status)
    assert seen == [200, 200, 200, 200, 200, 429]


def test_a_port_that_is_taken_is_one_sentence(pages: Pages, tmp_path: Path) -> None:
    config = CONFIG.replace("port = 0", f"port = {pages.port}")
    (tmp_path / "collector.toml").write_text(config, encoding="utf-8")
    ended = collector(tmp_path, "web")
    assert ended.returncode == 2
    first, second = ended.stderr.splitlines()
    assert first.startswith("port-busy: ")
    assert first.endswith(f": 127.0.0.1 {pages.port}")
    assert second.startswith("  -> ")


def test_a_second_account_of_one_name_and_a_weak_password_are_refused(folder: Path) -> None:
    again = collector(folder, *ADD, "officer")
    assert (again.returncode, again.stderr[:13]) == (2, "user-exists: ")
    weak = collector(folder, *ADD, "other", "--password-stdin", given="12345\n")
    assert (weak.returncode, weak.stderr[:14]) == (2, "user-invalid: ")
    assert "Mật khẩu này quá ngắn" in weak.stderr
    assert "Mật khẩu này hoàn toàn là số" in weak.stderr
    assert "password" not in weak.stderr
    made = collector(folder, *ADD, "third")
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}\n", made.stdout)
    assert made.stderr == "Mật khẩu của third, chỉ hiện một lần:\n"


def test_secrets_are_readable_by_their_owner_only(folder: Path) -> None:
    for name in ("", "secret", "accounts.db"):
        assert (folder / "web" / name).stat().st_mode & 0o077 == 0, name
