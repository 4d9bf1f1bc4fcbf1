"""Everything the pages say is there in both languages, and the compiled catalogues are current.

After a change: add the text to both `django.po` files under collector/web/locale and run
`pybabel compile -D django -d collector/web/locale`.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import collector.web
from collector.cases.roles import Role
from collector.grants import Over
from collector.ledger.entries import Lack
from collector.web import words
from collector.web.board import Condition, Warn
from device.credential.kinds import KINDS
from wire.record import Direction, Identity, Mark, Outcome, Reason, Signature

WEB = Path(next(iter(collector.web.__path__)))
LANGUAGES = ["vi", "en"]
KEYWORDS = {"_": None, "_later": None, "gettext": None, "ngettext": (1, 2)}
Text = str | tuple[str, ...]


def sources() -> Iterator[bytes]:
    for path in sorted(WEB.rglob("*.py")):
        yield path.read_bytes()
    for path in sorted(WEB.glob("templates/**/*.html")):
        yield templatize(path.read_text(encoding="utf-8")).encode()


def said() -> set[Text]:
    found: set[Text] = set()
    for source in sources():
        for _, text, _, _ in extract("python", io.BytesIO(source), KEYWORDS):
            found.add(text)
    return found


def catalogue(language: str) -> Catalog:
    path = WEB / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_and_what_is_translated_are_the_same(language: str) -> None:
    translated = {message.id for message in catalogue(language) if message.id}
    assert said() == translated


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_untranslated(language: str) -> None:
    for message in catalogue(language):
        if message.id:
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(texts), message.id
            assert not message.fuzzy, message.id
            assert not list(message.check()), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_current(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    path = WEB / "locale" / language / "LC_MESSAGES" / "django.mo"
    assert path.read_bytes() == compiled.getvalue()


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (words.CONDITION, Condition),
        (words.CONDITION_SIGN, Condition),
        (words.WARN, Warn),
        (words.LACK, Lack),
        (words.DIRECTION, Direction),
        (words.DIRECTION_SIGN, Direction),
        (words.OUTCOME, Outcome),
        (words.OUTCOME_SIGN, Outcome),
        (words.REASON, Reason),
        (words.MARK, Mark),
        (words.SIGNATURE, Signature),
        (words.IDENTITY, Identity),
        (words.ROLE, Role),
        (words.OVER, Over),
        # No code is shown for these.
        (words.KIND, [*KINDS, "attended", "commanded", "desk", "paper"]),
    ],
)
def test_every_value_of_a_closed_list_has_a_name(table: object, values: object) -> None:
    assert sorted(table) == sorted(values)  # type: ignore[call-overload]
