"""Shamir's secret sharing: k of n shares give the secret, fewer give nothing.

The one home of pycryptodomex (which also serves the encrypted archives of `pyzipper`).
"""

from collections.abc import Mapping

from Cryptodome.Protocol.SecretSharing import Shamir

SECRET_BYTES = 16
MAX_SHARES = 16


def split(secret: bytes, threshold: int, count: int) -> dict[int, bytes]:
    """Return `count` shares by their number, of which any `threshold` give the secret."""
    if threshold == 1:
        return dict.fromkeys(range(1, count + 1), secret)
    return dict(Shamir.split(threshold, count, secret, ssss=False))


def joined(shares: Mapping[int, bytes], threshold: int) -> bytes:
    """Return the secret that belongs to `threshold` shares; other shares give another secret."""
    some = sorted(shares.items())[:threshold]
    if threshold == 1:
        return some[0][1]
    secret: bytes = Shamir.combine(some, ssss=False)
    return secret
