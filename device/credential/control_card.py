"""The authority's control cards, `GC1:`. What one does is not known here."""

from device.credential.own_pass import UNKNOWN
from device.flow import Credential
from wire import controlcard
from wire.errors import WireError

KIND = "control-card"


def read(text: str) -> Credential | None:
    """Return the card in `text`, its signature not looked at yet, or None for another kind.

    What begins like a card and is none is not recognised as anything else either.
    """
    if not text.startswith(controlcard.PREFIX):
        return None
    try:
        return Credential(KIND, controlcard.parse(text))
    except WireError:
        return Credential(UNKNOWN)
