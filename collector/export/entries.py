"""The values of a print or a file. Values only."""

from collections.abc import Collection

import msgspec


class Column(msgspec.Struct, frozen=True):
    """One column."""

    key: str
    title: str
    personal: bool = False
    """Left out unless somebody asks for it by its key."""
    weight: int = 1
    """How wide it is on paper, beside the others."""


class Sheet(msgspec.Struct, frozen=True):
    """One table; each row has one text for each column."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def chosen(self, keys: Collection[str] | None) -> "Sheet":
        """Return the sheet with the columns asked for; None asks for all that are not personal."""
        kept = [
            place
            for place, column in enumerate(self.columns)
            if (column.key in keys if keys is not None else not column.personal)
        ]
        columns = tuple(self.columns[place] for place in kept)
        return Sheet(
            self.title, columns, tuple(tuple(row[place] for place in kept) for row in self.rows)
        )


class Paper(msgspec.Struct, frozen=True):
    """Everything that one file or print says."""

    title: str
    stamp: tuple[tuple[str, str], ...]
    """What each page and sheet carries, as (name, value): case, officer, time, copy, audit head."""
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
    """What is to be known about the answer: its bounds, what was not working, what is not shown."""
    banner: str = ""
    """Stands on top of every page and sheet, as of what is practice."""
    page: str = "{n} / {all}"

    def chosen(self, keys: Collection[str] | None) -> "Paper":
        """Return the paper with the columns asked for."""
        sheets = tuple(sheet.chosen(keys) for sheet in self.sheets)
        return msgspec.structs.replace(self, sheets=sheets)

    def head(self) -> tuple[tuple[str, str], ...]:
        """Return the lines above a table: banner and title, then the stamp."""
        banner = ((self.banner, ""),) if self.banner else ()
        return (*banner, (self.title, ""), *self.stamp)
