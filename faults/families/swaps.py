"""A card is swapped for an empty one, put back, and at last replaced by an old copy of itself.

The empty one begins at number 1 again; the old copy has numbers that the district has seen with
other people behind them. What was green on any of them must be with the collector, each once: of
the copy's second use of a number, as a fork that is kept.
"""

import random
import shutil

from faults import clock, observer
from faults.card import Card
from faults.district import District, Gate, remove
from faults.onegate import START_S, last_words, restart
from faults.outcome import Job, Outcome

SHORTEST_S, RUNS_S = 0.05, 1.0


def batch(job: Job) -> Outcome:
    """Swap the card in so many ways; return what was lost."""
    dice, outcome = job.dice(), Outcome()
    district = District(job.folder, ["g1"], job.nursery)
    gate = district.gates[0]
    own, other = gate.card, Card(gate.folder / "other.img", gate.card.at)
    copy = Card(gate.folder / "copy.img", gate.card.at)
    own.format()
    other.format()
    own.put_in()
    try:
        district.open()
        _run(district, gate, dice, outcome, job.broken)
        for card, way in ((other, "an empty card"), (own, "the same card put back")):
            _swap(gate, card)
            _run(district, gate, dice, outcome, job.broken)
            outcome.took(way)
            _settle(district, gate, outcome, job.patience_s)  # what it holds goes with the card
        gate.card.take_out()
        shutil.copyfile(own.image, copy.image)
        gate.card.put_in()
        _run(district, gate, dice, outcome, job.broken)
        _settle(district, gate, outcome, job.patience_s)
        _swap(gate, copy)
        _run(district, gate, dice, outcome, job.broken)
        outcome.took("an old copy of the card")
        _settle(district, gate, outcome, job.patience_s)
        district.close()
        outcome.take(observer.count(district, with_forks=True))
        outcome.starts = gate.starts
    finally:
        district.close()
        for card in (own, other, copy):
            card.close()
        remove(job.folder)
    return outcome


def _run(
    district: District, gate: Gate, dice: random.Random, outcome: Outcome, broken: str
) -> None:
    """Let people pass for a while, and then cut the power."""
    before = observer.starts(gate.trace)
    writer = district.writer(gate, dice.randrange(2**32), broken=broken)
    uplink = district.uplink(gate)
    if not clock.until(lambda: observer.starts(gate.trace) > before, START_S):
        outcome.failed_starts += 1
        outcome.odd.append(f"a start failed: {last_words(gate)}")
    clock.nap(SHORTEST_S + RUNS_S * dice.random())
    gate.card.cut()
    for each in (writer, uplink):
        each.kill()
    restart(gate)


def _settle(district: District, gate: Gate, outcome: Outcome, patience_s: float) -> None:
    if not observer.drain(district, gate, patience_s):
        outcome.odd.append("what was left was not confirmed in time")


def _swap(gate: Gate, card: Card) -> None:
    gate.card.take_out()
    gate.card = card
    gate.power_on()
    card.put_in()
