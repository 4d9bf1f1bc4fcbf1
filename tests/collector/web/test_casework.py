"""The pages of a case, walked as an officer walks them, and attacked as somebody else would."""

import io
import re
from typing import Any

import openpyxl
import pypdfium2
import pytest
from pyzipper.zipfile_aes import AESZipFile

from collector.cases.audit import PAGE, Flaw, Verified
from collector.cases.entries import Act, State
from collector.cases.roles import Actor, Role
from collector.trace.entries import Contact as Near
from collector.trace.entries import Outside, Question, Rule
from collector.trace.news import Changed, News
from collector.vault.entries import Arrived
from tests.collector.web import serving
from tests.collector.web.conftest import NOW, Clock
from tests.collector.web.desk import DAY, HOUR, MINUTE, SICK, MemoryDesk
from tests.collector.web.test_access import inside

pytestmark = pytest.mark.usefixtures("officers")
OFFICER = Role.DISTRICT
ANSWERS = {
    "ref": "CDC-1",
    "ground": "Quyết định 12",
    "area": "mau",
    "onset": "2026-09-18",
    "isolation": "2026-09-20",
    "minutes": "15",
    "margin": "0",
    "days": "21",
}


@pytest.fixture
def case(vault: MemoryDesk, wall: Clock) -> int:
    return serving.half_worked(vault, wall, OFFICER)


@pytest.fixture
def browser(vault: MemoryDesk) -> Any:  # noqa: ANN401  # Django's client needs the settings
    assert vault.many == 0
    return inside(OFFICER)


def text(answer: Any) -> str:  # noqa: ANN401
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def acts(vault: MemoryDesk) -> list[Act]:
    return [row.act for row in vault._audit.rows(limit=5000)]


def test_a_case_is_opened_by_one_question_a_page_and_a_look_at_all_answers(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
) -> None:
    page = browser.post("/cases/new", {**ANSWERS, "step": "0", "ref": ""})
    assert "Nhập số hồ sơ" in text(page)
    for step in range(4):
        page = browser.post("/cases/new", {**ANSWERS, "step": str(step)})
        assert f"Câu {step + 2} trên 5" in text(page)
    page = browser.post("/cases/new", {**ANSWERS, "step": "4"})
    assert "Kiểm tra lại" in text(page)
    assert vault.cases(OFFICER) == ()
    page = browser.post("/cases/new", {**ANSWERS, "step": "5", "opened": "1"})
    assert page["Location"] == "/cases/1"
    (made,) = vault.cases(OFFICER)
    assert (made.ref, made.rule["min_minutes"]) == ("CDC-1", 15)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("area", "elsewhere", "Hãy chọn địa bàn"),
        ("onset", "hôm qua", "Đây không phải ngày"),
        ("isolation", "2026-09-17", "không thể trước ngày"),
        ("minutes", "-1", "Nhập số phút"),
        ("days", "61", "Nhập số ngày"),
        ("days", "0", "Nhập số ngày"),
    ],
)
def test_no_question_can_be_skipped_by_sending_the_last_page(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    field: str,
    value: str,
    says: str,
) -> None:
    page = browser.post("/cases/new", {**ANSWERS, field: value, "step": "5", "opened": "1"})
    assert says in text(page)
    assert vault.cases(OFFICER) == ()


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("number", "07919000123ê", "tắt bộ gõ tiếng Việt"),
        ("pass", "0123456789âbcdef", "tắt bộ gõ tiếng Việt"),
        ("phone", "đ912345678", "tắt bộ gõ tiếng Việt"),
        ("number", "12345", "12 chữ số"),
        ("phone", "12", "Số điện thoại"),
        ("pass", "xyz", "không phải thẻ"),
        ("name", "Nguyeexn Vawn Maaux", "bật bộ gõ tiếng Việt"),
        ("name", "Nguye64n Va8n Ma64u", "bật bộ gõ tiếng Việt"),
        ("name", "Mẫu", "không tìm ai theo một phần tên"),
        ("name", "Nguyễn Văn Mẫu", "Nhập ngày sinh"),
        ("number", "", "Hãy nhập"),
    ],
)
def test_what_cannot_be_looked_for_is_answered_with_what_to_do(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
    kind: str,
    typed: str,
    says: str,
) -> None:
    before = acts(vault)
    page = browser.post(f"/cases/{case}/find", {"kind": kind, "text": typed})
    assert says in text(page)
    assert 'role="alert"' in page.content.decode()
    assert acts(vault) == before


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("number", "0791 9000 1234"),
        ("number", "079190001234|012345678|Nguyễn Văn Mẫu|15061990|Nam|Ấp 3|01012022"),
        ("pass", "079190001234||Nguyễn Văn Mẫu|15061990|Nam|Ấp 3|01012022"),
        ("phone", "+84 912 345 678"),
        ("pass", "0123 4567 89AB CDEF"),
    ],
)
def test_an_index_person_is_found_by_any_spelling_and_added(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
    kind: str,
    typed: str,
) -> None:
    vault.remove_index(OFFICER, case, SICK)
    page = browser.post(f"/cases/{case}/find", {"kind": kind, "text": typed})
    assert f"/cases/{case}/index/{SICK}/add" in page.content.decode()
    assert "Nguyễn Văn Mẫu" not in text(page)
    browser.post(f"/cases/{case}/index/{SICK}/add")
    assert vault.case(OFFICER, case).index == (SICK,)


def test_the_trace_opens_with_places_and_nobody_is_opened_before_the_list(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    places = text(browser.get(f"/cases/{case}/places"))
    assert "Chợ Mẫu" in places
    assert "mã bị sao chép hoặc cho mượn" in places
    assert "theo thẻ ra vào, theo số định danh" in places
    contacts = text(browser.get(f"/cases/{case}/contacts"))
    assert "60 phút 90 phút" in contacts
    assert "kết quả này có thể còn tăng" in contacts
    assert "2 địa điểm, 41 người" in contacts
    assert "ít nhất" not in contacts
    assert Act.OPENED not in acts(vault)


def test_narrowing_stands_in_the_address_and_goes_into_the_question(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    real = vault.trace

    def trace(officer: str, number: int, question: Any) -> Any:  # noqa: ANN401
        asked.append(question)
        return real(officer, number, question)

    monkeypatch.setattr(vault, "trace", trace)
    address = "from=2026-09-10&to=12/09/2026&minutes=95&indoor=1&place=2&place=x&team=6A"
    page = browser.get(f"/cases/{case}/contacts?{address}")
    (question,) = asked
    assert (question.rule.min_minutes, question.rule.indoor_only) == (95, True)
    assert (question.only, question.teams) == ((2,), ("6A",))
    assert question.until_ms - question.from_ms == 3 * 86_400_000
    assert "minutes=95" in page.content.decode()
    for nonsense in ("from=x&to=y&minutes=z&place=%00&ring=9", "minutes=999999999999", "of=1%2C2"):
        assert browser.get(f"/cases/{case}/contacts?{nonsense}").status_code == 200


def test_a_place_is_asked_about_for_itself_by_day_and_times(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault.remove_index(OFFICER, case, SICK)  # nobody need be known to be ill
    page = browser.get(f"/cases/{case}/places").content.decode()
    assert '<option value="1">Chợ Mẫu</option>' in page
    asked = []
    real = vault.trace

    def trace(officer: str, number: int, question: Any) -> Any:  # noqa: ANN401
        asked.append(question)
        return real(officer, number, question)

    monkeypatch.setattr(vault, "trace", trace)
    form = "key=1&day=2026-09-20&since=07:00&till=09:30&at=3~2026-09-19T10:00~2026-09-19T11:00"
    page = browser.get(f"/cases/{case}/contacts?{form}")
    hours = 1_789_862_400_000 - 7 * HOUR  # midnight of 20 September 2026 there
    yesterday = (3, hours - 14 * HOUR, hours - 13 * HOUR)
    assert asked[0].places == (yesterday, (1, hours + 7 * HOUR, hours + 9 * HOUR + 30 * MINUTE))
    outside = browser.get(f"/cases/{case}/contacts?from=2026-09-20&to=2026-09-20&{form}")
    assert 'name="from" type="date" value="2026-09-19"' in outside.content.decode()
    assert "at=1~2026-09-20T07%3A00~2026-09-20T09%3A30" in page.content.decode()
    assert "F1·1" in text(page)
    for wrong in ("till=06:00", "till=", "day=x", "key=%2D1"):
        page = text(browser.get(f"/cases/{case}/contacts?{form}&{wrong}"))
        assert ("Chưa hỏi được địa điểm" in page) is False  # the first of each is taken
        page = text(browser.get(f"/cases/{case}/contacts?{wrong}&{form}"))
        assert "Chưa hỏi được địa điểm" in page


def test_contacts_go_onto_the_list_and_the_second_ring_is_of_chosen_ones(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    last = SICK + 107
    browser.post(f"/cases/{case}/contacts/enlist", {"person": [str(last)]})
    assert last in {each.person for each in vault.contacts(OFFICER, case)}
    ring = browser.post(f"/cases/{case}/contacts/enlist", {"person": [str(last)], "ring": "2"})
    assert f"ring=2&of={last}" in ring["Location"]
    assert "F2·1" in text(browser.get(ring["Location"]))


def test_names_are_opened_only_when_asked_for(browser: Any, vault: MemoryDesk, case: int) -> None:  # noqa: ANN401
    page = text(browser.get(f"/cases/{case}/list"))
    assert "Nguyễn Thị Ngọc Ánh" not in page
    assert "0912345678" not in page
    assert Act.OPENED not in acts(vault)
    page = text(browser.post(f"/cases/{case}/list"))
    assert "Nguyễn Thị Ngọc Ánh" in page
    assert "0912345678 từ tờ khai" in page
    assert "Ấp Mỹ Lợi, Xã Khác" in page
    assert "hỏi tại đó: Bà Tư 0299000000" in page
    assert acts(vault)[-1] is Act.OPENED


def test_each_column_filters_and_the_filters_stay_in_the_address(
    browser: Any,  # noqa: ANN401
    case: int,
) -> None:
    assert "Hiện 1 trên 7" in text(browser.get(f"/cases/{case}/list?state=reached"))
    assert "Hiện 3 trên 7" in text(browser.get(f"/cases/{case}/list?assignee=district-officer"))
    assert "Hiện 0 trên 7" in text(browser.get(f"/cases/{case}/list?ring=2"))
    assert "Hiện 2 trên 7" in text(browser.get(f"/cases/{case}/list?least=94"))
    page = browser.get(f"/cases/{case}/list?state=reached&least=x&page=-4").content.decode()
    assert 'action="?state=reached&amp;page=1"' in page


def test_two_officers_do_not_call_one_person_unknowingly(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    person = SICK + 103
    page = browser.post(f"/cases/{case}/list/{person}/call")
    assert page.status_code == 409
    assert "sector-officer" in text(page)
    free = SICK + 104
    browser.post(f"/cases/{case}/list/{free}/call")
    other = inside(Role.SECTOR)
    assert "district-officer đang gọi" in text(other.get(f"/cases/{case}/list"))
    assert other.post(f"/cases/{case}/list/{free}/call").status_code == 409
    assert {each.caller for each in vault.contacts(OFFICER, case)} == {
        "",
        "district-officer",
        "sector-officer",
    }


def typed(page: Any) -> dict[str, str]:  # noqa: ANN401  # Django's answer
    """Return what the form for what came of a call would send."""
    form = page.content.decode().partition('name="version"')
    rest = 'name="version"' + form[2]
    checked = re.findall(r'name="(state)" value="([a-z-]+)" checked', rest)
    return dict(re.findall(r'name="(version|assignee|note)"[^>]* value="([^"]*)"', rest) + checked)


def test_a_change_over_somebody_elses_is_answered_and_loses_nothing(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    person = SICK + 105
    form = {"version": "1", "state": "reached", "assignee": "a", "note": "đã gặp"}
    assert browser.post(f"/cases/{case}/list/{person}", form).status_code == 302
    late = {**form, "state": "not-reached", "note": "máy bận"}
    page = browser.post(f"/cases/{case}/list/{person}", late)
    assert page.status_code == 409
    assert "district-officer, " in text(page), "who was quicker"
    assert "<dt>Ghi chú</dt><dd>đã gặp</dd>" in page.content.decode()
    assert typed(page) == {
        "version": "2",
        "state": "not-reached",
        "assignee": "a",
        "note": "máy bận",
    }
    (kept,) = [each for each in vault.contacts(OFFICER, case) if each.person == person]
    assert (kept.state, kept.note, kept.version) == (State.REACHED, "đã gặp", 2)


def test_scripts_in_what_was_typed_are_shown_and_not_run(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    evil = "<script>alert(1)</script>"
    form = {"version": "1", "state": "reached", "assignee": evil, "note": f'"><img src=x>{evil}'}
    assert browser.post(f"/cases/{case}/list/{SICK + 105}", form).status_code == 302
    for page in (f"/cases/{case}/list", f"/cases/{case}/list/{SICK + 105}"):
        shown = browser.get(page).content.decode()
        assert evil not in shown
        assert "<img src=x" not in shown
        assert "&lt;script&gt;" in shown
    assert vault.contacts(OFFICER, case)


@pytest.mark.parametrize(
    "page", ["", "/places", "/contacts", "/list", "/export", "/handover", "/holds", "/approvals"]
)
def test_a_case_of_another_area_does_not_exist(vault: MemoryDesk, case: int, page: str) -> None:
    vault.actors[Role.COMMUNE] = Actor(Role.COMMUNE, Role.COMMUNE, ("khac",))
    stranger = inside(Role.COMMUNE)
    assert stranger.get(f"/cases/{case}{page}").status_code == 404
    assert stranger.get(f"/cases/99{page}").status_code == 404
    assert "CDC-MT-012" not in text(stranger.get("/cases"))


def test_nobody_is_looked_at_for_a_case_that_is_over(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    browser.post(f"/cases/{case}/close")
    for ask in (
        lambda: browser.get(f"/cases/{case}/contacts"),
        lambda: browser.get(f"/cases/{case}/timeline/{SICK}"),
        lambda: browser.post(f"/cases/{case}/list"),
        lambda: browser.post(f"/cases/{case}/find", {"kind": "phone", "text": "0912345678"}),
        lambda: browser.post(f"/cases/{case}/export", {"plain": "1", "column": "name"}),
    ):
        assert ask().status_code == 403
    assert Act.OPENED not in acts(vault)


def test_more_than_two_hundred_people_take_a_second_officer(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    vault.many = 230
    browser.post(f"/cases/{case}/contacts/enlist", {"all": "1"})
    export = {"column": "name", "form": "csv", "plain": "1"}
    assert browser.post(f"/cases/{case}/export", export).status_code == 403
    browser.post(f"/cases/{case}/approvals/ask")
    own = browser.post(f"/cases/{case}/approvals/1")
    assert own.status_code == 403
    assert "đề nghị của bạn" in text(browser.get(f"/cases/{case}/approvals"))
    second = inside(Role.SECTOR)
    assert "đề nghị mở thông tin 230 người" in text(second.get(f"/cases/{case}/approvals"))
    assert second.post(f"/cases/{case}/approvals/1").status_code == 302
    assert "✓ sector-officer" in text(browser.get(f"/cases/{case}/approvals"))
    assert "cán bộ thứ hai" not in text(browser.get(f"/cases/{case}"))
    assert browser.post(f"/cases/{case}/export", export).status_code == 200


def opened(answer: Any, passphrase: str) -> dict[str, bytes]:  # noqa: ANN401
    with AESZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        return {name: archive.read(name, pwd=passphrase.encode()) for name in names}


def test_a_print_is_encrypted_and_says_case_officer_time_copy_and_head(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    form = {"column": ["name", "least"], "form": "pdf", "passphrase": "khế ngọt 2026"}
    answer = browser.post(f"/cases/{case}/export", form)
    assert answer["Content-Disposition"] == f'attachment; filename="tiep-xuc-{case}.pdf"'
    document = pypdfium2.PdfDocument(answer.content, password="khế ngọt 2026")
    page = " ".join(document[0].get_textpage().get_text_range().split())
    head = vault._audit.head(0)
    for part in (
        f"Hồ sơ: CDC-MT-012 (#{case})",
        "Cán bộ: district-officer",
        "Bản số: 1",
        f"Đầu nhật ký: {head.seq} {head.hash[:24]}",
        "Nguyễn Thị Ngọc Ánh",
        "ít nhất 15 phút",
    ):
        assert part in page
    assert "0912345678" not in page
    assert acts(vault)[-2:] == [Act.OPENED, Act.EXPORTED]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_spreadsheet_leaves_in_an_encrypted_archive_without_number_and_phone(
    browser: Any,  # noqa: ANN401
    case: int,
    form: str,
) -> None:
    said = {"column": ["name", "home"], "form": form, "passphrase": "khế ngọt 2026"}
    files = opened(browser.post(f"/cases/{case}/export", said), "khế ngọt 2026")
    content = files[f"tiep-xuc-{case}.{form}"]
    if form == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    else:
        cells = content.decode("utf-8-sig").replace('"', "").replace("\r\n", ",").split(",")
    assert "Nguyễn Thị Ngọc Ánh" in cells
    assert not [each for each in cells if each.startswith(("0912", "0987", "0790900"))]


def test_what_was_chosen_for_a_file_is_kept_while_its_passphrase_is_asked_for_again(
    browser: Any,  # noqa: ANN401
    case: int,
) -> None:
    form = {"column": ["name", "phone"], "form": "xlsx", "passphrase": "khế ngọt"}
    page = browser.post(f"/cases/{case}/export", form).content.decode()
    assert re.findall(r'value="([a-z]+)" checked', page) == ["name", "phone", "xlsx"]
    assert 'value="khế ngọt"' in page


def test_a_passphrase_that_was_written_down_is_not_changed_by_a_handover_to_nobody(
    browser: Any,  # noqa: ANN401
    case: int,
) -> None:
    form = {"receiver": " ", "passphrase": "khế ngọt 2026", "person": [str(SICK + 104)]}
    page = browser.post(f"/cases/{case}/handover", form).content.decode()
    assert 'value="khế ngọt 2026"' in page
    assert re.findall(r'name="person" value="([0-9]+)" checked', page) == [str(SICK + 104)]
    short = browser.post(f"/cases/{case}/handover", {"receiver": "Xã Khác", "passphrase": "a"})
    assert 'value="Xã Khác"' in short.content.decode()


def test_a_name_is_not_typed_again_for_a_wrong_birth_date_and_a_code_is_not_sent_back(
    browser: Any,  # noqa: ANN401
    case: int,
) -> None:
    asked = {"kind": "name", "text": "Nguyễn Văn Mẫu", "born": "tháng sáu", "sex": "male"}
    page = browser.post(f"/cases/{case}/find", asked).content.decode()
    assert 'value="Nguyễn Văn Mẫu"' in page
    assert 'value="tháng sáu"' in page
    assert 'value="male" checked' in page
    page = browser.post(f"/cases/{case}/find", {"kind": "number", "text": "07919"}).content.decode()
    assert "07919" not in page


def test_a_number_is_called_by_tapping_it(browser: Any, case: int) -> None:  # noqa: ANN401
    page = browser.post(f"/cases/{case}/list").content.decode()
    assert 'href="tel:0912345678"' in page
    assert 'href="tel:0299000000"' in page


def test_one_person_beyond_the_scope_is_not_said_as_several(
    vault: MemoryDesk,
    case: int,
) -> None:
    vault.outside = Outside(1, 1, 1)
    browser = inside(Role.DISTRICT)
    browser.cookies["django_language"] = "en"
    page = text(browser.get(f"/cases/{case}/contacts"))
    assert "Beyond your scope: 1 place, 1 person. They" in page


def test_a_file_without_a_passphrase_is_asked_for_one(browser: Any, case: int) -> None:  # noqa: ANN401
    for passphrase in ("", "ngắn"):
        form = {"column": "name", "form": "pdf", "passphrase": passphrase}
        page = browser.post(f"/cases/{case}/export", form)
        assert page["Content-Type"].startswith("text/html")
        assert "ít nhất 10 ký tự" in text(page)


def test_contacts_are_handed_over_in_one_file_and_receipted_by_its_digest(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    form = {"receiver": "Xã Khác", "passphrase": "khế ngọt 2026", "person": [str(SICK + 104)]}
    answer = browser.post(f"/cases/{case}/handover", form)
    files = opened(answer, "khế ngọt 2026")
    assert sorted(files) == [
        "ban-giao.pdf",
        "dhis2-tracker.csv",
        "dhis2-tracker.json",
        "godata-contacts.csv",
        "godata-relationships.csv",
    ]
    assert "0912345678" in files["godata-contacts.csv"].decode()
    given = vault.handovers(OFFICER, case)[-1]
    assert given.persons == (SICK + 104,)
    (contact,) = [c for c in vault.contacts(OFFICER, case) if c.person == SICK + 104]
    assert (contact.state, contact.handed_to) == (State.HANDED_OVER, "Xã Khác")
    wrong = browser.post(f"/cases/{case}/handover/{given.number}/received", {"digest": "cd" * 32})
    assert wrong.status_code == 404
    browser.post(f"/cases/{case}/handover/{given.number}/received", {"digest": given.digest})
    assert vault.handovers(OFFICER, case)[-1].received_ms


def test_whoever_is_refused_what_they_sent_is_led_back_to_where_they_sent_it(
    browser: Any,  # noqa: ANN401
    case: int,
) -> None:
    form, there = {"digest": "cd" * 32}, f"/cases/{case}/handover"
    sender = {"referer": f"http://testserver{there}"}
    page = browser.post(f"{there}/1/received", form, headers=sender)
    assert page.status_code == 404
    main = page.content.decode().partition("<main")[2]
    assert f'href="{there}">Về trang trước</a>' in main
    assert "Về trang trước" not in browser.get("/cases/999", headers=sender).content.decode()


def test_days_are_checked_as_they_are_read_before_a_case_is_opened(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
) -> None:
    said = {"ref": "CDC-2", "ground": "QĐ 12", "area": "mau", "onset": "2026-09-20"}
    said |= {"isolation": "", "minutes": "15", "margin": "0", "days": "21", "step": "4"}
    page = text(browser.post("/cases/new", said))
    assert "20/09/2026" in page
    assert "2026-09-20" not in page
    assert not vault.cases(OFFICER)


def test_a_timeline_is_a_picture_and_a_table_without_the_name(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    page = browser.get(f"/cases/{case}/timeline/{SICK}").content.decode()
    assert page.count('class="may') == 4
    assert page.count('class="sure"') == 4
    assert "<table" in page
    assert Act.OPENED not in acts(vault)


def test_a_graph_has_at_most_forty_nodes_and_counts_the_rest(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    vault.many = 100
    page = browser.get(f"/cases/{case}/graph")
    assert page.content.decode().count("<circle") == 40
    assert "61 người tiếp xúc nữa" in text(page)


@pytest.mark.parametrize("page", ["", "/places", "/contacts", "/graph", "/list", "/holds"])
def test_no_page_of_a_case_leads_to_one_that_is_refused(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
    page: str,
) -> None:
    shown = browser.get(f"/cases/{case}{page}").content.decode()
    for address in set(re.findall(rf'href="(/cases/{case}[^"#]*)"', shown)):
        assert browser.get(address.replace("&amp;", "&")).status_code == 200, address
    assert Act.REFUSED not in acts(vault)


def test_two_rows_are_compared_merged_with_a_reason_and_taken_apart(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    one, other = SICK + 100, SICK + 105
    address = f"/cases/{case}/pair?person={one}&person={other}"
    assert text(browser.get(address)).count("Nguyễn Thị Ngọc Ánh") == 2
    both = {"person": [str(one), str(other)]}
    assert "vì sao đây là một người" in text(browser.post(f"/cases/{case}/pair/merge", both))
    browser.post(f"/cases/{case}/pair/merge", {**both, "reason": "cùng số thẻ"})
    assert "đã xác định đây là một người" in text(browser.get(address))
    browser.post(f"/cases/{case}/pair/1/undo")
    assert vault._merged == {}


def test_records_are_held_by_two_officers_opened_and_released(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    page = f"/cases/{case}/holds"
    assert "không giữ lại thông tin của ai" in text(browser.get(page))
    form = {"person": str(SICK + 104), "reason": "khiếu nại <b>", "end": "2026-12-01"}
    assert browser.post(page, form)["Location"] == page
    assert "cán bộ khác quyết định" in text(browser.get(page))
    assert browser.post(f"{page}/1/approve").status_code == 409
    assert browser.post(f"{page}/1/open").status_code == 409
    second = inside(Role.SECTOR)
    assert "khiếu nại &lt;b&gt;" in second.get(page).content.decode()
    assert second.post(f"{page}/1/approve").status_code == 302
    assert Act.OPENED not in acts(vault)
    opened = text(browser.post(f"{page}/1/open"))
    assert "Võ Thị Én" in opened
    assert "Trường THCS Mẫu: 08:00" in opened
    assert "Thông tin của 1 người" in text(browser.get(f"/cases/{case}"))
    browser.post(f"/cases/{case}/close")
    assert browser.post(page, form).status_code == 403
    browser.post(f"{page}/1/release")
    assert vault.holds(OFFICER, case) == ()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("person", "", "chọn giữ lại thông tin của ai"),
        ("person", "x", "chọn giữ lại thông tin của ai"),
        ("reason", " ", "nêu lý do"),
        ("end", "", "không quá một năm"),
        ("end", "2026-09-20", "không quá một năm"),
        ("end", "2027-09-23", "không quá một năm"),
    ],
)
def test_what_cannot_be_held_is_answered_with_what_to_do(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
    field: str,
    value: str,
    says: str,
) -> None:
    form = {"person": str(SICK + 104), "reason": "khiếu nại", "end": "2026-12-01", field: value}
    page = browser.post(f"/cases/{case}/holds", form)
    assert says in text(page)
    assert 'role="alert"' in page.content.decode()
    assert vault.holds(OFFICER, case) == ()


def test_days_rule_and_end_of_an_open_case_are_changed_and_its_ground_is_not(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    page = f"/cases/{case}/change"
    before = vault.case(OFFICER, case)
    assert 'name="margin" inputmode="numeric" value="10"' in browser.get(page).content.decode()
    form = {**ANSWERS, "minutes": "30", "days": "40"}
    for field, value, says in (
        ("onset", "x", "Đây không phải ngày"),
        ("days", "61", "không quá 60"),
        ("minutes", "", "Nhập số phút"),
    ):
        assert says in text(browser.post(page, {**form, field: value}))
    assert vault.case(OFFICER, case) == before
    assert browser.post(page, form)["Location"] == f"/cases/{case}"
    after = vault.case(OFFICER, case)
    assert (after.ref, after.ground, after.area) == (before.ref, before.ground, before.area)
    assert (after.rule["min_minutes"], after.rule["margin_ms"]) == (30, 0)
    assert after.expires_ms - before.expires_ms > 25 * DAY
    assert acts(vault)[-1] is Act.CASE_CHANGED
    browser.post(f"/cases/{case}/close")
    assert browser.post(page, form).status_code == 403


def test_the_case_says_what_arrived_since_its_list_was_made(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    asked = Question((SICK,), NOW - 5 * DAY, NOW - HOUR, Rule(20), only=(2,))
    near = Near(SICK + 200, 0, HOUR, NOW - DAY, NOW - DAY + HOUR, 1, 1)
    changed = Changed(SICK + 100, near, near)
    news = News(90 * MINUTE, 30 * MINUTE, (near, near), (changed,), (SICK + 101,))
    vault.since = (Arrived(asked, NOW - HOUR, news),)
    page = browser.get(f"/cases/{case}")
    said = text(page)
    for part in (
        "có thêm 2 người",
        "số phút của 1 người tiếp xúc đã khác",
        "1 người hóa ra đã ở nơi khác",
        "đã gửi 90 phút",
        "Còn 30 phút",
    ):
        assert part in said
    assert "contacts?from=2026-09-16&amp;to=2026-09-21&amp;minutes=20&amp;place=2" in (
        page.content.decode()
    )
    vault.since = (Arrived(asked, NOW - HOUR, News(0, 0, (), (), ())),)
    assert "không có ai phải thêm hay sửa" in text(browser.get(f"/cases/{case}"))
    browser.post(f"/cases/{case}/close")  # nobody is looked at for it any more
    page = browser.get(f"/cases/{case}")
    assert page.status_code == 200
    assert "không có ai phải thêm hay sửa" not in text(page)
    assert acts(vault)[-1] is Act.CASE_CLOSED


def test_a_contact_says_every_meeting_with_its_bounds(browser: Any, case: int) -> None:  # noqa: ANN401
    page = text(browser.get(f"/cases/{case}/list/{SICK + 104}"))
    assert "2 lần gặp" in page
    assert "Trạm y tế Mẫu F0·1" in page
    assert "40 phút 90 phút" in page


def test_the_audit_is_read_backwards_to_its_first_row(case: int, vault: MemoryDesk) -> None:
    assert case
    made = len(acts(vault))
    for _ in range(PAGE):
        vault._audit.commit(vault.actors[OFFICER], Act.PLACES, NOW, case=case + 1)
    auditor = inside(Role.AUDITOR)
    page = auditor.get("/audit?act=places").content.decode()
    (address,) = re.findall(r'href="\?([^"]*before=[0-9]+)"', page)
    assert "act=places" in address
    assert page.count("<tr>") == PAGE + 1
    earlier = auditor.get(f"/audit?before={made + 1}").content.decode()
    assert earlier.count("<tr>") == made + 1
    of_case = auditor.get(f"/audit?case={case}").content.decode()
    assert of_case.count("<tr>") == made + 1
    assert "before=" not in of_case
    assert "persons:" not in of_case


def test_whoever_may_be_there_twice_is_looked_for_compared_and_taken_apart(
    browser: Any,  # noqa: ANN401
    vault: MemoryDesk,
    case: int,
) -> None:
    one, other = SICK + 104, SICK + 1
    assert (
        f"/cases/{case}/list/{one}/alike"
        in browser.get(f"/cases/{case}/list/{one}").content.decode()
    )
    page = browser.post(f"/cases/{case}/list/{one}/alike")
    (compare,) = re.findall(r'href="([^"]*/pair[^"]*)"', page.content.decode())
    assert browser.get(compare.replace("&amp;", "&")).status_code == 200
    vault.merge(OFFICER, case, one, other, "cùng số thẻ")
    page = browser.post(f"/cases/{case}/list/{one}/alike")
    assert "cùng số thẻ" in text(page)
    assert page.content.decode().count(f"person={one}&amp;person={other}") == 2
    stranger = browser.post(f"/cases/{case}/list/{SICK + 999}/alike")
    assert stranger.status_code == 403


def test_two_who_were_found_by_name_can_be_compared(browser: Any, case: int) -> None:  # noqa: ANN401
    asked = {"kind": "name", "text": "Nguyễn Văn Mẫu", "born": "1990"}
    page = browser.post(f"/cases/{case}/find", asked).content.decode()
    assert f"/cases/{case}/pair?person={SICK}&amp;person={SICK + 1}" in page


def test_a_locked_vault_is_said_with_what_to_do(browser: Any, vault: MemoryDesk, case: int) -> None:  # noqa: ANN401
    vault.is_locked = True
    page = browser.get(f"/cases/{case}/contacts")
    assert page.status_code == 503
    assert "Cần làm:" in text(page)
    assert browser.get("/gates").status_code == 200


def test_the_auditor_reads_and_verifies_and_opens_nobody(case: int, vault: MemoryDesk) -> None:
    auditor = inside(Role.AUDITOR)
    page = text(auditor.get("/audit"))
    assert "mở hồ sơ" in page
    assert vault._audit.head(0).hash in page
    assert "CDC-MT-012" not in page
    assert "liền mạch" in text(auditor.post("/audit/verify"))
    assert "tạo bản sao" not in text(auditor.get("/audit?act=listed"))
    assert auditor.get(f"/cases/{case}").status_code == 403


@pytest.mark.usefixtures("case")
def test_the_auditor_is_told_what_gates_say_of_the_audit(
    vault: MemoryDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor, head = inside(Role.AUDITOR), vault._audit.head(0)
    whys = ("changed", "missing", "other-head", "restored", "of another release")
    flaws = tuple(Flaw(seq, why) for seq, why in enumerate(whys))
    monkeypatch.setattr(vault, "verify", lambda _: Verified(9, head, flaws, witnessed=7))
    page = text(auditor.post("/audit/verify"))
    assert "đối chiếu với 7 dấu mà các cổng đã ghi" in page
    for says in ("sửa sau khi ghi", "không còn", "khác với dòng", "bản sao lưu", whys[-1]):
        assert says in page
    assert "liền mạch" not in page


def test_two_custodians_unlock_the_vault_each_with_their_own_share(vault: MemoryDesk) -> None:
    vault.is_locked = True
    custodian = inside(Role.CUSTODIAN)
    assert "0 trên 2" in text(custodian.get("/vault"))
    custodian.post("/vault", {"secret": "wrong share"})
    assert "0 trên 2" in text(custodian.get("/vault"))
    custodian.post("/vault", {"secret": "right share"})
    vault.shares.add("other")
    custodian.post("/vault", {"secret": "right share"})
    assert "truy vết được" in text(custodian.get("/vault"))
    custodian.post("/vault", {"lock": "1"})
    assert vault.is_locked


def test_a_page_of_a_vault_that_is_away_says_so(
    browser: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from django.conf import settings  # noqa: PLC0415

    from collector.web.casework.desk import away  # noqa: PLC0415

    monkeypatch.setattr(settings, "GATE_DESK", away)
    assert browser.get("/cases").status_code == 503


def test_practice_is_said_on_every_page_and_print(
    browser: Any,  # noqa: ANN401
    case: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from django.conf import settings  # noqa: PLC0415

    monkeypatch.setattr(settings, "GATE_PRACTICE", True)
    for _, path in serving.pages(case).values():
        if path == "/passes/work/":  # no list was sent here, so there is no such page
            continue
        assert "LUYỆN TẬP" in text(browser.get(path, follow=True))
    form = {"column": "name", "plain": "1"}
    made = browser.post(f"/cases/{case}/export", {**form, "form": "pdf"}).content
    assert "LUYỆN TẬP" in pypdfium2.PdfDocument(made)[0].get_textpage().get_text_range()
    with AESZipFile(
        io.BytesIO(browser.post(f"/cases/{case}/export", {**form, "form": "csv"}).content)
    ) as files:
        assert "LUYỆN TẬP" in files.read(files.namelist()[0]).decode()
    with AESZipFile(
        io.BytesIO(browser.post(f"/cases/{case}/export", {**form, "form": "xlsx"}).content)
    ) as files:
        book = openpyxl.load_workbook(io.BytesIO(files.read(files.namelist()[0])))
        assert all("LUYỆN TẬP" in str(sheet["A1"].value) for sheet in book)
    # What other programs take in has no place for a banner: its name says it.
    handed = {"receiver": "Xã Khác", "passphrase": "khế ngọt 2026", "person": [str(SICK + 104)]}
    answer = browser.post(f"/cases/{case}/handover", handed)
    assert 'filename="LUYEN-TAP-' in answer["Content-Disposition"]
    assert all(name.startswith("LUYEN-TAP-") for name in opened(answer, "khế ngọt 2026"))
