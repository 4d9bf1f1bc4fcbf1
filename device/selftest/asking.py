"""The technician's yes and no: a press of the button, or y and n on a terminal.

At a gate on a wall there is no keyboard: a press within the time is yes, none is no.
"""

import sys
from collections.abc import Callable
from typing import Protocol

from device.flow import Press
from device.i18n import N_, _
from device.ports import Inputs

PRESS_NS = 8 * 10**9
LOOK_S = 0.05
YES = frozenset({Press.SERVICE, Press.ADMIT, Press.DIRECTION})
"""Whichever button there is."""
_SAY = N_("press the button within {seconds} s if so")


class Asking(Protocol):
    """Asks somebody who stands there."""

    def yes(self, question: str) -> bool:
        """Ask, wait for the answer, and return whether it was yes."""
        ...


class Button:
    """Asks on paper, or on a screen that nobody can type at, and takes a press for yes."""

    def __init__(
        self,
        inputs: Inputs,
        tell: Callable[[str], None],
        up_ns: Callable[[], int],
        sleep: Callable[[float], None],
    ) -> None:
        """Take the gate's own buttons, which are open, and what waits."""
        self._inputs, self._tell, self._up_ns, self._sleep = inputs, tell, up_ns, sleep

    def yes(self, question: str) -> bool:
        """Return whether a button was pressed in time."""
        self._inputs.pressed()  # what was pressed before the question answers nothing
        self._tell(f"{question} ({_(_SAY).format(seconds=PRESS_NS // 10**9)})")
        until_ns = self._up_ns() + PRESS_NS
        while self._up_ns() < until_ns:
            if any(each.what in YES for each in self._inputs.pressed()):
                return True
            self._sleep(LOOK_S)
        return False


class Terminal:
    """Asks on a terminal. The end of its input is no."""

    def __init__(self, tell: Callable[[str], None], read: Callable[[], str] | None = None) -> None:
        """Take what shows a line, and what reads one; "" is the end."""
        self._tell = tell
        self._read = read or sys.stdin.readline

    def yes(self, question: str) -> bool:
        """Return whether the answer begins with the y of a yes, or the c of a có."""
        while True:
            self._tell(f"{question} [{_('y/n')}]")
            line = self._read()
            answer = line.strip().lower()[:1]
            if not line or answer in {"n", "k"}:
                return False
            if answer in {"y", "c"}:
                return True
