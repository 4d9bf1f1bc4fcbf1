"""What a stored note says, for counting and for a gate's page. Pure; any bytes have an answer."""

from collector.ledger.entries import NoteAt, Noted
from wire.canonical import parse
from wire.errors import WireError
from wire.record import MAX_SEQ, What


def undone(raw: bytes) -> int:
    """Return the seq of the scan that a note takes back; 0 for any other note."""
    if b'"cancelled"' not in raw:
        return 0
    try:
        seq = parse(raw)["data"]["seq"]
    except (WireError, KeyError, TypeError):
        return 0
    return seq if isinstance(seq, int) and 0 < seq <= MAX_SEQ else 0


def is_start(raw: bytes) -> bool:
    """Say whether a note tells that the gate was switched on."""
    if b'"start"' not in raw:
        return False
    try:
        return parse(raw).get("what") == What.START
    except WireError:
        return False


def noted(at: NoteAt) -> Noted:
    """Return a note as a gate's page shows it, at its corrected time."""
    note = at.note
    return Noted(note.what.value, note.data, at.moment.ms, note.clock.value, at.moment.ms)
