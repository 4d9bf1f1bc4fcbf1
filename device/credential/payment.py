"""Codes that ask for money: VietQR and every other EMVCo code, and MoMo's older one.

People hold them up by mistake more than anything else. Nothing in them is kept; that one is whole
is looked at only so that a number which begins alike is not called a payment.
"""

import binascii
import enum
import re

import msgspec

from device.flow import Credential

KIND = "payment"

_START = "000201"
_CRC = re.compile(r"6304[0-9A-Fa-f]{4}\Z")
_MOMO = re.compile(r"2\|99\|")


class Scheme(enum.StrEnum):
    """Whose payment code it is."""

    VIETQR = "vietqr"
    VNPAY = "vnpay"
    EMVCO = "emvco"
    MOMO = "momo"


SCHEMES = (("38", "A000000727", Scheme.VIETQR), ("26", "A000000775", Scheme.VNPAY))
"""Tag of the merchant's account, the scheme's name in it, and the scheme."""


class Payment(msgspec.Struct, frozen=True):
    """All that is said of a payment code."""

    scheme: Scheme
    whole: bool
    """Its fields reach to its end and its check sum is right."""


def read(text: str) -> Credential | None:
    """Return the payment code in `text`, or None for another kind."""
    if _MOMO.match(text):
        return Credential(KIND, Payment(Scheme.MOMO, whole=text.endswith("transfer_myqr")))
    if not text.startswith(_START):
        return None
    fields = _fields(text)
    if fields is None:
        # Digits alone may be anything that begins alike, such as goods or a number.
        return None if text.isdecimal() or "|" in text else _payment({}, whole=False)
    return _payment(fields, whole=_checked(text))


def _payment(fields: dict[str, str], *, whole: bool) -> Credential:
    for tag, name, scheme in SCHEMES:
        if name in fields.get(tag, ""):
            return Credential(KIND, Payment(scheme, whole))
    return Credential(KIND, Payment(Scheme.EMVCO, whole))


def _fields(text: str) -> dict[str, str] | None:
    """Return the outermost fields (two digits tag, two digits length), or None if they don't fit.

    Lengths count characters. Of a tag that is there twice the first counts.
    """
    fields: dict[str, str] = {}
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if len(head) < 4 or not (head.isascii() and head.isdecimal()):
            return None
        end = at + 4 + int(head[2:])
        if end > len(text):
            return None
        fields.setdefault(head[:2], text[at + 4 : end])
        at = end
    return fields


def _checked(text: str) -> bool:
    """Say whether the code ends with its check sum: CRC-16, polynomial 1021, start FFFF."""
    if not _CRC.search(text):
        return False
    return binascii.crc_hqx(text[:-4].encode(), 0xFFFF) == int(text[-4:], 16)
