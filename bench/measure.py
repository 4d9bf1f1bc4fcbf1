"""Times and rates of readers. Time is the thread's own, so that a busy machine does not count."""

import time

import msgspec
import numpy as np

from bench.engines import Read
from bench.photos import Photo, is_right
from bench.shaking import shaken
from device.flow import Frame, Luma
from device.reading.cascade import CascadeReader

FPS = 15
PERIOD_NS = 10**9 // FPS


class Tally(msgspec.Struct):
    """What one reader made of a set of photos."""

    ms: list[float] = msgspec.field(default_factory=list)
    """Of the photos with a code."""
    empty_ms: list[float] = msgspec.field(default_factory=list)
    right: dict[str, bool] = msgspec.field(default_factory=dict)
    """By file."""
    false: int = 0
    """Texts read where there is no code."""
    other: int = 0
    """Photos in which a text was read, and none that is known to be right."""
    raised: int = 0

    @property
    def mean(self) -> float:
        """Return the mean time on photos with a code, ms."""
        return float(np.mean(self.ms))


def compared(photos: list[Photo], engines: dict[str, Read]) -> dict[str, Tally]:
    """Show every photo to every reader, in an order that rotates from photo to photo."""
    tallies = {name: Tally() for name in engines}
    names = list(engines)
    for number, photo in enumerate(photos):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            _try(photo, engines[name], tallies[name])
    return tallies


def _try(photo: Photo, read: Read, tally: Tally) -> None:
    texts, ms, raised = timed(read, photo.luma)
    tally.raised += raised
    (tally.ms if photo.has_code else tally.empty_ms).append(ms)
    if not photo.has_code:
        tally.false += bool(texts)
        return
    tally.right[photo.file] = right = is_right(texts, photo.expected)
    tally.other += bool(texts and photo.expected and not right)


def timed(read: Read, luma: Luma) -> tuple[list[bytes], float, bool]:
    """Return what was read, the milliseconds it took, and whether the reader raised."""
    start = time.thread_time_ns()
    raised = False
    try:
        texts = read(luma)
    except Exception:  # noqa: BLE001  # that a reader raises is one of the things measured
        texts, raised = [], True
    return texts, (time.thread_time_ns() - start) / 1e6, raised


class Held(msgspec.Struct):
    """What the stream's reader made of photos held in a hand."""

    frames: list[int | None] = msgspec.field(default_factory=list)
    """After how many frames each was read right; None for never."""
    first_ms: list[float] = msgspec.field(default_factory=list)
    until_ms: list[float] = msgspec.field(default_factory=list)
    """Time spent until it was read, or in all."""
    zxing_ms: list[float] = msgspec.field(default_factory=list)
    """Of zxing-cpp on the photo as it is, at the same moment: a busy machine slows both."""
    false: int = 0

    def rate(self, within: int) -> float:
        """Return the share read within so many frames, percent."""
        return 100 * float(np.mean([n is not None and n <= within for n in self.frames]))


def streamed(
    photos: list[Photo], seeds: range, most: int, zxing: Read, *, still: bool = False
) -> Held:
    """Hold every photo up once for each seed; `still` shows it as it is."""
    held = Held()
    for photo in photos:
        for seed in seeds:
            shown = [photo.luma] * most if still else shaken(photo.luma, photo.file, seed, most)
            if photo.has_code:
                held.zxing_ms.append(timed(zxing, photo.luma)[1])
            _hold(photo, shown, held)
    return held


def _hold(photo: Photo, shown: list[Luma], held: Held) -> None:
    reader, spent, read_after = CascadeReader(), 0.0, None
    for number, luma in enumerate(shown):
        frame = Frame(luma, number * PERIOD_NS, number)
        texts, ms, _ = timed(_seeing(reader, frame), luma)
        spent += ms
        if number == 0 and photo.has_code:
            held.first_ms.append(ms)
        if texts and not photo.has_code:
            held.false += 1
        if is_right(texts, photo.expected):
            read_after = number + 1
            break
    if photo.has_code:
        held.frames.append(read_after)
        held.until_ms.append(spent)


def _seeing(reader: CascadeReader, frame: Frame) -> Read:
    return lambda _: [each.text for each in reader.see(frame)]


class Empty(msgspec.Struct, frozen=True):
    """What an empty 1280x720 frame costs, mean ms."""

    pyzbar: float
    zxing: float
    first: float
    """The first frame after motion."""
    active: float
    """Within a second after motion."""
    still: float
    mean: float
    """Over two seconds that begin with motion."""
    core: float
    """Of one core, at 15 still frames a second; percent."""


def empty(frames: list[Luma], pyzbar: Read, zxing: Read) -> Empty:
    """Watch empty doors for two seconds each."""
    theirs: dict[str, list[float]] = {"pyzbar": [], "zxing": []}
    first: list[float] = []
    active: list[float] = []
    still: list[float] = []
    for luma in frames:
        theirs["pyzbar"].append(timed(pyzbar, luma)[1])
        theirs["zxing"].append(timed(zxing, luma)[1])
        reader = CascadeReader()
        for number in range(2 * FPS):
            ms = timed(_seeing(reader, Frame(luma, number * PERIOD_NS, number)), luma)[1]
            (still if number > FPS else active if number else first).append(ms)
    return Empty(
        pyzbar=_mean(theirs["pyzbar"]),
        zxing=_mean(theirs["zxing"]),
        first=_mean(first),
        active=_mean(active),
        still=_mean(still),
        mean=_mean([*first, *active, *still]),
        core=_mean(still) * FPS / 10,
    )


def _mean(times: list[float]) -> float:
    return float(np.mean(times))
