"""A card that is slow, stands still, is full, or has gone read-only while people pass.

No green may come while a flush has not returned, and none that came may be missing afterwards.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

from faults import clock, crowd, observer, onegate, strace
from faults.children import Child
from faults.district import District, Gate
from faults.onegate import START_S, is_open, last_words, restart
from faults.outcome import Job, Outcome
from faults.writer import BROKEN, REFUSED

BEFORE_S = 0.4
SLOW_S = 2.0
NEVER_S = 3600.0
WATCH_S = 1.2
END_S = 30.0
ROOM = 6


class Trouble:
    """One gate, and what its card does."""

    def __init__(
        self, district: District, dice: random.Random, outcome: Outcome, broken: str
    ) -> None:
        """Take the gate of a district."""
        self.district, self.dice, self.outcome = district, dice, outcome
        self.gate: Gate = district.gates[0]
        self._broken = broken
        self._running: list[Child] = []

    def slow_flush(self) -> None:
        """Let one flush take two seconds: nobody is told yes meanwhile, and then all goes on."""
        writer = self._writing()
        with strace.attached(writer.pid, self._log, *_delayed(SLOW_S, "1")):
            self._see_that_nothing_is_green()
            before = len(observer.greens(self.gate.trace))
            more = clock.until(lambda: len(observer.greens(self.gate.trace)) > before, END_S)
        if not more:
            self.outcome.odd.append("nothing more was stored after a slow flush")
        self._after(went_well=writer.stop() == 0)

    def no_flush(self) -> None:
        """Let a flush never return, and then the power go."""
        writer = self._writing()
        with strace.attached(writer.pid, self._log, *_delayed(NEVER_S, "1+")):
            self._see_that_nothing_is_green()
            self.gate.card.cut()
            writer.strike()
        self._after(went_well=True)

    def no_flush_at_the_door(self) -> None:
        """Let a flush of the whole scanner never return: no light may be green from then on."""
        gate = self.gate
        crowd.come(gate, crowd.pass_texts(self.district, 4), self.dice)
        door = self.district.door(gate, self._broken)
        self._running = [door, self.district.uplink(gate)]
        clock.until(lambda: is_open(gate) or not door.running, START_S)
        clock.nap(1.5)
        with strace.attached(door.pid, self._log, *_delayed(NEVER_S, "1+")):
            clock.nap(1.5)  # what had been stored by then may still be lit
            before = len(observer.rises(gate.pins))
            clock.nap(4.0)
            if len(observer.rises(gate.pins)) > before:
                self.outcome.green_lost += 1
                self.outcome.odd.append("a light was green while a flush stood still")
            gate.card.cut()
            door.strike()
        self._after(went_well=True)

    def read_only(self) -> None:
        """Let the file system make itself read-only, as it does at an error of the card."""
        writer = self._writing()
        self.gate.card.break_down()
        self._after(went_well=writer.wait(END_S) == BROKEN)

    def full(self) -> None:
        """Fill the card to the last block, and make room again."""
        writer = self._writing()
        filler = self.gate.card.at / "filler"
        fd = os.open(filler, os.O_WRONLY | os.O_CREAT)
        try:
            while os.write(fd, bytes(64 * 1024)):
                pass
        except OSError:
            pass
        finally:
            os.close(fd)
        status = writer.wait(END_S)
        filler.unlink(missing_ok=True)
        self._after(went_well=status == REFUSED)

    @property
    def _log(self) -> Path:
        return self.gate.folder / "calls"

    def _writing(self) -> Child:
        """Start the smallest scanner and the uplink; return the former once it has stored."""
        before = observer.starts(self.gate.trace)
        writer = self.district.writer(self.gate, self.dice.randrange(2**32), broken=self._broken)
        self._running = [writer, self.district.uplink(self.gate)]
        begun = clock.until(
            lambda: observer.starts(self.gate.trace) > before or not writer.running, START_S
        )
        if not begun or not writer.running:
            self.outcome.failed_starts += 1
            self.outcome.odd.append(f"a start failed: {last_words(self.gate)}")
        clock.nap(BEFORE_S * self.dice.random())
        return writer

    def _see_that_nothing_is_green(self) -> None:
        clock.nap(0.2)
        before = len(observer.greens(self.gate.trace))
        clock.nap(WATCH_S)
        early = len(observer.greens(self.gate.trace)) - before
        if early:
            self.outcome.green_lost += early
            self.outcome.odd.append(f"{early} greens while a flush had not returned")

    def _after(self, *, went_well: bool) -> None:
        if not went_well:
            self.outcome.odd.append(f"it ended otherwise than it should: {last_words(self.gate)}")
        for each in self._running:
            each.kill()
        restart(self.gate)


WAYS: dict[str, Callable[[Trouble], None]] = {
    "a flush that takes two seconds": Trouble.slow_flush,
    "a flush that never returns": Trouble.no_flush,
    "gate run with a flush that never returns": Trouble.no_flush_at_the_door,
    "file system gone read-only": Trouble.read_only,
    "card full to the last block": Trouble.full,
}


def batch(job: Job) -> Outcome:
    """Do each of them in turn, so many in all; return what was lost."""
    dice, outcome = job.dice(), Outcome()
    with onegate.on_its_card(job, outcome, megabytes=ROOM) as (district, _):
        trouble = Trouble(district, dice, outcome, job.broken)
        for number in range(job.count):
            way = list(WAYS)[number % len(WAYS)]
            WAYS[way](trouble)
            outcome.took(way)
    return outcome


def _delayed(seconds: float, when: str) -> tuple[str, ...]:
    return "trace=fdatasync", f"inject=fdatasync:delay_enter={seconds:.0f}s:when={when}"
