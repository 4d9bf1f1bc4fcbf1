"""For whoever follows a ledger: what came, what was retimed, what was deleted, and the notes."""

from collections.abc import Iterator

from collector.database.ports import Session
from collector.ledger.entries import Deletion, NoteAt, Raw
from collector.ledger.times import Slot, Times
from collector.localday import DAY_MS
from wire.canonical import parse
from wire.errors import WireError
from wire.record import Note, to_record

_AFTER = (
    "SELECT record.id, gate, journal, seq, t, boot, up, wall, clock, raw, received_ms"
    " FROM record JOIN mark ON mark.id = record.mark WHERE record.id > ? AND seq > gone"
    " ORDER BY record.id LIMIT ?"
)
_RECORD = (
    "SELECT raw FROM record JOIN mark ON mark.id = record.mark"
    " WHERE gate = ? AND journal = ? AND seq = ? AND seq > gone"
)
_RETIMED = "SELECT gate, journal FROM mark WHERE retimed > ? ORDER BY gate, journal"
_DELETIONS = (
    "SELECT deletion.id, day, gate, journal, first, last, records, scans, deletion.chain, at_ms"
    " FROM deletion JOIN mark ON mark.id = deletion.mark WHERE deletion.id > ? ORDER BY deletion.id"
)
_JOURNALS = "SELECT id, journal, gone, high FROM mark WHERE gate = ? ORDER BY journal"
_RECEIVED = "SELECT received_ms FROM record WHERE mark = ? AND seq >= ? ORDER BY seq LIMIT 1"
_SLOTS = (
    "SELECT boot, slot, first, last_up, lo, hi FROM slot WHERE mark = ? ORDER BY first DESC LIMIT ?"
)
_NOTES = (
    "SELECT seq, boot, up, raw, received_ms FROM record WHERE mark = ? AND seq > ? AND t = 'note'"
    " ORDER BY seq"
)


def after(session: Session, row: int, limit: int) -> tuple[Raw, ...]:
    """Return at most `limit` records after `row`, in the order of arrival."""
    return tuple(Raw(*each) for each in session.rows(_AFTER, (row, limit)))


def record(session: Session, gate: str, journal: str, seq: int) -> bytes | None:
    """Return the canonical bytes of a record."""
    found = session.rows(_RECORD, (gate, journal, seq))
    return found[0][0] if found else None


def retimed(session: Session, since: int) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Return the turn it is, and whose times changed after turn `since`."""
    turn = int(session.rows("SELECT retimed FROM turn")[0][0])
    return turn, tuple((gate, journal) for gate, journal in session.rows(_RETIMED, (since,)))


def deletions(session: Session, receipt: int) -> tuple[Deletion, ...]:
    """Return the receipts with greater numbers."""
    return tuple(Deletion(*each) for each in session.rows(_DELETIONS, (receipt,)))


def received_before(session: Session, key: int, span: tuple[int, int], before_ms: int) -> int:
    """Return the last seq of (first, last] that was received before a moment.

    Records of a journal come in their order.
    """
    low, high = span
    oldest = session.rows(_RECEIVED, (key, low + 1))
    if not oldest or oldest[0][0] >= before_ms:
        return low
    while low < high:
        middle = (low + high + 1) // 2
        found = session.rows(_RECEIVED, (key, middle))
        is_before = bool(found) and found[0][0] < before_ms
        low, high = (middle, high) if is_before else (low, middle - 1)
    return low


def notes(
    session: Session, gate: str, from_ms: int, until_ms: int, hours: int
) -> tuple[NoteAt, ...]:
    """Return the notes that may have been made in a time, by journal and seq."""
    span = (from_ms, until_ms)
    return tuple(
        each
        for key, journal, gone, high in session.rows(_JOURNALS, (gate,))
        for each in _of_journal(session, (gate, journal), (key, gone, high), span, hours)
    )


def _of_journal(
    session: Session,
    name: tuple[str, str],
    place: tuple[int, int, int],
    span: tuple[int, int],
    hours: int,
) -> Iterator[NoteAt]:
    """Yield those of one journal: from the first that had not been received before the time."""
    key, gone, high = place
    from_ms, until_ms = span
    begin = received_before(session, key, (gone, high), from_ms)
    if begin == high:
        return
    times = Times(Slot(*row) for row in session.rows(_SLOTS, (key, hours)))
    for seq, boot, up, raw, received_ms in session.stream(_NOTES, (key, begin)):
        moment = times.moment(boot, up, received_ms)
        bound = moment.bound_ms or 0
        if moment.ms - bound >= until_ms + DAY_MS:
            return
        note = _note(raw)
        is_in = moment.ms + bound >= from_ms and moment.ms - bound < until_ms
        if note is not None and is_in:
            yield NoteAt(*name, seq, moment, boot, up, note)


def _note(raw: bytes) -> Note | None:
    try:
        found = to_record(parse(raw))
    except WireError:
        return None
    return found if isinstance(found, Note) else None
