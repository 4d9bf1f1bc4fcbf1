"""The public page and its desk, as they are shipped: two processes, real keys, TLS.

No program knows that it is measured. Visitors come from many addresses of loopback, as they do from
many networks, so that nobody has to work or wait.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.collector.plain import PLAIN
from wire.keys import KeyEntry, Keyring, Use, entry
from wire.sealing import seal_key

USES = {
    "self-service": Use.PASS_DECLARED,
    "institution": Use.PASS_SEEN,
    "status": Use.STATUS,
}
CONFIG = (
    PLAIN
    + """\
[issuing]
keys = "keys"
state = "desk"
station = "0900 000 115"
[public]
port = 0
https = true
certificate = "page.pem"
key = "page-key.pem"
"""
)
COMMAND = [sys.executable, "-c", "import sys; from collector.cli import main; sys.exit(main())"]
FIRST = ["chrt", "-r", "5"]
"""Others load the machine too; what is measured goes first. Only root can say so."""
PATIENCE_S = 30.0


class PublicDistrict:
    """A folder with everything that both processes read."""

    def __init__(self, folder: Path) -> None:
        """Make it."""
        self.folder = folder
        (folder / "keys").mkdir()
        keys = [self._key(name, use) for name, use in USES.items()]
        self.ring = Keyring(keys)
        self.seal = X25519PrivateKey.generate()
        root = entry(Ed25519PrivateKey.generate().public_key(), Use.ROOT)
        public = {"root": root, "keys": keys, "seal": seal_key(self.seal.public_key())}
        self._write("public.json", public)
        self._write("roster.json", {"authority": "Huyện Mẫu", "help_line": "0900", "gates": []})
        areas = [{"code": "d", "name": "Huyện Mẫu"}]
        areas += [{"code": f"x{n}", "name": f"Xã Mẫu {n}", "parent": "d"} for n in range(9)]
        self._write("places.json", {"areas": areas})
        (folder / "collector.toml").write_text(CONFIG, encoding="utf-8")
        certificate(folder / "page.pem", folder / "page-key.pem")

    @property
    def passes(self) -> Path:
        """Return the desk's file."""
        return self.folder / "desk/passes.db"

    def _write(self, name: str, document: object) -> None:
        (self.folder / name).write_bytes(msgspec.json.encode(document))

    def _key(self, name: str, use: Use) -> KeyEntry:
        key = Ed25519PrivateKey.generate()
        path = self.folder / f"keys/{name}.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        path.chmod(0o600)
        return entry(key.public_key(), use)

    @contextmanager
    def served(self) -> Iterator[int]:
        """Run the desk and the page; yield the page's port."""
        with self._running("desk", "desk.started"), self._running("public", "public.listening"):
            said = (self.folder / "public.log").read_text(encoding="utf-8")
            found = re.search(r"https://[^/]*:(\d+)/", said)
            if found is None:
                raise RuntimeError(said)
            yield int(found[1])

    @contextmanager
    def _running(self, name: str, sign: str) -> Iterator[None]:
        log = self.folder / f"{name}.log"
        command = [*first(), *COMMAND, name, "--config", str(self.folder / "collector.toml")]
        with log.open("wb") as file:
            process = subprocess.Popen(command, stdout=file, stderr=file)  # noqa: S603
        try:
            _until(lambda: sign in log.read_text(encoding="utf-8"), process)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


def first() -> Sequence[str]:
    """Return what stands before a command so that it goes before others' work."""
    return FIRST if os.geteuid() == 0 and shutil.which(FIRST[0]) else ()


def _until(happened: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + PATIENCE_S  # a bench
    while not happened():
        if process.poll() is not None or time.monotonic() > ends:
            msg = f"{process.args!r} did not start"
            raise RuntimeError(msg)
        time.sleep(0.05)


def certificate(path: Path, key_path: Path) -> None:
    """Write a certificate for localhost, as a public authority would give one, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # a bench
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path.write_bytes(made.public_bytes(Encoding.PEM))
    key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
