"""AES for encrypted prints: what reportlab asks of a library that it does not find here.

reportlab encrypts with 256 bits only through a package of its choice; this answers its three calls
with `cryptography`, so that no print falls back to the old 128-bit cipher.
"""

import hashlib
import sys
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 16


class AESModeOfOperationCBC:
    """A key and where the chain begins."""

    def __init__(self, key: bytes, iv: bytes) -> None:
        """Take both."""
        self.cipher = Cipher(AES(key), CBC(iv))
        self.is_text = any(iv)
        """The keys of the file are encrypted from a chain of zeros, and are not padded."""


class Encrypter:
    """Encrypts what it is fed, which comes in whole blocks."""

    def __init__(self, mode: AESModeOfOperationCBC) -> None:
        """Take how."""
        self._cipher, self._is_text = mode.cipher.encryptor(), mode.is_text
        self._lacks = False

    def feed(self, data: bytes | None = None) -> bytes:
        """Encrypt `data`; without it, end."""
        if data is not None:
            self._lacks = self._is_text and not _is_padded(data)
            return self._cipher.update(bytes(data))
        if self._lacks:  # the caller pads every text but those of exactly one block
            return self._cipher.update(bytes([BLOCK]) * BLOCK) + self._cipher.finalize()
        return self._cipher.finalize()


def _is_padded(data: bytes) -> bool:
    more = data[-1] if data else 0
    return 1 <= more <= BLOCK and data.endswith(bytes([more]) * more)


def lend(module: ModuleType) -> None:
    """Give reportlab's encryption what it looked for."""
    borrower: Any = module
    borrower.pyaes = sys.modules[__name__]
    borrower.sha256 = hashlib.sha256
