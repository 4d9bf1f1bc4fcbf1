"""What importing lists would change, or all that is wrong with them, row by row. Pure.

A row is known by its code, a place without one by its name and area; what is known is brought up to
date, what is new is added, and nothing is taken away but where the lists are to replace what
was there. Of several files all is taken or nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from collector.i18n import N_
from collector.roster import columns
from collector.roster.collation import fold, order
from collector.roster.places import Area, Place, Places, Sector, tangled
from collector.roster.sheets import Complaint, Sheet

KINDS: Mapping[str, type[Area | Sector | Place]] = {
    "areas": Area,
    "sectors": Sector,
    "places": Place,
}


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, and where it stands."""

    title: str
    """Of the list: its file or sheet."""
    row: int
    column: str
    why: str


class Row(msgspec.Struct, frozen=True):
    """The values of one row, read and not yet held against the others."""

    title: str
    row: int
    values: dict[str, Any]
    torn: bool = False
    """Some of its cells could not be read; `values` has the others."""


class Plan(msgspec.Struct, frozen=True):
    """What an import comes to: the new lists, or what is wrong."""

    places: Places
    added: int = 0
    changed: int = 0
    same: int = 0
    removed: int = 0
    faults: tuple[Fault, ...] = ()


def plan(
    sheets: Iterable[Sheet], known: Places, gates: frozenset[str], *, replace: bool = False
) -> Plan:
    """Return what importing `sheets` over `known` comes to."""
    tables: dict[str, list[Row]] = {}
    faults: list[Fault] = []
    torn: list[Row] = []
    for sheet in sheets:
        table, rows, wrong = _rows(sheet)
        faults += wrong
        if table:
            tables.setdefault(table, []).extend(row for row in rows if not row.torn)
            torn += [row for row in rows if row.torn and table == "places"]
    if not tables and not faults:
        faults.append(Fault("", 0, "", N_("nothing is in these files")))
    merge = _Merge(known, replace=replace)
    areas = merge.take(known.areas, tables.get("areas"), "code")
    sectors = merge.take(known.sectors, tables.get("sectors"), "code")
    faults += _trees(tables.get("areas", ()), areas)
    names = _Names(areas, sectors, known)
    named = [names.given(row) for row in tables.get("places", ())]
    places = merge.take(known.places, _with_ids(named, known) if named else None, "id")
    faults += merge.faults
    faults += _strangers([*named, *map(names.given, torn)], areas, sectors, gates)
    faults += _twice(named)
    faults += _gates(named, places)
    if faults:
        return Plan(known, faults=tuple(faults))
    try:
        whole = Places(*(_sorted(each) for each in (areas, sectors, places)))
    except ValueError as error:  # what is no longer on the list, and still belonged to something
        return Plan(known, faults=(Fault("", 0, "", str(error)),))
    return Plan(whole, merge.added, merge.changed, merge.same, merge.removed)


def _rows(sheet: Sheet) -> tuple[str | None, list[Row], list[Fault]]:
    """Return which list a sheet is, its rows, and what is wrong with their cells."""
    filled = [line for line in sheet.lines if any(line.cells)]
    heads = filled[0].cells if filled else ()
    faults = [_said(sheet.title, heads, each) for each in sheet.complaints]
    if not filled:
        return None, [], faults
    table = columns.recognised(heads)
    if table is None:
        why = N_(
            "these heads belong to no list of areas, sectors or places; the first row is to have"
            " those of an exported list"
        )
        return None, [], [*faults, Fault(sheet.title, filled[0].row, "", why)]
    counts = [fold(head) in columns.COUNTERS for head in heads]
    found = [columns.column(table, head) for head in heads]
    for number, head in enumerate(heads):
        twice = found[number] is not None and found[number] in found[:number]
        if head and not counts[number] and (found[number] is None or twice):
            why = N_("there twice") if twice else N_("no such column is known")
            faults.append(Fault(sheet.title, filled[0].row, head, why))
    rows = []
    unread = {complaint.row for complaint in sheet.complaints}
    for line in filled[1:]:
        if line.row in unread:
            continue
        values, wrong = _values(found, heads, line.cells)
        faults += [Fault(sheet.title, line.row, column, why) for column, why in wrong]
        rows.append(Row(sheet.title, line.row, values, bool(wrong)))
    return table, rows, faults


def _said(title: str, heads: tuple[str, ...], each: Complaint) -> Fault:
    """Return a complaint with the head of its column in place of the column's number."""
    number = int(each.column) if each.column else -1
    return Fault(title, each.row, heads[number] if 0 <= number < len(heads) else "", each.why)


def _values(
    found: list[columns.Column | None], heads: tuple[str, ...], cells: tuple[str, ...]
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    values: dict[str, Any] = {}
    wrong = []
    for number, column in enumerate(found):
        text = cells[number] if number < len(cells) else ""
        if column is None:
            if text and not heads[number]:
                wrong.append(("", N_("more cells than the heads")))
            continue
        if column.needed and not text:
            wrong.append((heads[number], N_("nothing stands here")))
            continue
        try:
            values[column.field] = column.read(text)
        except ValueError as error:
            wrong.append((heads[number], str(error)))
    if any(text for text in cells[len(found) :]):
        wrong.append(("", N_("more cells than the heads")))
    return values, wrong


class _Merge:
    """Brings rows into lists and counts what that changes."""

    def __init__(self, known: Places, *, replace: bool) -> None:
        self._known, self._replace = known, replace
        self.added = self.changed = self.same = self.removed = 0
        self.faults: list[Fault] = []

    def take(self, known: tuple[Any, ...], rows: list[Row] | None, key: str) -> list[Any]:
        """Return the list with the rows brought in."""
        if rows is None:
            return list(known)
        old = {getattr(each, key): each for each in known}
        new: dict[str, Any] = {}
        seen: dict[str, int] = {}
        for row in rows:
            name = row.values[key]
            if name in seen:
                self.faults.append(Fault(row.title, row.row, "Mã", N_("there twice")))
                continue
            seen[name] = row.row
            made = self._made(key, row, old.get(name))
            if made is not None:
                new[name] = made
                self._count(old.get(name), made)
        if self._replace:
            self.removed += len(old.keys() - seen.keys())
            return list(new.values())
        return list({**old, **new}.values())

    def _count(self, old: object, made: object) -> None:
        self.added += old is None
        self.same += old == made
        self.changed += old is not None and old != made

    def _made(self, key: str, row: Row, old: Any) -> Any:  # noqa: ANN401  # one of three kinds
        kind = Place if key == "id" else Area if "parent" in row.values else Sector
        if isinstance(old, Area):
            kind = Area
        before = msgspec.structs.asdict(old) if old is not None else {}
        try:
            return kind(**{**before, **row.values})
        except ValueError as error:
            self.faults.append(Fault(row.title, row.row, "", str(error)))
            return None


def _trees(rows: Iterable[Row], areas: list[Area]) -> Iterator[Fault]:
    parents = {area.code: area.parent for area in areas}
    knots = frozenset(tangled(parents))
    for row in rows:
        code = row.values["code"]
        if code in knots:
            yield Fault(row.title, row.row, "Thuộc", N_("the area contains itself"))
        elif (above := parents.get(code, "")) and above not in parents:
            yield Fault(row.title, row.row, "Thuộc", N_("the area above is not on the list"))


class _Called:
    """Areas or sectors by what they are called."""

    def __init__(self, known: list[Any]) -> None:
        self._codes = {each.code for each in known}
        self._names: dict[str, list[str]] = {}
        for each in known:
            self._names.setdefault(fold(each.name), []).append(each.code)

    def code(self, text: str) -> str:
        """Return the code of the one that is so called; the text if none or several are."""
        found = [] if text in self._codes else self._names.get(fold(text), [])
        return found[0] if len(found) == 1 else text


class _Names:
    """What areas, sectors and places are called, each found at once however many there are."""

    def __init__(self, areas: list[Area], sectors: list[Sector], known: Places) -> None:
        self._areas, self._sectors = _Called(areas), _Called(sectors)
        self._places: dict[tuple[str, str], str] = {}
        for place in known.places:
            self._places.setdefault((fold(place.name), place.area), place.id)

    def given(self, row: Row) -> Row:
        """Return a place's row with the codes of what it names, and its id if known by name."""
        values = dict(row.values)
        for field, called_so in (("area", self._areas), ("sector", self._sectors)):
            if field in values:
                values[field] = called_so.code(values[field])
        if not row.torn and not values.get("id"):
            called = fold(values["name"]), values["area"]
            values["id"] = self._places.get(called, "")
        return msgspec.structs.replace(row, values=values)


def _with_ids(rows: list[Row], known: Places) -> list[Row]:
    taken = {place.id for place in known.places} | {row.values["id"] for row in rows}
    numbers: dict[str, int] = {}
    found = []
    for row in rows:
        each = row
        if not row.values["id"]:
            name = columns.slug(row.values["name"], taken, numbers)
            taken.add(name)
            each = Row(row.title, row.row, {**row.values, "id": name})
        found.append(each)
    return found


def _strangers(
    rows: list[Row], areas: list[Area], sectors: list[Sector], gates: frozenset[str]
) -> Iterator[Fault]:
    """Yield the places that name what is on no list, also where other cells are wrong."""
    codes = ({area.code for area in areas}, {sector.code for sector in sectors})
    for row in rows:
        values = row.values
        if "area" in values and values["area"] not in codes[0]:
            yield Fault(row.title, row.row, "Khu vực", N_("the area is not on the list"))
        if "sector" in values and values["sector"] not in codes[1]:
            yield Fault(row.title, row.row, "Ngành", N_("the sector is not on the list"))
        if any(gate not in gates for gate in values.get("gates", ())):
            yield Fault(row.title, row.row, "Cổng", N_("a gate is not in the roster"))


def _twice(rows: list[Row]) -> Iterator[Fault]:
    """Yield the places without an id that are there a second time."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        values = row.values
        name = (fold(values["name"]), values["area"])
        if not values["id"] and name in seen:
            yield Fault(row.title, row.row, "Tên", N_("there twice"))
        seen[name] = row.row


def _gates(rows: list[Row], places: list[Place]) -> Iterator[Fault]:
    """Yield the rows that claim a gate which another place has."""
    owners: dict[str, set[str]] = {}
    for place in places:
        for gate in place.gates:
            owners.setdefault(gate, set()).add(place.id)
    for row in rows:
        claimed = row.values.get("gates", ())
        if len(set(claimed)) < len(claimed) or any(len(owners.get(g, ())) > 1 for g in claimed):
            yield Fault(row.title, row.row, "Cổng", N_("the gate stands at another place too"))


def _sorted(each: list[Any]) -> tuple[Any, ...]:
    return tuple(sorted(each, key=lambda one: order(one.name)))
