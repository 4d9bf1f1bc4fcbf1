"""Reads every code back out of the drawn pages, as a gate would: by the gate's own reader.

pypdfium2's home, and the one place where the collector uses a part of the gate.
"""

from collections.abc import Callable

import pypdfium2

from collector.bulk.cards import Sheet
from collector.errors import ListRefused
from device.reading import zxing

DOTS = 2.5
"""Pixels a point, 180 to the inch: worse than any printer, and three a module."""
FINER = 5.0
"""For a page on which not all were read."""


def prove(sheet: Sheet, told: Callable[[int, int], None]) -> None:
    """See that each page holds its codes and no others; tell how many pages are done, of all.

    Raises ListRefused for a card that cannot be read.
    """
    document = pypdfium2.PdfDocument(sheet.pdf)
    try:
        if len(document) != len(sheet.pages):
            raise ListRefused(ListRefused.UNREAD)
        for number, expected in enumerate(sheet.pages):
            wanted = {text.encode() for text in expected}
            if not any(_read(document[number], dots) == wanted for dots in (DOTS, FINER)):
                raise ListRefused(ListRefused.UNREAD)
            told(number + 1, len(sheet.pages))
    finally:
        document.close()


def _read(page: pypdfium2.PdfPage, dots: float) -> set[bytes]:
    drawn = page.render(scale=dots, grayscale=True)
    try:
        grey = drawn.to_numpy()
        return {code.text for code in zxing.read(grey.reshape(grey.shape[:2]))}
    finally:
        drawn.close()
