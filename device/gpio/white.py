"""When the white lamp is on: it is dark, and somebody comes.

The lamp lights the very picture that says whether it is dark, so once on it stays on for as long
as something moves and a while longer; only then is darkness looked at again.
"""

HOLD_NS = 20_000_000_000
"""How long the lamp stays on after the last movement."""
REST_NS = 2_000_000_000
"""How long movement counts for nothing after the lamp went off: that it went dark is movement."""


class WhiteLamp:
    """Decides, frame by frame; whoever calls switches."""

    def __init__(self) -> None:
        """Begin with the lamp off."""
        self.is_on = False
        self._moved_ns = 0
        self._off_ns = -REST_NS

    def look(self, *, dark: bool, moved: bool, up_ns: int) -> bool:
        """Take what a frame shows; return whether the lamp is to be on."""
        if self.is_on:
            if moved:
                self._moved_ns = up_ns
            elif up_ns - self._moved_ns >= HOLD_NS:
                self.is_on, self._off_ns = False, up_ns
        elif dark and moved and up_ns - self._off_ns >= REST_NS:
            self.is_on, self._moved_ns = True, up_ns
        return self.is_on
