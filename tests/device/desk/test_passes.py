"""Passes from a desk: believed by gates, printed in every way, and withdrawn as a whole."""

from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from device import judges
from device.clock import SystemClock
from device.credential import classify
from device.desk import passes, slips, thermal
from device.desk.sessions import Paper
from device.errors import KeyUnusable, PrinterLost
from device.judges import Judge
from device.reading.decoder import decode
from provisioning import authority, desks, withdrawal
from provisioning.authority import Authority
from tests.device.desk.counter import GATE, PERSON, Browser, Counter
from tests.device.site import NOW, create
from tests.wire.samples import KEYS, PLAIN_PASS
from wire import gatepass, statuslist
from wire.gatepass import Parsed
from wire.keys import Keyring, Use
from wire.record import Identity, Outcome

TEXT = gatepass.issue(PLAIN_PASS, KEYS[Use.PASS_SEEN])
PAPER = Paper(TEXT, ("Khách / Visitor", "Có giá trị / Valid", "Số / No. …0607"))


@pytest.fixture
def home(tmp_path: Path) -> Authority:
    return create(tmp_path / "authority")


@pytest.fixture
def counter(tmp_path: Path, home: Authority) -> Counter:
    made = Counter(tmp_path / "desk", home)
    made.hire()
    made_keys = desks.make(home, GATE, made.keys / "desk", NOW)
    inbox = made.state / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "keyring.json").write_bytes(made_keys.ring.read_bytes())
    return made


def of_page(pdf: bytes) -> list[bytes]:
    page = pypdfium2.PdfDocument(pdf)[0]
    return decode(np.asarray(page.render(scale=3).to_pil().convert("L")))


def judge_of(home: Authority) -> Judge:
    return judges.of(None, home.folder / "public.json")


def printed(browser: Browser, size: str = "a6") -> bytes:
    where = browser.text.partition('href="/slip/')[2].partition("/")[0]
    browser.get(f"/slip/{where}/{size}")
    assert browser.headers["Content-Type"] == "application/pdf"
    return browser.body


@pytest.mark.parametrize(
    ("seen", "identity", "use"),
    [("card", Identity.SEEN, Use.PASS_SEEN), ("none", Identity.DECLARED, Use.PASS_DECLARED)],
)
def test_a_pass_says_as_much_of_its_holder_as_the_attendant_knew(
    counter: Counter, browser: Browser, home: Authority, seen: str, identity: Identity, use: Use
) -> None:
    browser.post("/enter", {**browser.get("/").form(), **PERSON, "seen": seen, "pass": "1"})
    (code,) = of_page(printed(browser))
    found = classify(code).content
    assert isinstance(found, Parsed)
    assert found.verify(Keyring(authority.load(home.folder).public.keys)) is use
    assert judge_of(home).judge(classify(code)).outcome is Outcome.ACCEPTED
    ((scan, fields),) = counter.scans()
    assert (scan.identity, fields["pass"]) == (identity, found.claims.number.hex())
    assert found.claims.number.hex().encode() not in (counter.state / "desk/forms").read_bytes()


def test_a_printed_pass_opens_the_door_and_the_desk_until_its_key_is_withdrawn(
    counter: Counter, browser: Browser, home: Authority
) -> None:
    browser.post("/enter", {**browser.get("/").form(), **PERSON, "pass": "1"})
    (code,) = of_page(printed(browser))
    browser.post("/read", {**browser.get("/").form("/read"), "code": code.decode(), "way": "out"})
    assert "Được qua" in browser.text
    fresh = authority.load(home.folder)
    kid = classify(code).content.kid
    (path,) = withdrawal.mark(fresh, kid=kid, standing=statuslist.INVALID, now=NOW)
    (counter.state / "inbox" / path.name).write_bytes(path.read_bytes())
    for _ in range(20):
        browser.post(
            "/read", {**browser.get("/").form("/read"), "code": code.decode(), "way": "in"}
        )
        if "Không được qua" in browser.text:
            break
    assert "Không được qua" in browser.text
    reasons = [scan.reason for scan, _ in counter.scans()]
    assert (reasons[1], reasons[-1]) == ("accepted", "withdrawn")


def test_a_pass_can_be_printed_for_a_little_while_by_its_attendant_alone(
    counter: Counter, browser: Browser
) -> None:
    browser.post("/enter", {**browser.get("/").form(), **PERSON, "pass": "1"})
    where = browser.text.partition('href="/slip/')[2].partition("/")[0]
    counter.hire("Anh Nam", "mật khẩu thứ hai")
    other = Browser(counter.port).log_in("Anh Nam", "mật khẩu thứ hai")
    assert other.get(f"/slip/{where}/a6").status == 404
    assert browser.get(f"/slip/{where}/a4").status == 200
    assert browser.get(f"/slip/{where}/b5").status == 404
    browser.log_in()
    assert browser.get(f"/slip/{where}/a6").status == 404


def test_a_key_that_gates_do_not_believe_issues_nothing(counter: Counter, home: Authority) -> None:
    other = create(counter.folder / "other")
    strange = Counter(counter.folder / "strange", other)
    desks.make(other, GATE, counter.keys / "desk", NOW)
    del strange, home
    with counter.open():
        browser = Browser(counter.port).log_in()
        assert 'name="pass"' not in browser.get("/").text
        browser.post("/enter", {**browser.form(), **PERSON, "pass": "1"})
        assert "Chưa cấp được thẻ: các cổng chưa biết" in browser.text
        assert "/slip/" not in browser.text
    ((_, fields),) = counter.scans()
    assert "pass" not in fields


def test_a_desk_that_does_not_know_the_time_registers_and_says_what_to_do(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemClock, "served", lambda _self: None)
    path = counter.folder / "gate.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("vouched = true", ""))
    with counter.open():
        browser = Browser(counter.port).log_in()
        browser.post("/enter", {**browser.get("/").form(), **PERSON, "pass": "1"})
        assert "Đã đăng ký. Chưa cấp được thẻ: máy này chưa biết giờ đúng." in browser.text
        assert "/slip/" not in browser.text
    ((_, fields),) = counter.scans()
    assert "pass" not in fields


@pytest.mark.parametrize("data", [b"", b"-----BEGIN", b"\xff" * 20])
def test_a_damaged_key_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "seen.pem").write_bytes(data)
    with pytest.raises(KeyUnusable):
        passes.Passes(tmp_path, lambda _kid: None, "visitor", 7)


@pytest.mark.parametrize("size", ["a4", "a6", "80", "58"])
def test_every_print_is_read_by_our_own_reader(size: str) -> None:
    assert of_page(slips.pdf(PAPER, size)) == [TEXT.encode()]


@pytest.mark.parametrize("roll", [58, 80])
def test_what_a_thermal_printer_is_sent_is_a_picture_with_the_code_in_it(roll: int) -> None:
    data = thermal.raster(PAPER, roll)
    assert data.startswith(b"\x1b@\x1dv0\x00")
    assert data.endswith(thermal.FEED + thermal.CUT)
    rows, at = [], 2
    while data[at : at + 4] == b"\x1dv0\x00":
        wide, tall = (
            int.from_bytes(data[at + 4 + 2 * n : at + 6 + 2 * n], "little") for n in (0, 1)
        )
        rows.append(data[at + 8 : at + 8 + wide * tall])
        at += 8 + wide * tall
    dots = np.unpackbits(np.frombuffer(b"".join(rows), np.uint8)).reshape(-1, thermal.DOTS[roll])
    assert decode(np.asarray(255 - dots * 255, np.uint8)) == [TEXT.encode()]


def test_a_printer_that_is_off_is_said_to_be(counter: Counter, tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(PrinterLost):
            thermal.send(b"x", path)
    thermal.send(b"x", Path("/dev/null"))
    counter.configure('printer = "/dev/lp-missing"\n')
    with counter.open():
        browser = Browser(counter.port).log_in()
        browser.post("/enter", {**browser.get("/").form(), **PERSON, "pass": "1"})
        where = browser.text.partition('action="/print/')[2].partition('"')[0]
        csrf = browser.form(f"/print/{where}")
        assert browser.post(f"/print/{where}", csrf).status == 503
        assert "Máy in không trả lời" in browser.text
    assert len(counter.scans()) == 1
