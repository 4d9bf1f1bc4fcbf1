"""Everything the public page says is there in both languages, and the catalogues are current.

After a change: add the text to both `django.po` files under collector/public/locale and run
`pybabel compile -D django -d collector/public/locale`.
"""

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import collector.public
from collector.declaration.answers import Why
from collector.declaration.entries import Exposure, Symptom
from collector.public import questions, words

PAGES = Path(next(iter(collector.public.__path__)))
KEYWORDS = {"_": None}


def said() -> set[str]:
    sources = [path.read_bytes() for path in sorted(PAGES.glob("*.py"))]
    templates = sorted(PAGES.glob("templates/**/*.html"))
    sources += [templatize(path.read_text(encoding="utf-8")).encode() for path in templates]
    keywords = {**KEYWORDS, "gettext": None}
    return {
        str(text)
        for source in sources
        for _, text, _, _ in extract("python", io.BytesIO(source), keywords)
    }


def catalogue(language: str) -> Catalog:
    with (PAGES / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_said_and_what_is_translated_are_the_same(language: str) -> None:
    found = catalogue(language)
    assert said() == {message.id for message in found if message.id}
    assert all(message.string for message in found if message.id)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_compiled_catalogue_is_current(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    path = PAGES / "locale" / language / "LC_MESSAGES" / "django.mo"
    assert path.read_bytes() == compiled.getvalue()


def test_every_value_of_a_closed_list_has_words() -> None:
    assert {*words.WRONG} == {*Why}
    assert {*words.SYMPTOMS} == {*Symptom}
    assert {*words.EXPOSURES} == {*Exposure}
    pages = {page.name for page in questions.PAGES}
    assert {*words.TITLES} == {*words.TITLES_OTHER} == pages
    assert {*words.FIELDS} >= {field for page in questions.PAGES for field in page.fields}
