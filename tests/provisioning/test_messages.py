"""The catalogues: complete, fresh, and true to what they translate."""

import gettext
import io
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import provisioning
from provisioning.i18n import catalogue

PACKAGE = Path(provisioning.__file__).parent


def po(language: str) -> Catalog:
    path = PACKAGE / "locale" / language / "LC_MESSAGES" / "provision.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="provision")


def said() -> set[str]:
    """Return every message in the program."""
    found = extract_from_dir(
        str(PACKAGE), [("**.py", "python")], keywords={"_": None, "marked": None}
    )
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_message_and_no_other_is_in_the_catalogue(language: str) -> None:
    assert {message.id for message in po(language) if message.id} == said()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_message_is_translated_and_has_the_same_places(language: str) -> None:
    for message in po(language):
        if not message.id:
            continue
        assert message.string
        assert not message.fuzzy
        assert places(str(message.string)) == places(str(message.id)), message.id


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_vietnamese_is_not_english_left_as_it_was() -> None:
    assert [message.id for message in po("vi") if message.id and message.id == message.string] == []


def test_english_says_what_the_program_says() -> None:
    assert all(message.id == message.string for message in po("en") if message.id)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_compiled_catalogue_is_fresh(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, po(language))
    shipped = PACKAGE / "locale" / language / "LC_MESSAGES" / "provision.mo"
    fresh = gettext.GNUTranslations(io.BytesIO(compiled.getvalue()))
    with shipped.open("rb") as file:
        assert gettext.GNUTranslations(file)._catalog == fresh._catalog  # type: ignore[attr-defined]


def test_the_program_finds_its_catalogues() -> None:
    assert catalogue("vi").gettext("admit a gate") == "tiếp nhận một cổng"
    assert catalogue("en").gettext("admit a gate") == "admit a gate"
