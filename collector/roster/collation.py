"""Vietnamese texts as people look for them and list them. Pure.

Found with and without diacritics: `my tu` finds `Mỹ Tú`, and `đ` is a `d`. Listed as in a
Vietnamese dictionary: ă and â are letters of their own after a, đ after d; of two texts that differ
in nothing but the tone, the tones decide: none, grave, hook, tilde, acute, dot below. Numbers count
as numbers: Cổng 2 comes before Cổng 10.
"""

import unicodedata
from functools import lru_cache

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = "\u0300\u0309\u0303\u0301\u0323"
"""Grave, hook, tilde, acute, dot below."""
_SHAPES = frozenset("\u0306\u0302\u031b")
"""Breve, circumflex, horn: they make another letter, not another tone."""
_D = str.maketrans("ðÐ", "đĐ")
"""Letters of Iceland that look like ours in capitals, and come from old keyboards."""
_PLACES = {letter: place for place, letter in enumerate(LETTERS)}
_SPACE, _SIGN, _NUMBER, _LETTER, _STRANGE = range(5)
MAX_DIGITS = 18
REMEMBERED = 20_000
"""Names whose order need not be found again: a board is sorted more often than a name changes."""

Order = tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]


def fold(text: str) -> str:
    """Return `text` without diacritics and capitals, for comparing."""
    plain = text.translate(_D).replace("đ", "d").replace("Đ", "D")
    marked = unicodedata.normalize("NFKD", plain)
    bare = "".join(each for each in marked if not unicodedata.combining(each))
    return " ".join(bare.casefold().split())


def finds(words: str, *texts: str) -> bool:
    """Say whether every one of the words is in one of the texts, however it is written."""
    where = "\n".join(fold(text) for text in texts)
    return all(word in where for word in fold(words).split())


@lru_cache(maxsize=REMEMBERED)
def order(text: str) -> Order:
    """Return what to sort by: first the letters, then the tones, then the text itself."""
    letters: list[tuple[int, int]] = []
    tones: list[int] = []
    digits = ""
    for cluster in _clusters(text):
        if cluster[0].isascii() and cluster[0].isdigit() and len(digits) < MAX_DIGITS:
            digits += cluster[0]
            continue
        if digits:
            letters.append((_NUMBER, int(digits)))
            tones.append(0)
            digits = ""
        letters.append(_primary(cluster))
        tones.append(max((TONES.find(mark) + 1 for mark in cluster[1:]), default=0))
    if digits:
        letters.append((_NUMBER, int(digits)))
        tones.append(0)
    return tuple(letters), tuple(tones), text


def _clusters(text: str) -> list[str]:
    """Return the letters, each with the marks that stand on it."""
    found: list[str] = []
    for each in unicodedata.normalize("NFD", text.translate(_D).casefold()):
        if unicodedata.combining(each) and found:
            found[-1] += each
        else:
            found.append(each)
    return found


def _primary(cluster: str) -> tuple[int, int]:
    shapes = "".join(mark for mark in cluster[1:] if mark in _SHAPES)
    letter = unicodedata.normalize("NFC", cluster[0] + shapes)
    if letter in _PLACES:
        return _LETTER, _PLACES[letter]
    if cluster[0] in _PLACES:
        return _LETTER, _PLACES[cluster[0]]
    if cluster[0].isspace():
        return _SPACE, 0
    return (_STRANGE if cluster[0].isalpha() else _SIGN), ord(cluster[0])
