"""A gate's next certificate: the root's word, for that gate and no other."""

import msgspec
import pytest

from tests.wire.samples import ENTRIES, KEYS
from wire import certificate
from wire.canonical import canonical
from wire.certificate import LIMIT, Certificate
from wire.errors import SignatureInvalid, WireError
from wire.keys import Keyring, Use, sign

ROOT = Keyring([ENTRIES[Use.ROOT]])
MADE = Certificate("g1", "-----BEGIN CERTIFICATE-----", 1000)


def test_a_certificate_is_read_as_it_was_signed() -> None:
    assert certificate.unpack(certificate.pack(MADE, KEYS[Use.ROOT]), ROOT, "g1") == MADE


@pytest.mark.parametrize("use", [each for each in Use if each is not Use.ROOT])
def test_no_other_key_signs_certificates(use: Use) -> None:
    for ring in (ROOT, Keyring(tuple(ENTRIES.values()))):
        with pytest.raises(SignatureInvalid):
            certificate.unpack(certificate.pack(MADE, KEYS[use]), ring, "g1")


def test_another_gates_is_none_of_ours() -> None:
    with pytest.raises(WireError, match="another gate"):
        certificate.unpack(certificate.pack(MADE, KEYS[Use.ROOT]), ROOT, "g2")


def test_what_was_signed_for_something_else_or_is_too_long_is_none() -> None:
    ring = canonical(sign(msgspec.to_builtins(MADE), "keyring", KEYS[Use.ROOT]))
    long = msgspec.structs.replace(MADE, certificate="x" * LIMIT)
    for data in (ring, certificate.pack(long, KEYS[Use.ROOT]), b"", b"{}"):
        with pytest.raises(WireError):
            certificate.unpack(data, ROOT, "g1")
