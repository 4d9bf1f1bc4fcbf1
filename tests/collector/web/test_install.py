"""The technician's pages, against the real enrolment process, on a phone of 360 points.

Claims: a code is made, shown as large as the screen, readable out of the screen's pixels, and gone
once it is used; the gate's steps appear without a reload; a trouble is a sentence; another's code
is none.
"""

import json
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from PIL import Image
from playwright.sync_api import Page, expect

from collector import clock
from device import enrol
from device.selftest.report import signed
from provisioning import authority
from provisioning import clock as provisioning_clock
from tests import browsing, ports
from tests.device.setup.newgate import NewGate
from wire.enrolcode import parse
from wire.keys import KeyEntry
from wire.record import ClockState
from wire.selftest import Found, Outcome, Report

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]
IN_ORDER = True
PASSWORD = "mau-mat-khau-2026"
CONFIG = """
[ledger]
path = "ledger.db"
[roster]
path = "authority/roster.json"
[broker]
host = "127.0.0.1"
ca = "ca.pem"
certificate = "c.pem"
key = "k.pem"
[receipt]
key = "r.pem"
[web]
state = "web"
port = 0
demonstration = true
[enrol]
address = "127.0.0.1:{port}"
keys = "authority/enrolment"
brokers = [{{ host = "127.0.0.1" }}]
state = "enrol"
host = "127.0.0.1"
port = {port}
"""
COMMAND = [sys.executable, "-c", "import sys; from collector.cli import main; sys.exit(main())"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    authority.create(folder / "authority", "Huyện Mẫu", now=provisioning_clock.now())
    (folder / "collector.toml").write_text(CONFIG.format(port=ports.free()))
    for name in ("ky-thuat", "nguoi-khac"):
        made = subprocess.run(
            [
                *COMMAND,
                "user",
                "add",
                name,
                "--role",
                "technician",
                "--password-stdin",
                *_config(folder),
            ],
            input=PASSWORD + "\n",
            text=True,
            capture_output=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
    return folder


def _config(folder: Path) -> list[str]:
    return ["--config", str(folder / "collector.toml")]


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """Run pages and enrolment while the tests of this module last; return the pages' address."""
    children = []
    found = {}
    for name in ("enrol", "web"):
        child = subprocess.Popen(
            [*COMMAND, name, *_config(folder)], stderr=subprocess.PIPE, text=True
        )
        children.append(child)
        assert child.stderr is not None
        found[name] = json.loads(child.stderr.readline())
    yield found["web"]["url"]
    for child in children:
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=30)
        assert child.returncode == 0


@pytest.fixture
def page() -> Iterator[Page]:
    with browsing.chromium() as browser:
        opened = browser.new_page(viewport={"width": 360, "height": 740}, device_scale_factor=2)
        opened.set_default_timeout(60_000)
        yield opened


def log_in(page: Page, url: str, name: str = "ky-thuat") -> None:
    page.goto(f"{url}install/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")


def order(page: Page, gate: str) -> None:
    page.click("a.go")
    page.fill("#id_gate", gate)
    page.fill("#id_place", "Chợ Mẫu Hai")
    page.fill("#id_area", "Xã Mẫu")
    page.check("input[name=network][value=wifi]")
    page.fill("#id_wifi", "Chợ Mẫu")
    page.fill("#id_passphrase", "matkhau2026")
    page.click("button.primary")


def seen_code(page: Page, folder: Path) -> str:
    """Read the code out of what the screen shows."""
    path = folder / "screen.png"
    page.locator("svg.qr").screenshot(path=path)
    (found,) = zxingcpp.read_barcodes(np.asarray(Image.open(path).convert("L")))
    return found.text


def gate_of(folder: Path, name: str) -> NewGate:
    root = authority.load(folder / "authority").public.root
    assert isinstance(root, KeyEntry)
    return NewGate(folder / name, root, clock.wall_ms())


def report_of(gate: NewGate, outcome: Outcome) -> bytes:
    key: Any = load_pem_private_key((gate.keys / enrol.RECORDS_KEY).read_bytes(), None)
    found = (Found("camera", Outcome.GOOD, "1280 x 720"), Found("signal-reject", outcome))
    made = Report("cong-mau-1", "Chợ Mẫu Hai", gate.wall_ms, ClockState.UNSYNCED, "0.1.0", found)
    return signed(made, key)


def test_a_gate_is_installed_with_a_phone_in_one_hand(page: Page, url: str, folder: Path) -> None:
    troubles = browsing.complaints(page)
    log_in(page, url)
    expect(page.locator("h1")).to_have_text("Các cổng tôi lắp đặt")
    order(page, "cong-mau-1")
    expect(page.locator(".how")).to_contain_text("Tăng độ sáng màn hình")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert box["width"] >= 330
    text = seen_code(page, folder)
    claims = parse(text).claims
    assert (claims.gate, claims.network.name) == ("cong-mau-1", "Chợ Mẫu")
    expect(page.locator(".lights tbody tr")).to_have_count(11)
    expect(page.locator(".stages .done")).to_have_count(0)

    gate = gate_of(folder, "gate-1")
    gate.show(text, selftest=lambda: report_of(gate, Outcome.BAD))

    expect(page.locator(".stages .done")).to_have_count(4)
    expect(page.locator(".report")).to_contain_text("Đèn đỏ và âm báo")
    expect(page.locator(".report")).to_contain_text("không đạt")
    expect(page.locator(".report .advice")).to_contain_text("Kiểm tra dây")
    expect(page.locator("svg.qr")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click(".back a")
    expect(page.locator(".installs .standing")).to_have_text("Có chỗ không đạt")
    expect(page.locator(".installs .advice")).to_contain_text("việc cần làm")
    expect(page.locator(".tally dd")).to_have_text(["0", "1", "0"])
    assert troubles == []


def test_a_copied_code_is_a_sentence_on_the_page(page: Page, url: str, folder: Path) -> None:
    log_in(page, url)
    order(page, "cong-mau-2")
    text = seen_code(page, folder)
    gate_of(folder, "gate-2").show(text)
    gate_of(folder, "gate-3").show(text)
    expect(page.locator("#progress .trouble")).to_contain_text("Một cổng khác đã dùng mã này")
    expect(page.locator("#progress .trouble code")).to_have_text("code-used")


def test_anothers_code_is_none_and_a_stranger_is_asked_who_he_is(page: Page, url: str) -> None:
    log_in(page, url)
    order(page, "cong-mau-3")
    mine = urllib.parse.urlsplit(page.url).path
    page.context.clear_cookies()
    page.goto(url.rstrip("/") + mine)
    expect(page.locator("#id_username")).to_be_visible()
    log_in(page, url, "nguoi-khac")
    answer = page.goto(url.rstrip("/") + mine)
    assert answer is not None
    assert answer.status == 404


def test_a_name_that_is_taken_and_a_network_half_said_are_told(page: Page, url: str) -> None:
    log_in(page, url)
    order(page, "cong-mau-1")
    expect(page.locator(".trouble")).to_contain_text("đã có một cổng mang tên đó")
    page.fill("#id_wifi", "Chợ Mẫu Hữu Nghĩa số một hai")
    page.fill("#id_passphrase", "mật khẩu 2026")
    page.click("button.primary")
    expect(page.locator(".errorlist")).to_contain_text(["tối đa 32 byte", "8 đến 63"])
    page.fill("#id_wifi", "Chợ Mẫu")
    page.fill("#id_passphrase", "")
    page.click("button.primary")
    expect(page.locator(".errorlist")).to_contain_text(["hoặc đánh dấu là không có"])
    page.check("#id_open")
    page.click("button.primary")
    expect(page.locator(".errorlist")).to_have_count(0)
    page.fill("#id_wifi", "")
    page.click("button.primary")
    expect(page.locator(".errorlist").first).to_contain_text("Mạng này cần thông tin này.")
