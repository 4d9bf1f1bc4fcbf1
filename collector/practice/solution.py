"""The solution of the exercise, to be compared with: a page in Vietnamese and one in English."""

from datetime import UTC, datetime, timedelta

from collector.practice.crowd import Town
from collector.practice.outbreak import Outbreak, Truth

LOCAL = timedelta(hours=7)
HEADS = {
    "vi": (
        "# LUYỆN TẬP: lời giải\n\nMọi người, địa điểm và lượt đến đều là giả định.\n\n"
        "F0: {name}, số định danh {number}, sinh {born}. Xét từ {since} đến {until}; "
        "tiếp xúc là ở cùng nơi ít nhất 15 phút trong một ngày.\n\n"
        "| # | Người | Số định danh | Phút nhiều nhất trong một ngày | Nơi | |\n"
        "|---|---|---|---|---|---|\n"
    ),
    "en": (
        "# PRACTICE: the solution\n\nEvery person, place and visit is made up.\n\n"
        "F0: {name}, identity number {number}, born {born}. From {since} to {until}; a contact was "
        "at the same place for at least 15 minutes of a day.\n\n"
        "| # | Person | Identity number | Most minutes of a day | Places | |\n"
        "|---|---|---|---|---|---|\n"
    ),
}
UNSEEN = {"vi": "có lượt ra không thấy: chỉ biết khoảng", "en": "an exit was not seen: bounds only"}


def page(town: Town, found: Outbreak, language: str) -> str:
    """Return the solution as Markdown."""
    ill = town.bodies[found.index]
    head = HEADS[language].format(
        name=ill.name,
        number=ill.number,
        born=ill.born,
        since=_day(found.from_ms),
        until=_day(found.until_ms - 1),
    )
    rows = [_row(town, place, each, language) for place, each in enumerate(found.contacts, 1)]
    return head + "\n".join(rows) + "\n"


def _row(town: Town, place: int, each: Truth, language: str) -> str:
    body = town.bodies[each.body]
    remark = UNSEEN[language] if each.unseen else ""
    cells = (place, body.name, body.number, each.minutes, ", ".join(each.spots), remark)
    return "| " + " | ".join(map(str, cells)) + " |"


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC) + LOCAL:%d/%m/%Y}"
