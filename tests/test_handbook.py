"""What the handbook makes from the code is current."""

import argparse
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from collector import cli as collector
from collector.ledger.setup import ROLES
from device import cli as gate
from device.verdict.reasons import MARKS, TABLE
from provisioning import cli as provision
from provisioning import expiry, making, passphrase
from tools import alarms, reasons
from wire import policy
from wire.keys import Use

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))]
OURS = {
    "gate": gate._parser,
    "provision": lambda: provision._parser(str),
    "collector": collector._parser,
}
SHOWN = re.compile(r"^(?:sudo (?:-u \S+ )?)?(gate|provision|collector) (.+)$")


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


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_handbook_says_of_every_key_what_losing_it_means_and_the_way_back(
    language: str,
) -> None:
    lines = (DOCS / f"keys.{language}.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("| ")][1:]
    first = [row[0] for row in rows]
    assert all(len(row) == 5 and all(cell.strip() for cell in row) for row in rows)
    for use in Use:
        assert sum(f"`{use}`" in cell for cell in first) == 1, use
    held = {"passes/seen.pem", "passes/declared.pem", *making.SIGNING.values(), making.RECEIPT}
    held |= {making.ENROL_KEY, making.GATE_CA_KEY, "offline/ca-key.pem", "vault/seal.pem"}
    for path in held:
        assert sum(f"`{path}`" in cell for cell in first) == 1, path


def test_the_handbooks_figures_about_keys_are_the_codes() -> None:
    for language in ("vi", "en"):
        text = (DOCS / f"keys.{language}.md").read_text(encoding="utf-8")
        for figure in (making.ONLINE_DAYS, expiry.SOON.days, passphrase.LEAST):
            assert re.search(rf"\b{figure}\b", text), (language, figure)
        works = {"create", "renew", "recover", "shares", "status", "revoke"}
        assert set(re.findall(r"provision authority (\w+)", text)) == works


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_handbook_says_who_comes_to_the_database_in_which_role(language: str) -> None:
    text = (DOCS / f"ledger.{language}.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(gate_\w+)` \|", text, re.MULTILINE)) == sorted(ROLES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_to_be_typed_can_be_typed_so(page: Path) -> None:
    """Options that are gone, misspelled or forgotten: the program's own parser finds them."""
    for name, words in commands(page.read_text(encoding="utf-8")):
        asked = OURS[name]().parse_args(words)
        assert isinstance(asked, argparse.Namespace)


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Return the commands of ours in a page's blocks of code: the program and its words."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    blocks += re.findall(r"(?:^ {4}.*\n)+", text, re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    found = [SHOWN.match(re.sub(r"\s#.*", "", line).strip()) for line in lines]
    return [(each[1], shlex.split(re.split(r" [<>|&] ?", each[2])[0])) for each in found if each]
