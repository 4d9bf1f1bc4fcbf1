"""The second factor: six digits of the half minute, or a recovery code. pyotp's home.

The secret lies sealed in the file of accounts, under a key made from the secret of the sessions,
so that a copy of the one file is worth nothing. Decides with values: what is stored, what was typed
and the time go in; which step or recovery code was used comes out.
"""

import hashlib
import hmac
import secrets

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

STEP_S = 30
EITHER_SIDE = 1
"""A phone's clock may be one step off."""
CODES = 8
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that could be taken for another when read aloud or from paper."""
CODE_GROUPS, CODE_GROUP = 3, 4
"""12 letters of 31: 59 bits."""
NONCE = 12


def new_secret() -> str:
    """Return a secret as authenticator programs take it: 160 bits in base 32."""
    return pyotp.random_base32()


def seal(secret: str, key: str, owner: int) -> bytes:
    """Seal a secret for the account that it belongs to, and for no other."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _box(key).encrypt(nonce, secret.encode(), str(owner).encode())


def unseal(sealed: bytes, key: str, owner: int) -> str | None:
    """Return the secret; None if it was sealed under another key or for another account."""
    try:
        opened = _box(key).decrypt(sealed[:NONCE], sealed[NONCE:], str(owner).encode())
    except (InvalidTag, ValueError):
        return None
    return opened.decode()


def step_of(secret: str, typed: str, now_s: float, last: int) -> int | None:
    """Return the time step that a code belongs to; None for a wrong or a used one."""
    digits = "".join(typed.split())
    present = int(now_s) // STEP_S
    generator = pyotp.HOTP(secret)
    for step in range(present - EITHER_SIDE, present + EITHER_SIDE + 1):
        if step > last and hmac.compare_digest(generator.at(step).encode(), digits.encode()):
            return step
    return None


def recovery_codes() -> tuple[str, ...]:
    """Return new recovery codes."""
    return tuple(_code() for _ in range(CODES))


def digest(code: str, key: str, owner: int) -> str:
    """Return what is stored of a recovery code, whatever blanks and capitals it came with."""
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hmac.new(_key(key, "recovery"), f"{owner}:{plain}".encode(), hashlib.sha256).hexdigest()


def address(secret: str, name: str, authority: str) -> str:
    """Return the address of a secret that an authenticator opens, as a link or as a QR code."""
    issuer = f"Gate Scanner {authority}"
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def _code() -> str:
    groups = (
        "".join(secrets.choice(LETTERS) for _ in range(CODE_GROUP)) for _ in range(CODE_GROUPS)
    )
    return "-".join(groups)


def _box(key: str) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_key(key, "second factor"))


def _key(key: str, purpose: str) -> bytes:
    return hmac.new(key.encode(), f"gate-scanner {purpose}".encode(), hashlib.sha256).digest()
