"""What a door shows, as pictures on paper: lamps along a line of time.

The same table as the gate's own (device/gpio/patterns.py), for the answers that visitors meet; a
test holds the two together. A lamp has a mark as well as a colour, so that a sheet can be printed
in grey.
"""

from typing import NamedTuple

from provisioning.paper import Box, Colour, Pages

GREEN: Colour = (0.12, 0.62, 0.30)
RED: Colour = (0.83, 0.23, 0.17)
AMBER: Colour = (0.95, 0.69, 0.12)
BOTH: Colour = (0.89, 0.46, 0.12)
"""Red and amber together."""
MARKS = {GREEN: "●", RED: "■", AMBER: "▲", BOTH: "■▲"}
WHITE: Colour = (1, 1, 1)
DARK: Colour = (0.88, 0.88, 0.88)
MM_PER_S = 32.0
TALL_MM = 8.0


class Light(NamedTuple):
    """One step of a pattern."""

    ms: int
    colour: Colour | None
    """None: dark."""


class Sign(NamedTuple):
    """An answer of the door, and what a visitor does."""

    name: str
    lights: tuple[Light, ...]
    vietnamese: tuple[str, str]
    """What it is called, and what to do."""
    english: tuple[str, str]


_LOW, _GAP = Light(140, RED), Light(90, None)
_CALL, _SHORT, _CALL_GAP = Light(350, AMBER), Light(120, AMBER), Light(120, None)
SIGNS = (
    Sign(
        "accept",
        (Light(1000, GREEN),),
        ("Xanh, một lần dài", "Mời đi qua: lượt của bạn đã được ghi nhận."),
        ("Green, one long", "Go through: your passage is recorded."),
    ),
    Sign(
        "retry",
        (Light(180, AMBER), Light(140, None), Light(180, AMBER), Light(140, None)),
        ("Vàng, hai lần", "Đưa lại mã gần hơn, giữ yên, đủ sáng; hoặc đưa mã khác."),
        ("Amber, two", "Once more: closer, steady and in the light; or show another code."),
    ),
    Sign(
        "reject",
        (_LOW, _GAP, _LOW, _GAP, Light(540, RED)),
        ("Đỏ, ba lần", "Không đi qua: hãy hỏi người trực cửa."),
        ("Red, three", "Do not go through: ask the attendant why."),
    ),
    Sign(
        "attendant",
        (_CALL, _CALL_GAP, _SHORT, _CALL_GAP, _CALL),
        ("Vàng: dài, ngắn, dài", "Chờ một chút: người trực cửa sẽ xem giấy tờ."),
        ("Amber: long, short, long", "Wait: the attendant will look at your document."),
    ),
    Sign(
        "out-of-order",
        (*(Light(120, BOTH), Light(120, None)) * 4, Light(800, BOTH)),
        ("Đỏ và vàng nhấp nháy", "Cổng đang hỏng: dùng cổng khác và báo giúp đường dây hỗ trợ."),
        (
            "Red and amber, blinking",
            "Out of order: use another gate, and call the help line.",
        ),
    ),
)


def draw(pages: Pages, sign: Sign, left: float, top: float) -> None:
    """Draw a sign's lights; its dark moments are grey."""
    for light in sign.lights:
        wide = light.ms / 1000 * MM_PER_S
        low = 0.0 if light.colour else TALL_MM / 3
        pages.block(Box(left, top + low, wide, TALL_MM - 2 * low), light.colour or DARK)
        if light.colour:
            size, middle = 8 if wide > TALL_MM / 2 else 5, (left + wide / 2, top + TALL_MM * 0.6)
            pages.words(MARKS[light.colour], middle, size, centred=True, colour=WHITE)
        left += wide
