"""The signed sum of a place's other gates."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import ENTRIES, KEYS, RING
from wire import receipt, site
from wire.canonical import canonical
from wire.errors import SignatureInvalid, WireError
from wire.keys import Keyring, Use, sign
from wire.site import Summary

SUMMARY = Summary(
    gate="ben-xe-1",
    place="Bến xe Mẫu",
    gates=("ben-xe-2", "ben-xe-3"),
    inside=-12,
    time=1_790_000_000_000,
    since=1_789_950_000_000,
)
SPELLED = site.pack(SUMMARY, KEYS[Use.RECEIPT])
GOLDEN = (
    '{"doc":{"gate":"ben-xe-1","gates":["ben-xe-2","ben-xe-3"],"inside":-12,'
    '"place":"Bến xe Mẫu","since":1789950000000,"time":1790000000000},'
)
"""As it was first written: a new form would need a new version."""


def test_a_summary_is_read_again_and_written_as_it_always_was() -> None:
    assert site.unpack(SPELLED, RING) == SUMMARY
    assert SPELLED.decode().startswith(GOLDEN)


@pytest.mark.parametrize("use", [each for each in Use if each is not Use.RECEIPT])
def test_only_the_collector_can_say_it(use: Use) -> None:
    with pytest.raises(SignatureInvalid):
        site.unpack(site.pack(SUMMARY, KEYS[use]), RING)


def test_a_collector_that_is_not_known_says_nothing() -> None:
    with pytest.raises(SignatureInvalid):
        site.unpack(SPELLED, Keyring([ENTRIES[Use.ROOT]]))


def test_neither_a_summary_nor_a_receipt_passes_for_the_other() -> None:
    document = msgspec.to_builtins(SUMMARY)
    other = canonical(sign(document, receipt.CONTEXT, KEYS[Use.RECEIPT]))
    with pytest.raises(SignatureInvalid):
        site.unpack(other, RING)
    with pytest.raises(WireError):
        receipt.unpack(SPELLED, RING)


@pytest.mark.parametrize(
    "change",
    [
        {"inside": site.MAX_PEOPLE + 1},
        {"inside": 2**70},
        {"inside": 1.5},
        {"gates": ["ben-xe-1"]},
        {"gates": [""]},
        {"gates": ["x"] * (site.MAX_GATES + 1)},
        {"place": ""},
        {"time": -1},
        {"v": 2},
    ],
    ids=str,
)
def test_nonsense_is_refused_although_it_is_signed(change: dict[str, object]) -> None:
    document = {**msgspec.to_builtins(SUMMARY), **change}
    data = canonical(sign(document, site.CONTEXT, KEYS[Use.RECEIPT]))
    with pytest.raises(WireError):
        site.unpack(data, RING)


@given(st.binary(max_size=200), st.integers(0, len(SPELLED) - 1))
def test_no_bytes_open_but_the_signed_ones(noise: bytes, at: int) -> None:
    for data in (noise, SPELLED[:at], SPELLED[:at] + noise):
        if data != SPELLED:
            with pytest.raises(WireError):
                site.unpack(data, RING)
