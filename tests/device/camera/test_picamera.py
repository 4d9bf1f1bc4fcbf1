"""The Pi's camera, against a picamera2 that refuses what the real one refuses."""

import sys
import types
from collections.abc import Callable
from typing import Any, Self

import numpy as np
import pytest

from device.camera.picamera import PiCamera, luma_of, wanted_controls
from device.errors import CameraLost, CameraMissing

STRIDE, WIDTH, HEIGHT = 96, 80, 48


class FakeRequest:
    """A request whose buffer is written again once it was released."""

    def __init__(self, value: int) -> None:
        self.buffer = np.full(STRIDE * HEIGHT * 3 // 2, 200, np.uint8)
        self.buffer[: STRIDE * HEIGHT].reshape(HEIGHT, STRIDE)[:, :WIDTH] = value
        self.is_released = False
        self.metadata = {"SensorTimestamp": 1000 + value}

    def get_metadata(self) -> dict[str, int]:
        return self.metadata

    def release(self) -> None:
        assert not self.is_released
        self.is_released = True
        self.buffer[:] = 0


class FakeMapped:
    """MappedArray without reshaping, which NV12 does not allow."""

    def __init__(
        self,
        request: FakeRequest,
        stream: str,
        reshape: bool,  # noqa: FBT001  # as in picamera2
        write: bool,  # noqa: FBT001
    ) -> None:
        assert (stream, reshape, write) == ("main", False, False)
        self.array = request.buffer

    def __enter__(self) -> Self:
        """Map."""
        return self

    def __exit__(self, *error: object) -> None:
        """Unmap."""


class FakePicamera2:
    """The calls that the gate makes, with two of libcamera's refusals."""

    frames = 3
    camera_controls: dict[str, Any] = {"FrameDurationLimits": (1, 2, 3)}  # noqa: RUF012
    format = "NV12"
    waiting = False
    log: list[str] = []  # noqa: RUF012  # of all cameras in a test
    requests: list[FakeRequest] = []  # noqa: RUF012

    def create_video_configuration(self, **wished: dict[str, object]) -> dict[str, Any]:
        unknown = set(wished["controls"]) - set(self.camera_controls)
        if unknown:
            msg = f"Control {unknown} is not advertised by libcamera"
            raise RuntimeError(msg)
        return wished

    def configure(self, configuration: dict[str, Any]) -> None:
        assert configuration["queue"] is False
        assert configuration["main"]["format"] == "YUV420"

    def camera_configuration(self) -> dict[str, Any]:
        return {"main": {"size": (WIDTH, HEIGHT), "stride": STRIDE, "format": self.format}}

    def start(self) -> None:
        self.log.append("start")

    def cancel_all_and_flush(self) -> None:
        self.waiting = False

    def stop(self) -> None:
        # The real one waits for ever behind a capture that was given up.
        self.log.append("hang" if self.waiting else "stop")

    def close(self) -> None:
        self.log.append("close")

    def capture_request(self, wait: float) -> FakeRequest:
        assert wait > 0
        if len(self.requests) == self.frames:
            self.waiting = True
            raise TimeoutError
        self.requests.append(FakeRequest(50 + len(self.requests)))
        return self.requests[-1]


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> type[FakePicamera2]:
    """Make picamera2 importable."""
    module: Any = types.ModuleType("picamera2")
    module.Picamera2, module.MappedArray = FakePicamera2, FakeMapped
    monkeypatch.setitem(sys.modules, "picamera2", module)
    monkeypatch.setattr(FakePicamera2, "log", [])
    monkeypatch.setattr(FakePicamera2, "requests", [])
    return FakePicamera2


def broken(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_luma_is_cut_to_the_width_when_rows_are_padded() -> None:
    buffer = np.arange(8 * 4 * 3 // 2, dtype=np.uint8)
    luma = luma_of(buffer, (6, 4), 8)
    assert luma.tolist() == [[row * 8 + x for x in range(6)] for row in range(4)]


@pytest.mark.parametrize("stride", [8, 10])
def test_luma_is_a_copy_even_where_rows_are_not_padded(stride: int) -> None:
    buffer = np.full(stride * 4 * 3 // 2, 7, np.uint8)
    luma = luma_of(buffer, (8, 4), stride)
    buffer[:] = 0
    assert (luma == 7).all()


def test_only_controls_that_the_camera_has_are_sent() -> None:
    wished = {"AfMode": 2, "ExposureTime": 4000, "LensPosition": 5.0}
    assert wanted_controls(wished, {"ExposureTime": ()}) == (
        {"ExposureTime": 4000},
        ["AfMode", "LensPosition"],
    )


def test_frames_come_stamped_numbered_and_as_copies(board: type[FakePicamera2]) -> None:
    with PiCamera((WIDTH, HEIGHT), controls={"AfMode": 2}) as camera:
        frames = iter(camera)
        seen = [next(frames) for _ in range(3)]
    assert [(each.number, each.up_ns) for each in seen] == [(0, 1050), (1, 1051), (2, 1052)]
    assert [int(np.min(each.luma)) for each in seen] == [50, 51, 52]
    assert all(each.luma.shape == (HEIGHT, WIDTH) for each in seen)
    assert all(each.is_released for each in board.requests)
    assert board.log == ["start", "stop", "close"]


def test_a_camera_that_stops_delivering_is_lost(board: type[FakePicamera2]) -> None:
    with PiCamera() as camera, pytest.raises(CameraLost):
        list(camera)
    assert board.log == ["start", "stop", "close"]


def test_a_request_is_released_even_if_the_frame_cannot_be_stamped(
    board: type[FakePicamera2], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeRequest, "get_metadata", lambda _: {})
    with PiCamera() as camera, pytest.raises(CameraLost):
        next(iter(camera))
    assert [each.is_released for each in board.requests] == [True]
    with PiCamera(up_ns=lambda: 77) as camera:
        assert next(iter(camera)).up_ns == 77


@pytest.mark.parametrize(
    ("now", "stamped"),
    [
        (1050, 1050),  # this very moment
        (2_000_001_050, 1050),  # two seconds ago
        (1049, 1049),  # a moment that has not come yet
        (60_000_001_050, 60_000_001_050),  # a minute behind: the clock of a machine that slept
    ],
)
@pytest.mark.usefixtures("board")
def test_a_stamp_by_another_clock_is_not_believed(now: int, stamped: int) -> None:
    with PiCamera(up_ns=lambda: now) as camera:
        assert next(iter(camera)).up_ns == stamped


def test_frames_that_do_not_begin_with_luma_are_refused(
    board: type[FakePicamera2], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "format", "XBGR8888")
    with pytest.raises(CameraMissing, match="XBGR8888"):
        PiCamera().__enter__()


def test_a_camera_that_cannot_be_closed_does_not_hide_that_it_was_lost(
    board: type[FakePicamera2], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "close", broken(RuntimeError("busy")))
    with PiCamera() as camera, pytest.raises(CameraLost):
        list(camera)
    with pytest.raises(CameraLost), PiCamera() as camera:
        list(camera)


def test_leaving_twice_is_harmless(board: type[FakePicamera2]) -> None:
    camera = PiCamera()
    with camera:
        pass
    camera.__exit__(None, None, None)
    assert board.log == ["start", "stop", "close"]
    assert list(camera) == []


def test_a_machine_without_the_camera_software_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraMissing, match="not installed"):
        PiCamera().__enter__()


def test_a_board_without_a_camera_says_so(
    board: type[FakePicamera2], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "__init__", broken(IndexError("list index out of range")))
    with pytest.raises(CameraMissing):
        PiCamera().__enter__()


def test_a_camera_that_does_not_start_is_closed(
    board: type[FakePicamera2], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "start", broken(RuntimeError("busy")))
    with pytest.raises(CameraMissing, match="busy"):
        PiCamera().__enter__()
    assert board.log == ["stop", "close"]
