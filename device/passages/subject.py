"""Whom a code is about, so that two showings can be told to be one person's.

A pass by its issuer and number, a card by the holder's number, a certificate by its identifier; any
other code is about nobody. The answer is personal: it is digested before it is remembered anywhere.
"""

from device.flow import Credential
from wire.gatepass import Parsed

_FIELDS = ("number", "insurance", "code")
"""Of the fields that are kept of a code, those that name one holder; the strongest first."""


def subject_of(credential: Credential) -> bytes | None:
    """Return what names the holder, or None where nothing does."""
    if isinstance(credential.content, Parsed):
        return b"pass:" + pass_name(credential.content)
    fields = credential.personal or {}
    for name in _FIELDS:
        value = fields.get(name)
        if isinstance(value, str) and value:
            return f"{name}:{value}".encode()
    return None


def pass_name(shown: Parsed) -> bytes:
    """Return what one pass has and no other that counts here.

    The number alone will not do: where a site asks for no signature, whoever read it on somebody's
    pass could put it into one of their own, and use up that pass's entries or lock its holder out.
    """
    return bytes.fromhex(shown.kid) + shown.claims.number
