"""Numbers of rows in addresses and forms: anybody may send anything in their place. Pure."""

DIGITS = 18
"""What has more is no row of any database's, and int() takes no more than some thousands."""


def number(text: str, otherwise: int) -> int:
    """Return a number of so many digits at most; `otherwise` for whatever else was sent."""
    is_one = text.isascii() and text.isdigit() and len(text) <= DIGITS
    return int(text) if is_one else otherwise
