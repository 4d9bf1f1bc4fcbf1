"""Looks again at every frame that showed somebody, and says what could be read of it.

Frames were noted, not kept. Each is drawn again, must have the checksum that was recorded, and is
given to the whole cascade. That costs more than the play itself, so beside it it goes on at the
lowest priority, person by person.
"""

import json
import multiprocessing
import os
import zlib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any, Self

import msgspec

from demo.district import Door
from device.camera.scene import Scene
from device.camera.script import load_script
from device.reading.decoder import decode

READABLE_NS = 10**9
"""A code shown readably for so long must have become a scan."""
PATIENCE_S = 300
LOWEST = 19


class Showing(msgspec.Struct, frozen=True):
    """One person before one door: the frames in which they were in view."""

    who: str
    stamps: tuple[int, ...]
    checksums: tuple[int, ...]


class Seen(msgspec.Struct, frozen=True):
    """What the whole cascade can read of a showing."""

    who: str
    stamps: tuple[int, ...]
    """Captures of all frames in which the person was in view."""
    first_ns: int | None
    """Capture of the first frame that it can read."""
    readably: bool
    """It can read one a second or more later too."""
    faithful: bool
    """Every frame drawn again had the checksum that was recorded."""


class Watcher:
    """Follows what the doorways record, and has it looked at."""

    def __init__(self, doors: tuple[Door, ...], *, politely: bool = True) -> None:
        """Follow these doors; `politely` gives way to everything else on the machine."""
        self._niceness = LOWEST if politely else 0
        self._records = {door.gate: _Record(door) for door in doors}
        self._looks: dict[str, list[Future[Seen]]] = {door.gate: [] for door in doors}

    def __enter__(self) -> Self:
        """Start the workers."""
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(
            max_workers=2, mp_context=context, initializer=os.nice, initargs=(self._niceness,)
        )
        return self

    def __exit__(self, *exc: object) -> None:
        """End the workers; what is not looked at yet is left."""
        self._pool.shutdown(cancel_futures=True)

    def look(self, *, to_the_end: bool = False) -> None:
        """Hand over everybody who has left; with `to_the_end`, whoever is in view too."""
        for gate, record in self._records.items():
            for showing in record.finished(to_the_end=to_the_end):
                look = self._pool.submit(_look, record.script, showing)
                self._looks[gate].append(look)

    def seen(self) -> dict[str, list[Seen]]:
        """Return by gate what could be read of everybody, once all is looked at."""
        self.look(to_the_end=True)
        return {
            gate: [each.result(PATIENCE_S) for each in looks] for gate, looks in self._looks.items()
        }


class _Record:
    """What one doorway noted, read on from where it was read last."""

    def __init__(self, door: Door) -> None:
        self.script = door.script
        self._path = door.frames
        self._offset = 0
        self._stamps: dict[str, list[int]] = defaultdict(list)
        self._checksums: dict[str, list[int]] = defaultdict(list)

    def finished(self, *, to_the_end: bool) -> list[Showing]:
        """Return whoever is in view no more, each once."""
        now: set[str] = set()
        for line in self._news():
            now = set(line["who"])
            for who in line["who"]:
                self._stamps[who].append(line["up_ns"])
                self._checksums[who].append(line["crc"])
        gone = [who for who in self._stamps if to_the_end or (now and who not in now)]
        return [
            Showing(who, tuple(self._stamps.pop(who)), tuple(self._checksums.pop(who)))
            for who in gone
        ]

    def _news(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._offset)
            whole = file.read().rpartition(b"\n")[0]
        self._offset += len(whole) + bool(whole)
        return [json.loads(line) for line in whole.splitlines()]


_SCENES: dict[Path, Scene] = {}


def _look(script: Path, showing: Showing) -> Seen:
    """Find the frames of a showing that the whole cascade can read."""
    if script not in _SCENES:
        _SCENES[script] = Scene(load_script(script))
    frames = iter(zip(showing.stamps, showing.checksums, strict=True))
    first, same = _readable(_SCENES[script], frames)
    later = ((ns, crc) for ns, crc in frames if first is not None and ns - first >= READABLE_NS)
    last, same_later = _readable(_SCENES[script], later)
    return Seen(showing.who, showing.stamps, first, last is not None, same and same_later)


def _readable(scene: Scene, frames: Iterator[tuple[int, int]]) -> tuple[int | None, bool]:
    """Return the stamp of the first frame that can be read, and whether all were the same."""
    same = True
    for stamp, checksum in frames:
        luma = scene.draw(stamp)
        same = same and zlib.crc32(luma.data) == checksum
        if decode(luma):
            return stamp, same
    return None, same
