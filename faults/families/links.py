"""A line to the district that drops, delays, goes silent or lies half open, while people pass.

The gate's connection runs through a proxy of ours; nftables, in a network that only we use, loses
its packets. Nothing may be lost or doubled, and the door may not notice.
"""

import random
import subprocess
from collections.abc import Callable

from faults import clock, observer, onegate
from faults.district import District, remove
from faults.onegate import START_S
from faults.outcome import Job, Outcome
from faults.proxy import Proxy

LASTS_S = 3.0
HEALTHY_S = 0.7
TABLE = "faults"


class Line:
    """The gate's line."""

    def __init__(self, proxy: Proxy) -> None:
        """Take the proxy that it runs through."""
        self.proxy = proxy
        self._name = f"{TABLE}{proxy.port}"

    def half_open(self) -> None:
        """Let nothing through, either way, and say nothing about it."""
        self._rule(f"tcp dport {self.proxy.port} drop", f"tcp sport {self.proxy.port} drop")

    def deaf(self) -> None:
        """Let what the gate sends arrive, and no answer come back."""
        self._rule(f"tcp sport {self.proxy.port} drop")

    def lossy(self) -> None:
        """Lose four packets of ten."""
        dice = "numgen random mod 100 < 40 drop"
        self._rule(f"tcp dport {self.proxy.port} {dice}", f"tcp sport {self.proxy.port} {dice}")

    def reset(self) -> None:
        """Answer every packet with a reset."""
        self._rule(f"tcp dport {self.proxy.port} reject with tcp reset")

    def late(self) -> None:
        """Let everything come nearly half a second late."""
        self.proxy.delay_s = 0.4

    def dribbling(self) -> None:
        """Let 200 bytes through at a time."""
        self.proxy.piece, self.proxy.delay_s = 200, 0.02

    def dropping(self) -> None:
        """Close the connection in the middle of whatever it carries; `batch` does it again."""
        self.proxy.drop()

    def heal(self) -> None:
        """Let it be a good line again."""
        self.proxy.delay_s, self.proxy.piece = 0.0, 16 * 1024
        subprocess.run(
            ["nft", "delete", "table", "inet", self._name], capture_output=True, check=False
        )

    def _rule(self, *rules: str) -> None:
        lines = [f"table inet {self._name} {{", "chain out {"]
        lines += ["type filter hook output priority 0", *rules, "}", "}", ""]
        text = "\n".join(lines)
        subprocess.run(["nft", "-f", "-"], input=text.encode(), check=True)


WAYS: dict[str, Callable[[Line], None]] = {
    "half open, both ways silent": Line.half_open,
    "answers do not come back": Line.deaf,
    "four packets of ten lost": Line.lossy,
    "every packet answered by a reset": Line.reset,
    "0.4 s late": Line.late,
    "200 bytes at a time": Line.dribbling,
    "connection closed again and again": Line.dropping,
}


def batch(job: Job) -> Outcome:
    """Make the line bad so many times; return what was lost."""
    dice, outcome = job.dice(), Outcome()
    district = District(job.folder, ["g1"], job.nursery)
    gate = district.gates[0]
    proxy = Proxy(district.port)
    district.point(gate, proxy.port)
    line = Line(proxy)
    try:
        district.open()
        writer = district.writer(gate, dice.randrange(2**32), broken=job.broken)
        uplink = district.uplink(gate)
        clock.until(lambda: observer.starts(gate.trace) > 0, START_S)
        for number in range(job.count):
            way = list(WAYS)[number % len(WAYS)]
            _suffer(line, WAYS[way], dice)
            if not (writer.running and uplink.running):
                outcome.failed_starts += 1
                outcome.odd.append(f"a program ended: {way}")
            outcome.took(way)
        uplink.stop()
        writer.stop()
        onegate.settle(job, outcome, district, gate)
    finally:
        line.heal()
        proxy.close()
        district.close()
        remove(job.folder)
    return outcome


def _suffer(line: Line, bad: Callable[[Line], None], dice: random.Random) -> None:
    clock.nap(HEALTHY_S)
    bad(line)
    for _ in range(6):
        clock.nap(LASTS_S / 6 * (0.5 + dice.random()))
        if bad is Line.dropping:
            line.proxy.drop()
    line.heal()
