"""Texts that a spreadsheet cannot mistake for a formula. Pure."""

FORMULAS = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
"""What some spreadsheet, or one that takes its file on, calculates when a cell begins with it."""


def harmless(text: str) -> str:
    """Return a text for a cell: no control characters, and an apostrophe before a formula.

    A blank before the sign does not hide it: some programs cut blanks off first.
    """
    plain = "".join(each if each.isprintable() else " " for each in text)
    begins = plain.lstrip()[:1]
    return f"'{plain}" if begins in FORMULAS and begins else plain
