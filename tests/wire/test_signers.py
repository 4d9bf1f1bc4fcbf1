"""The list of those whose signature on a health certificate counts."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.device.credential import certificates as made
from tests.wire.samples import KEYS, RING
from wire import signers
from wire.canonical import canonical
from wire.errors import SignatureInvalid, WireError
from wire.keys import Use, sign

KEY = KEYS[Use.POLICY]
USAGE = "1.3.6.1.4.1.1847.2021.1.2"
DERS = (made.certificate(made.P256, [USAGE]), made.certificate(made.RSA))


def spelled(change: dict[str, object]) -> bytes:
    """Sign a list that is right but for `change`."""
    listed = msgspec.to_builtins(signers.of(3, 1_780_000_000_000, DERS))
    return canonical(sign({**listed, **change}, signers.CONTEXT, KEY))


def test_a_list_comes_back_as_it_was_made() -> None:
    listed = signers.of(3, 1_780_000_000_000, DERS)
    found = signers.unpack(signers.pack(listed, KEY), RING)
    assert found == listed
    assert found.certificates() == DERS


def test_a_certificate_tells_its_key_and_what_it_is_for() -> None:
    first, second = (signers.signer(der) for der in DERS)
    assert first.key == made.P256.public_key()
    assert first.usages == {USAGE}
    assert second.key == made.RSA.public_key()
    assert second.usages == frozenset()


def test_no_signer_at_all_is_a_list_too() -> None:
    """A site may stop believing anybody."""
    assert signers.unpack(signers.pack(signers.of(1, 0, ()), KEY), RING).certificates() == ()


@pytest.mark.parametrize("use", [use for use in Use if use is not Use.POLICY])
def test_only_a_key_for_policies_signs_one(use: Use) -> None:
    data = signers.pack(signers.of(1, 0, DERS), KEYS[use])
    with pytest.raises(SignatureInvalid):
        signers.unpack(data, RING)


def test_a_document_signed_for_something_else_is_none() -> None:
    listed = msgspec.to_builtins(signers.of(1, 0, DERS))
    with pytest.raises(SignatureInvalid):
        signers.unpack(canonical(sign(listed, "policy", KEY)), RING)


NO_SIGNERS = {
    "text": b"MIIB",
    "empty": b"",
    "cut": DERS[0][:-1],
    "more": DERS[0] + b"\0",
    "p384": made.certificate(made.P384),
    "small-rsa": made.certificate(made.SMALL_RSA),
}


@pytest.mark.parametrize("der", NO_SIGNERS.values(), ids=NO_SIGNERS)
def test_nobody_can_sign_a_list_that_gates_would_refuse(der: bytes) -> None:
    with pytest.raises(WireError):
        signers.of(1, 0, (*DERS, der))
    with pytest.raises(WireError):
        signers.unpack(spelled({"signers": [base64.b64encode(der).decode()]}), RING)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"version": -1},
        {"version": 2**53},
        {"version": "3"},
        {"version": True},
        {"issued": -1},
        {"v": 2},
        {"signers": None},
        {"signers": [7]},
        {"signers": ["@"]},
        {"signers": [base64.b64encode(DERS[0]).decode() + "\n"]},
        {"signers": [base64.b64encode(DERS[0]).decode()] * 513},
        {"signers": [""] * 600},
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_list_of_another_form_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(WireError):
        signers.unpack(spelled(change), RING)


def test_a_list_too_long_to_travel_is_not_made() -> None:
    with pytest.raises(WireError, match="longer"):
        signers.pack(signers.Signers(1, 0, ("A" * 1000,) * 300), KEY)
    with pytest.raises(WireError, match="more than"):
        signers.pack(signers.Signers(1, 0, ("",) * 513), KEY)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_an_error(data: bytes) -> None:
    with pytest.raises(WireError):
        signers.unpack(data, RING)
    with pytest.raises(WireError):
        signers.signer(data)
