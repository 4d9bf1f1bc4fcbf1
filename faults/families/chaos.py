"""kill -9, of anything, at any time: broker, intake, scanners and uplinks, under load.

The broker keeps nothing on disk, so each kill of it forgets whatever it had acknowledged. Two gates
store as fast as they can, one has the whole scanner with people before it.
"""

import random
from collections.abc import Callable
from functools import partial

from faults import clock, crowd, observer
from faults.children import Child
from faults.district import District, Gate, remove
from faults.onegate import START_S, last_words
from faults.outcome import Job, Outcome

WRITERS, DOOR = ["w1", "w2"], "d1"
BETWEEN_S = 0.6
AWAY_S = 0.8
PEOPLE_S = 1.6


class Cast:
    """Everything that can be killed, and how it is started again."""

    def __init__(self, district: District, dice: random.Random, broken: str) -> None:
        """Start nothing yet."""
        self._starts: dict[str, Callable[[], Child]] = {"broker": district.start_broker}
        self._starts["intake"] = district.start_intake
        self._district, self._dice, self._broken = district, dice, broken
        for gate in district.gates:
            self._starts[f"uplink {gate.name}"] = partial(district.uplink, gate)
        for gate in district.gates[:-1]:
            self._starts[f"writer {gate.name}"] = partial(self._write, gate)
        self._starts["gate run"] = lambda: district.door(district.gates[-1], broken)
        self.running: dict[str, Child] = {}

    def _write(self, gate: Gate) -> Child:
        return self._district.writer(gate, self._dice.randrange(2**32), broken=self._broken)

    @property
    def names(self) -> list[str]:
        """Return who there is."""
        return list(self._starts)

    def start(self, name: str) -> None:
        """Start one of them."""
        self.running[name] = self._starts[name]()

    def fallen(self) -> list[str]:
        """Return who has ended without being killed."""
        return [name for name, child in self.running.items() if not child.running]

    def kill(self, name: str) -> None:
        """Kill one of them."""
        self.running.pop(name).kill()

    def stop(self) -> None:
        """Stop the gates in good order; broker and intake are the district's to stop."""
        for name, child in self.running.items():
            if name not in ("broker", "intake"):
                child.stop()


def batch(job: Job) -> Outcome:
    """Kill so many times; return what was lost."""
    dice, outcome = job.dice(), Outcome()
    district = District(job.folder, [*WRITERS, DOOR], job.nursery)
    people = int(job.count * (BETWEEN_S + AWAY_S) / PEOPLE_S) + 10
    crowd.come(district.gates[-1], crowd.pass_texts(district, people), dice)
    cast = Cast(district, dice, job.broken)
    try:
        for name in cast.names:
            cast.start(name)
        clock.nap(1.0)
        for _ in range(job.count):
            _kill_one(cast, dice, outcome)
        _see_who_starts(district, outcome)
        cast.stop()
        for gate in district.gates:
            if not observer.drain(district, gate, job.patience_s):
                outcome.odd.append(f"{gate.name}: what was left was not confirmed in time")
        district.close()
        outcome.take(observer.count(district))
        outcome.starts = sum(gate.starts for gate in district.gates)
    finally:
        cast.stop()
        district.close()
        remove(job.folder)
    return outcome


def _kill_one(cast: Cast, dice: random.Random, outcome: Outcome) -> None:
    clock.nap(dice.random() * BETWEEN_S)
    for name in cast.fallen():
        outcome.failed_starts += 1
        outcome.odd.append(f"{name} ended by itself")
        cast.start(name)
    name = dice.choice(cast.names)
    cast.kill(name)
    clock.nap(dice.random() * AWAY_S)
    cast.start(name)
    outcome.took(f"kill -9 of {name.split(' ')[0] if name != 'gate run' else name}")


def _see_who_starts(district: District, outcome: Outcome) -> None:
    """See that whoever was started last does its work."""
    for gate in district.gates[:-1]:
        if not clock.until(partial(_goes_on, gate, len(observer.greens(gate.trace))), START_S):
            outcome.failed_starts += 1
            outcome.odd.append(f"{gate.name} does not store: {last_words(gate)}")


def _goes_on(gate: Gate, before: int) -> bool:
    return len(observer.greens(gate.trace)) > before
