"""How one program stands, and when it is started again. Values alone; the time is given."""

from dataclasses import dataclass, field

from collector.up.child import Child
from collector.up.programs import Program
from collector.up.telling import event, spelled

FIRST_S, LONGEST_S = 1.0, 60.0
SETTLED_S = 60.0
"""Who ran so long has not failed at its start: the next pause is the shortest again."""
REST_S = 30.0
"""From the beginning to the first run of what ends by itself: what people wait for comes first."""
FAULT = 2
"""The status of a program that has said what is wrong."""


def pause_s(fails: int) -> float:
    """Return how long to wait after so many failures, one at least, with nothing between them."""
    return min(LONGEST_S, FIRST_S * 2.0 ** min(fails - 1, 10))


@dataclass
class Standing:
    """One program, and what is remembered of it."""

    program: Program
    command: tuple[str, ...]
    child: Child | None = None
    due_s: float = 0.0
    """When to start it, where it does not run."""
    began_s: float = 0.0
    fails: int = 0
    ready: bool = False
    url: str = ""
    """Where it is reached, if it says so."""
    _said: set[str] = field(default_factory=set)

    @property
    def late(self) -> bool:
        """Say whether others wait for it to be ready."""
        return bool(self.program.ready) and not self.ready

    def started(self, child: Child, now_s: float) -> None:
        """Take it as running."""
        self.child, self.began_s, self.ready = child, now_s, False

    def hear(self, line: str) -> tuple[str | None, bool]:
        """Return what to show of a line, if anything, and whether it has become ready by it.

        What a program that does not come up has said before is not said again.
        """
        shown = self.once(spelled(line))
        became = self.late and self.program.ready in line
        self.url = str(event(line).get("url", self.url))
        if became:
            self.ready = True
            self._said.clear()
        return shown, became

    def once(self, text: str) -> str | None:
        """Return a text, or None if it was said since the program was last ready."""
        if self.ready or text not in self._said:
            self._said.add(text)
            return text
        return None

    def ended(self, status: int, now_s: float) -> float:
        """Remember its end; return in how many seconds it is started again."""
        ran_s, self.child, was = now_s - self.began_s, None, self.ready
        self.ready = False
        if was:
            self._said.clear()
        if self.program.every_s and status != FAULT:
            self.fails, wait_s = 0, max(0.0, self.began_s + self.program.every_s - now_s)
        else:
            self.fails = 1 if ran_s >= SETTLED_S else self.fails + 1
            wait_s = pause_s(self.fails)
        self.due_s = now_s + wait_s
        return wait_s
