"""Whom a code is about, so that two showings can be told to be one person's.

One's own pass by its number, a card by the holder's, a certificate by its identifier; any other
code is about nobody. The answer is personal: it is digested before it is remembered anywhere.
"""

from device.flow import Credential

_FIELDS = ("pass", "number", "insurance", "code")
"""Of the fields that are kept of a code, those that name one holder; the strongest first."""


def subject_of(credential: Credential) -> bytes | None:
    """Return what names the holder, or None where nothing does."""
    fields = credential.personal or {}
    for name in _FIELDS:
        value = fields.get(name)
        if isinstance(value, str) and value:
            return f"{name}:{value}".encode()
    return None
