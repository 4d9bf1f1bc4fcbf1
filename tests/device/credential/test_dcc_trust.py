"""Whose signature counts, for what, and when."""

import msgspec
import pytest

from device.credential import classify, dcc
from device.credential.dcc_form import Proof
from device.credential.dcc_trust import EVERY, Finding, TrustList, check, signer
from tests.device.credential import certificates as made
from wire.errors import WireError

ANY = made.certificate(made.P256)
NEW, OLD = "1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1."


def certificate(text: str) -> dcc.Certificate:
    found = classify(text.encode()).content
    assert isinstance(found, dcc.Certificate)
    return found


def finding(text: str, *ders: bytes, now_s: float = made.ISSUED) -> Finding:
    return check(certificate(text), TrustList(ders), now_s)


@pytest.mark.parametrize("key", [made.P256, made.RSA], ids=["ES256", "PS256"])
def test_a_signer_who_is_known_is_believed(key: made.Private) -> None:
    assert finding(made.shown(key=key), made.certificate(key)) is Finding.GOOD


def test_a_signer_who_is_not_known_is_not_called_a_forger() -> None:
    assert finding(made.shown()) is Finding.UNKNOWN_SIGNER
    stranger = made.certificate(made.OTHER_P256)
    assert finding(made.shown(), stranger) is Finding.UNKNOWN_SIGNER


def test_a_signature_by_another_key_under_a_known_name_is_forged() -> None:
    assert finding(made.shown(key=made.OTHER_P256, der=ANY), ANY) is Finding.FORGED


@pytest.mark.parametrize("at", ["signature", "signed"])
def test_a_changed_byte_is_forged(at: str) -> None:
    honest = certificate(made.shown())
    raw = bytearray(getattr(honest.message, at))
    raw[-1] ^= 1
    changed = msgspec.structs.replace(honest.message, **{at: bytes(raw)})
    forged = msgspec.structs.replace(honest, message=changed)
    assert check(forged, TrustList([ANY]), made.ISSUED) is Finding.FORGED


@pytest.mark.parametrize("length", [0, 63, 65, 96])
def test_a_signature_of_another_length_is_forged(length: int) -> None:
    honest = certificate(made.shown())
    changed = msgspec.structs.replace(honest.message, signature=bytes(length))
    forged = msgspec.structs.replace(honest, message=changed)
    assert check(forged, TrustList([ANY]), made.ISSUED) is Finding.FORGED


def test_a_signature_has_one_spelling() -> None:
    honest = certificate(made.shown())
    raw = honest.message.signature
    padded = msgspec.structs.replace(honest.message, signature=raw[:32] + b"\0" + raw[32:])
    forged = msgspec.structs.replace(honest, message=padded)
    assert check(forged, TrustList([ANY]), made.ISSUED) is Finding.FORGED


@pytest.mark.parametrize("alg", [-7, -37, -8, -35, -257, 0])
@pytest.mark.parametrize("key", [made.P256, made.RSA], ids=["P-256", "RSA"])
def test_key_and_algorithm_must_belong_together(key: made.Private, alg: int) -> None:
    der = made.certificate(key)
    body = made.claims(made.payload())
    text = made.code(made.message(body, key, {1: alg, 4: made.kid(der)}))
    fits = alg == (-7 if key is made.P256 else -37)
    assert finding(text, der) is (Finding.GOOD if fits else Finding.FORGED)


def test_every_key_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two signers' certificates may begin with the same eight bytes of hash."""
    monkeypatch.setattr("device.credential.dcc_trust.KID_BYTES", 0)
    others = [made.certificate(made.OTHER_P256), ANY, made.certificate(made.RSA)]
    body = made.claims(made.payload())
    text = made.code(made.message(body, made.P256, {1: -7, 4: b""}))
    assert finding(text, *others) is Finding.GOOD
    assert finding(text, others[0], others[2]) is Finding.FORGED


@pytest.mark.parametrize(
    ("usages", "proofs"),
    [
        (None, EVERY),
        (["1.3.6.1.5.5.7.3.1"], EVERY),
        ([NEW + "1"], {Proof.TEST}),
        ([NEW + "2", "1.3.6.1.5.5.7.3.1"], {Proof.VACCINATION}),
        ([OLD + "3", NEW + "1"], {Proof.RECOVERY, Proof.TEST}),
    ],
)
def test_a_signer_signs_what_the_certificate_names(
    usages: list[str] | None, proofs: set[Proof]
) -> None:
    assert signer(made.certificate(made.P256, usages)).proofs == proofs


def test_a_certificate_of_a_kind_that_the_signer_may_not_sign_is_refused() -> None:
    der = made.certificate(made.P256, [NEW + "1"])
    assert finding(made.shown(der=der), der) is Finding.NOT_FOR_THIS
    assert finding(made.shown(made.payload(made.TEST), der=der), der) is Finding.GOOD


def test_a_list_of_usages_that_names_nothing_allows_everything() -> None:
    """The library refuses to read one; some honest signers have it."""
    assert signer(made.certificate(made.P256, spelled=b"\x30\x00")).proofs == EVERY
    with pytest.raises(WireError):
        signer(made.certificate(made.P256, spelled=b"\xff"))


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"Mau",
        ANY[:-1],
        made.certificate(made.P384),
        made.certificate(made.SMALL_RSA),
    ],
    ids=["empty", "no certificate", "cut short", "P-384", "1024 bits"],
)
def test_a_signer_whom_the_rules_do_not_allow_is_not_taken(der: bytes) -> None:
    with pytest.raises(WireError):
        TrustList([der])


@pytest.mark.parametrize(
    ("now_s", "found"),
    [
        (made.ISSUED - 1, Finding.NOT_YET_VALID),
        (made.ISSUED, Finding.GOOD),
        (made.EXPIRES, Finding.GOOD),
        (made.EXPIRES + 1, Finding.EXPIRED),
    ],
)
def test_a_certificate_is_good_from_its_issue_to_its_end(now_s: float, found: Finding) -> None:
    assert finding(made.shown(), ANY, now_s=now_s) is found
