"""What the handbook makes from the code is current."""

from pathlib import Path

import pytest

from device.verdict.reasons import MARKS, TABLE
from tools import reasons

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.mark.parametrize("language", reasons.LANGUAGES)
def test_the_table_of_reasons_is_the_codes(language: str) -> None:
    """After a change: `make reasons`."""
    written = (DOCS / f"reasons.{language}.md").read_text(encoding="utf-8")
    assert written == reasons.page(language)


def test_both_languages_say_every_reason() -> None:
    for language in reasons.LANGUAGES:
        page = reasons.page(language)
        assert all(f"`{reason}`" in page for reason in TABLE)
        assert all(f"`{mark}`" in page for mark in MARKS)
    pages = [reasons.page(each) for each in reasons.LANGUAGES]
    assert pages[0].count("\u2460") == pages[1].count("\u2460")
