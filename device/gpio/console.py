"""The panel on a terminal: for a laptop, a demonstration, or a technician with a cable."""

from typing import TextIO

from device.gpio.patterns import REST, Step

NAMES = (("green", "\x1b[32m●\x1b[0m"), ("red", "\x1b[31m■\x1b[0m"), ("amber", "\x1b[33m▲\x1b[0m"))
"""A lamp has a shape as well as a colour."""


class Console:
    """Writes each change of the panel as one line."""

    def __init__(self, out: TextIO, name: str, *, relay: bool) -> None:
        """Write to `out`; every line begins with the gate's name. `relay`: the door has one."""
        self._out = out
        self._name = name
        self._relay = relay
        self._shown = REST

    def show(self, step: Step) -> None:
        """Write the step if it looks or sounds different from the one before."""
        if self._looks(step) != self._looks(self._shown):
            self._out.write(f"{self._name}  {self._looks(step)}\n")
            self._out.flush()
        self._shown = step

    def close(self) -> None:
        """Show rest."""
        self.show(REST)

    def _looks(self, step: Step) -> str:
        lamps = " ".join(sign if getattr(step, name) else "·" for name, sign in NAMES)
        tone = f"♪ {step.hz:.0f} Hz" if step.hz else ""
        relay = "[relay]" if step.relay and self._relay else ""
        return f"{lamps}  {tone} {relay}".rstrip()
