"""Whoever searches a stolen card would find what is there; or finding nothing proves nothing."""

import base64
import hashlib
import random
import unicodedata
from itertools import islice

import pytest

from faults import people, thief

SHOWN = people.codes(["GP1:MAUMAUMAU"], random.Random(1))  # noqa: S311  (a play, not a secret)
NEEDLES = people.needles(SHOWN)
CHUNK = 8192
NOISE = random.Random(2).randbytes(CHUNK + 12_000)  # noqa: S311
NAME = next(each.secrets[2] for each in SHOWN if len(each.secrets) == 3)
CODE = f"code {next(n for n, each in enumerate(SHOWN) if NAME in each.secrets)}"


@pytest.mark.parametrize(
    "written",
    [
        NAME.encode(),
        NAME.upper().encode(),
        unicodedata.normalize("NFD", NAME).encode(),
        NAME.encode("utf-16-le"),
        NAME.encode("utf-16-be"),
        NAME.encode().hex().encode(),
        NAME.encode().hex().upper().encode(),
        base64.b64encode(NAME.encode()),
        base64.b64encode(b"a" + NAME.encode()),
        base64.urlsafe_b64encode(b"ab" + NAME.encode() + b"c"),
    ],
)
@pytest.mark.parametrize("at", [0, 4090, CHUNK - 3])
def test_a_name_is_found_in_every_spelling_wherever_it_stands(
    written: bytes, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thief, "CHUNK", CHUNK)
    assert CODE in thief.betrayed(NOISE[:at] + written + NOISE[at:], NEEDLES)


def test_noise_betrays_nobody() -> None:
    assert thief.betrayed(NOISE, NEEDLES) == []
    assert thief.betrayed(b"", NEEDLES) == []


def test_a_number_is_guessed_from_its_digest_however_that_is_spelled() -> None:
    numbers = list(islice(people.numbers(), 500))
    digest = hashlib.blake2b(numbers[77].encode(), key=b"key", digest_size=16).digest()
    for written in (digest, digest.hex().encode(), base64.b64encode(digest)):
        there = thief.windows(NOISE[:9000] + b'"' + written + b'"' + NOISE[9000:18000])
        ways = thief.ways([b"key"])
        assert thief.guessed(numbers, there, ways) == [f"blake2b keyed 0: {numbers[77]}"]
        assert thief.guessed(numbers, there, thief.ways([b"other"])) == []
