"""The catalogues of the commands: complete, fresh, and true to what they translate."""

import ast
import gettext
import io
import re
import string
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from broker import i18n as broker_i18n
from collector import i18n as collector_i18n
from device import i18n as device_i18n

ROOT = Path(__file__).resolve().parents[1]
PERCENT = re.compile(r"%(?:\(\w+\))?[srd]")


class Words(NamedTuple):
    """A program and how it marks its messages."""

    package: str
    domain: str
    marks: frozenset[str]
    example: tuple[str, str]
    pages: tuple[str, ...] = ()
    """Folders inside whose own words are in catalogues of their own; `N_` is ours there too."""
    shared: tuple[str, ...] = ()
    """Files outside that say their words by the `_` they are handed."""

    def file(self, language: str, suffix: str) -> Path:
        return ROOT / self.package / "locale" / language / "LC_MESSAGES" / (self.domain + suffix)

    def po(self, language: str) -> Catalog:
        with self.file(language, ".po").open("rb") as file:
            return read_po(file, locale=language, domain=self.domain)

    def said(self) -> set[str]:
        """Return every message in the program, also those inside an f-string."""
        found: set[str] = set()
        for path in (ROOT / self.package).rglob("*.py"):
            apart = any(path.is_relative_to(ROOT / self.package / each) for each in self.pages)
            marks = frozenset({"N_"}) if apart else self.marks
            found |= self._texts(path, marks)
        return found.union(*(self._texts(ROOT / each, self.marks) for each in self.shared))

    def _texts(self, path: Path, marks: frozenset[str]) -> set[str]:
        nodes = ast.walk(ast.parse(path.read_text()))
        return {text for node in nodes if (text := self._text(node, marks))}

    def _text(self, node: ast.AST, marks: frozenset[str]) -> str | None:
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str() as text), *_]):
                return text if name in marks else None
            case _:
                return None


PROGRAMS = [
    Words(
        "broker",
        "broker",
        frozenset({"_", "N_"}),
        ("it is too large", "tệp quá lớn"),
        shared=("wire/words.py",),
    ),
    Words(
        "provisioning",
        "provision",
        frozenset({"_", "N_", "marked"}),
        ("admit a gate", "tiếp nhận một cổng"),
        shared=("wire/words.py",),
    ),
    Words(
        "device",
        "gate",
        frozenset({"_", "N_"}),
        ("watch the door", "canh cửa"),
        shared=("wire/complaint.py", "wire/words.py"),
    ),
    Words(
        "collector",
        "collector",
        frozenset({"_", "N_"}),
        ("still at the gate", "còn ở cổng"),
        pages=("web", "public"),
        shared=("wire/complaint.py", "wire/words.py"),
    ),
]
programs = pytest.mark.parametrize("words", PROGRAMS, ids=lambda words: words.domain)
languages = pytest.mark.parametrize("language", ["vi", "en"])


@programs
@languages
def test_every_message_and_no_other_is_in_the_catalogue(words: Words, language: str) -> None:
    assert {message.id for message in words.po(language) if message.id} == words.said()


@programs
@languages
def test_every_message_is_translated_and_has_the_same_places(words: Words, language: str) -> None:
    for message in words.po(language):
        if not message.id:
            continue
        assert message.string
        assert not message.fuzzy
        assert places(str(message.string)) == places(str(message.id)), message.id


def places(text: str) -> list[str]:
    braces = [name for _, name, _, _ in string.Formatter().parse(text) if name]
    return sorted([*braces, *PERCENT.findall(text)])


@programs
def test_vietnamese_is_not_english_left_as_it_was(words: Words) -> None:
    same = [each.id for each in words.po("vi") if each.id and each.id == each.string]
    assert same == []


@programs
def test_english_says_what_the_program_says(words: Words) -> None:
    assert all(message.id == message.string for message in words.po("en") if message.id)


@programs
@languages
def test_the_compiled_catalogue_is_fresh(words: Words, language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, words.po(language))
    fresh = gettext.GNUTranslations(io.BytesIO(compiled.getvalue()))
    with words.file(language, ".mo").open("rb") as file:
        assert gettext.GNUTranslations(file)._catalog == fresh._catalog  # type: ignore[attr-defined]


@programs
def test_gettext_finds_the_catalogues(words: Words) -> None:
    english, vietnamese = words.example
    folder = ROOT / words.package / "locale"
    for language, said in (("vi", vietnamese), ("en", english)):
        assert gettext.translation(words.domain, folder, [language]).gettext(english) == said


@pytest.mark.parametrize(
    "says",
    [
        collector_i18n._,
        collector_i18n.detail,
        collector_i18n.speaking("vi"),
        device_i18n._,
        broker_i18n._,
    ],
    ids=["collector", "collector's detail", "collector's pages", "device", "broker"],
)
def test_nothing_is_said_as_nothing(says: Callable[[str], str]) -> None:
    """A catalogue has its own heading under the empty message, and no reader is to see that."""
    assert says("") == ""
