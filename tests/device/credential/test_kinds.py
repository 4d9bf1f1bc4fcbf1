"""What a code is, from samples of everything that people show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.credential import classify
from device.credential.kinds import KINDS, MAX_BYTES
from tests.wire.samples import FULL_PASS, KEYS
from wire import controlcard, gatepass
from wire.gatepass import Parsed
from wire.keys import Use

PASS = gatepass.issue(FULL_PASS, KEYS[Use.PASS_SEEN])
CARD = controlcard.issue(
    controlcard.Card(bytes(8), "self-test", "*", 1_780_000_000, 1_790_000_000), KEYS[Use.CARD]
)
HOME = "Ấp Thử Nghiệm, Huỳnh Hữu Nghĩa, Mỹ Tú, Sóc Trăng"
PARENTS = "Nguyễn Văn Mẫu Cha|Trần Thị Mẫu Mẹ"
NAME = "4e677579e1bb856e2056c4836e204de1baab75"
TAIL = "94 - 000|01/01/2021|-|15/12/2020|00000000000000|-|4|01/01/2026|0000000000000000-0000"
VIETQR = (
    "00020101021138570010A00000072701270006970400011300000000000000208QRIBFTTA53037045802VN6304C039"
)

SAMPLES = [
    (PASS, "pass"),
    (f"\ufeff{PASS}\r\n", "pass"),
    (PASS[:-1], "unknown"),
    (PASS.lower(), "unknown"),
    ("GP1:", "unknown"),
    ("GP1:000201", "unknown"),
    ("GP1:https://example.vn", "unknown"),
    (CARD, "control-card"),
    (CARD[:-1], "unknown"),
    ("GC1:", "unknown"),
    ("GP2:" + PASS[4:], "foreign-certificate"),
    # the identity card, as it is printed, with an empty number, as it may become, and from Zalo
    (f"094090000000|360000000|Nguyễn Văn Mẫu|15061990|Nam|{HOME}|01072021", "id-card"),
    (f"094305000000||Trần Thị Mẫu|02092005|Nữ|{HOME}|10072021", "id-card"),
    (
        f"094090000000|360000000|Nguyễn Văn Mẫu|15061990|Nam|{HOME}|01082024||{PARENTS}|",
        "id-card",
    ),
    (f"094090000000|Nguyễn Văn Mẫu|15/06/1990|Nam|{HOME}|01/07/2021", "id-card"),
    ("094090000000|", "id-card-unknown"),
    ("094090000000|360000000|Nguyễn Văn Mẫu", "id-card-unknown"),
    # the health-insurance card, old and new
    (f"GD4940000000000|{NAME}|15/06/1990|1|{NAME}|{TAIL}|$", "insurance-card"),
    (f"0000000000|{NAME.upper()}|15/06/1990|1|-|{TAIL}|4|{NAME}|$", "insurance-card"),
    # the national code, whole and masked
    ("094090000000|NGUYEN VAN MAU|1990-06-15|0|162500000000000000|<1<<<", "national-code"),
    ("******000000|NGUYEN VAN MAU|1990-**-**|0|162500000000000000|<1<<<", "national-code"),
    ("C0000000|NGUYEN VAN MAU|1990-06-15|1|162500000000000000|", "national-code"),
    # certificates of other systems
    ("HC1:NCFOXN%TS3DH", "eu-certificate"),
    ("HC2:NCFOXN%TS3DH", "foreign-certificate"),
    ("NL2:0000", "foreign-certificate"),
    ("shc:/5676290952432060346029243740", "health-card"),
    ('{"data":{"hdr":{"is":"UTO","t":"icao.vacc","v":1},"msg":{}},"sig":{}}', "travel-seal"),
    ('{"data":{"hdr":{"t":"icao.test","v":1,"is":"UTO"},"msg":{}},"sig":{}}', "travel-seal"),
    # payment
    (VIETQR, "payment"),
    (VIETQR[:-1] + "0", "payment"),
    ("00020101021226280010A000000775011063040000", "payment"),
    ("000201010211", "payment"),
    ("00020101", "shop-barcode"),
    ("000201010219|x", "id-card-unknown"),
    ("2|99|0900000000|NGUYEN VAN MAU||0|0|0||transfer_myqr", "payment"),
    # links
    ("https://qr.tokhaiyte.vn/?id=0", "place-code"),
    ("https://qr.pccovid.gov.vn/0", "place-code"),
    ("HTTPS://TOKHAIYTE.VN", "place-code"),
    ("https://tokhaiyte.vn.example.com/", "web-link"),
    ("https://zaloapp.com/qr/p/0", "zalo"),
    ("https://zalo.me/g/mau", "zalo"),
    ("http://chat.zalo.me/", "zalo"),
    ("https://zalo.menu/", "web-link"),
    ("https://example.vn/?next=zalo.me", "web-link"),
    ("HTTP://EXAMPLE.VN", "web-link"),
    ("www.example.vn", "web-link"),
    # what telephones make
    ("WIFI:T:WPA;S:Mau;P:matkhau;;", "wifi"),
    ("BEGIN:VCARD\nFN:Nguyễn Văn Mẫu\nEND:VCARD", "contact"),
    ("MECARD:N:Mau;;", "contact"),
    ("otpauth://totp/Mau?secret=AAAA", "login"),
    ("otpauth-migration://offline?data=AAAA", "login"),
    ("tel:0900000000", "message"),
    ("SMSTO:0900000000:x", "message"),
    ("mailto:mau@example.vn", "message"),
    ("geo:9.6,105.8", "message"),
    # goods
    ("00000000", "shop-barcode"),
    ("000000000000", "shop-barcode"),
    ("8930000000000", "shop-barcode"),
    ("８９３０００００００００００", "unknown"),  # noqa: RUF001  (full width, as no scanner prints)
    ("893000000000", "shop-barcode"),
    ("123456789", "unknown"),
    ("xin chào", "unknown"),
    # what other machines would obey
    ("$(reboot)", "unknown"),
    ("'; DROP TABLE scans; --", "unknown"),
    ("a\n2026-11-22 green SEASON", "unknown"),
    ("\x1b[2J", "unknown"),
    ('{"host": "203.0.113.7", "port": 80, "token": "x"}', "unknown"),
    ('{"ssid": "x", "psk": "y", "url": "http://example.org"}', "unknown"),
    (" ", "unknown"),
    ("\ufeff", "unknown"),
]

STABLE = (
    "pass",
    "control-card",
    "eu-certificate",
    "payment",
    "national-code",
    "insurance-card",
    "id-card",
    "id-card-unknown",
    "health-card",
    "travel-seal",
    "place-code",
    "zalo",
    "web-link",
    "wifi",
    "contact",
    "login",
    "message",
    "foreign-certificate",
    "shop-barcode",
    "unknown",
)
"""Names in the records of gates and collectors: a new one may be added, none is ever changed."""


@pytest.mark.parametrize(("text", "kind"), SAMPLES, ids=lambda value: ascii(value)[:24])
def test_a_code_is_known_for_what_it_is(text: str, kind: str) -> None:
    assert classify(text.encode()).kind == kind


def test_every_kind_has_a_sample() -> None:
    assert {kind for _, kind in SAMPLES} == set(KINDS)


def test_the_names_of_kinds_never_change() -> None:
    assert KINDS == STABLE


PERSONS = {"pass", "eu-certificate", "national-code", "insurance-card", "id-card"}


def test_of_a_code_that_is_about_nobody_nothing_is_kept() -> None:
    """It may hold a password or another's data."""
    for text, kind in SAMPLES:
        if kind not in PERSONS:
            assert classify(text.encode()).personal is None


def test_no_code_says_its_text_when_it_is_printed_or_logged() -> None:
    for text, kind in SAMPLES:
        if kind in PERSONS | {"control-card"} - {"pass"}:
            content = classify(text.encode()).content
            assert not {
                word for word in repr(content).split("|") if "Mẫu" in word or "0900" in word
            }


def test_a_pass_is_known_by_its_number_and_class() -> None:
    found = classify(PASS.encode())
    assert isinstance(found.content, Parsed)
    assert found.content.claims == FULL_PASS
    assert found.personal == {"pass": FULL_PASS.number.hex(), "class": FULL_PASS.holder}


@given(st.binary(max_size=5000) | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_of_some_kind(code: bytes) -> None:
    assert classify(code).kind in KINDS


@given(st.sampled_from([text for text, _ in SAMPLES]), st.data())
def test_what_begins_like_a_sample_is_of_some_kind(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    code = text[:at].encode() + data.draw(st.binary(max_size=20)) + text[at:].encode()
    assert classify(code).kind in KINDS


@pytest.mark.parametrize(
    "code",
    [b"", b"\xff\xfe", b"https://\xff", b"0" * (MAX_BYTES + 1), b"https://" + b"x" * MAX_BYTES],
    ids=["empty", "no text", "broken text", "too long", "too long a link"],
)
def test_what_no_code_can_hold_is_unknown(code: bytes) -> None:
    assert classify(code).kind == "unknown"
