"""The lamps of one side of a door: two or three of one colour each, or one that mixes them."""

from collections.abc import Mapping

from gpiozero import DigitalOutputDevice

from device.gpio.patterns import Step


class SideOfDoor:
    """Lamps that show the same step to one side."""

    def __init__(self, lamps: Mapping[str, DigitalOutputDevice], *, mixed: bool) -> None:
        """Take green, red and, if there is one, amber; `mixed`: amber is green and red at once."""
        self._lamps = lamps
        self._mixed = mixed

    def show(self, step: Step) -> None:
        """Set the lamps so that nothing looks like green in between.

        What goes off goes off first, green before red; what comes on comes on after, green last.
        """
        wanted = self._wanted(step)
        for name in ("green", "amber", "red"):
            if name in self._lamps and not wanted[name]:
                self._lamps[name].off()
        for name in ("red", "amber", "green"):
            if name in self._lamps and wanted[name]:
                self._lamps[name].on()

    def _wanted(self, step: Step) -> dict[str, bool]:
        if self._mixed:
            red = step.red or step.amber
            return {"green": step.green or step.amber, "red": red, "amber": False}
        red = step.red or (step.amber and "amber" not in self._lamps)
        return {"green": step.green, "red": red, "amber": step.amber}
