"""Who we are to the broker: by the newest certificate that the root has signed for our own key.

What came with the enrolment does until another comes by the road. It is laid beside what else came,
in the one folder that this process writes, and judged anew at each start: the root's signature, our
name, and our key.
"""

from pathlib import Path

import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from device.believed import Believed
from wire import certificate, topics
from wire.certificate import Certificate
from wire.errors import WireError

log = structlog.get_logger()

NAME = f"{topics.CERTIFICATE}.json"
SHOWN = f"{topics.CERTIFICATE}.pem"


class Identity:
    """The certificate that is shown."""

    def __init__(self, gate: str, keys: Path, inbox: Path, ring: Believed, since_ms: int) -> None:
        """Take our folder of keys; nothing that was signed before `since_ms` counts."""
        self._gate, self._keys, self._inbox = gate, keys, inbox
        self._issued = since_ms
        self.ring = ring
        """Whom we believe."""
        self.path: Path | None = None
        """What to show; None: what came with the enrolment."""

    def begin(self) -> None:
        """Take up what came before this process began."""
        try:
            with (self._inbox / NAME).open("rb") as file:
                data = file.read(certificate.LIMIT + 1)
        except OSError:
            return
        self.hear(data)

    def hear(self, data: bytes) -> bool:
        """Show another certificate from now on if it is ours and newer; say whether it is."""
        try:
            found = certificate.unpack(data, self.ring.root, self._gate)
        except WireError:
            return False
        if found.issued <= self._issued or not self._is_ours(found):
            return False
        shown = self._inbox / SHOWN
        new = shown.with_name(f"{SHOWN}.new")
        try:
            new.write_text(found.certificate, encoding="ascii")
            new.replace(shown)
        except (OSError, UnicodeEncodeError):
            return False
        self.path, self._issued = shown, found.issued
        log.info("certificate.renewed")
        return True

    def _is_ours(self, found: Certificate) -> bool:
        try:
            leaf = x509.load_pem_x509_certificate(found.certificate.encode())
            key = load_pem_private_key((self._keys / "tls.pem").read_bytes(), None)
            return leaf.public_key() == key.public_key()
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            return False
