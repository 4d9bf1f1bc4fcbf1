"""The district's own pass, `GP1:`."""

from device.flow import Credential
from wire import gatepass
from wire.errors import WireError

KIND = "pass"


def read(text: str) -> Credential | None:
    """Return the pass in `text`, its signature not looked at yet, or None if it is none."""
    if not text.startswith(gatepass.PREFIX):
        return None
    try:
        parsed = gatepass.parse(text)
    except WireError:
        return None
    claims = parsed.claims
    personal = {"pass": claims.number.hex(), "class": claims.holder}
    return Credential(KIND, parsed, personal)
