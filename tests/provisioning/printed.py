"""A sheet as it comes out of a printer: its pages as pictures, the codes on them, and its text."""

import pypdfium2
import zxingcpp

DPI = 200
MM = 25.4 / DPI
"""Millimetres a pixel."""


def codes(pdf: bytes) -> list[tuple[str, float]]:
    """Return each code's text and how wide it is in millimetres, page by page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = []
        for page in document:
            picture = page.render(scale=DPI / 72).to_pil().convert("L")
            wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
            for code in zxingcpp.read_barcodes(picture, wanted):
                xs = [code.position.top_left.x, code.position.top_right.x]
                found.append((code.text, (max(xs) - min(xs)) * MM))
        return found
    finally:
        document.close()


def text(pdf: bytes) -> str:
    """Return what can be selected and searched."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def foot(pdf: bytes) -> float:
    """Return where the lowest letter of the first page ends, in millimetres from the top."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        letters = page.get_textpage()
        lowest = min(letters.get_charbox(at)[1] for at in range(letters.count_chars()))
        return (page.get_height() - lowest) / 72 * 25.4
    finally:
        document.close()


def pages(pdf: bytes) -> int:
    """Return how many there are."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()
