"""A pass as a picture to be printed: the code, and under it what a person can check."""

from pathlib import Path

from provisioning import picture, terms
from provisioning.passes import HOLDERS, Issued

CHECKED = {
    "seen": "Đã đối chiếu giấy tờ / Identity checked",
    "declared": "Tự khai báo / Self-declared",
}


def draw(issued: Issued, font_folder: Path = picture.FONT_FOLDER) -> bytes:
    """Return the pass as PNG; raise FontMissing if no font has the letters for its caption."""
    return picture.draw(issued.text, caption(issued), font_folder)


def caption(issued: Issued) -> list[str]:
    """Return what is written under the code, in both languages."""
    claims = issued.claims
    vietnamese, english = HOLDERS.get(claims.holder, (claims.holder, claims.holder))
    return [
        vietnamese,
        english,
        "Có giá trị / Valid",
        f"{terms.printed(claims.not_before)} - {terms.printed(claims.expires)}",
        *_times(claims.entries),
        CHECKED[issued.identity],
        f"Số / No. …{claims.number.hex()[-4:]}",
    ]


def _times(entries: int | None) -> list[str]:
    """Say how many times it opens the way in, if that is limited."""
    return [] if entries is None else [f"{entries} lượt vào / {entries} entries"]
