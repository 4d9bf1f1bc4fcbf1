"""A gate out of its box: keys folder with the authority's root, a link that is always up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from device import enrol
from device.errors import NotEnrolled
from device.flow import Instant
from device.joinstate import JoinState
from device.setup.district import District as Client
from device.setup.joining import Hands, Joining
from provisioning.authority import pretty
from wire.enrolcode import Network
from wire.keys import KeyEntry
from wire.record import ClockState

UNSYNCED = ClockState.UNSYNCED


class NewGate:
    """One gate and what gate-setup has said about it."""

    def __init__(self, folder: Path, root: KeyEntry, wall_ms: int) -> None:
        self.keys = folder / "keys"
        self.keys.mkdir(parents=True)
        (self.keys / enrol.ROOT).write_bytes(pretty(root))
        self.root = root
        self.up_ns = 10**9
        self.wall_ms = wall_ms
        self.clock = UNSYNCED
        self.said: list[JoinState] = []
        self.joined: list[Network] = []
        self.slept: list[float] = []
        self.report: bytes | None = None
        self.laid: dict[str, bytes] = {}

    def now(self) -> Instant:
        return Instant(self.up_ns, self.wall_ms, self.clock, "0badcafe")

    def set_clock(self, wall_ms: int) -> None:
        self.wall_ms = wall_ms

    def hands(self, **other: Callable[..., Any]) -> Hands:
        """Return hands that do everything for real but the radio, the clock and the self-test."""
        usual: dict[str, Callable[..., Any]] = {
            "link": self.joined.append,
            "district": Client,
            "now": self.now,
            "set_clock": self.set_clock,
            "say": self.said.append,
            "lay": self.laid.__setitem__,
            "selftest": lambda: self.report,
            "sleep": self.slept.append,
        }
        return Hands(keys=self.keys, **{**usual, **other})

    def show(self, text: str, **other: Callable[..., Any]) -> JoinState:
        """Have gate-setup take a code; return what it says in the end."""
        Joining(text, self.root, self.hands(**other)).run()
        return self.said[-1]

    @property
    def is_enrolled(self) -> bool:
        try:
            enrol.load(self.keys, self.root)
        except NotEnrolled:
            return False
        return True
