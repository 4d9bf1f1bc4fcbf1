"""Scans that came one by one cost the ledger one step, and mean what they meant one by one."""

from hypothesis import given
from hypothesis import strategies as st

from collector.intake.desk import joined
from collector.ledger.entries import Arrival, Entry, Mark
from collector.ledger.order import Kept, weigh


def arrival(first: int, last: int, journal: str = "j", salt: str = "") -> Arrival:
    """Return records whose chain values name what they stand for."""
    return Arrival(
        "g",
        journal,
        f"{salt if first > 5 else ''}{first - 1}".encode(),
        tuple(
            Entry(seq, f"{salt if seq >= 5 else ''}{seq}".encode(), b"{}", None)
            for seq in range(first, last + 1)
        ),
    )


def test_only_what_continues_the_same_chain_is_joined() -> None:
    parts = [
        arrival(1, 2),
        arrival(1, 1, "other"),
        arrival(3, 3),
        arrival(5, 5),  # a gap
        arrival(6, 7, salt="forged"),  # does not build on it
        arrival(2, 2, "other"),
    ]
    found = [(each.journal, each.first, each.last) for each in joined(parts)]
    assert found == [("j", 1, 3), ("other", 1, 2), ("j", 5, 5), ("j", 6, 7)]


@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.integers(0, 4), st.sampled_from(["", "x"])), max_size=8
    ),
    st.integers(0, 6),
)
def test_the_ledger_comes_to_the_same(stretches: list[tuple[int, int, str]], high: int) -> None:
    parts = [arrival(first, first + more, salt=salt) for first, more, salt in stretches]
    mark, stored, forked = taken(parts, high)
    joined_mark, joined_stored, joined_forked = taken(list(joined(parts)), high)
    assert (joined_mark, joined_stored) == (mark, stored)
    # What builds on a fork, and came by itself, was taken for a gap: joined to it, it is kept too.
    assert joined_forked >= forked


def taken(parts: list[Arrival], high: int) -> tuple[Mark, list[int], set[tuple[int, bytes]]]:
    """Return the mark afterwards, what was stored and what was set apart as a fork."""
    mark = Mark("g", "j", high, str(high).encode())
    kept = {seq: Kept(str(seq).encode()) for seq in range(high + 1)}
    stored: list[int] = []
    forked: set[tuple[int, bytes]] = set()
    for each in parts:
        found = weigh(mark, each, kept.get)
        mark = found.mark
        stored += [entry.seq for entry in found.fresh]
        kept.update({entry.seq: Kept(entry.chain) for entry in found.fresh})
        forked |= {(entry.seq, entry.chain) for entry in found.forked}
    return mark, stored, forked
