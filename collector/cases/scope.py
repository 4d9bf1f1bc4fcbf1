"""How far an officer's leave reaches, in areas. Pure.

Where people were is bounded by a join in the trace's own questions (collector/trace); this is only
about whose cases and lists they are.
"""

from collections.abc import Callable

from collector.cases.roles import Actor

Above = Callable[[str], frozenset[str]]
"""Returns the code of an area with those of all areas above it; empty for an area not known."""


def reaches(actor: Actor, area: str, above: Above) -> bool:
    """Say whether what happens in `area` is the actor's business."""
    if actor.is_everywhere:
        return True
    if actor.areas:
        return not above(area).isdisjoint(actor.areas)
    return bool(actor.sectors)  # a sector's officer works in every area
