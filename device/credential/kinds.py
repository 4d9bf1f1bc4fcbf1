"""The kinds of code, in the order in which they are tried."""

from device.credential import (
    control_card,
    dcc,
    enrolment_code,
    id_card,
    insurance_card,
    national_code,
    own_pass,
    payment,
    strangers,
)
from device.flow import Credential

UNKNOWN = own_pass.UNKNOWN
MAX_BYTES = 4296
"""No QR code holds more characters; anything longer did not come from one."""

READERS = (
    own_pass.read,
    control_card.read,
    enrolment_code.read,
    dcc.read,
    payment.read,  # before the cards: the first field of MoMo's old code looks like theirs
    national_code.read,
    insurance_card.read,
    id_card.read,
    strangers.read,
)
KINDS = (
    own_pass.KIND,
    control_card.KIND,
    enrolment_code.KIND,
    dcc.KIND,
    payment.KIND,
    national_code.KIND,
    insurance_card.KIND,
    *id_card.KINDS,
    *strangers.KINDS,
    UNKNOWN,
)
"""Every name a record's `kind` can have. Stored and sent, so never renamed."""

# Serial scanners and careless generators put these around a text.
_EDGES = "\ufeff\r\n\0"


def classify(code: bytes) -> Credential:
    """Say what a code is. Total: any bytes give a Credential."""
    if not 0 < len(code) <= MAX_BYTES:
        return Credential(UNKNOWN)
    try:
        text = code.decode("utf-8").strip(_EDGES)
    except UnicodeDecodeError:
        return Credential(UNKNOWN)
    for read in READERS:
        found = read(text)
        if found is not None:
            return found
    return Credential(UNKNOWN)
