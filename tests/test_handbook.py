"""What the handbook makes from the code is current."""

import re
import tomllib
from pathlib import Path

import pytest

from device.verdict.reasons import MARKS, TABLE
from tools import alarms, reasons
from wire import policy

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.mark.parametrize("language", reasons.LANGUAGES)
def test_the_table_of_reasons_is_the_codes(language: str) -> None:
    """After a change: `make reasons`."""
    written = (DOCS / f"reasons.{language}.md").read_text(encoding="utf-8")
    assert written == reasons.page(language)


@pytest.mark.parametrize("language", alarms.LANGUAGES)
def test_the_page_of_alarms_is_the_codes(language: str) -> None:
    """After a change: `make alarms`."""
    written = (DOCS / f"alarms.{language}.md").read_text(encoding="utf-8")
    assert written == alarms.page(language)


def test_both_languages_say_every_reason() -> None:
    for language in reasons.LANGUAGES:
        page = reasons.page(language)
        assert all(f"`{reason}`" in page for reason in TABLE)
        assert all(f"`{mark}`" in page for mark in MARKS)
    pages = [reasons.page(each) for each in reasons.LANGUAGES]
    assert pages[0].count("\u2460") == pages[1].count("\u2460")


@pytest.mark.parametrize("language", reasons.LANGUAGES)
def test_the_handbooks_policy_is_one_and_shows_every_field(language: str) -> None:
    text = (DOCS / f"policy.{language}.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    written = tomllib.loads(shown)
    found = policy.understood({**written, "version": 1, "issued": 0})
    elsewhere = {"version", "issued", "zone", "clock_skew_s", "siblings_stale_after_s", "v"}
    assert set(written) == set(found.__struct_fields__) - elsewhere
