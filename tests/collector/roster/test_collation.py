"""Found however it is written, and listed as a Vietnamese dictionary lists it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.roster.collation import finds, fold, order

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("my tu", "Bến xe Mỹ Tú"),
        ("MỸ TÚ", "Bến xe Mỹ Tú"),
        ("dong da", "Trường Đống Đa"),
        ("đống", "Truong Dong Da"),
        ("tú bến", "Bến xe Mỹ Tú"),
        ("huynh huu nghia", "Huỳnh Hữu Nghĩa"),
        ("My\u0303 Tu\u0301", "Mỹ Tú"),
        ("dai tam", "Ðại Tâm"),
    ],
)
def test_a_place_is_found_with_and_without_diacritics(words: str, text: str) -> None:
    assert finds(words, text)


def test_every_word_must_be_somewhere() -> None:
    assert finds("chợ 31603", "Chợ Mỹ Phước", "31603")
    assert not finds("chợ long hưng", "Chợ Mỹ Phước", "31603")


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


LISTED = [
    "An Lạc",
    "Ăn Uống",
    "Ân Thi",
    "Cổng 2",
    "Cổng 10",
    "Da Liễu",
    "Dừa",
    "Đa Khoa",
    "Đừa",
    "Hoa",
    "Hòa",
    "Hỏa",
    "Hõa",
    "Hóa",
    "Họa",
    "Long Hưng",
    "Lộc",
    "Lơ",
    "Mỹ Hương",
    "Mỹ Phước",
    "Mỹ Thuận",
    "Mỹ Tú",
    "Ninh",
    "Um",
    "Ưng",
]


def test_lists_are_in_the_order_of_a_vietnamese_dictionary() -> None:
    mixed = sorted(LISTED, key=lambda text: text[::-1])
    assert mixed != LISTED
    assert sorted(mixed, key=order) == LISTED


def test_each_letter_of_the_alphabet_comes_after_the_one_before() -> None:
    assert sorted(set(ALPHABET), key=order) == list(ALPHABET)


def test_a_tone_decides_only_between_words_of_the_same_letters() -> None:
    assert sorted(["Hoà Bình", "Hoa Sen", "Hóa An"], key=order) == [
        "Hóa An",
        "Hoà Bình",
        "Hoa Sen",
    ]


def test_a_letter_of_iceland_stands_for_the_one_that_it_looks_like() -> None:
    assert sorted(["Em", "Ðại Tâm", "Đa Lộc"], key=order) == ["Đa Lộc", "Ðại Tâm", "Em"]


def test_composed_and_decomposed_letters_stand_at_one_place() -> None:
    assert order("Tú")[:2] == order("Tu\u0301")[:2]


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_two_texts_have_an_order(one: str, other: str) -> None:
    assert (order(one) == order(other)) == (one == other)
    assert (order(one) < order(other)) != (order(one) >= order(other))
