"""When a session ends: by the day, by idleness, and when its cookie turns up elsewhere. Pure.

A page that asks by itself (a board) does not count as a hand on the keys.
"""

import enum
import hashlib
import ipaddress
from collections.abc import Mapping
from typing import Any

WHOLE_MS = 12 * 3_600_000
"""One working day, whatever happens in it."""
IDLE_MS = 30 * 60_000
"""For whoever may open a person, an account or the vault."""
MARK_EVERY_MS = 60_000
"""So often is it written down that somebody is still there."""


class End(enum.StrEnum):
    """Why a session is over; stands in the address of the login page."""

    DAY = "day"
    IDLE = "idle"
    MOVED = "moved"


def began(now_ms: int, browser: str) -> dict[str, Any]:
    """Return what a new session carries."""
    return {"began_ms": now_ms, "seen_ms": now_ms, "browser": browser}


def end(carried: Mapping[str, Any], now_ms: int, browser: str, *, short: bool) -> End | None:
    """Say whether a session is over, and why; one that carries nothing of this is."""
    start, seen = carried.get("began_ms", 0), carried.get("seen_ms", 0)
    if carried.get("browser") != browser:
        return End.MOVED
    if not 0 <= now_ms - start < WHOLE_MS:  # a clock that was set back ends sessions too
        return End.DAY
    return End.IDLE if short and now_ms - seen >= IDLE_MS else None


def is_due(carried: Mapping[str, Any], now_ms: int) -> bool:
    """Say whether it is time to write down that somebody is still there."""
    return bool(now_ms - carried.get("seen_ms", 0) >= MARK_EVERY_MS)


def browser(agent: str, address: str) -> str:
    """Return a digest of what a stolen cookie does not bring along: program and network."""
    return hashlib.sha256(f"{_network(address)}\0{agent}".encode()).hexdigest()[:32]


def _network(address: str) -> str:
    try:
        plain = ipaddress.ip_address(address)
    except ValueError:
        return address
    size = 24 if plain.version == 4 else 48
    return str(ipaddress.ip_network((plain, size), strict=False))
