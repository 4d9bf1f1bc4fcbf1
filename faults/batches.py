"""One batch of one family, in a process of the pool that does several at a time."""

from pathlib import Path

import structlog
from msgspec.structs import replace

from faults.children import Nursery
from faults.outcome import Job, Outcome
from faults.plan import BY_NAME

PATIENCE_S = 3.0
"""What was broken on purpose is not waited for."""
_NURSERY: list[Nursery] = []


def silence() -> None:
    """Keep what a journal that is opened here says out of the report."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


def run(name: str, number: int, seed: int, folder: str, broken: str = "") -> Outcome:
    """Do one batch, in a process of the pool."""
    if not _NURSERY:
        _NURSERY.append(Nursery())
    family = BY_NAME[name]
    place = Path(folder) / f"{name.replace(' ', '-')}-{number}{broken}"
    job = Job(place, _NURSERY[0], f"{seed}/{name}/{number}", family.size, number)
    if broken:
        job = replace(job, broken=broken, patience_s=PATIENCE_S)
    return family.batch(job)
