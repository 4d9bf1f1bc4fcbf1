"""The sheets of the desk: labels for gates, instructions for visitors, passes, control cards.

Each is A4, to be printed at its actual size and cut at the marks.
"""

from collections.abc import Sequence
from pathlib import Path

from provisioning import cards, passcard, picture, signs
from provisioning.cards import Issued as Card
from provisioning.paper import EDGE, TALL, WIDE, Box, Pages, Slip, halves, slips
from provisioning.passes import Issued as Pass
from provisioning.roster import Gate, Roster
from provisioning.terms import printed

LABEL = Box(0, 0, 90, 50)
LABEL_CODE_MM = 26.0
"""Read by a phone held close; a gate is not meant to read it."""
PLACE_POINTS = 8.5
"""A place that is wider than the label so is written in two lines."""
ACROSS, DOWN, GAP = 2, 5, 4.0
BLANK = "." * 24
"""Where the help line is written by hand, if the authority was made without one."""
SERIAL = "gate:"
"""What a label's code begins with: a gate says of it that it is no pass, and no more."""
HOW = (
    (
        "Đưa mã QR trước ống kính, cách khoảng 10 đến 20 cm, giữ yên một giây.",
        "Trên điện thoại: màn hình sáng, mã thật to. Trên giấy: giữ phẳng, không gấp.",
        "Một người một mã, lần lượt từng người. Nhìn đèn rồi mới đi qua.",
    ),
    (
        "Hold your QR code before the lens, 10 to 20 cm away, and keep it still for a second.",
        "On a phone: screen bright, the code as large as fits. On paper: flat, without a fold.",
        "One code a person, one person after the other. Look at the light, then go through.",
    ),
)
PRIVATE = (
    "Cổng không lưu hình ảnh. Thông tin trong mã được mã hóa ngay tại cổng.",
    "No picture is kept. What your code says is sealed at the gate itself.",
)


def serial(gate: Gate) -> str:
    """Return a gate's serial: the name of the key by which the district knows it, in fours."""
    kid = gate.records.kid
    return "-".join(kid[at : at + 4] for at in range(0, len(kid), 4)).upper()


def labels(found: Sequence[Gate], roster: Roster, font_folder: Path = picture.FONT_FOLDER) -> bytes:
    """Return labels for gates, ten to a page: name, place, serial and whom to call."""
    pages, places = Pages("Nhãn cổng / Gate labels", font_folder), _places()
    for number, gate in enumerate(found):
        if number and number % len(places) == 0:
            pages.turn()
        _label(pages, gate, roster, places[number % len(places)])
    return pages.pdf()


def instructions(place: str, help_line: str, font_folder: Path = picture.FONT_FOLDER) -> bytes:
    """Return the page that hangs beside a gate: what to do, and what each light means."""
    pages, wide = Pages("Hướng dẫn qua cổng / How to pass the gate", font_folder), WIDE - 2 * 20
    pages.fitted("Hướng dẫn qua cổng", (WIDE / 2, 26), wide, 30, bold=True)
    pages.fitted("How to pass this gate", (WIDE / 2, 36), wide, 18)
    if place:
        pages.fitted(place, (WIDE / 2, 46), wide, 16, bold=True)
    top = 54.0
    for number, (vietnamese, english) in enumerate(zip(*HOW, strict=True), 1):
        pages.words(f"{number}", (20, top + 6), 20, bold=True)
        top = pages.paragraph(vietnamese, Box(30, top, wide - 10, 0), 13, bold=True)
        top = pages.paragraph(english, Box(30, top, wide - 10, 0), 10) + 4
    top += 2
    for sign in signs.SIGNS:
        signs.draw(pages, sign, 20, top + 1)
        lines = Box(82, top - 2, WIDE - 82 - 20, 0)
        for size, text, bold in (
            (12, sign.vietnamese[0], True),
            (11, sign.vietnamese[1], False),
            (9, f"{sign.english[0]}. {sign.english[1]}", False),
        ):
            after = pages.paragraph(text, lines, size, bold=bold)
            lines = Box(lines.left, after, lines.wide, 0)
        top = max(lines.top, top + signs.TALL_MM) + 5
    for size, text in zip((11, 9), PRIVATE, strict=True):
        top = pages.paragraph(text, Box(20, top, wide, 0), size)
    _help_line(pages, help_line, TALL - EDGE - 6)
    return pages.pdf()


def passes(found: Sequence[Pass], font_folder: Path = picture.FONT_FOLDER) -> bytes:
    """Return passes to be cut out, six to a page."""
    made = [Slip(each.text, passcard.caption(each)) for each in found]
    return slips("Thẻ / Passes", made, font_folder)


def control_cards(found: Sequence[Card], font_folder: Path = picture.FONT_FOLDER) -> bytes:
    """Return control cards to be cut out, six to a page."""
    ends = max((each.claims.expires for each in found), default=0)
    title = f"Thẻ điều khiển / Control cards, {printed(ends)}"
    return slips(title, [cards.slip(each) for each in found], font_folder)


def _label(pages: Pages, gate: Gate, roster: Roster, box: Box) -> None:
    pages.cut(box)
    side = pages.code(f"{SERIAL}{gate.gate}:{gate.records.kid}", box.left, box.top, LABEL_CODE_MM)
    left, wide = box.left + side, box.wide - side - 3
    middle, top = left + wide / 2, box.top
    pages.fitted(gate.gate, (middle, top + 9), wide, 16, bold=True)
    lines = halves(gate.place, wide, PLACE_POINTS)
    for number, line in enumerate(lines):
        foot = top + 16 if len(lines) == 1 else top + 14.5 + number * 3.5
        pages.fitted(line, (middle, foot), wide, 11 if len(lines) == 1 else PLACE_POINTS)
    pages.fitted(gate.area, (middle, top + 22.5), wide, 9)
    pages.fitted(f"Số máy / Serial {serial(gate)}", (middle, top + 28), wide, 8)
    pages.fitted(roster.authority, (box.left + box.wide / 2, top + 38), box.wide - 6, 10, bold=True)
    help_line = f"Hỗ trợ / Help: {roster.help_line or BLANK}"
    pages.fitted(help_line, (box.left + box.wide / 2, top + 45), box.wide - 6, 12, bold=True)


def _help_line(pages: Pages, help_line: str, foot: float) -> None:
    told = f"Đường dây hỗ trợ / Help line: {help_line or BLANK}"
    pages.fitted(told, (WIDE / 2, foot), WIDE - 40, 18, bold=True)


def _places() -> list[Box]:
    left = (WIDE - ACROSS * LABEL.wide - (ACROSS - 1) * GAP) / 2
    top = (TALL - DOWN * LABEL.tall - (DOWN - 1) * GAP) / 2
    return [
        Box(left + x * (LABEL.wide + GAP), top + y * (LABEL.tall + GAP), LABEL.wide, LABEL.tall)
        for y in range(DOWN)
        for x in range(ACROSS)
    ]
