"""What a gate says about itself beside its records."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import HEALTH, STATE
from wire.errors import WireError
from wire.state import pack, unpack_health, unpack_state


def test_what_is_packed_is_unpacked() -> None:
    assert unpack_state(pack(STATE)) == STATE
    assert unpack_health(pack(HEALTH)) == HEALTH


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    for unpack in (unpack_state, unpack_health):
        with pytest.raises(WireError):
            unpack(data)


@pytest.mark.parametrize(
    "change",
    [
        {"incarnation": 10**30},
        {"incarnation": -1},
        {"last": 2**53},
        {"wall": 10**20},
        {"online": 1},
        {"v": 2},
    ],
    ids=str,
)
def test_a_state_of_another_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        unpack_state(json.dumps({**json.loads(pack(STATE)), **change}).encode())


@pytest.mark.parametrize(
    "change",
    [{"waiting": 10**30}, {"waiting": -1}, {"oldest_ms": 2**53}, {"camera": 5}, {"v": 0}],
    ids=str,
)
def test_a_health_of_another_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        unpack_health(json.dumps({**json.loads(pack(HEALTH)), **change}).encode())


def test_a_long_message_is_refused_unread() -> None:
    with pytest.raises(WireError, match="longer"):
        unpack_health(json.dumps({"waiting": 1, "camera": "x" * 20_000}).encode())
