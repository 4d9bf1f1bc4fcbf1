"""One picture: exact bytes of every code, and no exception whatever comes in."""

import csv
import json
import os
import tracemalloc
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from qrcode.main import QRCode

from device.camera.pictures import fitted, load_luma
from device.flow import Form, Luma
from device.reading.attempts import Attempt, merged, quick, rotation, sightings
from device.reading.decoder import Decoder, decode
from device.reading.view import MAX_SIDE, View, as_luma
from device.reading.zbar import ZBar
from device.reading.zxing import Found

VIETNAMESE = "001099000000|012345678|Mẫu Thị Ổi|01011990|Nữ|Thôn Đông, xã Mỹ Tú|01012021"


def code(text: str | bytes, scale: int = 5, kind: str = "QRCode") -> Luma:
    form = getattr(zxingcpp.BarcodeFormat, kind)
    made = zxingcpp.create_barcode(text, form, **({} if kind != "QRCode" else {"ec_level": "M"}))
    bare = np.asarray(zxingcpp.write_barcode_to_image(made, scale=scale), np.uint8)
    return np.pad(bare, 40, constant_values=255)


def parts(text: str, count: int) -> list[Luma]:
    """Return a text split over several codes (structured append)."""
    wishes = cv2.QRCodeEncoder.Params()
    wishes.mode, wishes.structure_number = cv2.QRCodeEncoder_MODE_STRUCTURED_APPEND, count
    made = cv2.QRCodeEncoder.create(wishes).encodeStructuredAppend(text)
    return [
        np.pad(np.kron(each, np.ones((8, 8), np.uint8)), 40, constant_values=255) for each in made
    ]


@pytest.mark.parametrize(
    "text",
    [
        VIETNAMESE,
        VIETNAMESE.encode(),
        "Grüße".encode("latin-1"),
        "検温".encode("shift-jis"),
        bytes(range(256)),
        "GP1:6BF4 $%*+-./:",
        "http://example.invalid/?a=1",
    ],
)
def test_bytes_come_out_as_they_went_in(text: str | bytes) -> None:
    assert decode(code(text)) == [text if isinstance(text, bytes) else text.encode()]


def test_zbar_gives_the_exact_bytes_of_vietnamese_cards() -> None:
    zbar = ZBar()
    for number in range(40):
        text = VIETNAMESE.replace("01011990", f"{number:02d}ẵễộ{number}").encode()
        assert [each.text for each in zbar.read(code(text))] in ([text], [])
    assert [each.text for each in zbar.read(code(VIETNAMESE.encode()))] == [VIETNAMESE.encode()]


def test_zbar_is_not_believed_when_it_is_not_utf8() -> None:
    assert ZBar().read(code("Grüße".encode("latin-1"))) == []


def test_both_engines_name_the_corners_in_the_same_order() -> None:
    turned = np.rot90(code("corners of a code")).copy()
    ours, (_, theirs) = ZBar().read(turned)[0], _zxing(turned)
    assert np.abs(np.array(ours.corners) - np.array(theirs)).max() < 12


def _zxing(luma: Luma) -> tuple[bytes, tuple[tuple[int, int], ...]]:
    seen = Decoder().see(luma)[0]
    return seen.text, seen.corners


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_rotated_mirrored_and_inverted_codes_are_read(turns: int) -> None:
    luma = code("any way round")
    for each in (np.rot90(luma, turns), np.fliplr(luma), 255 - luma):
        assert decode(each) == [b"any way round"]


def test_several_codes_are_read_the_largest_first() -> None:
    sheet = np.full((700, 1200), 255, np.uint8)
    for text, scale, left in (("small", 3, 20), ("large", 9, 300), ("middle", 6, 800)):
        drawn = code(text, scale)
        sheet[20 : 20 + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    assert decode(sheet) == [b"large", b"middle", b"small"]


@pytest.mark.parametrize("version_chars", [10, 300, 1200, 3300])
def test_small_and_large_versions_are_read(version_chars: int) -> None:
    text = ("A1$%" * 1000)[:version_chars]
    assert decode(code(text, 4)) == [text.encode()]


@pytest.mark.parametrize("version", range(1, 41))
def test_every_version_is_read(version: int) -> None:
    made = QRCode(version, border=4)
    made.add_data("7")
    modules = np.array(made.get_matrix())
    luma = np.kron(np.where(modules, 0, 255), np.ones((4, 4))).astype(np.uint8)
    assert luma.shape[0] == 4 * (17 + 4 * version + 8)
    assert decode(luma) == [b"7"]


def test_a_micro_qr_code_is_read() -> None:
    (seen,) = Decoder().see(code("12345", 8, "MicroQRCode"))
    assert (seen.text, seen.form) == (b"12345", Form.MICRO)


def test_a_part_of_a_split_code_is_answered_and_crashes_nothing() -> None:
    for part in parts("HELLO STRUCTURED APPEND WORLD, THIS IS LONG", 3):
        assert len(decode(part)) == 1
        assert [each.form for each in ZBar().read(part)] in ([Form.PART], [])


def test_a_code_in_a_very_large_picture_is_read() -> None:
    sheet = np.full((3000, 6000), 255, np.uint8)
    drawn = code("far away", 6)
    sheet[900 : 900 + drawn.shape[0], 4000 : 4000 + drawn.shape[1]] = drawn
    assert decode(sheet) == [b"far away"]


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 0), np.uint8),
        np.zeros((0, 7), np.uint8),
        np.zeros((1, 1), np.uint8),
        np.zeros((1, 5000), np.uint8),
        np.full((9, 9), 65535, np.uint16),
        np.full((30, 30), np.nan),
        np.array([1 + 2j]),
        np.array(["text"]),
        np.zeros((3, 3, 3, 3), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((64, 64), bool),
        np.full((720, 1280), 255, np.uint8),
        np.broadcast_to(np.uint8(7), (40_000, 40_000)),
        np.broadcast_to(np.uint8(7), (1, 10**9)),
        np.full((30, 30, 3), "text"),
        np.full((30, 30, 3), None),
        np.full((30, 30, 2), 9, np.uint8),
        np.full((30, 30), 1e300),
        np.full((30, 30), -np.inf),
        np.dstack([np.full((30, 30), each) for each in (np.inf, -np.inf, np.nan)]),
    ],
    ids=lambda each: f"{each.dtype}{each.shape}",
)
def test_what_is_no_picture_of_a_code_holds_none(picture: npt.NDArray[np.generic]) -> None:
    assert decode(picture) == []
    assert max(as_luma(picture).shape) <= MAX_SIDE


@given(arrays.arrays(st.sampled_from([np.uint8, np.uint16, np.float32]), arrays.array_shapes()))
@settings(deadline=None, max_examples=50)
def test_no_array_raises(picture: npt.NDArray[np.generic]) -> None:
    assert isinstance(decode(picture), list)


def test_any_stride_and_a_read_only_picture_are_read() -> None:
    luma = code("strided")
    wide = np.zeros((luma.shape[0], luma.shape[1] * 2), np.uint8)
    wide[:, ::2] = luma
    shown = wide[:, ::2]
    shown.flags.writeable = False
    assert decode(shown) == [b"strided"]
    assert decode(luma.astype(np.uint16) * 256) == [b"strided"]
    assert decode(np.dstack([luma] * 3)) == [b"strided"]


def test_colours_of_sixteen_bits_are_read_as_those_of_eight() -> None:
    luma = code("deep colours")
    assert decode(np.dstack([luma.astype(np.uint16) * 256] * 3)) == [b"deep colours"]
    assert decode(np.dstack([luma > 128] * 4)) == [b"deep colours"]
    assert decode(luma[:, :, np.newaxis]) == [b"deep colours"]


def test_numbers_of_eight_bytes_take_no_more_memory_than_bytes() -> None:
    huge = np.broadcast_to(np.float64(7), (30_000, 30_000))
    tracemalloc.start()
    assert np.max(as_luma(huge)) == 7
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200_000_000


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 1), (721, 1281), (720, 1280)])
def test_halves_of_odd_pictures_are_half_as_large(shape: tuple[int, int]) -> None:
    view = View(np.full(shape, 9, np.uint8))
    assert view.half.shape == tuple(max(1, each // 2) for each in shape)
    assert view.quarter.shape == tuple(max(1, each // 4) for each in shape)
    assert np.min(view.half) == np.max(view.half) == 9


def test_an_engine_that_fails_has_seen_nothing() -> None:
    def fail(_: View) -> Found:
        msg = "4294967295 is not a valid ZBarOrientation"
        raise ValueError(msg)

    assert sightings(Attempt("broken", 1.0, fail), View(code("text"))) == []


def test_a_text_that_two_attempts_read_is_there_once() -> None:
    view = View(code("twice"))
    seen = [sightings(each, view) for each in (*quick(ZBar()), *rotation(ZBar()))]
    assert sum(bool(each) for each in seen) > 3
    assert [each.text for each in merged(seen)] == [b"twice"]


@pytest.fixture
def photos(shared_folder: Path) -> list[tuple[Luma, list[str], str]]:
    """Every eighth photo of the tuning set, at the size that is streamed."""
    folder = shared_folder / "qr-photos"
    with (folder / "manifest.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    step = int(os.environ.get("GATE_PHOTOS_STEP", "8"))
    return [
        (fitted(load_luma(folder / row["file"])), json.loads(row["expected_json"]), row["truth"])
        for row in rows[::step]
    ]


def test_photos_of_codes_are_read_and_no_code_is_invented(
    photos: list[tuple[Luma, list[str], str]],
) -> None:
    right, with_code = 0, 0
    for luma, expected, truth in photos:
        texts = decode(luma)
        if truth == "negative":
            assert texts == []
            continue
        with_code += 1
        right += any(_same(text, each) for text in texts for each in expected)
    assert right / with_code > 0.8


def _same(text: bytes, expected: str) -> bool:
    wanted = "".join(expected.split())
    for charset in ("utf-8", "cp932", "latin-1"):
        if "".join(text.decode(charset, "replace").split()) == wanted:
            return True
    return False
