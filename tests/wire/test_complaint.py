"""What is wrong with a file, in the words of whoever reads it; the programs test their own keys."""

import pytest

from wire import complaint

WORDS = {
    "cannot be read": "không đọc được",
    "an older one: start it once": "bản cũ: hãy khởi động một lần",
    "start it once": "khởi động một lần",
}


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
