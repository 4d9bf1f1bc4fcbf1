"""A district of the demonstration whose first door has a camera that is shown what a test likes.

The desk of the district runs beside the other programs; the other two doors stay closed.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from demo import district
from demo.district import District
from demo.programs import Program, python
from demo.story import Cast
from device.flow import Luma
from provisioning import deskkeys
from tests.waiting import until

CAMERA = 'source = "doorway"\nscript = "doorway.json"\nrecord = "frames.jsonl"\n'
PICTURES = 'source = "pictures"\npath = "{folder}"\nfps = 10.0\nrepeat = true\n'
DESK = '\n[issuing]\nkeys = "desk/keys"\nstate = "collector/desk"\nstation = "0900 000 115"\n'
PLACES = {
    "areas": [{"code": "x", "name": "Xã Mẫu"}],
    "sectors": [{"code": "education", "name": "Giáo dục"}],
    "places": [
        {
            "id": "truong",
            "name": "Trường Mẫu",
            "kind": "school",
            "area": "x",
            "sector": "education",
            "gates": [],
        }
    ],
}
AWAY_S = 4.5
"""Out of view: a code that comes back within three seconds of its reading is still held up."""
BLANK = np.full((720, 1280), 200, np.uint8)


class Door:
    """The first door, seen from before its camera."""

    def __init__(self, cast: Cast, folder: Path) -> None:
        self._cast, self._folder = cast, folder
        self.show(None)

    def show(self, picture: Luma | None) -> None:
        """Hold a picture before the camera, or take it away."""
        frame = BLANK if picture is None else picture
        part = self._folder / ".part.png"
        part.write_bytes(cv2.imencode(".png", frame)[1].tobytes())
        part.replace(self._folder / "seen.png")

    def answers(self, picture: Luma) -> tuple[str, str]:
        """Hold a picture before the camera until it is answered; return outcome and reason."""
        heard = self._heard()
        self.show(picture)
        until(lambda: self._heard() > heard, "the gate has read nothing", 60)
        self.show(None)
        time.sleep(AWAY_S)
        passage = self._cast.told.passages()[heard]
        return str(passage["outcome"]), str(passage["reason"])

    def _heard(self) -> int:
        self._cast.told.news()
        return len(self._cast.told.passages())


def build(folder: Path, *more: str) -> District:
    """Make a district with a desk whose first door has such a camera."""
    made = district.build(folder)
    deskkeys.hand(made.authority, made.folder / "desk")
    (made.authority.folder / "places.json").write_text(json.dumps(PLACES), encoding="utf-8")
    with made.collector.open("a", encoding="utf-8") as file:
        file.write("".join((DESK, *more)))
    door = made.doors[0]
    shown = door.folder / "shown"
    shown.mkdir()
    text = door.config.read_text(encoding="utf-8")
    assert CAMERA in text
    changed = text.replace(CAMERA, PICTURES.format(folder=shown))
    door.config.write_text(changed, encoding="utf-8")
    return made


@contextmanager
def playing(made: District, *more: str) -> Iterator[tuple[Cast, Door]]:
    """Run its programs, the desk and `more` of the collector's."""
    cast = Cast(made)
    cast.scanners, cast.uplinks = cast.scanners[:1], cast.uplinks[:1]
    door = Door(cast, made.doors[0].folder / "shown")
    beside = [
        Program(
            name,
            python("collector", name, "--config", str(made.collector)),
            made.folder / "logs",
            None,
        )
        for name in ("desk", *more)
    ]
    with cast.playing():
        for each in beside:
            each.start()
        try:
            yield cast, door
        finally:
            for each in beside:
                each.stop()


def keeper(made: District, password: str) -> None:
    """Make an account that answers for the school's passes."""
    words = ["user", "add", "keeper", "--config", str(made.collector), "--password-stdin"]
    subprocess.run(
        [*python("collector", *words), "--role", "keeper", "--place", "truong"],
        input=password,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
