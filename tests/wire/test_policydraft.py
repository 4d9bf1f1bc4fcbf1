"""A policy as a person wrote it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire import policydraft
from wire.errors import WireError
from wire.policy import LIMIT


def test_toml_and_json_say_the_same() -> None:
    toml = b'site = "M\xe1\xba\xabu"\nclosed = [2027-02-06]\nat = [{ from = 07:00:00 }]\n'
    json = '{"site": "Mẫu", "closed": ["2027-02-06"], "at": [{"from": "07:00"}]}'
    assert policydraft.read(toml) == policydraft.read(b"\xef\xbb\xbf" + json.encode())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff", "not UTF-8 text"),
        (b"x" * (LIMIT + 1), "far too long"),
        (b"a = 1\nsite =\n", "not TOML - at line 2, column 7"),
        (b"a = " + b"[" * (LIMIT - 4), "not TOML"),
        (b"{", "not JSON"),
    ],
    ids=["bytes", "long", "torn", "deep", "json"],
)
def test_what_is_no_draft_is_said_with_its_place(data: bytes, why: str) -> None:
    with pytest.raises(WireError) as caught:
        policydraft.read(data)
    assert str(caught.value).startswith(why)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_was_written_is_a_draft_or_none(data: bytes) -> None:
    with suppress(WireError):
        assert isinstance(policydraft.read(data), dict)
