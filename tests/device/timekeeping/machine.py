"""A machine whose clocks a test sets, and what the true time is meanwhile."""

from wire.receipt import Receipt

NOON = 1_790_000_000_000
MS = 1_000_000
S = 1_000
DAY = 86_400 * S
GATE, JOURNAL, BOOT = "cong-mau", "0a", "0a0b0c0d"


class Machine:
    """The System port. Time passes for all clocks alike; only `step` moves the wall clock alone."""

    def __init__(self, wall_ms: int = NOON, up_ms: int = 10 * S, boot: str = BOOT) -> None:
        self.boot = boot
        self.true_ms, self.up_ms, self.wall_ms = NOON, up_ms, wall_ms
        self.answered: int | None = None

    def read(self) -> tuple[int, int]:
        return self.up_ms * MS, self.wall_ms

    def served(self) -> int | None:
        return self.answered

    def passes(self, ms: int) -> None:
        """Let time pass."""
        self.true_ms += ms
        self.up_ms += ms
        self.wall_ms += ms

    def step(self, by_ms: int) -> None:
        """Set the wall clock, and nothing else."""
        self.wall_ms += by_ms

    def answer(self, off_ms: int = 0) -> None:
        """Let a time server set the wall clock, `off_ms` beside the true time."""
        self.wall_ms = self.true_ms + off_ms
        self.answered = self.wall_ms * MS


def receipt(time_ms: int, high: int, journal: str = JOURNAL, gate: str = GATE) -> Receipt:
    """Return a receipt whose signature was checked."""
    return Receipt(gate, journal, high, "", time_ms)
