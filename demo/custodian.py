"""The vault of the demonstration, and its one custodian: who would open everything alone.

Real districts have several; the vault says at every start that this one has not.
"""

import secrets
import subprocess

from demo.district import District
from demo.programs import python

NAME = "demo"


class Custodian:
    """Wraps the keys, unlocks the vault, and asks it how it is."""

    def __init__(self, made: District) -> None:
        """Take the district; its authority's plain key is still there."""
        self._made = made
        self._words = secrets.token_urlsafe(18)

    def wrap(self) -> None:
        """Wrap the keys for this one custodian; the plain key is destroyed."""
        key = str(self._made.authority.folder / "vault/seal.pem")
        self._call("init", "--key", key, "--custodian", NAME, "--demo")

    def unlock(self) -> None:
        """Speak, once the vault listens."""
        self._call("unlock", "--custodian", NAME)

    def told(self) -> str:
        """Return what the vault says of itself, in one line; empty if it does not answer."""
        said = self._call("status", check=False).stdout.splitlines()
        return "; ".join(said)

    def _call(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603  (our own program)
            [*python("collector", "vault", *words), "--config", str(self._made.collector)],
            input=f"{self._words}\n",
            text=True,
            check=check,
            capture_output=True,
        )
