"""A sample of every code that people show, and of much that they should not; nobody's."""

from collections.abc import Iterator

from tests.device.credential import certificates
from tests.wire.samples import ENROL_CODE, FULL_PASS, KEYS, VOUCHED
from wire import controlcard, enrolcode, gatepass
from wire.keys import Use

PASS = gatepass.issue(FULL_PASS, KEYS[Use.PASS_SEEN])
CARD = controlcard.issue(
    controlcard.Card(bytes(8), "self-test", "*", 1_780_000_000, 1_790_000_000), KEYS[Use.CARD]
)
CODE = enrolcode.issue(ENROL_CODE, VOUCHED, KEYS[Use.ENROL])
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
    (CODE, "enrolment-code"),
    (CODE[:-1], "unknown"),
    ("GE1:", "unknown"),
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


def every_code() -> Iterator[bytes]:
    """Yield the samples, and certificates of every sort, as bytes in a code."""
    for text, _ in SAMPLES:
        yield text.encode()
    proofs = (certificates.VACCINATION, certificates.TEST, certificates.RECOVERY)
    for proof in proofs:
        yield certificates.shown(certificates.payload(proof)).encode()
    yield certificates.shown(key=certificates.RSA).encode()
    yield certificates.shown(key=certificates.P384).encode()
