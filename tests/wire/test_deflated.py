"""Inflating: whole and short enough, or refused."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.deflated import inflated
from wire.errors import WireError

LIMIT = 1000


@given(st.binary(max_size=LIMIT))
def test_what_was_deflated_comes_back(data: bytes) -> None:
    assert inflated(zlib.compress(data), LIMIT) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"neither",
        zlib.compress(bytes(LIMIT + 1)),
        zlib.compress(bytes(100_000_000)),
        zlib.compress(b"whole")[:-1],
        zlib.compress(b"whole") + b"!",
        zlib.compress(b"whole") * 2,
    ],
    ids=["nothing", "another", "one too many", "a bomb", "cut short", "followed", "twice"],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        inflated(data, LIMIT)
