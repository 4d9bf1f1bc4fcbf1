"""All shares as one PDF, for a printer: for each holder a page, and a sheet of paper of its own.

Behind every share comes a page without one: a printer that prints on both sides would otherwise put
two shares onto one sheet, and whoever held it would be the root. As with pictures, every page is
shown and read again before it counts as made, and the pages without a share are seen to have none.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pypdfium2
from PIL import Image

from provisioning import files, picture, shares, sharesheet
from provisioning.errors import ShareInvalid, SheetUnreadable
from provisioning.paper import EDGE, TALL, WIDE, Box, Pages
from provisioning.shares import Share
from provisioning.terms import printed
from wire.keys import KeyEntry

DPI = 150
"""A page is read again as a common scanner sees it."""
SIDE = 2 * EDGE
CODE_MM = 62.0
COLUMNS = 3
BACK = (
    "Mặt sau của một mảnh khóa gốc: cố ý để trống. Mảnh khác nằm trên tờ giấy khác.",
    "The back of a share of the root: left blank on purpose. Another share is on another sheet.",
)


def write(
    folder: Path, made: Sequence[Share], authority: str, root: KeyEntry, now: datetime
) -> list[Path]:
    """Write the one file and read each of its pages again; return where it is.

    Raises SheetUnreadable if what was written does not bring the root back, FontMissing,
    FileUnusable.
    """
    files.folder(folder)
    path = folder / f"shares-{root.kid}-{made[0].of}.pdf"
    files.write(path, draw(made, authority, root, now), files.PRIVATE)
    found = read(path)
    fronts, backs = found[::2], found[1::2]
    whole = [each for each in fronts if each is not None]
    if whole != list(made) or any(backs) or len(backs) != len(made):
        raise SheetUnreadable(path=path)
    shares.prove(whole, root)
    return [path]


def draw(
    made: Sequence[Share],
    authority: str,
    root: KeyEntry,
    now: datetime,
    font_folder: Path = picture.FONT_FOLDER,
) -> bytes:
    """Return the file; raise FontMissing if no font has the letters of Vietnamese."""
    pages = Pages("Mảnh khóa gốc / Shares of the root", font_folder)
    for number, share in enumerate(made):
        if number:
            pages.turn()
        _front(pages, share, len(made), (authority, f"{root.kid} · {share.of} · {_day(now)}"))
        pages.turn()
        top = TALL / 2
        for text in BACK:
            top = pages.paragraph(text, Box(SIDE, top, WIDE - 2 * SIDE, 0), 11)
    return pages.pdf()


def read(path: Path) -> list[Share | None]:
    """Return the share on each page of a file, None for a page without; raise SheetUnreadable."""
    data = files.read(path, sharesheet.LIMIT)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise SheetUnreadable(path=path) from error
    try:
        return [_shown(page.render(scale=DPI / 72).to_pil()) for page in document]
    finally:
        document.close()


def _shown(picture: Image.Image) -> Share | None:
    try:
        return sharesheet.found(picture)
    except ShareInvalid:
        return None


def _day(now: datetime) -> str:
    return printed(int(now.timestamp()))


def _front(pages: Pages, share: Share, count: int, about: tuple[str, str]) -> None:
    wide, top = WIDE - 2 * SIDE, SIDE
    authority, told = about
    vietnamese, english = sharesheet.title(share, count)
    for text, size, bold in (
        (authority, 20.0, True),
        (vietnamese, 16.0, True),
        (english, 12.0, False),
        (told, 10.0, False),
    ):
        top = pages.paragraph(text, Box(SIDE, top, wide, 0), size, bold=bold) + 1
    text = sharesheet.PREFIX + share.words.upper()
    modules = len(picture.matrix(text))
    whole = CODE_MM * modules / (modules - 2 * picture.QUIET)
    pages.code(text, (WIDE - whole) / 2, top + 2, CODE_MM)
    top += whole + 8
    words = share.words.split()
    rows = -(-len(words) // COLUMNS)
    for place, word in enumerate(words):
        column, row = divmod(place, rows)
        at = (SIDE + column * wide / COLUMNS, top + row * 7)
        pages.words(f"{place + 1:2}. {word}", at, 13, bold=True)
    top += rows * 7 + 6
    for note in sharesheet.NOTES:
        top = pages.paragraph(note, Box(SIDE, top, wide, 0), 10) + 1
