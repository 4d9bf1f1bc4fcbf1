"""Run a program with libcamera's virtual camera in place of a Pi's: bootstrap.py PROGRAM ARGS...

The program is what runs on a gate, unchanged, with picamera2 and libcamera as they are. Put right
here is only what a Pi has and this machine has not, before picamera2 is imported:

- pykms, which picamera2 imports even where there is no screen;
- a raw sensor mode, for which picamera2 asks and which the virtual camera refuses;
- memory for frames: the kernel's DMA heaps are a Pi's, so frames lie in anonymous files, in two
  planes, as the virtual camera wants them. Unlike a Pi's, a frame here is mapped anew for each look
  at it, and a view that is kept beyond its mapping raises BufferError;
- a sensor's pace: the virtual camera delivers as fast as it is asked.

Environment variables set what a camera may be like: CAMERA_FPS, frames a second; CAMERA_PADDING,
bytes of junk after each row, as some boards have them; CAMERA_FORMAT, NV12 as the virtual camera
has it, or YUV420 as a Pi's. While the file named by CAMERA_UNPLUGGED is there, no frame comes;
while the one named by CAMERA_STUCK is there, whoever looks at a frame waits.
"""

import collections
import importlib
import mmap
import os
import runpy
import sys
import threading
import types
from pathlib import Path
from typing import Any

Buffer = Any
SIZE = (1280, 720)
FPS = float(os.environ.get("CAMERA_FPS", "15"))
PADDING = int(os.environ.get("CAMERA_PADDING", "0"))
FORMAT = os.environ.get("CAMERA_FORMAT", "NV12")
STUCK = Path(os.environ.get("CAMERA_STUCK", "/nonexistent"))
UNPLUGGED = Path(os.environ.get("CAMERA_UNPLUGGED", "/nonexistent"))
JUNK = 0x55


class AnyName:
    """Has every attribute: its own name."""

    def __getattr__(self, name: str) -> str:
        """Return the name."""
        return name


def stub_kms() -> None:
    """Give picamera2 the module that it imports and does not use."""
    module: Any = types.ModuleType("pykms")
    module.PixelFormat = AnyName()
    sys.modules["pykms"] = module


stub_kms()
libcamera: Any = importlib.import_module("libcamera")
picamera2: Any = importlib.import_module("picamera2.picamera2")


class Planes:
    """Where one frame lies: an anonymous file with the luma first."""

    def __init__(self, width: int, height: int, stride: int, size: int) -> None:
        """Make room for `size` bytes."""
        self.width, self.height, self.stride, self.size = width, height, stride, size
        self.fd = os.memfd_create("frame")
        os.ftruncate(self.fd, size)

    def framebuffer(self) -> Buffer:
        """Return it as libcamera's FrameBuffer of two planes."""
        luma = self.stride * self.height
        planes = [libcamera.FrameBuffer.Plane(), libcamera.FrameBuffer.Plane()]
        for plane, start, length in zip(planes, (0, luma), (luma, self.size - luma), strict=True):
            plane.fd, plane.offset, plane.length = self.fd, start, length
        return libcamera.FrameBuffer(planes)


class Mapping:
    """One look at a frame; the mapping cannot be closed while anything still looks."""

    def __init__(self, memory: "Memory", frame: Buffer, write: bool) -> None:  # noqa: FBT001
        """Take what picamera2 hands over."""
        self._planes = memory.where[frame]
        self._write = write

    def __enter__(self) -> mmap.mmap:
        """Map the frame."""
        while STUCK.exists():
            threading.Event().wait(0.1)
        planes = self._planes
        self._map = mmap.mmap(planes.fd, planes.size)
        if PADDING or FORMAT != "NV12":
            with self._map as whole:
                self._map = laid_out(whole, planes)
        return self._map

    def __exit__(self, *_: object) -> None:
        """Unmap it; raises BufferError if a view of it is still there."""
        self._map.close()


def laid_out(frame: mmap.mmap, planes: Planes) -> mmap.mmap:
    """Return a frame with its rows and planes as another board has them."""
    stride, luma = planes.stride, planes.stride * planes.height
    junk = bytes([JUNK]) * PADDING
    rows = [frame[start : start + stride] + junk for start in range(0, luma, stride)]
    chroma = frame[luma : luma + luma // 2]
    colours = [chroma] if FORMAT == "NV12" else [chroma[0::2], chroma[1::2]]
    for plane in colours:
        width = stride * len(colours[0]) // len(chroma)
        pad = junk[: len(junk) * width // stride]
        rows += [plane[start : start + width] + pad for start in range(0, len(plane), width)]
    whole = b"".join(rows)
    made = mmap.mmap(-1, len(whole))
    made.write(whole)
    return made


class Memory:
    """picamera2's allocator, over anonymous files."""

    needs_sync = False
    sync = Mapping

    def __init__(self) -> None:
        """Begin with none."""
        self.where: dict[Buffer, Planes] = {}
        self._of: dict[Buffer, list[Buffer]] = {}

    def allocate(self, configurations: Any, _use_case: object) -> None:  # noqa: ANN401
        """Make the buffers of every stream."""
        self.close()
        for wanted in configurations:
            width, height = wanted.size.width, wanted.size.height
            made = []
            for _ in range(wanted.buffer_count):
                planes = Planes(width, height, wanted.stride, wanted.frame_size)
                made.append(planes.framebuffer())
                self.where[made[-1]] = planes
            self._of[wanted.stream] = made

    def buffers(self, stream: Buffer) -> list[Buffer]:
        """Return the buffers of one stream."""
        return self._of[stream]

    def acquire(self, buffers: Any) -> None:  # noqa: ANN401
        """Nothing is counted here."""

    def release(self, buffers: Any) -> None:  # noqa: ANN401
        """Nothing is counted here."""

    def close(self) -> None:
        """Give the files back."""
        for planes in self.where.values():
            os.close(planes.fd)
        self.where, self._of = {}, {}

    def __del__(self) -> None:
        """Picamera2.close() only drops its reference."""
        self.close()


class Sensor:
    """Hands requests to the camera one by one, at a sensor's pace, until it is unplugged."""

    def __init__(self, fps: float) -> None:
        """Take the place of libcamera's own queue."""
        self._period_s = 1 / fps
        self._waiting: collections.deque[tuple[Any, ...]] = collections.deque()
        self._lock = threading.Lock()
        self._exposed: Any = None
        camera = libcamera.Camera
        self._queue, self._stop = camera.queue_request, camera.stop
        camera.queue_request = lambda *request: self._waiting.append(request)
        # A plain function: a bound method would not be handed the camera.
        camera.stop = lambda stopped: self._stopped(stopped)  # noqa: PLW0108
        threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self) -> None:
        pause = threading.Event()
        while not pause.wait(self._period_s):
            with self._lock:
                if self._waiting and not UNPLUGGED.exists():
                    camera, self._exposed = self._waiting.popleft()
                    self._queue(camera, self._exposed)

    def _stopped(self, camera: Any) -> Any:  # noqa: ANN401
        with self._lock:
            self._waiting.clear()
            self._finish()
            return self._stop(camera)

    def _finish(self) -> None:
        """Wait for the frame that is being drawn: to be stopped in it kills the virtual camera."""
        pause, pending = threading.Event(), libcamera.Request.Status.Pending
        for _ in range(100):
            if self._exposed is None or self._exposed.status != pending:
                return
            pause.wait(0.01)


def told(stream: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a stream, its format and its rows as `laid_out` lays them."""
    return {**stream, "format": FORMAT, "stride": stream["stride"] + PADDING}


def main() -> None:
    """Put the virtual camera in place and become the program."""
    camera: Any = picamera2.Picamera2
    picamera2.DmaAllocator = Memory
    camera._get_raw_modes = lambda _: [{"format": "NV12", "size": SIZE}]
    known = camera.camera_configuration
    if PADDING or FORMAT != "NV12":
        camera.camera_configuration = lambda self: {"main": told(known(self)["main"])}
    Sensor(FPS)
    sys.argv = sys.argv[1:]
    sys.path[0] = str(Path(sys.argv[0]).parent)
    runpy.run_path(sys.argv[0], run_name="__main__")


main()
