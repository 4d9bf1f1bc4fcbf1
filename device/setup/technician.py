"""Opens the way in for technicians: whom the authority's own key certifies, and for half an hour.

    /run/gate-technician/authorities    the keys that certify, as sshd reads them
    /run/gate-technician/host-key       sshd's own key, made anew each time

Both are in memory and vanish when the service ends, by itself or with the power. Nothing of this is
started with the machine.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from device import plainfile
from wire import sshcertificate
from wire.keys import KeyEntry

FOLDER = Path("/run/gate-technician")
AUTHORITIES, HOST_KEY = "authorities", "host-key"


def prepare(keys: tuple[KeyEntry, ...], folder: Path = FOLDER) -> None:
    """Lay down what sshd needs, for technicians whom one of `keys` certifies.

    Raises WireError if none certifies technicians, OSError.
    """
    spelled = sshcertificate.authorities(keys)
    folder.mkdir(mode=0o755, exist_ok=True)
    plainfile.write(folder / AUTHORITIES, spelled.encode())
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    plainfile.write(folder / HOST_KEY, pem)
