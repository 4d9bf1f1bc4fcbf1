"""Asks the vault: an object with every method of requests.py, each one question over the socket."""

from pathlib import Path
from typing import cast

from collector.asking.line import WAIT_S, Line
from collector.vault.errors import VaultAway, VaultRefused
from collector.vault.requests import Requests


def connected(path: Path, wait_s: float = WAIT_S) -> Requests:
    """Return the vault that listens at `path`; each question connects anew."""
    return cast("Requests", Line(path, Requests, VaultAway, VaultRefused, wait_s=wait_s))
