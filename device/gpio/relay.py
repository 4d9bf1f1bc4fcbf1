"""The relay: a pulse that ends by itself, whatever happens to the program that began it.

The end is timed by a thread of its own: a door whose lamps hang on a stopped terminal closes all
the same. If the whole process hangs or dies, the service's watchdog ends it and `device.safe`
drives the pin to rest; if nothing runs at all, the resistor on the wire does.
"""

from gpiozero import DigitalOutputDevice


class Relay:
    """One relay, at rest but for its pulses."""

    def __init__(self, output: DigitalOutputDevice, pulse_ms: int) -> None:
        """Take the output and the length of a pulse."""
        self._output = output
        self._pulse_s = pulse_ms / 1000

    def pulse(self) -> None:
        """Switch on now, for one pulse; one that is running begins anew."""
        try:
            self._output.on()
            self._output.blink(on_time=self._pulse_s, off_time=0, n=1)
        except BaseException:
            self._output.off()  # no thread, no pulse
            raise

    def rest(self) -> None:
        """End the pulse."""
        self._output.off()
