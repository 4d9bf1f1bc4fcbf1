"""The desk is away: its process stopped, its socket gone, or it answers with an error of its own.

The page and the desk are the real processes; who answers with an error does so at a real socket.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.asking import protocol
from collector.asking.server import Server
from collector.asking.users import ids
from tests.collector.issuing.test_process import District
from tests.collector.public.test_pages import ANSWERS, Form, Page, Visitor
from tests.waiting import until

pytestmark = pytest.mark.timeout(120)
COLLECTOR = str(Path(sys.executable).with_name("collector"))
URL = re.compile(r"http://127\.0\.0\.1:\d+/")
TYPED: Form = {
    "form": "ab" * 16,
    "page": "name",
    "for": "self",
    "name": "Nguyễn <b>Văn</b> Mẫu",
    "place": ["Chợ Mẫu", "Bến xe Mẫu"],
    "unknown": "x",
}


@pytest.fixture
def district(tmp_path: Path) -> District:
    made = District(tmp_path)
    path = tmp_path / "collector.toml"
    path.write_text(path.read_text() + "[public]\nport = 0\n")
    return made


def log(district: District) -> str:
    return (district.folder / "public.log").read_text()


@pytest.fixture
def address(district: District) -> Iterator[str]:
    """Return where `collector public` serves the district."""
    with (district.folder / "public.log").open("wb") as out:
        command = [COLLECTOR, "public", "--config", str(district.folder / "collector.toml")]
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        until(lambda: "public.ready" in log(district) or process.poll() is not None, "no page")
        found = URL.search(log(district))
        assert found is not None, log(district)
        yield found.group()
    finally:
        process.terminate()
        assert process.wait(60) == 0, log(district)


def stopped(desk: "subprocess.Popen[bytes]") -> None:
    desk.terminate()
    assert desk.wait(60) == 0


def answered(visitor: Visitor) -> None:
    """Answer every question, for the commune that this district has."""
    visitor.answer(stay={"commune": "x", "hamlet": ""})


def test_a_declaration_that_met_no_desk_is_sent_from_the_same_page_later(
    district: District, address: str
) -> None:
    desk = district.start()
    visitor = Visitor(address)
    answered(visitor)
    stopped(desk)
    for _ in range(2):  # however often
        page = visitor.send()
        assert page.status == 503
        assert page.headers["Retry-After"] == "120"
        assert page.headers["Content-Language"] == "vi"
        assert "Câu trả lời của bạn vẫn còn đây" in page.text
        assert "chờ vài phút rồi bấm nút" in page.text
        assert "mời bạn gặp người trực ở cửa" in page.text
        assert "0900 000 115" in page.text
    kept = visitor.hidden()
    assert kept["name"] == "Nguyễn Văn Mẫu"
    assert {field for _, answers in ANSWERS for field in answers} <= set(kept)
    desk = district.start()
    assert visitor.send().status == 200
    assert "Đã nhận tờ khai" in visitor.page.text
    stopped(desk)
    events = re.findall(r"public\.desk_\w+", log(district))
    assert events == ["public.desk_lost", "public.desk_back"]
    assert "Service Unavailable" not in log(district), "once, and not once a visitor"
    assert "Mẫu" not in log(district)


@pytest.mark.parametrize(
    ("language", "says", "station"),
    [
        ("vi", "Xin thử lại sau vài phút", "hãy gọi trạm y tế nơi bạn ở"),
        ("en", "Please try again in some minutes", "call your health station"),
        ("xx", "Xin thử lại sau vài phút", "hãy gọi trạm y tế nơi bạn ở"),
    ],
)
def test_a_page_started_before_any_desk_says_so_in_the_visitors_language(
    address: str, language: str, says: str, station: str
) -> None:
    page = Visitor(address, language).page
    assert page.status == 503
    assert says in page.text
    assert station in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_what_was_typed_waits_on_the_page_and_nothing_else(address: str) -> None:
    visitor = Visitor(address)
    page = visitor.fill(TYPED)
    assert page.status == 503
    assert visitor.hidden() == {key: TYPED[key] for key in TYPED if key != "unknown"}
    assert "<b>Văn" not in page.text
    assert 'action="/to-khai"' in page.text


def test_a_language_chosen_meanwhile_is_spoken_and_nothing_is_lost(address: str) -> None:
    visitor = Visitor(address)
    page = visitor.ask("ngon-ngu", {**TYPED, "language": "en"})
    visitor.page = page
    assert (page.status, page.headers["Content-Language"]) == (503, "en")
    assert "Your answers are still here" in page.text
    assert visitor.hidden()["language"] == "en"
    assert visitor.hidden()["place"] == TYPED["place"]
    assert 'action="/ngon-ngu"' in page.text


def refused(data: bytes) -> bytes:
    return protocol.answered(Nobody, data, lambda *_: None)


class Nobody:
    """A port that has no request at all."""


@contextmanager
def answering(
    district: District, answer: Callable[[bytes], bytes], *, ours: bool
) -> Iterator[None]:
    path = district.folder / "desk/declaring"
    path.parent.mkdir()
    with Server(path, ids((), "test") if ours else frozenset(), answer):
        yield


@pytest.mark.parametrize(
    ("answer", "ours"),
    [
        (lambda _: protocol.failed(), True),
        (lambda _: b"no answer of this release", True),
        (lambda _: b'{"code": "database-away", "detail": "/a/path"}', True),
        (lambda _: b'{"code": "declarations-many", "detail": ""}', True),
        (refused, True),
        (lambda _: protocol.failed(), False),
    ],
    ids=["at fault", "other release", "no database", "flooded", "request refused", "user refused"],
)
def test_whatever_the_desk_answers_there_is_a_page(
    district: District, address: str, answer: Callable[[bytes], bytes], *, ours: bool
) -> None:
    with answering(district, answer, ours=ours):
        pages: list[Page] = [(visitor := Visitor(address)).page, visitor.fill(TYPED)]
    for page in pages:
        assert page.status == 503
        assert "Hiện chưa nhận được tờ khai" in page.text
        assert "/a/path" not in page.text
    assert visitor.hidden()["name"] == TYPED["name"]
