"""What a technician's SSH key is certified for, and how SSH spells the key that certifies.

Ed25519 only. The certificates themselves are OpenSSH's own; who makes one and who asks for one
agree here about the names in it.
"""

import base64
import struct

from wire.errors import WireError
from wire.keys import KeyEntry, Use, load_public, unbase64

KIND = b"ssh-ed25519"
TECHNICIAN, ROOT = "gate-technician", "gate-root"
"""The principals: who may look, and who may change anything."""
LOGIN = "gate-tech"
"""The account that a technician comes in by."""


def authorities(keys: tuple[KeyEntry, ...]) -> str:
    """Return the keys that certify technicians, a line each, as sshd reads them.

    Raises WireError if there is none, or one that is no key.
    """
    found = [_line(key) for key in keys if key.use is Use.TECHNICIAN]
    if not found:
        msg = "no key that certifies technicians is known here"
        raise WireError(msg)
    return "".join(found)


def _line(key: KeyEntry) -> str:
    raw = unbase64(key.public)
    load_public(raw)
    blob = b"".join(struct.pack(">I", len(each)) + each for each in (KIND, raw))
    return f"{KIND.decode()} {base64.b64encode(blob).decode()} {key.kid}\n"
