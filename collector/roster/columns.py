"""What stands in which column of the lists of areas, sectors and places. Pure.

Each column has an English and a Vietnamese head, and reads and spells its own cells. A cell that
cannot be read is a ValueError in words that are in the catalogues.
"""

import datetime as dt
import re
from collections.abc import Callable, Container, Iterable, Mapping

import msgspec

from collector.i18n import N_
from collector.roster import hoursline
from collector.roster.collation import fold
from collector.roster.places import WEEK_MIN, Kind
from wire.openinghours import Hours

FORMULA = re.compile(r"[=@]|[+-](?![\d ().+-]*$)")
"""How a cell begins that a spreadsheet computes; +84 299 3890 000 is a telephone number."""
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MAX_TEXT = 200
_EATEN = re.compile(r"[35789]\d{8}|2\d{9}")
"""A mobile or landline number of Vietnam without its 0."""
_TURNED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}|\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
"""A text that a spreadsheet took for a day, or a long number that it has rounded."""
_OLD_FONT = re.compile(
    "[äåæçëîïñöøûüþÿ]|[a-z][\u00a7-\u00ae\u00b5-\u00be]|[\u00a7-\u00ae\u00b5-\u00be][a-z]",
    re.IGNORECASE,
)
"""Letters that Vietnamese does not have, and an old font (TCVN3, VNI) shows as if it had."""
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})[ T](\d{1,2}:\d{2})(?::00)?")
_YEAR_FIRST = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{1,2}:\d{2})(?::00)?")
KINDS: Mapping[Kind, str] = {
    Kind.OFFICE: "Cơ quan",
    Kind.SCHOOL: "Trường học",
    Kind.STATION: "Bến xe, bến tàu",
    Kind.VEHICLE: "Phương tiện",
    Kind.CLINIC: "Cơ sở y tế",
    Kind.MARKET: "Chợ",
    Kind.PRODUCTION: "Cơ sở sản xuất",
    Kind.SHOP: "Cửa hàng",
    Kind.TOURIST: "Điểm du lịch",
    Kind.EVENT: "Sự kiện",
}
"""As Vietnamese lists call them; the codes are taken too."""
_KINDS = {
    fold(each): kind
    for kind, name in KINDS.items()
    for each in (name, *name.split(", "), kind.value)
}
COUNTERS = frozenset({"stt", "tt", "so tt", "so thu tu", "no", "no."})
"""Heads, folded, of a column that only numbers the rows, as most lists have one."""
_YES = frozenset({"yes", "y", "true", "1", "x", "co"})
_NO = frozenset({"no", "n", "false", "0", "khong"})


class Column(msgspec.Struct, frozen=True):
    """One column of a list."""

    field: str
    english: str
    vietnamese: str
    read: Callable[[str], object]
    spell: Callable[[object], str] = str
    needed: bool = False
    """A row without it is no row."""


def code(text: str) -> str:
    """Read a code."""
    if not CODE.fullmatch(text):
        raise ValueError(N_("a code is made of letters without diacritics, digits and . _ -"))
    return text


def code_or_none(text: str) -> str:
    """Read a code that may be missing."""
    return code(text) if text else ""


def words(text: str) -> str:
    """Read a name or another text."""
    if len(text) > MAX_TEXT:
        raise ValueError(N_("longer than 200 letters"))
    if _TURNED.fullmatch(text):
        raise ValueError(
            N_("a spreadsheet has changed this: make the column text and type it again")
        )
    if FORMULA.match(text):
        raise ValueError(N_("a formula: put its value in its place"))
    if _OLD_FONT.search(text):
        raise ValueError(
            N_("letters of an old font (TCVN3 or VNI): convert the list to Unicode first")
        )
    return text


def phone(text: str) -> str:
    """Read a telephone number; a spreadsheet that took it for a figure has eaten its first 0."""
    if _EATEN.fullmatch(text):
        raise ValueError(N_("the 0 in front is missing: make the column text and type it again"))
    return words(text)


def kind(text: str) -> Kind:
    """Read what sort of place it is."""
    found = _KINDS.get(fold(text))
    if found is None:
        raise ValueError(
            N_(
                "no kind of place is called so; they are office, school, station, vehicle, clinic,"
                " market, production, shop, tourist, event"
            )
        )
    return found


def truth(text: str) -> bool:
    """Read yes or no; an empty cell is yes, as most places have a roof."""
    said = fold(text)
    if said in _NO:
        return False
    if said and said not in _YES:
        raise ValueError(N_("yes or no is asked for"))
    return True


def hours(text: str) -> Hours | None:
    """Read opening hours."""
    try:
        return hoursline.read(text)
    except ValueError as error:
        raise ValueError(
            N_("opening hours are written as mon-sat 07:00-17:00; closed 2027-02-06")
        ) from error


def minutes(text: str) -> int | None:
    """Read a number of minutes."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= WEEK_MIN):
        raise ValueError(N_("a whole number of minutes is asked for, a week at most"))
    return int(text)


def moment(text: str) -> str:
    """Read a local day and time, however a spreadsheet spells it."""
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year, time = found.groups()
        text = f"{year}-{month.zfill(2)}-{day.zfill(2)} {time}"
    found = _YEAR_FIRST.fullmatch(text)
    spelt = f"{found[1]}T{found[2].zfill(5)}" if found else ""
    try:
        return dt.datetime.fromisoformat(spelt).isoformat(timespec="minutes")
    except ValueError as error:
        raise ValueError(N_("a day and time is written as 05/12/2026 08:00")) from error


def moment_or_none(text: str) -> str:
    """Read a day and time that may be missing."""
    return moment(text) if text else ""


def names(text: str) -> tuple[str, ...]:
    """Read the names of gates."""
    return tuple(code(each) for each in re.split(r"[\s,;]+", text) if each)


AREAS = (
    Column("code", "code", "Mã", code, needed=True),
    Column("name", "name", "Tên", words, needed=True),
    Column("parent", "parent", "Thuộc", code_or_none),
)
SECTORS = AREAS[:2]
PLACES = (
    Column("id", "id", "Mã", code_or_none),
    Column("name", "name", "Tên", words, needed=True),
    Column("kind", "kind", "Loại", kind, needed=True),
    Column("area", "area", "Khu vực", words, needed=True),
    Column("sector", "sector", "Ngành", words, needed=True),
    Column("contact", "contact", "Người liên hệ", words),
    Column("phone", "phone", "Điện thoại", phone),
    Column("indoor", "indoor", "Trong nhà", truth, lambda value: "yes" if value else "no"),
    Column(
        *("hours", "hours", "Giờ mở cửa", hours),
        lambda value: hoursline.spell(value) if isinstance(value, Hours) else "",
    ),
    Column(
        *("longest_min", "longest stay", "Lưu lại lâu nhất", minutes),
        lambda value: "" if value is None else str(value),
    ),
    Column("plate", "plate", "Biển số", words),
    Column("starts", "starts", "Bắt đầu", moment_or_none),
    Column("ends", "ends", "Kết thúc", moment_or_none),
    Column(
        *("gates", "gates", "Cổng", names),
        lambda value: " ".join(value) if isinstance(value, tuple) else "",
    ),
)
TABLES: Mapping[str, tuple[Column, ...]] = {
    "places": PLACES,
    "areas": AREAS,
    "sectors": SECTORS,
}
TITLES: Mapping[str, str] = {"places": "Địa điểm", "areas": "Khu vực", "sectors": "Ngành"}


def recognised(heads: Iterable[str]) -> str | None:
    """Return which list has these heads; None if none has."""
    asked = {fold(head) for head in heads if head}
    for table in ("places", "areas", "sectors"):
        needed = [each for each in TABLES[table] if each.needed or each.field == "parent"]
        if all({fold(each.english), fold(each.vietnamese)} & asked for each in needed):
            return table
    return None


def column(table: str, head: str) -> Column | None:
    """Return the column that a head names."""
    said = fold(head)
    for each in TABLES[table]:
        if said in (fold(each.english), fold(each.vietnamese)):
            return each
    return None


def spelled(table: str, value: object) -> list[str]:
    """Return the cells of one row."""
    return [each.spell(getattr(value, each.field)) for each in TABLES[table]]


def slug(name: str, taken: Container[str], numbers: dict[str, int]) -> str:
    """Return an id for a place that has none: its name without diacritics, numbered if need be.

    `numbers` remembers how far each name has been numbered: thousands may be called the same.
    """
    stem = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:56] or "place"
    if stem not in taken:
        return stem
    number = numbers.get(stem, 1) + 1
    while f"{stem}-{number}" in taken:
        number += 1
    numbers[stem] = number
    return f"{stem}-{number}"
