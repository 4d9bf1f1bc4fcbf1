"""A paper as CSV, as spreadsheets in Viet Nam open it: UTF-8 with its mark, CRLF. Pure."""

import csv
import io
from collections.abc import Iterable

from collector.export.entries import Paper
from collector.export.neutral import harmless


def spell(paper: Paper) -> bytes:
    """Return the whole paper: what it is first, then each table under its title."""
    rows: list[Iterable[str]] = [line if line[1] else line[:1] for line in paper.head()]
    rows += [(note,) for note in paper.notes]
    for sheet in paper.sheets:
        rows += [(), (sheet.title,), [column.title for column in sheet.columns], *sheet.rows]
    return table(rows)


def table(rows: Iterable[Iterable[str]]) -> bytes:
    """Return rows as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(each) for each in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
