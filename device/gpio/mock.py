"""Pins for a machine that has none: gpiozero's mock board, with every level written down.

It is used only where configuration says so, never because real pins failed. The file is written by
the pin itself, so it shows what a wire would show, whatever the programs above believed.
"""

import json
import os
import weakref
from collections.abc import Callable
from pathlib import Path

from gpiozero.pins.mock import MockFactory, MockPWMPin


def traced_factory(
    trace: Path | None, up_ns: Callable[[], int], *, inherited: bool = False
) -> MockFactory:
    """Return a mock board that appends one line per change of an output's level to `trace`.

    A line holds the time since boot, the pin and its level, and is written in one system call, so
    that a kill loses none. `inherited`: a process before this one has left the outputs at levels
    that are not known, so the first level that is set counts as a change.
    """
    fd = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640) if trace else None

    class TracedPin(MockPWMPin):
        """A mock pin that reports its changes instead of remembering them all."""

        _known = not inherited

        def _change_state(self, value: float) -> bool:
            is_output = self._function == "output"
            if self._state == value and (self._known or not is_output):
                return False
            self._state = value
            if is_output:
                self._known = True
            if fd is not None and is_output:
                line = {"up_ns": up_ns(), "pin": self.info.name, "level": float(value)}
                os.write(fd, json.dumps(line).encode() + b"\n")
            return True

    factory = MockFactory(pin_class=TracedPin)
    if fd is not None:
        weakref.finalize(factory, os.close, fd)
    return factory
