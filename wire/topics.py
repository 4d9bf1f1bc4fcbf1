"""The MQTT topics, in one place.

`gq/v1/{gate}/...`: the gate's name is its certificate's common name, so that the broker can tell
a gate from its neighbour by one pattern. Only the uplink and intake import this.
"""

ROOT = "gq/v1"

SCAN = "scan"
STATE = "state"
HEALTH = "health"
ACK = "ack"
POLICY = "policy"
SITE = "site"
COMMAND = "command"
CERTIFICATE = "certificate"
"""The gate's next one for the link."""

FROM_GATE = (SCAN, STATE, HEALTH)
"""What a gate may write; nobody else may."""
TO_GATE = (ACK, POLICY, SITE, COMMAND, CERTIFICATE)
"""What a gate may read of its own; only the collector writes it."""
KEPT = (POLICY, SITE, COMMAND, CERTIFICATE)
"""What of it the broker keeps, so that a gate that comes later hears it too."""

ALL = "all"
"""Stands where a gate's name stands, for what every gate reads; no gate may be called so."""
SIGNERS = "signers"
"""Whose signature on a health certificate counts."""
KEYRING = "keyring"
"""The keys that every gate believes, signed by the root."""
LIST = "list-"
"""Followed by the kid of an issuer: which of its passes were withdrawn."""

DISCOVERY = "homeassistant"
"""Where a Home Assistant looks for devices; nothing that a gate says or hears is below it."""


def home_assistant(rest: str) -> str:
    """Return a topic that is told to a Home Assistant."""
    return f"{DISCOVERY}/{rest}"


def topic(gate: str, leaf: str) -> str:
    """Return the topic of one gate."""
    return f"{ROOT}/{gate}/{leaf}"


def of_every_gate(leaf: str) -> str:
    """Return the subscription that covers `leaf` of all gates."""
    return f"{ROOT}/+/{leaf}"


def split(text: str) -> tuple[str, str] | None:
    """Return (gate, leaf) of a topic of ours, or None for any other."""
    parts = text.split("/")
    if len(parts) != 4 or "/".join(parts[:2]) != ROOT:
        return None
    return parts[2], parts[3]
