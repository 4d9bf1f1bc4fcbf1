"""The sheet by which people install the authority's own certificate for its pages.

In Vietnamese with English beneath, on one page of A4. The fingerprint is what makes it safe: the
file may come by any road, whoever installs it compares.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from provisioning import picture
from provisioning.pagecert import Made
from provisioning.paper import WIDE, Box, Pages

LEFT = 20.0
FILE = "ca.crt"
STEPS = (
    (
        (
            "Android: mở Cài đặt → Bảo mật → Mã hóa và thông tin đăng nhập → Cài đặt chứng chỉ → "
            "Chứng chỉ CA, rồi chọn tệp ca.crt."
        ),
        (
            "Android: Settings → Security → Encryption & credentials → Install a certificate → "
            "CA certificate, then choose the file ca.crt."
        ),
    ),
    (
        (
            "iPhone, iPad: mở tệp ca.crt, rồi Cài đặt → Đã tải về hồ sơ → Cài đặt. Sau đó "
            "Cài đặt → Cài đặt chung → Giới thiệu → Cài đặt tin cậy chứng chỉ, bật chứng chỉ này."
        ),
        (
            "iPhone, iPad: open the file ca.crt, then Settings → Profile Downloaded → Install. "
            "Then Settings → General → About → Certificate Trust Settings, switch this one on."
        ),
    ),
    (
        (
            "Windows: mở tệp ca.crt → Cài đặt chứng chỉ → Máy cục bộ → Đặt vào kho sau: "
            "Cơ quan chứng thực gốc tin cậy."
        ),
        (
            "Windows: open the file ca.crt → Install Certificate → Local Machine → Place in the "
            "following store: Trusted Root Certification Authorities."
        ),
    ),
    (
        "Firefox: Cài đặt → Quyền riêng tư & Bảo mật → Xem chứng chỉ → Nhà cung cấp → Nhập.",
        "Firefox: Settings → Privacy & Security → View Certificates → Authorities → Import.",
    ),
)
COMPARE = (
    (
        "Trước khi đồng ý, so từng cặp ký tự của dấu vân tay SHA-256 trên máy với dòng sau. "
        "Nếu khác một ký tự: không cài, và gọi đường dây hỗ trợ."
    ),
    (
        "Before you agree, compare the SHA-256 fingerprint that the device shows with this line, "
        "pair by pair. If one character differs: do not install it, and call the help line."
    ),
)
BOUNDS = (
    "Chứng chỉ này chỉ có giá trị cho các địa chỉ ghi trên, không cho trang nào khác.",
    "This certificate is good for the addresses above, and for no other site.",
)


def draw(
    authority: str,
    help_line: str,
    hosts: Sequence[str],
    made: Made,
    font_folder: Path = picture.FONT_FOLDER,
) -> bytes:
    """Return the sheet as PDF; raise FontMissing."""
    pages, wide = Pages("Cài chứng chỉ / Install the certificate", font_folder), WIDE - 2 * LEFT
    pages.fitted("Cài chứng chỉ của trang web", (WIDE / 2, 24), wide, 24, bold=True)
    pages.fitted("Install the certificate of these pages", (WIDE / 2, 33), wide, 14)
    pages.fitted(authority, (WIDE / 2, 43), wide, 16, bold=True)
    top = 50.0
    for host in hosts:
        top = pages.paragraph(f"https://{host}/", Box(LEFT, top, wide, 0), 13, bold=True)
    top = _both(pages, BOUNDS, top + 1)
    for number, step in enumerate(STEPS, 1):
        pages.words(f"{number}", (LEFT, top + 6), 18, bold=True)
        top = _both(pages, step, top, LEFT + 10)
    top = _both(pages, COMPARE, top)
    half = len(made.fingerprint) // 2 + 1
    for line in (made.fingerprint[:half], made.fingerprint[half:]):
        pages.fitted(line.strip(":"), (WIDE / 2, top + 6), wide, 13, bold=True)
        top += 7
    called = f"Đường dây hỗ trợ / Help line: {help_line}" if help_line else ""
    until = f"Chứng chỉ của máy chủ đến / The server's certificate ends {_date(made.until)}"
    for line in filter(None, (called, until)):
        top = pages.paragraph(line, Box(LEFT, top + 5, wide, 0), 10)
    return pages.pdf()


def _both(pages: Pages, text: tuple[str, str], top: float, left: float = LEFT) -> float:
    """Write both languages; return where what follows begins."""
    wide = WIDE - left - LEFT
    after = pages.paragraph(text[0], Box(left, top, wide, 0), 12, bold=True)
    return pages.paragraph(text[1], Box(left, after, wide, 0), 9.5) + 3.5


def _date(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y}"
