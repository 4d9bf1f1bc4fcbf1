"""Pictures and videos in place of a camera, and files that are none."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.camera.header import pixels
from device.camera.pictures import Pictures, fitted, load_luma
from device.errors import PictureUnreadable

GREY = np.tile(np.arange(0, 240, 4, dtype=np.uint8), (40, 1))


class SteppedClock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now_ns = 0

    def up_ns(self) -> int:
        return self.now_ns

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)


def pictures(path: Path, *, fps: float = 5.0, repeat: bool = False) -> Pictures:
    clock = SteppedClock()
    return Pictures(path, fps, clock.up_ns, clock.sleep, repeat=repeat)


def written(path: Path, luma: np.ndarray = GREY) -> Path:
    assert cv2.imwrite(str(path), luma)
    return path


def png_claiming(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tiff", "bmp"])
def test_a_picture_of_any_usual_kind_is_read_in_grey(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path / f"one.{kind}", cv2.cvtColor(GREY, cv2.COLOR_GRAY2BGR))
    luma = load_luma(path)
    assert pixels(path.read_bytes()) == GREY.size
    assert luma.shape == GREY.shape
    assert np.abs(luma.astype(int) - GREY).mean() < 4


def test_a_photo_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    plain = written(tmp_path / "plain.jpg").read_bytes()
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)
    turned = plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:]
    (tmp_path / "turned.jpg").write_bytes(turned)
    assert load_luma(tmp_path / "turned.jpg").shape == GREY.shape[::-1]


def test_a_picture_that_claims_more_than_100_megapixels_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_claiming(60_000, 60_000))
    with pytest.raises(PictureUnreadable, match="more than 100 megapixels"):
        load_luma(path)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", png_claiming(9, 9)]
)
def test_a_file_that_is_no_picture_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.png"
    path.write_bytes(content)
    with pytest.raises(PictureUnreadable, match=r"odd\.png"):
        load_luma(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureUnreadable, match="No such file"):
        load_luma(tmp_path / "none.png")


@given(
    st.sampled_from(
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"II*\0", b"MM\0*", b"BM", b""]
    ),
    st.binary(max_size=200),
)
def test_any_header_gives_a_number_or_nothing(magic: bytes, rest: bytes) -> None:
    claimed = pixels(magic + rest)
    assert claimed is None or claimed > 0


def test_a_folder_is_shown_in_order_of_names_at_the_pace_asked_for(tmp_path: Path) -> None:
    for name, grey in (("b.png", 90), ("a.png", 30), ("c.png", 150)):
        written(tmp_path / name, np.full((20, 30), grey, np.uint8))
    with pictures(tmp_path) as camera:
        seen = [(each.number, each.up_ns, int(each.luma[0, 0])) for each in camera]
    assert seen == [(0, 0, 30), (1, 200_000_000, 90), (2, 400_000_000, 150)]


def test_repeated_pictures_begin_again(tmp_path: Path) -> None:
    written(tmp_path / "one.png")
    with pictures(tmp_path, repeat=True) as camera:
        frames = iter(camera)
        assert [next(frames).number for _ in range(5)] == [0, 1, 2, 3, 4]


def test_a_large_photo_is_shrunk_to_what_a_camera_streams() -> None:
    assert fitted(np.zeros((3000, 4000), np.uint8)).shape == (960, 1280)
    assert fitted(GREY) is GREY


def test_a_video_is_shown_frame_by_frame(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 5, (64, 48))
    for grey in (20, 120, 220):
        film.write(np.full((48, 64, 3), grey, np.uint8))
    film.release()
    with pictures(path) as camera:
        seen = [round(float(each.luma.mean()) / 20) for each in camera]
    assert seen == [1, 6, 11]


@pytest.mark.parametrize("name", ["none", "empty", "odd.mp4"])
def test_what_cannot_be_shown_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "odd.mp4").write_bytes(b"no film")
    with pytest.raises(PictureUnreadable, match=name), pictures(tmp_path / name) as camera:
        list(camera)
