"""Photos of codes that others took, and whether a reader read them right."""

import csv
import json
from pathlib import Path

import msgspec

from device.camera.pictures import fitted, load_luma
from device.flow import Luma

GATE_LIKE = frozenset(
    [
        "monitor",
        "glare",
        "bright_spots",
        "brightness",
        "blurred",
        "shadows",
        "perspective",
        "nominal",
        "close",
    ]
)
"""Kinds of photo as a gate sees them: screens, light and dark, blur, angles."""
CHARSETS = ("utf-8", "cp932", "latin-1")
"""In which the text of a code may be meant: expected are texts, read are bytes."""


class Photo(msgspec.Struct, frozen=True):
    """One photo, and what is known to be in it."""

    file: str
    source: str
    """Whose photo it is, and of which kind: `boofcv/glare`."""
    has_code: bool
    expected: tuple[str, ...]
    """Any of them is right; none if nobody has ever read the code."""
    luma: Luma

    @property
    def kind(self) -> str:
        """Return what is special about it: `glare`."""
        return self.source.rpartition("/")[2]

    @property
    def is_gate_like(self) -> bool:
        """Say whether a gate sees such."""
        return self.source.startswith("boofcv/") and self.kind in GATE_LIKE


def photos(folder: Path, side: int) -> list[Photo]:
    """Return the photos of a folder, at a long side of at most `side` pixels."""
    with (folder / "manifest.tsv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        Photo(
            file=row["file"],
            source=row["set"],
            has_code=row["truth"] != "negative",
            expected=tuple(json.loads(row["expected_json"])),
            luma=fitted(load_luma(folder / row["file"]), side),
        )
        for row in rows
    ]


def is_right(texts: list[bytes], expected: tuple[str, ...]) -> bool:
    """Say whether an expected text is among those read, white space aside."""
    wanted = {"".join(each.split()) for each in expected}
    return any(_spelt(text) & wanted for text in texts)


def _spelt(text: bytes) -> set[str]:
    found = set()
    for charset in CHARSETS:
        try:
            found.add("".join(text.decode(charset).split()))
        except UnicodeDecodeError:
            continue
    return found
