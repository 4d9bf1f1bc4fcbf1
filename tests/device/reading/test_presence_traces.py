"""Plays a trace: what is in view, in; which readings come of it, out.

    rules  leave_s 0.6          optional, any of PresenceRules
    signal 0.5                  how long each reading is answered, seconds
    0.00 - 2.00  PASS-A@640,360 LINK-B      in view in 15 frames a second; `-` alone: nothing
      reading 0.00 PASS-A                   what must come of it, and nothing else

A code whose name begins with PASS is wanted. `~` before a code: seen in every third frame only.
`restart` puts a new presence in place, given what the old one remembered.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from device.flow import Sighting
from device.reading.presence import OnePerShowing, PresenceRules

TRACES = sorted((Path(__file__).parents[2] / "traces" / "presence").glob("*.trace"))
S = 1_000_000_000
FRAMES = 15


def tag(text: bytes) -> bytes:
    return hashlib.sha256(b"key" + text).digest()[:8]


def wanted(text: bytes) -> bool:
    return text.startswith(b"PASS")


class Player:
    """Presence, and the time of the trace."""

    def __init__(self) -> None:
        self.rules: dict[str, float] = {}
        self.signal_ns = 0
        self.presence = self._new()

    def _new(self) -> OnePerShowing:
        return OnePerShowing(wanted, msgspec.convert(self.rules, PresenceRules), tag)

    def play(self, trace: str) -> str:
        """Return the trace with the readings that really came."""
        return "".join(f"{line}\n" for line in self._lines(trace))

    def _lines(self, trace: str) -> Iterator[str]:
        for line in trace.splitlines():
            if line.startswith("  reading"):
                continue
            yield line
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            yield from self._step(words)

    def _step(self, words: list[str]) -> Iterator[str]:
        if words[0] == "rules":
            self.rules = {words[n]: float(words[n + 1]) for n in range(1, len(words), 2)}
            self.presence = self._new()
        elif words[0] == "signal":
            self.signal_ns = int(float(words[1]) * S)
        elif words[0] == "restart":
            old, self.presence = self.presence, self._new()
            self.presence.restore(old.remember())
        else:
            yield from self._frames(float(words[0]), float(words[2]), words[3:])

    def _frames(self, start: float, end: float, codes: list[str]) -> Iterator[str]:
        for number in range(round(start * FRAMES), round(end * FRAMES)):
            up_ns = number * S // FRAMES
            sightings = tuple(seen for code in codes if (seen := _sighting(code, number)))
            reading = self.presence.admit(sightings, up_ns)
            if reading is not None:
                self.presence.answered(reading, up_ns + self.signal_ns)
                yield f"  reading {reading.up_ns / S:.2f} {reading.text.decode()}"


def _sighting(code: str, number: int) -> Sighting | None:
    if code == "-":
        return None
    if code.startswith("~"):
        if number % 3:
            return None
        code = code[1:]
    name, _, place = code.partition("@")
    if not place:  # held by a hand: it moves
        x, y = 600 + 17 * (number % 5), 300 + 13 * (number % 3)
    else:
        x, y = (int(each) for each in place.split(","))
    corners = ((x, y), (x + 100, y), (x + 100, y + 100), (x, y + 100))
    return Sighting(name.encode(), corners, "zxing-half")


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_a_trace_gives_the_readings_written_in_it(path: Path) -> None:
    written = path.read_text()
    assert Player().play(written) == written


def test_there_are_traces() -> None:
    assert len(TRACES) >= 8
