"""Putting withdrawn gates off the line: at once, and again whenever they come back.

Mosquitto applies a new access list to open connections, and a new revocation list to new ones, but
it ends no connection for either. MQTT itself has the means: who connects with a client's id takes
its place. That is done here through a socket that only the broker's own user can open.
"""

import os
import re
import socket
from pathlib import Path

MAX_BYTES = 4 * 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
PATIENCE_S = 2.0
CAME = re.compile(rb"New client connected from (.+):\d+ as (\S+) \(")
WELCOME = bytes.fromhex("20020000")
GOODBYE = bytes.fromhex("e000")


def names(path: Path | None) -> tuple[str, ...]:
    """Read the names of withdrawn gates; none if there is no such file, or it cannot be read."""
    if path is None:
        return ()
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES).decode("ascii", "replace")
    except OSError:
        return ()
    lines = (line.strip() for line in text.splitlines())
    return tuple(sorted({line for line in lines if NAME.fullmatch(line)}))


class Arrivals:
    """Who has connected since the last look, by the broker's own log."""

    def __init__(self, log: Path, door: Path) -> None:
        """Take the log, and the socket from which our own visits come."""
        self._log, self._door = log, str(door).encode()
        self._read = 0

    def since_last(self) -> frozenset[str]:
        """Return the ids of the clients that came in; what the log does not tell is not known."""
        try:
            with self._log.open("rb") as file:
                self._read = self._read if self._read <= os.fstat(file.fileno()).st_size else 0
                file.seek(self._read)
                text, _, _ = file.read(MAX_BYTES).rpartition(b"\n")
        except OSError:
            return frozenset()
        self._read += len(text) + 1 if text else 0
        came = CAME.findall(text)
        return frozenset(
            name.decode("ascii", "replace") for place, name in came if place != self._door
        )


def evict(door: Path, client_id: str) -> bool:
    """End the connection of a client; say whether the broker took note. True if it had none."""
    try:
        with socket.socket(socket.AF_UNIX) as channel:
            channel.settimeout(PATIENCE_S)
            channel.connect(str(door))
            channel.sendall(_connect(client_id.encode()))
            if channel.recv(len(WELCOME)) != WELCOME:
                return False
            channel.sendall(GOODBYE)
    except OSError:
        return False
    return True


def _connect(client_id: bytes) -> bytes:
    """Spell an MQTT 3.1.1 CONNECT with a clean session; what was kept for that client goes too."""
    body = b"\x00\x04MQTT\x04\x02\x00\x0a" + len(client_id).to_bytes(2, "big") + client_id
    return b"\x10" + bytes([len(body)]) + body
