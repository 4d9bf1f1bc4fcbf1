"""Codes that people show by mistake, recognised by their first characters and form.

Only the class is kept of them, so that the door can say kindly "this is a payment code". A code
of the wrong kind may hold a password or a stranger's data: its text goes nowhere.
"""

import re

from device.flow import Credential

# In the order in which they are tried; forms and sources are in the published grammars of each.
FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("health-card", re.compile(r"shc:/")),
    ("travel-seal", re.compile(r'\{.{0,60}"icao\.', re.DOTALL)),
    (
        "place-code",
        re.compile(r"https?://(?:qr\.)?(?:tokhaiyte|pccovid\.gov)\.vn(?:[/?:#]|$)", re.IGNORECASE),
    ),
    ("zalo", re.compile(r"https?://(?:[a-z]+\.)?zalo(?:app\.com|\.me)(?:[/?:#]|$)", re.IGNORECASE)),
    ("web-link", re.compile(r"(?:https?://|www\.)", re.IGNORECASE)),
    ("wifi", re.compile(r"WIFI:", re.IGNORECASE)),
    ("contact", re.compile(r"(?:BEGIN:VCARD|MECARD:|BIZCARD:)", re.IGNORECASE)),
    ("login", re.compile(r"otpauth(?:-migration)?:", re.IGNORECASE)),
    ("message", re.compile(r"(?:tel|sms|smsto|mailto|matmsg|geo):", re.IGNORECASE)),
    ("foreign-certificate", re.compile(r"[A-Z]{2}[0-9A-Z]:")),
    ("shop-barcode", re.compile(r"(?:[0-9]{8}|[0-9]{12,13})$")),
)
KINDS = tuple(dict.fromkeys(kind for kind, _ in FORMS))


def read(text: str) -> Credential | None:
    """Return which wrong kind of code `text` is, or None if it is not recognised."""
    for kind, form in FORMS:
        if form.match(text):
            return Credential(kind)
    return None
