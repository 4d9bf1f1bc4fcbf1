"""Vietnam's vaccine passport (decision 5772/QĐ-BYT): a health certificate like any other.

Its eleven fields are packed as the European rules say, its code runs out twelve months after it was
made, and its signers' keys are published nowhere that could be found. So a gate reads it, and says
that the signature was not checked until the authority hands it the signer's certificate. All here
is synthetic.
"""

from typing import Any

import pytest

from device.credential import classify, dcc
from device.credential.dcc_trust import Finding, TrustList, check
from device.flow import Credential
from tests.device.credential import certificates as made
from tests.wire.samples import KEYS, RING
from wire import signers
from wire.keys import Use

MADE = 1_650_000_000
"""In April 2022, when the passports came."""
YEAR_S = 365 * 86_400
USAGE_VACCINATION = "1.3.6.1.4.1.1847.2021.1.2"
USAGE_TEST = "1.3.6.1.4.1.1847.2021.1.1"
PASSPORT: dict[str, Any] = {
    "ver": "1.3.0",
    "nam": {"fn": "MẪU", "fnt": "MAU", "gn": "THỊ BƯỞI", "gnt": "THI<BUOI"},
    "dob": "1978-02",
    "v": [
        {
            "tg": "840539006",
            "vp": "1119349007",
            "mp": "EU/1/20/1528",
            "ma": "ORG-100030215",
            "dn": 3,
            "sd": 3,
            "dt": "2022-02-09",
            "co": "VN",
            "is": "Bộ Y tế",
            "ci": "URN:UVCI:01:VN:MAU0000000000#M",
        }
    ],
}


def passport() -> Credential:
    signer = made.certificate(made.P256, [USAGE_VACCINATION])
    text = made.shown(PASSPORT, der=signer, issued=MADE, expires=MADE + YEAR_S)
    return classify(text.encode())


def handed_over(*usages: str) -> TrustList:
    """Return what a gate believes once the authority's signed list is there."""
    der = made.certificate(made.P256, list(usages))
    data = signers.pack(signers.of(1, 0, (der,)), KEYS[Use.POLICY])
    return TrustList(signers.unpack(data, RING).certificates())


def found(shown: Credential, trust: TrustList, now_s: float) -> Finding:
    assert isinstance(shown.content, dcc.Certificate)
    return check(shown.content, trust, now_s)


def test_it_is_read_as_a_certificate_and_its_person_is_named_as_in_vietnam() -> None:
    shown = passport()
    assert shown.kind == dcc.KIND
    assert shown.personal is not None
    assert shown.personal["name"] == "MẪU THỊ BƯỞI"
    assert shown.personal["born"] == "1978-02"
    assert shown.personal["code"] == "URN:UVCI:01:VN:MAU0000000000#M"
    assert "1119349007" not in str(shown.personal)


def test_without_its_signer_nothing_is_said_against_it_nor_for_it() -> None:
    assert found(passport(), TrustList([]), MADE) is Finding.UNKNOWN_SIGNER


def test_it_counts_once_the_authority_handed_over_the_signer() -> None:
    assert found(passport(), handed_over(USAGE_VACCINATION), MADE) is Finding.GOOD


@pytest.mark.parametrize(
    ("after_s", "expected"),
    [
        (-1, Finding.NOT_YET_VALID),
        (0, Finding.GOOD),
        (YEAR_S, Finding.GOOD),
        (YEAR_S + 1, Finding.EXPIRED),
    ],
)
def test_it_runs_out_after_twelve_months(after_s: int, expected: Finding) -> None:
    assert found(passport(), handed_over(USAGE_VACCINATION), MADE + after_s) is expected


def test_a_signer_of_tests_signs_no_vaccination() -> None:
    """The same key, handed over with another certificate: then it has another name as well."""
    der = made.certificate(made.P256, [USAGE_TEST])
    shown = classify(made.shown(PASSPORT, der=der, issued=MADE, expires=MADE + YEAR_S).encode())
    assert found(shown, handed_over(USAGE_TEST), MADE) is Finding.NOT_FOR_THIS
    assert found(passport(), handed_over(USAGE_TEST), MADE) is Finding.UNKNOWN_SIGNER


def test_under_the_signers_name_somebody_else_forges_it() -> None:
    signer = made.certificate(made.P256, [USAGE_VACCINATION])
    forged = classify(made.shown(PASSPORT, made.OTHER_P256, signer, issued=MADE).encode())
    assert found(forged, handed_over(USAGE_VACCINATION), MADE) is Finding.FORGED
