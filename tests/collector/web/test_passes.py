"""A keeper's pages: a list becomes cards, cards are withdrawn, and no other's place is reached."""

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pypdfium2
import pytest
from django.conf import settings

from collector.bulk import work
from collector.cases.roles import Role
from collector.issuing.entries import Standing
from collector.roster.places import Kind, Place
from device.reading import zxing
from tests.collector.lists import ListDesk, on_disk
from tests.collector.web.conftest import Clock
from tests.collector.web.test_access import inside

pytestmark = pytest.mark.usefixtures("officers")
Browser: TypeAlias = Any
Answer: TypeAlias = Any
"""Django's own, which want the settings."""
LIST = "Họ và tên,Ngày sinh,Lớp\nMẫu Một,31/05/2012,5A\nMẫu Hai,2012,5A\nMẫu Ba,2013,5B\n".encode()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wall: Clock) -> Iterator[ListDesk]:
    from collector.web.passes import own  # noqa: PLC0415  # needs the settings

    made = on_disk(tmp_path)
    made.now_ms = wall.ms
    monkeypatch.setattr(settings, "GATE_ISSUING", lambda: made.counter)
    own.workshop.cache_clear()
    yield made
    made.database.close()


@pytest.fixture
def keeper(desk: ListDesk) -> Browser:
    assert desk.count() == 0
    return inside(Role.KEEPER)


def sent(
    keeper: Browser,
    data: bytes = LIST,
    called: str = "list.csv",
    **more: Any,  # noqa: ANN401  # what a form says
) -> Answer:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    page = keeper.get("/passes/new").content.decode()
    form = dict(re.findall(r'name="(name|until)"[^>]*value="([^"]+)"', page)) | {
        "place": "cho",
        "holder": "pupil",
        **more,
    }
    return keeper.post("/passes/new", {**form, "list": SimpleUploadedFile(called, data)})


def finished(keeper: Browser, answer: Answer) -> str:
    assert answer.status_code == 302, answer.content.decode()
    for _ in range(2_000):
        page = str(keeper.get(answer["Location"]).content.decode())
        if 'hx-trigger="every' not in page:
            return page
        threading.Event().wait(0.01)
    pytest.fail("it did not end")


def cards(keeper: Browser, answer: Answer) -> bytes:
    finished(keeper, answer)
    return bytes(keeper.post(f"{answer['Location']}/cards").content)


def codes(pdf: bytes) -> set[str]:
    document = pypdfium2.PdfDocument(pdf)
    found = {
        code.text.decode()
        for page in document
        for code in zxing.read(page.render(scale=2.5).to_numpy()[:, :, 1].copy())
    }
    document.close()
    return found


def test_a_list_becomes_cards_that_are_fetched_once(keeper: Browser, desk: ListDesk) -> None:
    answer = sent(keeper)
    page = finished(keeper, answer)
    assert "Tải thẻ về" in page
    fetched = keeper.post(f"{answer['Location']}/cards")
    assert fetched["Content-Type"] == "application/pdf"
    texts = codes(fetched.content)
    assert [desk.status(text) for text in texts] == [Standing.GOOD] * 3
    again = keeper.post(f"{answer['Location']}/cards")
    assert again.status_code == 302
    assert "không còn lưu" in keeper.get(answer["Location"]).content.decode()
    assert codes(cards(keeper, sent(keeper))) == texts


def test_who_is_on_a_list_is_in_no_file(
    keeper: Browser, desk: ListDesk, site: Path, tmp_path: Path
) -> None:
    cards(keeper, sent(keeper))
    assert desk.count("holder") == 3
    # By a process of its own: a file closed here would take SQLite's locks on it away from here.
    looked = ["grep", "-rlaF", "-e", "Mẫu Hai", "-e", "2012-05-31", str(site), str(tmp_path)]
    found = subprocess.run(looked, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (1, "", "")


def test_a_double_click_and_the_back_button_issue_once(keeper: Browser, desk: ListDesk) -> None:
    page = keeper.get("/passes/new").content.decode()
    name = re.search(r'name="name"[^>]*value="([^"]+)"', page)
    assert name is not None
    until: dict[str, Any] = {"name": name[1], "anew": "on"}
    first = cards(keeper, sent(keeper, **until))
    page = finished(keeper, again := sent(keeper, **until))
    assert "đã được gửi trước đó" in page
    assert codes(bytes(keeper.post(f"{again['Location']}/cards").content)) == codes(first)
    assert desk.count() == 3


def test_faults_are_shown_row_by_row_and_nothing_is_issued(keeper: Browser, desk: ListDesk) -> None:
    page = finished(keeper, sent(keeper, LIST + b"\xf0\x9f\x98\x80,32/01/2012,5A\n"))
    rows = re.findall(r'class="number">(\d+)</th><td [^>]*>([^<]*)</td><td [^>]*>([^<]*)', page)
    assert [each[:2] for each in rows] == [("5", "Họ và tên"), ("5", "Ngày sinh")]
    assert "không có ngày này" in rows[1][2]
    assert desk.count() == 0


@pytest.mark.parametrize(
    ("kind", "holder"), [("school", "pupil"), ("market", "worker"), ("office", "staff")]
)
def test_a_list_is_offered_first_for_those_whom_the_place_has_most_of(
    kind: str, holder: str, wall: Clock
) -> None:
    from collector.web.passes.forms import ListForm  # noqa: PLC0415  # needs the settings

    place = Place("cho", "Chợ Mẫu", Kind(kind), "mau", "economy")
    form = ListForm(places=[place], today=work.day(wall.ms), before={})
    assert form["holder"].value() == holder


def test_what_was_said_with_a_list_is_kept_for_the_one_that_is_mended(
    keeper: Browser, desk: ListDesk
) -> None:
    finished(keeper, sent(keeper, b"nothing", holder="driver", until="2026-12-24", anew="on"))
    page = keeper.get("/passes/new").content.decode()
    assert '<option value="driver" selected>' in page
    assert 'value="2026-12-24"' in page
    assert "checked" not in page, "it would take passes back"
    assert desk.count() == 0


@pytest.mark.parametrize(
    ("name", "data"),
    [("list.xlsx", b"PK\x03\x04nothing"), ("list.csv", b"\xff\xfe\x00"), ("l.csv", b"\xe1\xba")],
)
def test_a_file_that_is_no_list_says_so(
    keeper: Browser, desk: ListDesk, name: str, data: bytes
) -> None:
    assert "Chưa cấp thẻ nào" in finished(keeper, sent(keeper, data, name))
    assert desk.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": "truong"},
        {"holder": "king"},
        {"until": "2020-01-01"},
        {"until": "2031-01-01"},
        {"until": "31/02/2027"},
        {"name": "short"},
    ],
)
def test_a_form_that_says_something_else_is_asked_again(
    keeper: Browser, desk: ListDesk, wrong: dict[str, Any]
) -> None:
    answer = sent(keeper, **wrong)
    assert answer.status_code == 200
    assert desk.count() == 0


@pytest.mark.parametrize("size", [0, 2 * 1024 * 1024 + 1, 3 * 1024 * 1024])
def test_an_empty_or_too_large_file_is_asked_for_again(
    keeper: Browser, desk: ListDesk, size: int
) -> None:
    answer = sent(keeper, b"x" * size)
    assert answer.status_code == 200
    assert 'href="#id_list"' in answer.content.decode()
    assert desk.count() == 0


def test_another_keeper_sees_no_list_of_ones_own(keeper: Browser, desk: ListDesk) -> None:
    from collector.grants import Grants  # noqa: PLC0415
    from collector.web import accounts  # noqa: PLC0415

    answer = sent(keeper)
    finished(keeper, answer)
    accounts.add("other", "mau-mat-khau-2026", Role.KEEPER, Grants(places=("truong",)))
    other = inside("other")  # type: ignore[arg-type]
    assert other.get(answer["Location"]).status_code == 404
    assert other.post(f"{answer['Location']}/cards").status_code == 404
    number = desk.counter.owned("cho", None, b"", 1)[0].number.hex()
    assert other.get("/passes/team?place=cho&team=5A").status_code == 404
    for address in ("/passes/withdraw", "/passes/again"):
        asked = {"place": "cho", "team": "5A", "number": number}
        assert other.post(address, asked).status_code == 404
        assert other.post(address, {**asked, "place": "truong"}).status_code == 404
    assert [each.standing for each in desk.counter.owned("cho", None, b"", 9)] == [0, 0, 0]


def test_a_class_is_withdrawn_whole_and_only_on_purpose(keeper: Browser, desk: ListDesk) -> None:
    finished(keeper, sent(keeper))
    assert "5A" in keeper.get("/passes").content.decode()
    asked = {"place": "cho", "team": "5A", "whole": "1"}
    answer = keeper.post("/passes/withdraw", asked)
    assert "Chưa thu hồi" in keeper.get(answer["Location"]).content.decode()
    assert desk.counter.teams("cho")[0].withdrawn == 0
    answer = keeper.post("/passes/withdraw", {**asked, "sure": "1"})
    assert "Vừa thu hồi 2 thẻ" in keeper.get(answer["Location"]).content.decode()
    answer = keeper.post("/passes/withdraw", {**asked, "sure": "1"})
    assert "2 thẻ đã thu hồi từ trước" in keeper.get(answer["Location"]).content.decode()
    assert [team.withdrawn for team in desk.counter.teams("cho")] == [2, 0]


def test_one_card_is_not_withdrawn_by_a_slip_of_the_thumb(keeper: Browser) -> None:
    finished(keeper, sent(keeper))
    page = keeper.get("/passes/team?place=cho&team=5A").content.decode()
    asked = re.findall(r'<details class="ask"><summary.*?</details>', page, re.DOTALL)
    assert len(asked) == 2
    assert all('action="/passes/withdraw"' in each for each in asked)
    shown = re.findall(r"<code>…(\w+)</code>", page)
    assert re.findall(r"Đúng, thu hồi …(\w+)</button>", page) == shown
    assert page.count('action="/passes/withdraw"') == 2 + 1  # and the whole class


def test_one_card_is_withdrawn_or_made_anew(keeper: Browser, desk: ListDesk) -> None:
    finished(keeper, sent(keeper))
    one, other = desk.counter.owned("cho", "5A", b"", 9)
    asked = {"place": "cho", "team": "5A", "number": one.number.hex(), "name": "Mẫu Một"}
    made = keeper.post("/passes/again", asked)
    (text,) = codes(made.content)
    assert desk.status(text) is Standing.GOOD
    assert codes(keeper.post("/passes/again", asked).content) == {text}
    keeper.post("/passes/withdraw", {**asked, "number": other.number.hex()})
    standings = sorted(each.standing for each in desk.counter.owned("cho", "5A", b"", 9))
    assert standings == [Standing.GOOD, Standing.WITHDRAWN, Standing.WITHDRAWN]
    for number in ("", "xyz", "ab"):
        assert keeper.post("/passes/again", {**asked, "number": number}).status_code == 404


def test_without_a_desk_nothing_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "GATE_ISSUING", None)
    keeper = inside(Role.KEEPER)
    assert "/passes" not in keeper.get("/account").content.decode()
    assert keeper.get("/passes").status_code == 503
