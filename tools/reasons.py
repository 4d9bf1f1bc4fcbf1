"""Write the handbook's tables of reasons, in Vietnamese and in English, from the code.

python tools/reasons.py [FOLDER]      docs/ if no other is named
"""

import gettext
import sys
from collections.abc import Callable
from pathlib import Path

from device.flow import Signal
from device.i18n import DOMAIN, LOCALE
from device.verdict.reasons import MARKS, ONE_GATE, TABLE, Row
from wire.record import Reason

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("vi", "en")
Say = Callable[[str], str]

# Words of the tables alone; those of the reasons are in the program's own catalogues.
WORDS = {
    "vi": {
        "title": "Các câu trả lời của cổng",
        "made": "Bảng này do `make reasons` tạo từ mã nguồn; xin đừng sửa tay.",
        "order": "Cổng xét theo thứ tự trong bảng; có nhiều lý do thì lý do đứng trước là câu trả "
        "lời. Chính sách của địa điểm có thể chọn tín hiệu khác cho một lý do, hoặc chọn gọi "
        "người trực thay vì từ chối; riêng màu xanh chỉ dành cho người được qua.",
        "one": "\u2460 Chỉ chính xác khi địa điểm có một cổng: cổng chỉ biết những gì chính nó "
        "thấy, và con số mà các cổng khác gửi đến, có thể đã cũ. Sau khi mất điện, cổng không còn "
        "nhớ ai đã vào.",
        "reason": "Lý do",
        "shows": "Cổng báo",
        "means": "Nghĩa là",
        "remedy": "Làm gì",
        "marks": "Ghi chú kèm lượt quét",
        "marks_are": "Ghi chú không đổi câu trả lời; cán bộ huyện thấy nó cạnh lượt quét.",
        "mark": "Ghi chú",
        "cards": "Thẻ điều khiển và nút của người trực",
        Signal.ACCEPT: "xanh: mời qua",
        Signal.REJECT: "đỏ: không được qua",
        Signal.RETRY: "vàng: thử lại, hoặc đưa mã khác",
        Signal.ATTENDANT: "vàng: xin gọi người trực",
        Signal.IDENTIFY: "cổng tự báo mình",
    },
    "en": {
        "title": "The gate's answers",
        "made": "This table is made from the code by `make reasons`; do not edit it by hand.",
        "order": "A gate judges in the order of the table; of several reasons the first is the "
        "answer. A site's policy can name another signal for a reason, or ask for the attendant "
        "instead of refusing; only green is for those who may pass, and for nobody else.",
        "one": "\u2460 Exact only where the place has one gate: a gate knows what it has seen "
        "itself, and a number from the other gates that may be old. After a power cut it does not "
        "remember who came in.",
        "reason": "Reason",
        "shows": "The door shows",
        "means": "It means",
        "remedy": "What to do",
        "marks": "Marks that go with a scan",
        "marks_are": "A mark does not change the answer; the district's officers see it beside "
        "the scan.",
        "mark": "Mark",
        "cards": "Control cards and the attendant's button",
        Signal.ACCEPT: "green: go on",
        Signal.REJECT: "red: may not pass",
        Signal.RETRY: "amber: try again, or show another code",
        Signal.ATTENDANT: "amber: ask the attendant",
        Signal.IDENTIFY: "the gate makes itself known",
    },
}
APART = {
    Reason.SERVICE_ASKED,
    Reason.ATTENDED,
    Reason.OBEYED,
    Reason.CARD_USED,
    Reason.CARD_ELSEWHERE,
    Reason.CARD_UNKNOWN,
    Reason.CARD_UNBOUNDED,
    Reason.RECORDS_HELD,
}
"""Answers that the judge does not give."""


def page(language: str) -> str:
    """Return the whole page in one language."""
    say = gettext.translation(DOMAIN, LOCALE, [language]).gettext
    words = WORDS[language]
    judged = [(each, row) for each, row in TABLE.items() if each not in APART]
    others = [(each, row) for each, row in TABLE.items() if each in APART]
    marks = [
        f"| `{mark}`{_sign(one_gate=mark in ONE_GATE)} | {_sentence(say(text))} |"
        for mark, text in MARKS.items()
    ]
    return "\n".join(
        [
            f"# {words['title']}",
            "",
            words["made"],
            "",
            words["order"],
            "",
            words["one"],
            "",
            *_table(judged, words, say),
            "",
            f"## {words['cards']}",
            "",
            *_table(others, words, say),
            "",
            f"## {words['marks']}",
            "",
            words["marks_are"],
            "",
            f"| {words['mark']} | {words['means']} |",
            "|---|---|",
            *marks,
            "",
        ]
    )


def _table(rows: list[tuple[Reason, Row]], words: dict[str, str], say: Say) -> list[str]:
    head = " | ".join(words[each] for each in ("reason", "shows", "means", "remedy"))
    return [
        f"| {head} |",
        "|---|---|---|---|",
        *(
            f"| `{reason}`{_sign(one_gate=row.one_gate)} | {words[row.signal]} "
            f"| {_sentence(say(row.says))} | {_sentence(say(row.remedy))} |"
            for reason, row in rows
        ),
    ]


def _sign(*, one_gate: bool) -> str:
    return " \u2460" if one_gate else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def main(arguments: list[str]) -> None:
    """Write both pages."""
    folder = Path(arguments[0]) if arguments else ROOT / "docs"
    for language in LANGUAGES:
        (folder / f"reasons.{language}.md").write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
