"""A socket is one process's: nobody takes it away while it answers."""

import os
import socket
import threading
from pathlib import Path

import pytest

from collector.asking.frames import framed, received
from collector.asking.server import Server
from collector.errors import SocketTaken

ME = frozenset({os.geteuid()})


def asked(path: Path, what: bytes) -> bytes | None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        line.sendall(framed(what))
        return received(line, 100)


def test_a_second_process_takes_no_socket_from_one_that_answers(tmp_path: Path) -> None:
    """It would leave the first deaf, and at its own end nobody would be reached any more."""
    path = tmp_path / "socket"
    with Server(path, ME, bytes.upper):
        with pytest.raises(SocketTaken), Server(path, ME, bytes.lower):
            pass
        assert asked(path, b"who?") == b"WHO?"


def test_what_a_killed_process_has_left_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    with Server(path, ME, bytes.upper):
        assert asked(path, b"who?") == b"WHO?"


def test_who_has_closed_waits_for_nobody_any_more(tmp_path: Path) -> None:
    before = threading.active_count()
    with Server(tmp_path / "socket", ME, bytes.upper):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
