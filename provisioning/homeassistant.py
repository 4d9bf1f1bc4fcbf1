"""Certificates for the district's broker, of who tells a Home Assistant and of the Home Assistant.

Neither is a gate, and the broker knows both by these names only if it is started for it.
"""

from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from provisioning import certificates, files, keyfile, revoked
from provisioning.authority import Authority
from provisioning.certificates import SINCE
from provisioning.errors import ClockWrong
from provisioning.making import SERVICE_DAYS

NAMES = ("home_assistant", "home_assistant_reader")
"""As broker.config has them: no gate can be called so."""


def certify(home: Authority, out: Path, now: datetime, days: int = SERVICE_DAYS) -> list[Path]:
    """Make a folder for each in `out`, with its key, its certificate and the CA; return where.

    Raises ClockWrong, FileUnusable, KeyMissing.
    """
    if now < SINCE:
        raise ClockWrong(when=f"{now:%Y-%m-%d}")
    issuer, made = home.issuer(), []
    for name in NAMES:
        folder, key = out / name, certificates.new_key()
        files.folder(folder)
        public = key.public_key()
        leaf = issuer.issue(name, public, certificates.CLIENT, hosts=(), now=now, days=days)
        revoked.note(home.folder, leaf)
        keyfile.save(folder / "tls.pem", key)
        files.write(folder / "certificate.pem", leaf.public_bytes(Encoding.PEM))
        files.write(folder / "ca.pem", issuer.ca.public_bytes(Encoding.PEM))
        made.append(folder)
    return made
