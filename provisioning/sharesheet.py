"""A share as a page to be printed: its words in a code, and to be read, and what it is for.

A page is read back from what was written before it counts as made: a code that no camera can read
would be noticed years later, on the worst day there is.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw, UnidentifiedImageError

from provisioning import files, picture, shares
from provisioning.errors import ShareInvalid, SheetUnreadable
from provisioning.shares import Share
from provisioning.terms import VIETNAM
from wire.keys import KeyEntry

PAGE = (2480, 3508)
"""A4 at 300 dots an inch."""
EDGE = 200
COLUMNS = 3
PREFIX = "GATE-ROOT-SHARE:"
LIMIT = 32 * 1024 * 1024
"""Of a photograph of a page."""
TEXT_LIMIT = 4096
NOTES = (
    "Mảnh khóa gốc. Giữ riêng, niêm phong, không để cùng chỗ với mảnh khác.",
    "A share of the root key. Keep it sealed and apart from the others.",
    "Chỉ khi cần (`provision authority renew`, `recover`): `--share TỆP` cho mỗi mảnh, là ảnh",
    "chụp trang này hoặc tệp văn bản chứa các từ. Xong việc, xóa tệp.",
    "Only when it is needed (`provision authority renew`, `recover`): `--share FILE` for each,",
    "a photo of this page or a text file with its words. Delete the file afterwards.",
)


def write(
    folder: Path, made: Sequence[Share], authority: str, root: KeyEntry, now: datetime
) -> list[Path]:
    """Write a page for each share and read each again; return where they are.

    Raises SheetUnreadable if what was written does not bring the root back, FontMissing,
    FileUnusable.
    """
    files.folder(folder)
    paths = []
    for each in made:
        path = folder / f"share-{root.kid}-{each.of}-{each.number}.png"
        page = draw(each, len(made), authority, root, now)
        files.write(path, page, files.PRIVATE)
        paths.append(path)
    shares.prove([_again(path) for path in paths], root)
    return paths


def title(share: Share, count: int) -> tuple[str, str]:
    """Return what a page is, in both languages."""
    return (
        f"Mảnh khóa gốc {share.number}/{count}, cần {share.needed} mảnh",
        f"Share {share.number} of {count} of the root key; {share.needed} are needed",
    )


def draw(
    share: Share,
    count: int,
    authority: str,
    root: KeyEntry,
    now: datetime,
    font_folder: Path = picture.FONT_FOLDER,
) -> bytes:
    """Return one page as PNG; raise FontMissing if no font has the letters of Vietnamese."""
    bold, plain = picture.fonts(font_folder)
    page = Image.new("L", PAGE, 255)
    pen = ImageDraw.Draw(page)
    head = (
        authority,
        *title(share, count),
        f"{root.kid} · {share.of} · {now.astimezone(VIETNAM):%Y-%m-%d}",
    )
    top = EDGE
    for line in head:
        wide = bold.getlength(line)
        fits = min(1.0, (PAGE[0] - 2 * EDGE) / wide) if wide else 1.0
        pen.text((EDGE, top), line, fill=0, font=bold.font_variant(size=int(picture.LARGE * fits)))
        top += 70
    code = picture.code(PREFIX + share.words.upper())
    page.paste(code, ((PAGE[0] - code.width) // 2, top + 60))
    top += code.height + 160
    words = share.words.split()
    rows = -(-len(words) // COLUMNS)
    for place, word in enumerate(words):
        column, row = divmod(place, rows)
        across = EDGE + column * (PAGE[0] - 2 * EDGE) // COLUMNS
        pen.text((across, top + row * 72), f"{place + 1:2}. {word}", fill=0, font=bold)
    top += rows * 72 + 120
    for line in NOTES:
        pen.text((EDGE, top), line, fill=0, font=plain)
        top += 56
    out = io.BytesIO()
    page.convert("1").save(out, "PNG", dpi=(picture.DPI, picture.DPI), compress_level=1)
    return out.getvalue()


def read(path: Path) -> Share:
    """Read a share from a picture of its page, or from a file with its words.

    Raises ShareInvalid, FileUnusable.
    """
    data = files.read(path, LIMIT)
    try:
        with Image.open(io.BytesIO(data)) as opened:
            shown = opened.convert("L")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return shares.read(_text(data, path), path)
    return found(shown, path)


def found(shown: Image.Image, path: Path | None = None) -> Share:
    """Return the share that a picture shows; raise ShareInvalid if it shows none."""
    for each in zxingcpp.read_barcodes(shown.convert("L")):
        if each.text.startswith(PREFIX):
            return shares.read(each.text.removeprefix(PREFIX), path)
    raise ShareInvalid(path=path or "…")


def _text(data: bytes, path: Path) -> str:
    try:
        return data[:TEXT_LIMIT].decode()
    except UnicodeDecodeError as error:
        raise ShareInvalid(path=path) from error


def _again(path: Path) -> Share:
    try:
        return read(path)
    except ShareInvalid as error:
        raise SheetUnreadable(path=path) from error
