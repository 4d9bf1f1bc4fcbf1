"""The power goes at a random instant: the smallest scanner writing, the uplink sending.

The collector stands outside of the cut. What was green must be in its ledger after the next start,
once; a receipt for a record that the cut then unmade would show as a fork or as a journal renewed.
"""

import random

from faults import clock, observer, onegate
from faults.district import District, Gate
from faults.onegate import START_S, last_words, restart
from faults.outcome import Job, Outcome

LONGEST_S = 0.9
ONLINE = 0.75
"""So often the uplink runs; else the card alone must keep everything."""
SECOND_CUT = 0.2
"""So often the power goes again before the start is over."""


def batch(job: Job) -> Outcome:
    """Cut the power so many times; return what was lost."""
    dice, outcome = job.dice(), Outcome()
    with onegate.on_its_card(job, outcome) as (district, gate):
        for _ in range(job.count):
            _cut_once(district, gate, dice, outcome, job.broken)
    return outcome


def _cut_once(
    district: District, gate: Gate, dice: random.Random, outcome: Outcome, broken: str
) -> None:
    before = observer.starts(gate.trace)
    writer = district.writer(gate, dice.randrange(2**32), broken=broken)
    uplink = district.uplink(gate) if dice.random() < ONLINE else None
    if dice.random() < SECOND_CUT:
        clock.nap(dice.random() * 0.1)
        way = "while it starts"
    else:
        begun = clock.until(
            lambda: observer.starts(gate.trace) > before or not writer.running, START_S
        )
        if not begun or not writer.running:
            outcome.failed_starts += 1
            outcome.odd.append(f"a start failed: {last_words(gate)}")
        clock.nap(dice.random() * LONGEST_S)
        way = "while people pass"
    gate.card.cut()
    for each in (writer, uplink):
        if each is not None:
            each.kill()
    restart(gate)
    outcome.took(way)
