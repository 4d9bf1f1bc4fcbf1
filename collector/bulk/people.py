"""Reads people out of lists: spreadsheets by their heads, or what a program sent. Pure.

Total: any cells give people or faults, each with its row and what to do. Who is on a list twice is
a fault too, since it would be two passes.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from collector.bulk.entries import LONGEST_GROUP, MOST, Fault, ListFaulty, Person
from collector.declaration.answers import Form, Why
from collector.i18n import N_
from collector.roster.collation import fold
from collector.roster.sheets import Bounds, Sheet

BOUNDS = Bounds(packed=2 * 1024 * 1024, unpacked=32 * 1024 * 1024, rows=MOST + 1)
"""Of a file: its heads and `MOST` people."""
HEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("họ và tên", "họ tên", "tên", "name", "full name"),
    "born": ("ngày sinh", "năm sinh", "birth date", "date of birth", "born"),
    "sex": ("giới tính", "phái", "sex", "gender"),
    "number": ("số giấy tờ", "số cccd", "cccd", "số định danh", "number", "document number"),
    "phone": ("điện thoại", "số điện thoại", "sđt", "phone", "telephone"),
    "group": ("lớp", "tổ", "đội", "lớp/tổ", "class", "team", "group"),
}
FAMILY = ("họ", "họ đệm", "họ lót", "họ và đệm", "họ và tên đệm", "họ và chữ đệm")
"""Heads of what stands before the name in a column of its own; that of the name is then `GIVEN`."""
GIVEN = "tên"
NEEDED = ("name", "born")
_FIELDS = {fold(head): field for field, heads in HEADS.items() for head in heads}
_SEXES = {"nam": "male", "male": "male", "m": "male", "nu": "female", "female": "female"} | {
    "f": "female",
    "x": "",
    "khac": "",
    "other": "",
}
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00")
_BARE_PHONE = re.compile(r"[35789]\d{8}")
"""A mobile number from which a spreadsheet has taken the leading 0."""
_AS_FORMULA = ("=", "@", "+", "-", "\t")
WHY: Mapping[str, str] = {
    Why.MISSING: N_("nothing stands here"),
    Why.NOT_A_NAME: N_("a name has letters only: no digits, pictures or other signs"),
    Why.TOO_LONG: N_("too long: a name has at most 200 letters, a class 40"),
    Why.NO_DATE: N_("no such day: write it as 31/05/2012, or the year alone"),
    Why.IN_FUTURE: N_("this day is still to come: correct the year"),
    Why.TOO_OLD: N_("nobody is so old: correct the year"),
    Why.NO_NUMBER: N_(
        "12 digits, or 9 of an earlier card: make the column text, so that no 0 is lost"
    ),
    Why.NO_PHONE: N_("no telephone number: begin with 0, or with + and the country abroad"),
    Why.NO_CHOICE: N_("write Nam or Nữ, or leave it empty"),
}
GROUP = N_("the name of a class begins with a letter or a digit")
TWICE = N_(
    "this person is on the list twice: take one of the rows out; if they are two people, write the "
    "full birth date or the number of a document in both rows"
)


def read(sheets: Iterable[Sheet], today: dt.date) -> tuple[Person, ...]:
    """Return the people of all lists of a file; raise ListFaulty naming every fault."""
    people: list[Person] = []
    faults: list[Fault] = []
    for sheet in sheets:
        _take(sheet, today, people, faults)
    if not people and not faults:
        faults.append(Fault(0, "", "empty", N_("nobody is on this list")))
    return _whole(people, faults)


def sent(rows: Sequence[Mapping[str, str]], today: dt.date) -> tuple[Person, ...]:
    """Return the people that a program sent, by the names of their fields; raise ListFaulty."""
    people: list[Person] = []
    faults: list[Fault] = []
    for place, cells in enumerate(rows, 1):
        person, wrong = _person(place, cells, today)
        faults += [Fault(place, field, code, why) for field, code, why in wrong]
        people += [] if person is None else [person]
    return _whole(people, faults)


def digest(person: Person) -> bytes:
    """Return by what somebody is known again: a document's number, or name, birth date and sex."""
    said = (
        ["number", person.number or person.passport]
        if person.number or person.passport
        else ["name", person.name.casefold(), person.born, person.sex]
    )
    return hashlib.sha256(msgspec.json.encode(said)).digest()


def _whole(people: list[Person], faults: list[Fault]) -> tuple[Person, ...]:
    faults += _twice(people)
    if faults:
        raise ListFaulty(tuple(sorted(faults, key=lambda each: each.row)))
    return tuple(people)


def _take(sheet: Sheet, today: dt.date, people: list[Person], faults: list[Fault]) -> None:
    filled = [line for line in sheet.lines if any(line.cells)]
    heads = filled[0].cells if filled else ()
    for each in sheet.complaints:
        column = heads[int(each.column)] if each.column and int(each.column) < len(heads) else ""
        faults.append(Fault(each.row, column, "unreadable", each.why))
    if not filled:
        return
    fields = _columns(heads)
    if missing := [HEADS[field][0] for field in NEEDED if field not in fields]:
        why = N_("the first row names the columns; at least Họ và tên and Ngày sinh are needed")
        faults.append(Fault(filled[0].row, ", ".join(missing), "no-heads", why))
        return
    unread = {each.row for each in sheet.complaints}
    for line in filled[1:]:
        if line.row in unread:
            continue
        cells: dict[str, str] = {}
        for field, cell in zip(fields, line.cells, strict=False):
            if field is not None:
                cells.setdefault(field, cell)
        if cells.get("name", "").strip():
            parts = (cells.pop("family", ""), cells["name"], cells.pop("rest", ""))
            cells["name"] = " ".join(" ".join(parts).split())
        person, wrong = _person(line.row, cells, today)
        faults += [
            Fault(line.row, _head(heads, fields, field), code, why) for field, code, why in wrong
        ]
        people += [] if person is None else [person]


def _columns(heads: Sequence[str]) -> list[str | None]:
    """Return which field each column holds; a name may stand in two, under one head or two."""
    folded = [fold(head) for head in heads]
    fields = [_FIELDS.get(head) for head in folded]
    name = fields.index("name") if "name" in fields else len(fields)
    if name + 1 < len(fields) and not folded[name + 1]:
        fields[name + 1] = "rest"
    if name < len(fields) and folded[name] == fold(GIVEN):
        family = {*map(fold, FAMILY)}
        fields = [
            "family" if head in family else field
            for head, field in zip(folded, fields, strict=True)
        ]
    return fields


def _head(heads: Sequence[str], fields: Sequence[str | None], field: str) -> str:
    return heads[fields.index(field)][:LONGEST_GROUP] if field in fields else HEADS[field][0]


def _person(
    row: int, cells: Mapping[str, str], today: dt.date
) -> tuple[Person | None, list[tuple[str, str, str]]]:
    """Return who stands in a row, and what is wrong: field, code, why."""
    phone = cells.get("phone", "").strip()
    born = _MIDNIGHT.sub(r"\1", cells.get("born", ""))
    sex = fold(cells.get("sex", ""))
    typed = {
        "name": [cells.get("name", "")],
        "born": [born],
        "number": [cells.get("number", "")],
        "phone": ["0" + phone if _BARE_PHONE.fullmatch(phone) else phone],
    }
    form = Form(typed, today)
    name, day = form.name("name"), form.born()
    number, passport = form.document(home=False)
    spelled = form.phone("phone") if phone else ""
    wrong = [(each.question, str(each.why), WHY[each.why]) for each in form.wrong]
    if re.fullmatch(r"\d+", passport):  # neither 9 nor 12 digits: a 0 was lost
        wrong.append(("number", str(Why.NO_NUMBER), WHY[Why.NO_NUMBER]))
    if sex and sex not in _SEXES:
        wrong.append(("sex", str(Why.NO_CHOICE), WHY[Why.NO_CHOICE]))
    group = " ".join("".join(c if c.isprintable() else " " for c in cells.get("group", "")).split())
    if len(group) > LONGEST_GROUP:
        wrong.append(("group", str(Why.TOO_LONG), WHY[Why.TOO_LONG]))
    elif group.startswith(_AS_FORMULA):
        wrong.append(("group", "not-a-group", GROUP))
    if wrong:
        return None, wrong
    return Person(row, name, day, _SEXES.get(sex, ""), number, passport, spelled, group), []


def _twice(people: list[Person]) -> Iterator[Fault]:
    seen: set[bytes] = set()
    for person in people:
        known = digest(person)
        if known in seen:
            yield Fault(person.row, "", "twice", TWICE)
        seen.add(known)
