"""Making the keys and certificates of each part of an authority's folder.

What is online ends by itself: the keys that sign in half a year, the CA for gates in a year and a
bit. Who turns them and signs the ring of those that count is the root, which is not online.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from provisioning import certificates, clock, files, keyfile, revoked
from provisioning.certificates import Issuer
from provisioning.terms import MAX_DAYS
from wire import voucher
from wire.keys import KeyEntry, Use, entry

ONLINE_DAYS = 200
"""How long a key that is online may sign. The next is made, and believed, well before."""
PASS_DAYS = 2 * MAX_DAYS + 2
"""How much longer the passes of a key are good: they are made up to a year ahead, for a year."""
SERVICE_DAYS = 825
INTAKE = "intake"
PASSES = {Use.PASS_SEEN: "passes/seen.pem", Use.PASS_DECLARED: "passes/declared.pem"}
SIGNING = {
    Use.POLICY: "signing/policy.pem",
    Use.CARD: "signing/card.pem",
    Use.COMMAND: "signing/command.pem",
    Use.STATUS: "signing/status.pem",
    Use.TECHNICIAN: "signing/technician.pem",
}
DESK = "issuing"
LISTS = "lists"
WAYS = {
    "self-service": Use.PASS_DECLARED,
    "attendant": Use.PASS_SEEN,
    "institution": Use.PASS_SEEN,
}
"""The ways to a pass at the district's desk, each with an issuer's key of its own."""
TURNS = (*((use, "") for use in PASSES), *((use, way) for way, use in WAYS.items()))
"""Every issuer's key that has its turn: its use, and its way if it is the desk's."""
DESK_STATUS = f"{DESK}/status.pem"
RECEIPT = "collector/receipt.pem"
ENROLMENT = "enrolment"
ENROL_KEY = f"{ENROLMENT}/enrol.pem"
VOUCHER = f"{ENROLMENT}/voucher.bin"
GATE_CA_KEY = f"{ENROLMENT}/gate-ca-key.pem"
GATE_CA = f"{ENROLMENT}/gate-ca.pem"
SERVICES = (
    ("broker", "broker", certificates.SERVER),
    ("collector", INTAKE, certificates.CLIENT),
    (ENROLMENT, ENROLMENT, certificates.SERVER),
)
"""Parts whose machines speak TLS: the part, its name, and what it is on the road."""


@dataclass(frozen=True)
class Maker:
    """Makes keys in a folder, as of a moment."""

    folder: Path
    now: datetime
    days: int = ONLINE_DAYS
    secret: bytes | None = None
    """What closes keys that people use. A service that starts by itself reads its own unclosed."""

    def issuers(self) -> tuple[KeyEntry, ...]:
        """Make the keys that issue passes; return their public halves."""
        return tuple(self.signing(use, issuing(use, way), way) for use, way in TURNS)

    def reserves(self, secret: bytes | None) -> tuple[KeyEntry, ...]:
        """Make an issuer's key for later for each that issues now; see `reserve`."""
        return tuple(self.reserve(use, secret, way) for use, way in TURNS)

    def signers(self, root: Ed25519PrivateKey) -> tuple[KeyEntry, ...]:
        """Make every other key that is online; return the halves that belong into the ring."""
        made = [self.signing(use, path) for use, path in SIGNING.items()]
        self.enrolment(root)
        desk = self.signing(Use.STATUS, DESK_STATUS, LISTS)
        return (*made, desk, self.signing(Use.RECEIPT, RECEIPT))

    def signing(self, use: Use, path: str, way: str = "") -> KeyEntry:
        """Make one signing key; `way` is said of the desk's."""
        key = Ed25519PrivateKey.generate()
        is_service = use is Use.RECEIPT or bool(way)
        keyfile.save(self.folder / path, key, None if is_service else self.secret)
        return _of(entry(key.public_key(), use, self.until(use)), way)

    def enrolment(self, root: Ed25519PrivateKey) -> None:
        """Make the key for enrolment, with the root's voucher for it."""
        made = self.signing(Use.ENROL, ENROL_KEY)
        key = keyfile.load_ed25519(self.folder / ENROL_KEY, lambda: self.secret or b"")
        until_s = (made.until or 0) // 1000
        files.write(self.folder / VOUCHER, voucher.vouch(key.public_key(), until_s, root))

    def reserve(self, use: Use, secret: bytes | None, way: str = "") -> KeyEntry:
        """Make an issuer's key for later, kept offline; it may begin when others have ended."""
        key = Ed25519PrivateKey.generate()
        public = _of(entry(key.public_key(), use, self.until(use, turns=2)), way)
        keyfile.save(reserved(self.folder, public.kid), key, secret)
        return public

    def until(self, use: Use, turns: int = 1) -> int:
        """Return when a key that begins now ends, ms."""
        days = self.days * turns + (PASS_DAYS if use in PASSES else 0)
        return clock.millis(self.now + timedelta(days=days))

    def gate_ca(self, issuer: Issuer, name: str) -> Issuer:
        """Make the CA that is online and issues to gates."""
        key = certificates.new_key()
        made = issuer.gate_ca(name, key.public_key(), self.now)
        keyfile.save(self.folder / GATE_CA_KEY, key, self.secret)
        files.write(self.folder / GATE_CA, made.public_bytes(Encoding.PEM))
        return Issuer(made, key)

    def services(
        self, issuer: Issuer, hosts: tuple[str, ...], clients: bytes = b"", behind: bytes = b""
    ) -> None:
        """Make a key and a certificate for each service.

        Each believes what `issuer` has issued; servers also clients of `clients`, PEM. `behind`
        follows a server's certificate, for those who do not know `issuer` yet.
        """
        own = issuer.ca.public_bytes(Encoding.PEM)
        for part, common, use in SERVICES:
            key = certificates.new_key()
            names = hosts if use == certificates.SERVER else ()
            public = key.public_key()
            leaf = issuer.issue(common, public, use, hosts=names, now=self.now, days=SERVICE_DAYS)
            keyfile.save(self.folder / part / "tls.pem", key)
            is_server = use == certificates.SERVER
            if not is_server:
                revoked.note(self.folder, leaf)
            shown = leaf.public_bytes(Encoding.PEM) + (behind if is_server else b"")
            files.write(self.folder / part / "certificate.pem", shown)
            files.write(self.folder / part / "ca.pem", own + (clients if is_server else b""))


def issuing(use: Use, way: str = "") -> str:
    """Return where the key that issues passes of a use, or of a way of the desk's, is kept."""
    return f"{DESK}/{way}.pem" if way else PASSES[use]


def _of(key: KeyEntry, way: str) -> KeyEntry:
    return msgspec.structs.replace(key, way=way)


def reserved(folder: Path, kid: str) -> Path:
    """Return where the private half of a key in reserve is kept."""
    return folder / f"offline/reserve-{kid}.pem"
