"""The district's own pass, `GP1:`."""

from device.flow import Credential
from wire import gatepass
from wire.errors import WireError

KIND = "pass"
UNKNOWN = "unknown"


def read(text: str) -> Credential | None:
    """Return the pass in `text`, its signature not looked at yet, or None for another kind.

    What begins like a pass and is none is not recognised as anything else either.
    """
    if not text.startswith(gatepass.PREFIX):
        return None
    try:
        parsed = gatepass.parse(text)
    except WireError:
        return Credential(UNKNOWN)
    claims = parsed.claims
    personal = {"pass": claims.number.hex(), "class": claims.holder}
    return Credential(KIND, parsed, personal)
