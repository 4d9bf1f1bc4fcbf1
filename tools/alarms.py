"""Write the handbook's pages of alarms, in Vietnamese and in English, from the code.

python tools/alarms.py [FOLDER]      docs/ if no other is named
"""

import gettext
import sys
from pathlib import Path

from device.alarms import ALARMS
from device.i18n import DOMAIN, LOCALE

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("vi", "en")

# Words of the pages alone; those of the alarms are in the program's own catalogues.
WORDS = {
    "vi": {
        "title": "Các báo động của cổng",
        "made": "Trang này do `make alarms` tạo từ mã nguồn; xin đừng sửa tay.",
        "where": "`gate status` cho thấy các báo động ngay tại cổng; huyện thấy chúng trên bảng "
        "của mình. Mã không bao giờ đổi tên. Điều gì máy không cho biết thì không có báo động.",
        "code": "Mã",
        "means": "Nghĩa là",
        "bring": "Làm gì, mang gì theo",
    },
    "en": {
        "title": "The gate's alarms",
        "made": "This page is made from the code by `make alarms`; do not edit it by hand.",
        "where": "`gate status` shows the alarms at the gate; the district sees them on its board. "
        "The codes are never renamed. Of what the machine does not say there is no alarm.",
        "code": "Code",
        "means": "It means",
        "bring": "What to do, and what to bring",
    },
}


def page(language: str) -> str:
    """Return the whole page in one language."""
    say = gettext.translation(DOMAIN, LOCALE, [language]).gettext
    words = WORDS[language]
    rows = [
        f"| `{code}` | {say(alarm.says)} | {_sentence(say(alarm.bring))} |"
        for code, alarm in ALARMS.items()
    ]
    head = f"| {words['code']} | {words['means']} | {words['bring']} |"
    parts = [f"# {words['title']}", words["made"], words["where"]]
    return "\n\n".join([*parts, "\n".join([head, "|---|---|---|", *rows])]) + "\n"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def main(arguments: list[str]) -> None:
    """Write both pages."""
    folder = Path(arguments[0]) if arguments else ROOT / "docs"
    for language in LANGUAGES:
        (folder / f"alarms.{language}.md").write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
