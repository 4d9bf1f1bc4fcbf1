"""A bulk sheet of cards: drawn, and every code read back out of the rendered page."""

import os
import time
from datetime import UTC, datetime, timedelta

import pypdfium2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.export import passcards
from collector.export.passcards import Card
from device.reading import zxing
from wire import gatepass
from wire.gatepass import Pass

DOTS = 2.5
"""Pixels a point, 180 to the inch: three a module."""
TEAM = 40


def seconds(count: int) -> float:
    """Return how long `count` cards take from the issuer's key to a sheet that was read back.

    Raises RuntimeError if one of them cannot be read.
    """
    key, now = Ed25519PrivateKey.generate(), datetime.now(UTC)  # a bench
    until = now + timedelta(days=30)
    began = time.perf_counter()
    texts = [gatepass.issue(_claims(now, until, place), key) for place in range(count)]
    cards = [
        Card(text, (f"Người Mẫu {number}", f"Tổ {number // TEAM}", f"Đến {until:%d/%m/%Y}"))
        for number, text in enumerate(texts)
    ]
    heads = [f"Tổ {number // TEAM}" for number in range(count)]
    if _read(passcards.sheets(cards, heads)) != {*texts}:
        msg = "a card was drawn that cannot be read"
        raise RuntimeError(msg)
    return time.perf_counter() - began


def _claims(now: datetime, until: datetime, place: int) -> Pass:
    begins, ends = int(now.timestamp()), int(until.timestamp())
    return Pass(
        number=os.urandom(gatepass.CTI_BYTES),
        holder="worker",
        issued=begins,
        expires=ends,
        not_before=begins,
        status=place,
        entries=None,
    )


def _read(pdf: bytes) -> set[str]:
    found: set[str] = set()
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        picture = page.render(scale=DOTS).to_numpy()[:, :, 1].copy()
        found |= {code.text.decode() for code in zxing.read(picture)}
    return found
