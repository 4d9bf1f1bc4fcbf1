"""How much of what is done: a bounded part in CI, and the whole."""

import msgspec

from faults.families import (
    card_trouble,
    chaos,
    clocks,
    damage,
    doorcuts,
    links,
    points,
    powercuts,
    stolen,
    swaps,
)
from faults.outcome import Batch


class Family(msgspec.Struct, frozen=True):
    """One way in which things go wrong."""

    name: str
    batch: Batch
    size: int
    """Faults in a batch."""
    quick: int
    full: int
    """Batches."""
    figure: str = ""
    """Under which key of the last line its faults are counted, if under any."""


FAMILIES = (
    Family("stolen", stolen.batch, 1, 1, 5),
    Family("doorcuts", doorcuts.batch, 10, 5, 50, "power_cuts"),
    Family("powercuts", powercuts.batch, 25, 6, 60, "power_cuts"),
    Family("chaos", chaos.batch, 20, 3, 50, "kills"),
    Family("points", points.kills, 3, 3, 3, "crash_points"),
    Family("errors", points.errors, 6, 2, 6),
    Family("card trouble", card_trouble.batch, 5, 2, 20),
    Family("links", links.batch, 7, 1, 10),
    Family("damage", damage.batch, 200, 2, 25),
    Family("swaps", swaps.batch, 3, 1, 20),
    Family("clocks", clocks.batch, 4, 1, 15),
)
BY_NAME = {family.name: family for family in FAMILIES}
FIGURES = ("power_cuts", "kills", "crash_points")
