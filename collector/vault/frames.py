"""Documents on a stream: each with its length before it."""

import socket
import struct

LENGTH = struct.Struct(">I")
PIECE = 1 << 20


def received(connection: socket.socket, longest: int) -> bytes | None:
    """Return the next document; None at the end, or for one that is too long."""
    head = _exactly(connection, LENGTH.size)
    if head is None:
        return None
    (length,) = LENGTH.unpack(head)
    return _exactly(connection, length) if length <= longest else None


def framed(data: bytes) -> bytes:
    """Return a document with its length before it."""
    return LENGTH.pack(len(data)) + data


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    found = bytearray()
    while len(found) < count:
        piece = connection.recv(min(count - len(found), PIECE))
        if not piece:
            return None
        found += piece
    return bytes(found)
