"""The fonts of prints: DejaVu, which carries every Vietnamese letter; embedded in each file."""

from collections.abc import Mapping
from pathlib import Path

from collector.errors import FontMissing

FOLDERS = (
    Path("/usr/share/fonts/truetype/dejavu"),  # Debian
    Path("/usr/share/fonts/dejavu"),
    Path("/usr/share/fonts/TTF"),
    Path("/usr/share/fonts/dejavu-sans-fonts"),
)
FILES = {"Text": "DejaVuSans.ttf", "Bold": "DejaVuSans-Bold.ttf"}


def found() -> Mapping[str, Path]:
    """Return the files of the fonts by what they are for. Raises FontMissing."""
    for folder in FOLDERS:
        paths = {use: folder / name for use, name in FILES.items()}
        if all(path.is_file() for path in paths.values()):
            return paths
    msg = ", ".join(FILES.values())
    raise FontMissing(msg)
