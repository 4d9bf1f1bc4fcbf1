"""What a stored note says, for counting and for a gate's page. Pure; any bytes have an answer."""

from collector.ledger.entries import Noted
from wire.canonical import parse
from wire.errors import WireError
from wire.record import MAX_SEQ, Note, What, read_spelled


def undone(raw: bytes) -> int:
    """Return the seq of the scan that a note takes back; 0 for any other note."""
    if b'"cancelled"' not in raw:
        return 0
    try:
        seq = parse(raw)["data"]["seq"]
    except (WireError, KeyError, TypeError):
        return 0
    return seq if isinstance(seq, int) and 0 < seq <= MAX_SEQ else 0


def noted(raw: bytes, received_ms: int) -> Noted | None:
    """Read a note; None for what is none that is known here, and for heads of the chain."""
    try:
        record = read_spelled(raw)
    except WireError:
        return None
    if not isinstance(record, Note) or record.what is What.HEAD:
        return None
    return Noted(record.what.value, record.data, record.wall, record.clock.value, received_ms)
