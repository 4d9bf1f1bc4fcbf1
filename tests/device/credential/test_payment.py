"""Payment codes: whose they are, and whether they are whole."""

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.credential import classify
from device.credential.payment import Payment, Scheme

VIETQR = (
    "00020101021138570010A00000072701270006970400011300000000000000208QRIBFTTA53037045802VN6304C039"
)


def summed(fields: str) -> str:
    text = fields + "6304"
    return f"{text}{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


@pytest.mark.parametrize(
    ("text", "payment"),
    [
        (VIETQR, Payment(Scheme.VIETQR, whole=True)),
        (VIETQR[:-4] + "c039", Payment(Scheme.VIETQR, whole=True)),
        (VIETQR[:-1] + "0", Payment(Scheme.VIETQR, whole=False)),
        (VIETQR.replace("5802VN", "5802US"), Payment(Scheme.VIETQR, whole=False)),
        (summed("00020126140010A000000775"), Payment(Scheme.VNPAY, whole=True)),
        (summed("0002015907Mẫu Mẫu"), Payment(Scheme.EMVCO, whole=True)),
        ("0002015903Mau", Payment(Scheme.EMVCO, whole=False)),
        ("000201xx", Payment(Scheme.EMVCO, whole=False)),
        ("000201\u0665\u0665\u0665\u0665x", Payment(Scheme.EMVCO, whole=False)),
        (VIETQR[:-2], Payment(Scheme.EMVCO, whole=False)),
        (VIETQR + "00", Payment(Scheme.EMVCO, whole=False)),
        ("2|99|0900000000|MAU||0|0|0||transfer_myqr", Payment(Scheme.MOMO, whole=True)),
        ("2|99|0900000000", Payment(Scheme.MOMO, whole=False)),
    ],
)
def test_a_payment_code_is_known_for_what_it_is(text: str, payment: Payment) -> None:
    found = classify(text.encode())
    assert (found.kind, found.content, found.personal) == ("payment", payment, None)


@pytest.mark.parametrize("text", ["000201019999", "00020101", "0002010999999|x"])
def test_a_number_that_begins_alike_is_no_payment(text: str) -> None:
    assert classify(text.encode()).kind != "payment"


@given(st.text())
def test_what_begins_so_is_of_some_kind(text: str) -> None:
    assert classify(("000201" + text).encode("utf-8", "replace")).kind != "pass"
