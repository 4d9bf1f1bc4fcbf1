"""What goes of one journal, counted before it goes."""

from typing import NamedTuple


class Counted(NamedTuple):
    """The last record that goes, how many do, and the chain there."""

    key: int
    last: int
    records: int
    scans: int
    chain: bytes
