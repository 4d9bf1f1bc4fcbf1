"""The Pi's camera module, through picamera2: the only file that knows it.

picamera2 comes from the system on a Pi and is imported when the camera is opened, so that a
machine without it can run everything else. The camera is opened once: opening it again and again
leaks memory in the driver, so after a loss the program ends and systemd starts it anew.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import structlog

from device.errors import CameraLost, CameraMissing
from device.flow import Frame, Luma
from device.i18n import N_

if TYPE_CHECKING:
    from picamera2 import CompletedRequest, Picamera2

_log = structlog.get_logger("camera")

FRAME_WAIT_S = 3.0
"""Without a frame for so long the camera is lost; long exposures take a tenth of it."""
BUFFERS = 4
LUMA_FIRST = ("YUV420", "YVU420", "NV12", "NV21")
"""Formats that begin with the whole luma plane, one byte a pixel."""


def luma_of(buffer: npt.NDArray[np.uint8], size: tuple[int, int], stride: int) -> Luma:
    """Return a copy of the luma plane at the head of a YUV420 or NV12 buffer.

    `size` is (width, height); rows are `stride` bytes apart, which is more than the width on
    some boards. It is a copy because the camera writes into the buffer again.
    """
    width, height = size
    plane = buffer.reshape(-1)[: stride * height]
    return plane.reshape(height, stride)[:, :width].copy()


def wanted_controls(
    wished: Mapping[str, object], offered: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    """Return the controls that the camera has, and the names of those it has not."""
    present = {name: value for name, value in wished.items() if name in offered}
    return present, sorted(set(wished) - set(present))


class PiCamera:
    """The Camera port over picamera2."""

    def __init__(
        self,
        size: tuple[int, int] = (1280, 720),
        fps: float = 15.0,
        controls: Mapping[str, object] | None = None,
        up_ns: Callable[[], int] | None = None,
    ) -> None:
        """Take the size in pixels, frames a second, and libcamera's controls by name.

        `up_ns` (CLOCK_BOOTTIME) stamps frames of a camera that does not say itself when they were
        captured, or says it by another clock.
        """
        self._size, self._fps = size, fps
        self._controls = dict(controls or {})
        self._up_ns = up_ns
        self._stamps_doubted = False
        self._camera: Picamera2 | None = None
        self._got: dict[str, Any] = {}

    def __enter__(self) -> Self:
        """Open the camera and start it; raise CameraMissing if there is none."""
        try:
            from picamera2 import Picamera2  # noqa: PLC0415  # only where there is a camera
        except (ImportError, OSError) as error:
            msg = N_("the camera software (picamera2) is not installed")
            raise CameraMissing(msg) from error
        try:
            self._camera = Picamera2()
            self._start(self._camera)
        except Exception as error:
            # picamera2 raises IndexError for no camera and RuntimeError for one in use, and
            # leaves half-open what it could not configure.
            self.__exit__()
            msg = f"the camera cannot be opened ({type(error).__name__}: {error})"
            raise CameraMissing(msg) from error
        return self

    def __exit__(self, *_: object) -> None:
        """Stop and close the camera, once; raise nothing, as the gate has its own reason to end."""
        camera, self._camera = self._camera, None
        if camera is None:
            return
        try:
            # A capture that was waited for in vain is still in picamera2's list, and stopping
            # would wait behind it for ever.
            camera.cancel_all_and_flush()
            try:
                camera.stop()
            finally:
                camera.close()
        except Exception as failure:  # noqa: BLE001  (drivers raise what they like)
            _log.warning("camera.not_closed", error=type(failure).__name__)

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames for ever; raise CameraLost when none comes for FRAME_WAIT_S."""
        number = 0
        while self._camera is not None:
            yield self._frame(self._camera, number)
            number += 1

    @property
    def lens(self) -> tuple[float, float] | None:
        """Return the ends of the lens's range in dioptres; None if it is fixed."""
        offered = self._camera.camera_controls.get("LensPosition") if self._camera else None
        return (float(offered[0]), float(offered[1])) if offered else None

    def focus(self, dioptres: float) -> None:
        """Move the lens there and leave it there; it takes a few frames."""
        if self._camera is not None:
            self._camera.set_controls({"AfMode": 0, "LensPosition": dioptres})

    def _start(self, camera: "Picamera2") -> None:
        period_us = round(1_000_000 / self._fps)
        wished = {"FrameDurationLimits": (period_us, period_us), **self._controls}
        controls, lacking = wanted_controls(wished, camera.camera_controls)
        if lacking:
            _log.warning("camera.controls_missing", names=lacking)
        camera.configure(
            camera.create_video_configuration(
                main={"size": self._size, "format": "YUV420"},
                controls=controls,
                buffer_count=BUFFERS,
                queue=False,  # the next frame after the call, not one that lay waiting
            )
        )
        # The driver may have chosen another size or format than it was asked for.
        self._got = camera.camera_configuration()["main"]
        if self._got["format"] not in LUMA_FIRST:
            msg = f"frames in the format {self._got['format']}"
            raise ValueError(msg)
        if tuple(self._got["size"]) != tuple(self._size):
            _log.warning("camera.other_size", asked=self._size, got=self._got["size"])
        camera.start()

    def _frame(self, camera: "Picamera2", number: int) -> Frame:
        try:
            request = camera.capture_request(wait=FRAME_WAIT_S)
        except Exception as error:
            msg = f"no frame came from the camera ({type(error).__name__})"
            raise CameraLost(msg) from error
        try:
            return Frame(self._luma(request), self._stamp(request), number)
        finally:
            request.release()

    def _luma(self, request: "CompletedRequest") -> Luma:
        from picamera2 import MappedArray  # noqa: PLC0415  # only where there is a camera

        # No view may outlive the mapping: luma_of copies.
        with MappedArray(request, "main", reshape=False, write=False) as mapped:
            return luma_of(mapped.array, self._got["size"], self._got["stride"])

    def _stamp(self, request: "CompletedRequest") -> int:
        stamp = int(request.get_metadata().get("SensorTimestamp") or 0)
        if self._up_ns is None:
            if not stamp:
                msg = N_("the camera does not say when a frame was captured")
                raise CameraLost(msg)
            return stamp
        now = self._up_ns()
        if stamp and 0 <= now - stamp < FRAME_WAIT_S * 1e9:
            return stamp
        # Some drivers stamp by a clock that stands still while the machine sleeps.
        if not self._stamps_doubted:
            self._stamps_doubted = True
            _log.warning("camera.stamps_unusable", behind_s=round((now - stamp) / 1e9, 1))
        return now
