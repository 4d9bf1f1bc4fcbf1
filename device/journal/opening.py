"""What is found in a journal's folder at a start, and how it is taken up again.

Nothing is changed before it is sure that this gate, and this version of the program, wrote it.
"""

from pathlib import Path

import structlog

from device.errors import JournalBroken, JournalForeign
from device.journal import folder as names
from device.journal import sealed, segment
from device.journal.appendlog import AppendLog
from device.journal.damage import Join, Mender
from device.journal.segments import Segments
from device.journal.shelf import Shelf
from device.plainfile import sync_folder

log = structlog.get_logger()


def resume(folder: Path, gate: str, found: Segments, mender: Mender) -> str:
    """Fill `found` with what is in `folder`; begin a journal if there is none.

    Returns "", or why the journal that was found cannot be gone on with: `found` then has no open
    segment, and the caller must give it up. Raises JournalForeign, JournalNewer, JournalBroken.
    """
    listed = names.segments(folder)
    done = {each.first for each in listed if each.suffix == names.SEALED}
    found.shelf = Shelf(folder, sorted(done))
    opened = [
        each.within(folder)
        for each in listed
        if each.suffix == names.OPEN and each.first not in done
    ]
    logs = [_opened(path) for path in opened]
    try:
        _check_owner(gate, logs, found.shelf)
        _tidy_twins(folder, listed, done, found)
        why = _take_up(found, mender, opened, logs)
    except BaseException:
        for each in logs:
            if each is not None:
                each.close()
        raise
    sync_folder(folder)
    return why


def journal_of(folder: Path) -> str:
    """Return the id of the journal in `folder` as far as any segment still says it."""
    for named in reversed(names.segments(folder)):
        data = named.within(folder).read_bytes()
        header = sealed.header_of(data)
        if named.suffix == names.OPEN:
            header = segment.read(data).header
        if header is not None:
            return header.journal
    return ""


def _opened(path: Path) -> AppendLog | None:
    """Open a segment; None if its header is damaged. Raises JournalNewer, or JournalBroken."""
    try:
        return AppendLog(path)
    except JournalBroken:
        if _is_readable(path):
            return None
        raise


def _is_readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def _check_owner(gate: str, logs: list[AppendLog | None], shelf: Shelf) -> None:
    """Refuse to go on with another gate's records; see that a newer version wrote none."""
    gates = [each.header.gate for each in logs if each is not None]
    if not gates and shelf.firsts:
        try:
            gates = [shelf.load(shelf.firsts[-1]).header.gate]
        except JournalBroken:
            header = sealed.header_of(shelf.path(shelf.firsts[-1]).read_bytes())
            gates = [header.gate] if header else []
    for each in gates:
        if each != gate:
            raise JournalForeign(each)


def _tidy_twins(folder: Path, listed: list[names.Named], done: set[int], found: Segments) -> None:
    """Let go of open files that were sealed just before the power went."""
    for each in listed:
        if each.suffix == names.OPEN and each.first in done:
            found.recycle(each.within(folder))


def _take_up(
    found: Segments, mender: Mender, paths: list[Path], logs: list[AppendLog | None]
) -> str:
    """Open what is to be gone on with; what is damaged is set aside, from the newest backwards."""
    if logs and logs[-1] is None:  # it cannot be told how many numbers were used
        names.set_aside(paths[-1])
        paths[-1].unlink()
        for each in logs[:-1]:
            if each is not None:
                each.close()
        return "damaged"
    behind: Join | None = None
    good: list[AppendLog] = []
    for path, log in zip(reversed(paths), reversed(logs), strict=True):
        if log is None:  # the next segment says where the records go on: the mender finds the hole
            names.set_aside(path)
            path.unlink()
            continue
        usable = _settle(found, mender, log, behind)
        good[:0] = [usable] if usable is not None else []
        behind = Join(log.header.first, bytes.fromhex(log.header.prev))
    if not good:
        return _after_sealed(found)
    found.full = good[:-1]
    found.use(good[-1])
    found.check()
    return ""


def _settle(
    found: Segments, mender: Mender, opened: AppendLog, behind: Join | None
) -> AppendLog | None:
    """Return the segment to be gone on with, which is another one if this is damaged."""
    if not opened.lost and (behind is None or opened.last + 1 >= behind.seq):
        opened.cut()
        return opened
    if not mender.can_declare:
        msg = f"segment {opened.path.name} is damaged"
        raise JournalBroken(msg)
    first, last, lost = opened.header.first, opened.last, opened.lost
    log.error("segment.damaged", first=first, last=last, lost=lost)
    goes_on = mender.salvage(opened, behind)
    if len(opened):
        found.shelf.add(first)
    if behind is not None:
        return None
    found.begin(opened.header.journal, goes_on)
    return found.current


def _after_sealed(found: Segments) -> str:
    """Begin the segment after the last sealed one, or a journal; say if it cannot be told."""
    if not found.shelf.firsts:
        found.begin_new()
        return ""
    try:
        last = found.shelf.load(found.shelf.firsts[-1])
    except JournalBroken:
        return "damaged"
    found.begin(last.header.journal, Join(last.last + 1, last.chains[-1]))
    return ""
