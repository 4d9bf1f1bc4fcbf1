"""The gates that enrolled over the network, as this process enters them into the roster.

It is the one writer of `enrolled.json`. Each entry is there, whole, before its gate hears of it;
and before the entry, in `requests` beside it, what the gate asked with: the authority, offline,
makes the gate's next certificate from that. What was made for it here lies in `certificates`.
"""

import threading
from pathlib import Path

import msgspec

from collector.plainfile import write
from collector.roster import ENROLLED, Enrolled, Gate, enrolled, load

REQUESTS = "requests"
"""Folder of the gates' own requests, by gate, beside the file itself."""
CERTIFICATES = "certificates"
"""Folder of the certificates made for them, by gate and number, beside the file itself."""


class Admitted:
    """The file beside the roster."""

    def __init__(self, roster: Path) -> None:
        """Take where the roster is."""
        self._roster = roster
        self._lock = threading.Lock()

    def names(self) -> frozenset[str]:
        """Return the names of all gates, however they were admitted. Raises RosterInvalid."""
        return load(self._roster).names()

    def gates(self) -> tuple[Gate, ...]:
        """Return those that enrolled over the network. Raises RosterInvalid."""
        return enrolled(self._roster).gates

    def enter(self, gate: Gate) -> None:
        """Enter a gate, in the place of one of its name. Raises StoreUnusable, RosterInvalid."""
        with self._lock:
            others = [known for known in self.gates() if known.gate != gate.gate]
            gates = tuple(sorted([*others, gate], key=lambda each: each.gate))
            data = msgspec.json.format(msgspec.json.encode(Enrolled(gates)), indent=2)
            write(self._file(), data + b"\n")

    def keep(self, gate: str, request: bytes) -> None:
        """Keep what a gate asked with, which holds no secret. Raises StoreUnusable."""
        write(self._file().with_name(REQUESTS) / gate, request)

    def issued(self, gate: str, serial: int, certificate: bytes) -> None:
        """Keep a certificate, PEM, so that the authority can revoke it. Raises StoreUnusable."""
        write(self._file().with_name(CERTIFICATES) / f"{gate}.{serial:x}", certificate)

    def _file(self) -> Path:
        """Return where the file itself is: through a link, in this process's own folder."""
        return self._roster.with_name(ENROLLED).resolve()
