"""One gate on a card of its own: what every family needs that lets it start, end and be counted."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from faults import card, observer
from faults.district import District, Gate, remove
from faults.outcome import Job, Outcome

START_S = 30.0


@contextmanager
def on_its_card(
    job: Job, outcome: Outcome, name: str = "g1", megabytes: int = card.MEGABYTES
) -> Iterator[tuple[District, Gate]]:
    """Give a district with one gate, its empty card put in; count at the end what was lost."""
    district = District(job.folder, [name], job.nursery)
    gate = district.gates[0]
    gate.card.format(megabytes)
    gate.card.put_in()
    try:
        district.open()
        yield district, gate
        settle(job, outcome, district, gate)
    finally:
        district.close()
        gate.card.close()
        remove(job.folder)


def settle(job: Job, outcome: Outcome, district: District, gate: Gate) -> None:
    """Let all of it be confirmed, close the district and count what was lost."""
    if not observer.drain(district, gate, job.patience_s):
        outcome.odd.append("what was left was not confirmed in time")
    district.close()
    outcome.take(observer.count(district))
    outcome.starts = gate.starts


def restart(gate: Gate) -> None:
    """Bring the power back: the same card, and nothing of what was in memory."""
    gate.card.take_out()
    gate.power_on()
    gate.card.put_in()


def is_open(gate: Gate) -> bool:
    """Say whether the scanner's journal is open."""
    return (gate.run / "durable").exists()


def last_words(gate: Gate) -> str:
    """Return the end of the gate's log."""
    with suppress(OSError, IndexError):
        return gate.log.read_text(errors="replace").splitlines()[-1][:300]
    return "no word"
