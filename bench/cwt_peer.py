"""Reads health certificates with a well-kept library alone; runs in an environment of its own.

Standard input has the signer's certificate (DER, hex) on the first line and a code's text on each
of the others; standard output is the milliseconds each took, one a line.
"""

import hashlib
import sys
import time
import zlib

import base45
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cwt import CWT, COSEKey  # type: ignore[import-not-found]  # in its own environment only

PEM = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo


def main() -> None:
    """Read every code and say how long it took, by this thread's own time."""
    signer, *texts = sys.stdin.read().splitlines()
    der = bytes.fromhex(signer)
    key = COSEKey.from_pem(
        x509.load_der_x509_certificate(der).public_key().public_bytes(*PEM).decode(),
        kid=hashlib.sha256(der).digest()[:8],
    )
    reader = CWT.new(leeway=10**9)  # what is read here is long past its time
    for text in texts:
        before = time.thread_time_ns()
        packed = zlib.decompress(base45.b45decode(text[4:]))
        reader.decode(packed, keys=[key])
        sys.stdout.write(f"{(time.thread_time_ns() - before) / 1e6}\n")


if __name__ == "__main__":
    main()
