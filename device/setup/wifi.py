"""NetworkManager's profiles, as files: what a code or card says of a network, in one spelling.

Pure but for `keep` and `put_back`. A profile may hold a passphrase: it is for root alone, and never
logged. Names and passphrases are spelled so that nothing in them can end a line or begin a key.
"""

import uuid
from pathlib import Path

from device import plainfile
from wire.enrolcode import Network

PROFILES = Path("/etc/NetworkManager/system-connections")
REGION = Path("/etc/modprobe.d/gate-region.conf")
NAME = "gate.nmconnection"
ID = "gate"
UUID = str(uuid.uuid5(uuid.NAMESPACE_DNS, "gate.invalid"))
"""The same on every gate: another network takes the place of the one before."""
LIMIT = 8 * 1024
PRIVATE, PUBLIC = 0o600, 0o644
_TYPES = {"wifi": "wifi", "ethernet": "ethernet", "4g": "gsm"}


def profile(network: Network) -> str:
    """Return the keyfile for a network; "" for none.

    It comes back by itself for ever, over reboots and lost radios: nobody is there to try again.
    """
    kind = _TYPES.get(network.kind)
    if kind is None:
        return ""
    own = {"wifi": _wifi, "gsm": _mobile}.get(kind, _cable)(network)
    return (
        f"[connection]\nid={ID}\nuuid={UUID}\ntype={kind}\n"
        "autoconnect=true\nautoconnect-priority=10\nautoconnect-retries=0\n\n"
        f"{own}\n[ipv4]\nmethod=auto\n\n[ipv6]\naddr-gen-mode=stable-privacy\nmethod=auto\n"
    )


def region(country: str) -> str:
    """Return the kernel's setting by which the radio uses a country's channels, at each boot."""
    return f"options cfg80211 ieee80211_regdom={country}\n"


def keep(network: Network, profiles: Path = PROFILES, own_region: Path = REGION) -> bytes | None:
    """Write the profile where NetworkManager reads it; return what was there before.

    Raises OSError.
    """
    path = profiles / NAME
    before = held(path)
    plainfile.write(path, profile(network).encode(), PRIVATE)
    if network.country:
        plainfile.write(own_region, region(network.country).encode(), PUBLIC)
    return before


def put_back(before: bytes | None, profiles: Path = PROFILES) -> None:
    """Undo `keep`: a network that cannot be joined must not take the place of one that could."""
    path = profiles / NAME
    if before is None:
        path.unlink(missing_ok=True)
    else:
        plainfile.write(path, before, PRIVATE)


def held(path: Path) -> bytes | None:
    """Return a profile that is there."""
    try:
        return plainfile.read(path, LIMIT)
    except FileNotFoundError:
        return None


def _wifi(network: Network) -> str:
    # As a list of bytes: the one spelling in which no name can mean anything else.
    name = "".join(f"{byte};" for byte in network.name.encode())
    security = ""
    if network.passphrase:
        psk = escaped(network.passphrase)
        security = f"\n[wifi-security]\nkey-mgmt=wpa-psk\npsk={psk}\n"
    return f"[wifi]\nmode=infrastructure\nssid={name}\n{security}"


def _mobile(network: Network) -> str:
    return f"[gsm]\napn={network.name}\n"


def _cable(_network: Network) -> str:
    return "[ethernet]\n"


def escaped(text: str) -> str:
    """Spell a value for a keyfile, by GLib's rules for backslashes, and for blanks at its ends."""
    body = text.replace("\\", "\\\\")
    inner = body.strip(" ")
    front = len(body) - len(body.lstrip(" "))
    return "\\s" * front + inner + "\\s" * (len(body) - front - len(inner))
