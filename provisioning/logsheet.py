"""A sheet on which people are written down at a door where nothing works, to be typed in later.

A4, as many lines as the desk's page has, and what that page asks of a sheet: its day, how far its
times may be off, and whether papers were looked at.
"""

from pathlib import Path

from provisioning import picture
from provisioning.paper import EDGE, INK, WIDE, Box, Pages

ROWS = 12
COLUMNS = (
    ("", "", 7.0),
    ("Giờ vào", "Time in", 17.0),
    ("Giờ ra", "Time out", 17.0),
    ("Họ và tên", "Full name", 56.0),
    ("Ngày hoặc năm sinh", "Birth date or year", 27.0),
    ("Số căn cước / hộ chiếu", "Card or passport number", 36.0),
    ("Điện thoại", "Telephone", 30.0),
)
"""In Vietnamese and English, and how wide, mm."""
ROW_MM, HEAD_MM, TOP = 16.0, 12.0, 56.0
HAIR = 0.25
HOW = (
    "Ghi giờ theo đồng hồ tại cửa. Một dòng một người; khi ra, ghi giờ ra vào cùng dòng.",
    "Write times by the clock at the door. One line a person; the time out on the same line.",
)
PRIVATE = (
    "Không để người khác đọc sổ. Nhập xong giao lại cho người phụ trách để hủy.",
    "Let nobody read it. Once typed in, hand it to who is in charge, to be destroyed.",
)


def draw(place: str, help_line: str, font_folder: Path = picture.FONT_FOLDER) -> bytes:
    """Return the sheet of a place as PDF; raise FontMissing."""
    pages, wide = Pages("Sổ ghi người ra vào / Log sheet", font_folder), WIDE - 2 * EDGE
    pages.fitted("SỔ GHI NGƯỜI RA VÀO", (WIDE / 2, 18), wide, 18, bold=True)
    pages.fitted("Log of people coming in and going out", (WIDE / 2, 24), wide, 10)
    pages.fitted(place, (WIDE / 2, 31), wide, 13, bold=True)
    pages.words("Ngày / Date: ....... / ....... / 20.......", (EDGE, 39), 10)
    pages.words("Trang / Page: .......", (150, 39), 10)
    ticks = "Giờ có thể lệch / Times may be off by:  □ 5   □ 15   □ 30   □ 60  phút / min"
    pages.words(ticks, (EDGE, 45), 9)
    pages.words("□ Có đối chiếu giấy tờ / Papers were looked at", (EDGE, 51), 9)
    _table(pages)
    foot = TOP + HEAD_MM + ROWS * ROW_MM + 5
    for size, line in zip((8.5, 7.5, 8.5, 7.5), (HOW[0], HOW[1], *PRIVATE), strict=True):
        pages.words(line, (EDGE, foot), size)
        foot += 4.2
    told = f"Hỗ trợ / Help: {help_line}" if help_line else ""
    by = f"Người ghi / Written by: ..............................   {told}"
    pages.words(by, (EDGE, foot + 4))
    return pages.pdf()


def _table(pages: Pages) -> None:
    wide = sum(column for *_, column in COLUMNS)
    tall = HEAD_MM + ROWS * ROW_MM
    left = EDGE
    for vietnamese, english, column in COLUMNS:
        pages.block(Box(left, TOP, HAIR, tall), INK)
        middle = left + column / 2
        if vietnamese:
            pages.fitted(vietnamese, (middle, TOP + 5), column - 2, 8.5, bold=True)
            pages.fitted(english, (middle, TOP + 9.5), column - 2, 7)
        left += column
    pages.block(Box(left, TOP, HAIR, tall), INK)
    pages.block(Box(EDGE, TOP, wide, HAIR), INK)
    for row in range(ROWS + 1):
        top = TOP + HEAD_MM + row * ROW_MM
        pages.block(Box(EDGE, top, wide + HAIR, HAIR), INK)
        if row < ROWS:
            pages.words(f"{row + 1}", (EDGE + COLUMNS[0][2] / 2, top + 9), 8, centred=True)
