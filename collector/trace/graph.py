"""Who met whom, small enough to be looked at: at most forty people, the rest as counts. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from collector.trace.entries import Contact, Meeting

NODES = 40


class Node(msgspec.Struct, frozen=True):
    """One person of the picture."""

    person: int
    ring: int
    """0 for an index person."""
    more: int = 0
    """How many more people this one met who are not in the picture."""


class Edge(msgspec.Struct, frozen=True):
    """Two people of the picture who may have met, all their meetings together."""

    one: int
    """The one who is nearer to the index persons."""
    other: int
    least_ms: int
    most_ms: int


class Graph(msgspec.Struct, frozen=True):
    """The picture."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int
    """People on the list who are not in the picture."""


def graph(index: Sequence[int], contacts: Iterable[Contact], meetings: Iterable[Meeting]) -> Graph:
    """Return the picture of these contacts: those highest on their list, the first ring first.

    A meeting whose contact is in no list is counted with nobody.
    """
    ranked = sorted(contacts, key=lambda each: (each.ring, -each.least_ms, -each.most_ms))
    rings = dict.fromkeys(index[:NODES], 0)
    listed = {each.person for each in ranked} | set(index)
    for each in ranked:
        if len(rings) < NODES:
            rings.setdefault(each.person, each.ring)
    sums: dict[tuple[int, int], tuple[int, int]] = {}
    hidden: dict[int, set[int]] = {person: set() for person in rings}
    for met in meetings:
        if met.index in rings and met.person in rings:
            least, most = sums.get((met.index, met.person), (0, 0))
            sums[met.index, met.person] = (least + met.least_ms, most + met.most_ms)
        elif met.index in rings and met.person in listed:
            hidden[met.index].add(met.person)
    return Graph(
        tuple(Node(person, ring, len(hidden[person])) for person, ring in rings.items()),
        tuple(Edge(*pair, *both) for pair, both in sorted(sums.items())),
        len(listed) - len(rings),
    )
