"""Somebody declares on a telephone, without scripts: one question a page, and a code at the end."""

import html
import re
import sqlite3
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import cv2
import msgspec
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.declaration.sealed import place
from wire import gatepass
from wire.canonical import Document, parse
from wire.sealing import open_data_key

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
ANSWERS = (
    ("who", {"for": "self"}),
    ("name", {"name": "Nguyễn Văn Mẫu"}),
    ("born", {"born": "15/6/1990"}),
    ("sex", {"sex": "male"}),
    ("papers", {"number": "094090000000", "nationality": "VN"}),
    ("phone", {"phone": "0900 000 001"}),
    ("stay", {"commune": "31567", "hamlet": "Ấp Thử Nghiệm"}),
    ("places", {"place": ["Chợ Mẫu", ""], "place_day": ["2021-07-01", ""]}),
    ("symptoms", {"symptoms": "none"}),
    ("exposures", {"exposures": "none"}),
)
Form = dict[str, str | list[str]]


class Page(msgspec.Struct):
    """What was answered."""

    status: int
    headers: Message
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


class Visitor:
    """A browser without scripts: it sends back what a page's form holds."""

    def __init__(self, address: str, language: str = "vi") -> None:
        self._address, self._cookie = address, f"django_language={language}"
        self.page = self.ask("")

    def ask(self, to: str, form: Mapping[str, str | list[str]] | None = None) -> Page:
        """Get a page, or post a form to it."""
        data = None if form is None else urlencode(form, doseq=True).encode()
        request = Request(self._address + to, data, {"Cookie": self._cookie})  # noqa: S310
        try:
            with urlopen(request, timeout=20) as answer:  # noqa: S310
                if set_now := answer.headers["Set-Cookie"]:
                    self._cookie = set_now.partition(";")[0]
                return Page(answer.status, answer.headers, answer.read())
        except HTTPError as error:
            return Page(error.code, error.headers, error.read())

    def hidden(self) -> Form:
        """Return the hidden fields of the page's own form, the last on it."""
        form = self.page.text[self.page.text.rindex("<form method") :]
        found: dict[str, list[str]] = {}
        for name, value in HIDDEN.findall(form):
            found.setdefault(html.unescape(name), []).append(html.unescape(value))
        return {name: values[0] if len(values) == 1 else values for name, values in found.items()}

    def send(self, **more: str | list[str]) -> Page:
        return self.fill(more)

    def fill(self, answers: Mapping[str, str | list[str]], to: str = "to-khai") -> Page:
        self.page = self.ask(to, {**self.hidden(), **answers})
        return self.page

    def answer(self, **change: Form) -> None:
        """Answer every question; `change` has other answers, by their page."""
        self.send()
        for name, answers in ANSWERS:
            given: Form = {**answers, **change.get(name, {})}
            assert f'name="page" value="{name}"' in self.page.text, name
            self.fill(given)

    def forms(self) -> list[str]:
        return re.findall(r'<input type="hidden" name="text" value="([^"]*)"', self.page.text)


@pytest.fixture
def visitor(address: str) -> Visitor:
    return Visitor(address)


def declared(kept: Path) -> Document:
    """Return what was declared last, opened as only the vault can."""
    seal = X25519PrivateKey.from_private_bytes((kept / "seal").read_bytes())
    with sqlite3.connect(kept / "passes.db") as db:
        sql = "SELECT form, sealed FROM declaration ORDER BY id DESC LIMIT 1"
        ((form, sealed),) = db.execute(sql).fetchall()
    document = parse(sealed)
    return open_data_key(document["key"], seal).open(document["sealed"], place(form))


def rows(kept: Path) -> int:
    with sqlite3.connect(kept / "passes.db") as db:
        return int(db.execute("SELECT COUNT(*) FROM declaration").fetchone()[0])


def test_from_the_first_page_to_a_code_in_vietnamese(visitor: Visitor, kept: Path) -> None:
    assert "Khai báo y tế" in visitor.page.text
    visitor.answer()
    assert "Kiểm tra lại câu trả lời" in visitor.page.text
    assert "Nguyễn Văn Mẫu" in visitor.page.text
    visitor.send()
    assert "Đã nhận tờ khai" in visitor.page.text
    assert "Mẫu" not in visitor.page.text
    fields = declared(kept)
    assert (fields["name"], fields["born"], fields["phone"]) == (
        "Nguyễn Văn Mẫu",
        "1990-06-15",
        "0900000001",
    )
    parsed = gatepass.parse(html.unescape(visitor.forms()[0]))
    assert parsed.claims.expires == fields["ends"]


def test_the_picture_and_the_paper_hold_the_same_code(visitor: Visitor) -> None:
    visitor.answer()
    visitor.send()
    text = html.unescape(visitor.forms()[0])
    png = visitor.ask("ma-qr.png", {"text": text})
    picture = cv2.imdecode(np.frombuffer(png.content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert [each.text for each in zxingcpp.read_barcodes(picture)] == [text]
    pdf = visitor.ask("ma-qr.pdf", {"text": text})
    page = pypdfium2.PdfDocument(pdf.content)[0].render(scale=3).to_numpy()
    assert [each.text for each in zxingcpp.read_barcodes(page)] == [text] * 2


def test_the_codes_of_a_family_have_names_of_their_own(visitor: Visitor) -> None:
    names = set()
    for _ in range(2):
        visitor.page = visitor.ask("")
        visitor.answer()
        visitor.send()
        text = html.unescape(visitor.forms()[0])
        ending = gatepass.parse(text).claims.number.hex()[-4:]
        assert f"…{ending}" in visitor.page.text
        for kind in ("png", "pdf"):
            said = visitor.ask(f"ma-qr.{kind}", {"text": text}).headers["Content-Disposition"]
            assert said == f'attachment; filename="ma-qr-{ending}.{kind}"'
            names.add(said)
    assert len(names) == 4


def test_who_declares_for_another_is_asked_about_the_other_and_offered_nothing_own(
    visitor: Visitor,
) -> None:
    visitor.send()
    visitor.send(**{"for": "other"})
    page = visitor.send(guardian_name="Trần Thị Mẫu", guardian_phone="0900000003")
    assert 'autocomplete="off"' in page.text
    page = visitor.send(name="Bà Mẫu")
    assert "Ngày sinh của người này" in page.text
    assert 'autocomplete="off"' in page.text
    assert "Giới tính của người này" in visitor.send(born="1940").text
    assert "Số căn cước của người này" in visitor.send().text


def test_a_passport_can_be_typed_on_the_keys_of_a_telephone(visitor: Visitor) -> None:
    visitor.send()
    visitor.send(**{"for": "self"})
    page = visitor.send(name="John Sample")
    assert 'autocomplete="bday"' in page.text
    page = visitor.send(born="1990")
    page = visitor.send()
    assert "hộ chiếu" in page.text
    assert "inputmode" not in page.text
    assert 'name="page" value="phone"' in visitor.send(number="N1234567", nationality="US").text


@pytest.mark.parametrize("where", ["to-khai", "ngon-ngu", "ma-qr.png", "ma-qr.pdf"])
def test_an_address_that_a_telephone_opens_anew_leads_to_the_beginning(
    visitor: Visitor, where: str
) -> None:
    page = visitor.ask(where)
    assert (page.status, "Bắt đầu" in page.text) == (200, True)


@pytest.mark.parametrize(
    ("language", "says", "begin"),
    [("vi", "Không có trang này", "Bắt đầu"), ("en", "There is no such page", "Begin")],
)
def test_a_mistyped_address_is_told_in_the_readers_language(
    address: str, language: str, says: str, begin: str
) -> None:
    page = Visitor(address, language).ask("khai-bao")
    assert page.status == 404
    assert says in page.text
    assert begin in page.text


def test_nobody_prints_what_is_no_pass(visitor: Visitor) -> None:
    for text in ("", "GP1:", "https://xau.example", "GP1:" + "A" * 5000):
        for name in ("ma-qr.png", "ma-qr.pdf"):
            assert visitor.ask(name, {"text": text}).status == 400


def test_what_is_wrong_is_said_on_the_same_page_and_nothing_is_lost(visitor: Visitor) -> None:
    visitor.send()
    visitor.send(**{"for": "self"})
    page = visitor.send(name="<script>alert(1)</script>")
    assert page.status == 422
    assert "Có chỗ chưa đúng" in page.text
    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text
    assert 'name="page" value="born"' in visitor.send(name="Thạch Sa Rây").text


PLACES: Form = {
    "place": ["Chợ Mẫu", "Bến xe", "x" * 300, "y" * 300],
    "place_day": ["2021-07-01", "hôm qua", "", ""],
}


@pytest.mark.parametrize(
    ("before", "wrong", "fields"),
    [
        (0, {}, ["for"]),
        (1, {"name": ""}, ["name"]),
        (2, {"born": "31/2/1990"}, ["born"]),
        (3, {"sex": "x"}, ["sex"]),
        (4, {"number": "1", "nationality": "?"}, ["nationality", "number"]),
        (5, {"phone": "1"}, ["phone"]),
        (6, {"commune": "", "hamlet": "x" * 300}, ["commune", "hamlet"]),
        (7, PLACES, ["place-2", "place_day-1"]),
        (8, {}, ["symptoms"]),
        (9, {"exposures": "x"}, ["exposures"]),
    ],
)
def test_each_link_of_what_is_wrong_leads_to_its_field(
    visitor: Visitor, before: int, wrong: Form, fields: list[str]
) -> None:
    visitor.send()
    for _, answers in ANSWERS[:before]:
        visitor.fill(answers)
    page = visitor.fill(wrong)
    assert page.status == 422
    assert sorted(re.findall(r'<li><a href="#([^"]+)"', page.text)) == fields
    for field in fields:
        (at,) = re.findall(rf'<(?:input|select)[^>]* id="{field}"[^>]*>', page.text)
        assert 'aria-invalid="true"' in at
        assert f'name="{field.partition("-")[0]}"' in at


def test_an_answer_is_changed_from_the_check_and_the_check_comes_back(visitor: Visitor) -> None:
    visitor.answer()
    page = visitor.send(go="phone")
    assert 'value="0900 000 001"' in page.text
    page = visitor.send(phone="0900000002")
    assert "Kiểm tra lại câu trả lời" in page.text
    assert "0900000002" in page.text
    assert "0900000001" not in page.text


def test_a_form_sent_twice_is_one_declaration_with_one_code(visitor: Visitor, kept: Path) -> None:
    visitor.answer()
    before, form = rows(kept), visitor.hidden()
    first = visitor.ask("to-khai", form).text
    again = visitor.ask("to-khai", form).text
    code = re.compile(r'name="text" value="([^"]*)"')
    assert code.findall(first) == code.findall(again) != []
    assert rows(kept) == before + 1


def test_symptoms_give_advice_a_number_and_a_shorter_pass(visitor: Visitor, kept: Path) -> None:
    visitor.answer(symptoms={"symptoms": ["fever", "cough"]})
    visitor.send()
    assert "0900 000 115" in visitor.page.text
    assert "hãy chờ người trực" in visitor.page.text
    parsed = gatepass.parse(html.unescape(visitor.forms()[0]))
    assert parsed.claims.holder == "attendant"
    assert declared(kept)["symptoms"] == ["fever", "cough"]


def test_a_guardian_declares_for_a_child(visitor: Visitor, kept: Path) -> None:
    visitor.send()
    page = visitor.send(**{"for": "other"})
    assert "Bạn là ai" in page.text
    visitor.send(guardian_name="Trần Thị Mẫu", guardian_phone="0900000003")
    for name, answers in ANSWERS[1:]:
        if name != "phone":
            assert f'name="page" value="{name}"' in visitor.page.text
            visitor.fill(answers)
    visitor.send()
    assert declared(kept)["guardian"] == {"name": "Trần Thị Mẫu", "phone": "0900000003"}
    assert declared(kept)["phone"] == "0900000003"


def test_the_language_changes_in_the_middle_and_nothing_is_lost(visitor: Visitor) -> None:
    visitor.send()
    visitor.send(**{"for": "self"})
    visitor.send(name="Thạch Sa Rây")
    page = visitor.fill({"language": "en"}, "ngon-ngu")
    assert "Date of birth" in page.text
    page = visitor.send(born="1990")
    assert "Sex" in page.text
    assert 'value="Thạch Sa Rây"' in page.text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"form": "x"},
        {"form": "ab" * 16, "page": "nowhere"},
        {"form": "ab" * 16, "page": "check"},
        {"form": "ab" * 16, "page": "check", "name": "\u202e", "symptoms": ["none", "fever"]},
        {"form": "ab" * 16, "go": "check"},
        {"form": "ab" * 16, "go": "../../etc/passwd"},
        {"form": "ab" * 16, "page": "places", "place": ["x" * 300] * 50},
    ],
)
def test_whatever_is_sent_the_page_answers(visitor: Visitor, data: Form) -> None:
    response = visitor.ask("to-khai", data)
    assert response.status in (200, 400, 422)
    assert "Traceback" not in response.text


def test_pages_forbid_scripts_of_others_and_are_kept_nowhere(visitor: Visitor) -> None:
    assert "script-src 'self'" in visitor.page.headers["Content-Security-Policy"]
    assert visitor.page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in visitor.page.headers


def test_it_answers_alike_whether_somebody_is_known_or_not(visitor: Visitor, address: str) -> None:
    texts = []
    for each in (visitor, Visitor(address)):
        each.answer()
        each.send()
        page = re.sub(r'(value|d)="[^"]*"|…[0-9a-f]{4}|\d\d:\d\d', "", each.page.text)
        texts.append(page)
    assert texts[0] == texts[1]
