"""The power goes while the whole scanner runs: `gate run`, from the camera's frame to the pins.

A green is here a level on a pin, which the pin itself wrote down outside of the card; it must have
an accepted record of its own in the ledger, captured before it.
"""

import random

from faults import clock, crowd, onegate
from faults.district import District, Gate
from faults.families.powercuts import ONLINE
from faults.onegate import START_S, is_open, last_words, restart
from faults.outcome import Job, Outcome

PEOPLE = 4
EARLIEST_S, LATEST_S = 0.2, 5.0
SECOND_CUT = 0.1


def batch(job: Job) -> Outcome:
    """Cut the power so many times; return what was lost."""
    dice, outcome = job.dice(), Outcome()
    with onegate.on_its_card(job, outcome, "d1") as (district, gate):
        for _ in range(job.count):
            _cut_once(district, gate, dice, outcome, job.broken)
    return outcome


def _cut_once(
    district: District, gate: Gate, dice: random.Random, outcome: Outcome, broken: str
) -> None:
    crowd.come(gate, crowd.pass_texts(district, PEOPLE), dice)
    door = district.door(gate, broken)
    online = dice.random() < ONLINE and not broken  # what was sent is not the card's merit
    uplink = district.uplink(gate) if online else None
    if dice.random() < SECOND_CUT:
        clock.nap(dice.random() * 0.3)
        way = "gate run, while it starts"
    else:
        begun = clock.until(lambda: is_open(gate) or not door.running, START_S)
        if not begun or not door.running:
            outcome.failed_starts += 1
            outcome.odd.append(f"a start failed: {last_words(gate)}")
        clock.nap(dice.uniform(EARLIEST_S, LATEST_S))
        way = "gate run, while people pass"
    gate.card.cut()
    for each in (door, uplink):
        if each is not None:
            each.kill()
    restart(gate)
    outcome.took(way)
