"""The authority's enrolment codes, `GE1:`: they say something to a gate that is nobody yet."""

from device.credential.own_pass import UNKNOWN
from device.flow import Credential
from wire import enrolcode
from wire.errors import WireError

KIND = "enrolment-code"


def read(text: str) -> Credential | None:
    """Return the code in `text`, its signatures not looked at yet, or None for another kind.

    What begins like one and is none is not recognised as anything else either.
    """
    if not text.startswith(enrolcode.PREFIX):
        return None
    try:
        return Credential(KIND, enrolcode.parse(text))
    except WireError:
        return Credential(UNKNOWN)
