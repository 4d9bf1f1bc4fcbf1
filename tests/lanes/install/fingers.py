"""Run a program with a technician's finger at the mock board: fingers.py PROGRAM ARGS...

Each time the file named by FINGER_AT changes, the service button is pressed: the pin that connects
it goes low for as long as a finger takes. Everything else of the program is as on a gate.
"""

import os
import runpy
import sys
import threading
import time
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory

AT = Path(os.environ.get("FINGER_AT", "/opt/lane/finger"))
BUTTON = 5
PRESS_S, LOOK_S = 0.2, 0.05
boards: list[Any] = []
made = MockFactory.__init__


def remember(self: Any, *words: Any, **more: Any) -> None:  # noqa: ANN401
    """Keep hold of the board that the program takes."""
    made(self, *words, **more)
    boards.append(self)


def stamp() -> int:
    """Return what changes with each press."""
    try:
        return AT.stat().st_mtime_ns
    except OSError:
        return 0


def follow() -> None:
    """Press whenever it is asked for."""
    seen = stamp()
    while True:
        time.sleep(LOOK_S)
        if stamp() != seen and boards:
            seen = stamp()
            pin = boards[-1].pin(BUTTON)
            if pin.function == "input":
                pin.drive_low()
                time.sleep(PRESS_S)
                pin.drive_high()


MockFactory.__init__ = remember  # type: ignore[method-assign]
threading.Thread(target=follow, daemon=True).start()
sys.argv = sys.argv[1:]
sys.path[0] = str(Path(sys.argv[0]).resolve().parent)
runpy.run_path(sys.argv[0], run_name="__main__")
