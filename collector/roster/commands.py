"""`collector roster`: import, export, find, check."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from collector.errors import CollectorError, FileUnusable, RosterInvalid
from collector.i18n import N_, _
from collector.roster import columns, sheets, store
from collector.roster.collation import fold
from collector.roster.finding import described, standing
from collector.roster.importing import Fault, plan
from collector.roster.places import Places
from collector.roster.roster import Roster, load, load_places

SHOWN = 100
"""Faults told one by one; a file in which every row is wrong is told by these."""


class ImportRefused(CollectorError):
    """Lists with something wrong in them: nothing of them was taken."""

    code = "import-refused"
    says = N_("Nothing was imported")
    remedy = N_("correct the rows named above and import the files again")


def take(roster: Path, files: Sequence[Path], *, replace: bool, dry: bool) -> int:
    """Import lists: all or nothing. Raises ImportRefused after naming every wrong row."""
    read = [sheet for file in files for sheet in _sheets(file)]
    with store.alone(roster) as path:
        before = load(roster)
        found = plan(read, load_places(path), before.names(), replace=replace)
        told_first = sorted(found.faults, key=lambda fault: (fault.title, fault.row))
        for fault in told_first[:SHOWN]:
            print(told(fault), file=sys.stderr)  # noqa: T201  # a command speaks to a terminal
        if found.faults:
            raise ImportRefused(_("{n} mistakes").format(n=len(found.faults)))
        if not dry:
            store.save(path, found.places)
    counts = (found.added, found.changed, found.same, found.removed)
    line = _("{added} added, {changed} changed, {same} as before, {removed} removed")
    names = ("added", "changed", "same", "removed")
    _print(line.format(**dict(zip(names, counts, strict=True))))
    for left in _without(before, found.places):
        _print(left)
    if dry:
        _print(_("Only tried: nothing was written."))
    return 0


def _without(before: Roster, now: Places) -> Iterator[str]:
    """Yield the places that are removed though gates stand there, which go on scanning."""
    kept = {place.id for place in now.places}
    for place, gates in standing(before):
        if gates and place.is_listed and place.id not in kept:
            yield _("{name} is removed, and gates stand there: {gates}").format(
                name=place.name, gates=", ".join(gates)
            )


def _sheets(file: Path) -> tuple[sheets.Sheet, ...]:
    """Read the lists of a file; those that come as the roster keeps them are spelled as rows."""
    if file.suffix.lower() != ".json" or not file.is_file():
        return sheets.read(file)
    try:
        found = load_places(file)
    except RosterInvalid as error:
        raise FileUnusable(str(error)) from error
    lists = {"areas": found.areas, "sectors": found.sectors, "places": found.places}
    return tuple(
        sheets.Sheet(f"{file.stem}, {columns.TITLES[name]}", _lines(name, values))
        for name, values in lists.items()
        if values
    )


def _lines(name: str, values: Sequence[object]) -> tuple[sheets.Line, ...]:
    rows = [[each.vietnamese for each in columns.TABLES[name]]]
    rows += [columns.spelled(name, each) for each in values]
    return tuple(sheets.Line(number, tuple(cells)) for number, cells in enumerate(rows, 1))


def told(fault: Fault) -> str:
    """Say what is wrong and where."""
    where = [fault.title] if fault.title else []
    where += [_("row {n}").format(n=fault.row)] if fault.row else []
    where += [_("column “{name}”").format(name=fault.column)] if fault.column else []
    name, colon, why = fault.why.rpartition(": ")
    said = f"{name}{colon}{_(why)}" if _(fault.why) == fault.why else _(fault.why)
    return f"{', '.join(where)}: {said}" if where else said


def give(roster: Path, file: Path, table: str) -> int:
    """Export the lists: all into an .xlsx, one into a .csv. Raises FileUnusable."""
    if file.suffix.lower() not in (".xlsx", ".csv"):
        msg = f"{file}: {N_('lists are written as .xlsx or .csv')}"
        raise FileUnusable(msg)
    known = load(roster)
    lists = {"places": known.places, "areas": known.areas, "sectors": known.sectors}
    chosen = tuple(lists) if file.suffix.lower() == ".xlsx" else (table,)
    tables = [
        (
            columns.TITLES[name],
            [
                [each.vietnamese for each in columns.TABLES[name]],
                *(columns.spelled(name, each) for each in lists[name]),
            ],
        )
        for name in chosen
    ]
    try:
        file.write_bytes(sheets.written(file, tables))
    except OSError as error:
        msg = f"{file}: {error.strerror or N_('cannot be read')}"
        raise FileUnusable(msg) from error
    _print(_("{file}: {n} rows").format(file=file, n=sum(len(rows) - 1 for _, rows in tables)))
    return 0


def find(roster: Path, words: str) -> int:
    """Say which places, and which gates at them, are so called; 1 if none is."""
    lines = tuple(found(load(roster), words))
    _print("\n".join(lines) if lines else _("Nothing is called so."))
    return 0 if lines else 1


def found(known: Roster, words: str) -> Iterator[str]:
    """Yield a line for each place that the words describe, in Vietnamese order."""
    folded = fold(words)
    for each in described(known):
        if each.is_called(folded):
            place, kind = each.place, columns.KINDS[each.place.kind]
            gates = ", ".join(each.gates) or _("no gate")
            yield f"{place.name} ({place.id}) · {kind} · {each.area} · {each.sector} · {gates}"


def check(roster: Path) -> int:
    """Say what in the roster an officer should look at; 1 if there is something."""
    known = load(roster)
    lines = (*unfit(known), *bare(known))
    _print("\n".join(lines) if lines else _("Every gate stands at a place of the list."))
    return 1 if lines else 0


def unfit(known: Roster) -> Iterator[str]:
    """Yield what does not fit together."""
    names = known.names()
    for place, gates in standing(known):
        if not place.is_listed:
            yield _("{gates}: the place “{name}” is not on the list").format(
                gates=", ".join(gates), name=place.name
            )
        for gate in place.gates:
            if gate not in names:
                yield _("{name}: the gate {gate} is not in the roster").format(
                    name=place.name, gate=gate
                )


def bare(known: Roster) -> Iterator[str]:
    """Yield places of the list where no gate stands, or none yet."""
    for place, gates in standing(known):
        if place.is_listed and not gates:
            yield _("{name}: no gate stands here").format(name=place.name)


def _print(text: str) -> None:
    print(text)  # noqa: T201  # a command speaks to a terminal
