"""A photograph of a card is decoded apart, from memory, and never kept."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from qrcode.main import QRCode

from device.desk import lens
from device.errors import PictureUnreadable
from tests.device.desk.counter import CARD, Browser, Counter


def photograph(text: str = CARD, form: str = "JPEG") -> bytes:
    code = QRCode(border=8, box_size=6)
    code.add_data(text)
    code.make()
    picture = Image.new("L", (1600, 1200), 200)
    rows = code.get_matrix()
    small = Image.new("L", (len(rows), len(rows)), 255)
    small.putdata([0 if dark else 255 for row in rows for dark in row])
    picture.paste(small.resize((900, 900), Image.Resampling.NEAREST), (300, 150))
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """Return a small PNG that claims to be large."""
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")):
        sum_ = zlib.crc32(name + data)
        parts.append(struct.pack(">I", len(data)) + name + data + struct.pack(">I", sum_))
    return b"".join(parts)


def test_a_photograph_is_read_and_nothing_of_it_is_kept(counter: Counter, browser: Browser) -> None:
    data = photograph()
    browser.upload("/read", {**browser.get("/").form("/read"), "way": "in"}, data)
    assert "Nguyễn Thị Mẫu" in browser.text
    browser.post("/enter", {**browser.form(), "way": "in", "looked": "1"})
    ((_, fields),) = counter.scans()
    assert fields["number"] == "079150001234"
    piece = data[2000:2200]
    for path in counter.folder.rglob("*"):
        assert not path.is_file() or piece not in path.read_bytes()


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", photograph()[:3000], bomb(), b"x" * (16 << 20)],
    ids=["empty", "pdf", "header", "cut", "bomb", "large"],
)
def test_what_is_no_photograph_is_said_to_be_none(browser: Browser, data: bytes) -> None:
    browser.upload("/read", {**browser.get("/").form("/read"), "way": "in"}, data)
    assert browser.status in (413, 422)
    assert "/logout" in browser.get("/").text


def test_a_photograph_without_a_code_says_to_come_closer(browser: Browser) -> None:
    out = io.BytesIO()
    Image.new("L", (640, 480), 128).save(out, "PNG")
    browser.upload("/read", {**browser.get("/").form("/read"), "way": "in"}, out.getvalue())
    assert (browser.status, "chụp gần hơn" in browser.text) == (422, True)


def test_a_decoder_that_dies_or_hangs_takes_nothing_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for script in ("import os; os.abort()", "import time; time.sleep(60)"):
        tool = tmp_path / "python"
        tool.write_text(f"#!/bin/sh\nexec /usr/bin/env python3 -c '{script}'\n")
        tool.chmod(0o755)
        with monkeypatch.context() as broken:
            broken.setattr("sys.executable", str(tool))
            broken.setattr(lens, "SECONDS", 1)
            with pytest.raises(PictureUnreadable):
                lens.codes(photograph())
