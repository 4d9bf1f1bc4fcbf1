"""Certifying a technician's SSH key: which way in it opens, and until when.

A certificate opens nothing by itself: a gate's way in is shut until a control card opens it, for
half an hour. The key is the technician's own and never comes here but for its public half.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    SSHCertificateBuilder,
    SSHCertificateType,
    load_ssh_public_identity,
)

from provisioning import files
from provisioning.authority import Authority
from provisioning.certificates import SINCE
from provisioning.errors import NUMBER, ClockWrong, TechnicianKeyInvalid, ValueInvalid
from provisioning.i18n import marked
from wire.keys import Use
from wire.sshcertificate import ROOT, TECHNICIAN

MOST_DAYS = 31
SKEW = timedelta(minutes=10)
LIMIT = 16 * 1024
NAME = marked("use 1 to 64 of the letters without marks, the digits and the hyphen")


def certify(
    home: Authority, public: Path, name: str, *, days: int, is_root: bool, now: datetime
) -> bytes:
    """Return a certificate for the key in `public`, as ssh reads it.

    `name` is what a gate's log calls the technician. With `is_root` it opens root's account too.
    Raises TechnicianKeyInvalid, ValueInvalid, ClockWrong, FileUnusable, KeyMissing.
    """
    if now < SINCE:
        raise ClockWrong(when=f"{now:%Y-%m-%d}")
    if not 0 < days <= MOST_DAYS:
        raise ValueInvalid(name="days", value=days, takes=NUMBER, least=1, most=MOST_DAYS)
    if not 0 < len(name) <= 64 or not name.isascii() or not name.replace("-", "").isalnum():
        raise ValueInvalid(name="name", value=name, takes=NAME)
    try:
        key = load_ssh_public_identity(files.read(public, LIMIT))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TechnicianKeyInvalid(path=public) from error
    if not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
        raise TechnicianKeyInvalid(path=public)
    made = (
        SSHCertificateBuilder()
        .public_key(key)
        .serial(int.from_bytes(os.urandom(8)))
        .type(SSHCertificateType.USER)
        .key_id(name.encode())
        .valid_principals([each.encode() for each in (TECHNICIAN, *([ROOT] if is_root else []))])
        .valid_after(int((now - SKEW).timestamp()))
        .valid_before(int((now + timedelta(days=days)).timestamp()))
        .add_extension(b"permit-pty", b"")
        .sign(home.signing_key(Use.TECHNICIAN))
    )
    return made.public_bytes() + b"\n"
