"""What is wrong with a file, in the words of whoever reads it; the programs test their own keys."""

import datetime as dt
import tomllib
from typing import Annotated, Literal

import msgspec
import pytest

from wire import complaint

WORDS = {
    "cannot be read": "không đọc được",
    "an older one: start it once": "bản cũ: hãy khởi động một lần",
    "start it once": "khởi động một lần",
}


class Table(msgspec.Struct, forbid_unknown_fields=True):
    """One key of each kind."""

    need: int
    many: Annotated[list[int], msgspec.Meta(min_length=1)] = []
    low: Annotated[int, msgspec.Meta(le=9)] = 0
    spelled: Annotated[str, msgspec.Meta(pattern="^a$")] = "a"
    one_of: Literal["a", "b"] = "a"
    or_none: int | float | bool | None = None
    day: dt.date | None = None
    moment: dt.datetime | None = None
    hour: dt.time = dt.time()
    table: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse what a program refuses in words of its own."""
        if self.low == 5:
            msg = "cannot be read"
            raise ValueError(msg)


def said(text: str) -> str:
    return WORDS.get(text, text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("g1", "g1"),
        ("cannot be read", "không đọc được"),
        ("key: a.pem: cannot be read", "key: a.pem: không đọc được"),
        ("a.db: an older one: start it once", "a.db: bản cũ: hãy khởi động một lần"),
        ("a.db: another: start it once", "a.db: another: khởi động một lần"),
        ("a.db: nobody knows", "a.db: nobody knows"),
    ],
)
def test_a_detail_is_translated_as_far_as_the_catalogue_reaches(text: str, told: str) -> None:
    assert complaint.detail(text, said) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("need = 'x'", "need: a whole number is expected, not text"),
        ("", "need: this key is missing"),
        ("ned = 1", "ned: there is no such key"),
        ("many = []", "many: its length must be >= 1"),
        ("many = [1.5]", "many[0]: a whole number is expected, not a number"),
        ("low = 10", "low: must be <= 9"),
        ("low = 5", "không đọc được"),
        ("spelled = 'b'", "spelled: written in a way that is not allowed here"),
        ("one_of = 'c'", "one_of: 'c' is not known here"),
        ("or_none = 'c'", "or_none: true or false, a whole number, a number is expected, not text"),
        ("day = 1", "day: a date is expected, not a whole number"),
        ("moment = {}", "moment: a date with a time is expected, not a table"),
        ("hour = true", "hour: a time is expected, not true or false"),
        ("hour = '25h'", "hour: a time such as 22:00:00 is expected"),
        ("table = []", "table: a table is expected, not a list"),
    ],
)
def test_what_msgspec_says_is_said_in_words_with_the_key_first(text: str, told: str) -> None:
    document = tomllib.loads(text)
    given = {} if text in ("", "ned = 1") else {"need": 1}
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({**given, **document}, Table)
    assert complaint.named(str(caught.value), said) == told


def test_where_a_text_stops_being_toml_is_said() -> None:
    for text, told in (
        ("a = 1\nb = !", "not TOML: line 2, column 5"),
        ("a = [", "not TOML: the fault is at its end"),
    ):
        with pytest.raises(tomllib.TOMLDecodeError) as caught:
            tomllib.loads(text)
        assert complaint.unparsed(str(caught.value), said) == told


def test_a_text_that_is_nested_beyond_its_reader_is_said_in_words() -> None:
    told = {"too many tables or lists inside one another": "lồng nhau quá sâu"}
    with pytest.raises(RecursionError):
        tomllib.loads("a = " + "[" * 10_000)
    assert complaint.nested(lambda text: told[text]) == "lồng nhau quá sâu"


def test_what_a_program_expects_is_said_with_what_was_found() -> None:
    assert complaint.expected("a path", 1, said) == "a path is expected, not a whole number"
    assert complaint.expected("a path", b"", said) == "a path is expected, not bytes"
