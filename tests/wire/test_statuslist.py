"""Lists of withdrawn passes: what they say, who may say it, and how large they are."""

import random
import tracemalloc
import zlib

import cbor2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import ENTRIES, KEYS, RING
from wire import cosesign, statuslist
from wire.errors import SignatureInvalid, WireError
from wire.keys import Keyring, Use
from wire.statuslist import INVALID, MAX_STATUSES, MEDIA_TYPE, SUSPENDED, VALID, StatusList

ISSUER = ENTRIES[Use.PASS_SEEN].kid
OTHER = ENTRIES[Use.PASS_DECLARED].kid
KEY = KEYS[Use.STATUS]
AT = 1_780_000_000


def listed(places: int = 64, marked: dict[int, int] | None = None, **more: object) -> StatusList:
    bits, statuses = statuslist.packed(places, {7: INVALID} if marked is None else marked)
    return StatusList(ISSUER, AT, bits, statuses, **more)  # type: ignore[arg-type]


def signed(change: dict[int, object], kind: str = MEDIA_TYPE, use: Use = Use.STATUS) -> bytes:
    """Sign claims that are right but for `change` (None: left out)."""
    claims = {2: ISSUER, 6: AT, 65533: {"bits": 1, "lst": zlib.compress(b"\1")}, **change}
    kept = {key: value for key, value in claims.items() if value is not None}
    return cosesign.pack(cbor2.dumps(kept, canonical=True), KEYS[use], kind)


@given(
    st.dictionaries(st.integers(0, 999), st.sampled_from([INVALID, SUSPENDED]), max_size=50),
    st.booleans(),
    st.none() | st.integers(0, 2**40 - 1),
)
def test_what_is_packed_is_read_again(
    marked: dict[int, int],
    every: bool,  # noqa: FBT001  (by name)
    later: int | None,
) -> None:
    made = listed(1000, marked, every=every, expires=later, ttl=later)
    found = statuslist.unpack(statuslist.pack(made, KEY), RING, ISSUER)
    assert found == made
    assert [found.at(index) for index in range(1000)] == [
        marked.get(index, VALID) for index in range(1000)
    ]


def test_statuses_lie_as_in_the_standards_examples() -> None:
    ones = [0, 3, 4, 5, 7, 8, 9, 13, 15]
    assert statuslist.packed(16, dict.fromkeys(ones, INVALID)) == (1, bytes.fromhex("b9a3"))
    two = dict(enumerate([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]))
    assert statuslist.packed(12, two) == (2, bytes.fromhex("c944f9"))
    deflated = bytes.fromhex("78dadbb918000217015d")
    found = statuslist.unpack(signed({65533: {"bits": 1, "lst": deflated}}), RING)
    assert [index for index in range(16) if found.at(index)] == ones
    deflated = bytes.fromhex("78da3be9f2130003df0207")
    found = statuslist.unpack(signed({65533: {"bits": 2, "lst": deflated}}), RING)
    assert {index: found.at(index) for index in range(12)} == two


@pytest.mark.parametrize("index", [-1, -8, 64, 65, 2**32 - 1, 10**30])
def test_beyond_its_end_a_list_says_nothing(index: int) -> None:
    assert listed(64).at(index) is None


@pytest.mark.parametrize("use", [use for use in Use if use is not Use.STATUS])
def test_only_a_key_for_lists_signs_one(use: Use) -> None:
    """Above all not the issuer's own, which may be what was stolen."""
    with pytest.raises(SignatureInvalid):
        statuslist.unpack(signed({}, use=use), RING)


def test_a_list_of_another_issuer_is_not_taken_for_this_one() -> None:
    data = signed({2: OTHER})
    assert statuslist.unpack(data, RING).issuer == OTHER
    with pytest.raises(WireError, match="another issuer"):
        statuslist.unpack(data, RING, ISSUER)


def test_no_part_of_a_list_is_one_and_nothing_may_follow_it() -> None:
    data = statuslist.pack(listed(), KEY)
    for length in range(len(data)):
        with pytest.raises(WireError):
            statuslist.unpack(data[:length], RING)
    for more in (b"\0", data, b" "):
        with pytest.raises(WireError):
            statuslist.unpack(data + more, RING)


def test_no_changed_bit_is_let_through() -> None:
    data = statuslist.pack(listed(), KEY)
    for at in range(1, len(data)):  # the first byte is the tag, which says nothing
        for bit in range(8):
            with pytest.raises(WireError):
                statuslist.unpack(data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :], RING)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_an_error(data: bytes) -> None:
    with pytest.raises(WireError):
        statuslist.unpack(data, RING)
    with pytest.raises(WireError):
        statuslist.unpack(signed({65533: {"bits": 1, "lst": data}}), RING)
    with pytest.raises(WireError):
        statuslist.unpack(cosesign.pack(data, KEY, MEDIA_TYPE), RING)


ONE = zlib.compress(b"\1")


@pytest.mark.parametrize(
    "change",
    [
        {65533: None},
        {65533: 7},
        {65533: []},
        {65533: {}},
        {65533: {"bits": 1}},
        {65533: {"lst": ONE}},
        {65533: {"bits": 1, "lst": "AAAA"}},
        {65533: {"bits": 1, "lst": b""}},
        {65533: {"bits": 1, "lst": zlib.compress(b"")}},
        {65533: {"bits": 1, "lst": ONE[:-1]}},
        {65533: {"bits": 1, "lst": ONE + b"\0"}},
        {65533: {"bits": 1, "lst": ONE + ONE}},
        {65533: {"bits": 0, "lst": ONE}},
        {65533: {"bits": 3, "lst": ONE}},
        {65533: {"bits": 4, "lst": ONE}},
        {65533: {"bits": 8, "lst": ONE}},
        {65533: {"bits": -1, "lst": ONE}},
        {65533: {"bits": "1", "lst": ONE}},
        {2: None},
        {2: 7},
        {2: ""},
        {2: ISSUER[:-1]},
        {2: ISSUER.upper() + "0"},
        {2: "../../enrolment."},
        {6: None},
        {6: -1},
        {6: 2**40},
        {6: "now"},
        {4: -1},
        {4: "then"},
        {65534: -1},
        {65534: 2**40},
        {-70006: 2},
        {-70006: "yes"},
    ],
    ids=str,
)
def test_claims_of_another_form_are_refused(change: dict[int, object]) -> None:
    with pytest.raises(WireError):
        statuslist.unpack(signed(change), RING)


def test_claims_that_are_no_map_are_refused() -> None:
    others: tuple[object, ...] = ([], 7, "x", b"")
    for claims in others:
        with pytest.raises(WireError):
            statuslist.unpack(cosesign.pack(cbor2.dumps(claims), KEY, MEDIA_TYPE), RING)


@pytest.mark.parametrize("kind", ["", "application/statuslist+jwt", "application/cwt"])
def test_what_does_not_say_that_it_is_a_list_is_none(kind: str) -> None:
    with pytest.raises(WireError):
        statuslist.unpack(signed({}, kind), RING)


def test_a_list_bomb_stops_at_the_limit() -> None:
    """A signer's key gone astray does not fill a gate's memory."""
    assert len(statuslist.unpack(signed({65533: ones(MAX_STATUSES // 8)}), RING)) == MAX_STATUSES
    bomb = signed({65533: ones(100_000_000)})
    assert len(bomb) < 100_300
    tracemalloc.start()
    try:
        with pytest.raises(WireError, match="more than"):
            statuslist.unpack(bomb, RING)
        assert tracemalloc.get_traced_memory()[1] < 6_000_000
    finally:
        tracemalloc.stop()


def ones(length: int) -> dict[str, object]:
    deflater = zlib.compressobj()
    parts = [deflater.compress(b"\xff" * 1_000_000) for _ in range(length // 1_000_000)]
    parts.append(deflater.compress(b"\xff" * (length % 1_000_000)))
    return {"bits": 1, "lst": b"".join(parts) + deflater.flush()}


def test_a_list_that_is_too_long_is_neither_made_nor_read() -> None:
    noise = random.Random(4).randbytes(statuslist.MAX_BYTES)  # noqa: S311  (not for secrets)
    with pytest.raises(WireError, match="longer"):
        statuslist.pack(StatusList(ISSUER, AT, 1, noise), KEY)
    with pytest.raises(WireError, match="longer"):
        statuslist.unpack(signed({65533: {"bits": 1, "lst": zlib.compress(noise)}}), RING)


@pytest.mark.parametrize(
    ("passes", "withdrawn", "at_most"),
    [
        (20_000, 100, 500),
        (100_000, 500, 1_100),
        (100_000, 5_000, 5_000),
        (1_000_000, 5_000, 8_500),
    ],
)
def test_a_list_is_as_small_as_was_measured(passes: int, withdrawn: int, at_most: int) -> None:
    chosen = random.Random(4).sample(range(passes), withdrawn)  # noqa: S311  (not for secrets)
    data = statuslist.pack(listed(passes, dict.fromkeys(chosen, INVALID)), KEY)
    assert len(data) <= at_most
    found = statuslist.unpack(data, RING)
    assert [index for index in range(passes) if found.at(index)] == sorted(chosen)


def test_a_list_is_not_printed_whole() -> None:
    found = listed(1_000_000)
    assert repr(found) == str(found) == f"<StatusList of {ISSUER}, 1000000 places>"


DESKS = Keyring(
    [
        *(each for each in ENTRIES.values() if each.kid not in {ISSUER, ENTRIES[Use.STATUS].kid}),
        msgspec.structs.replace(ENTRIES[Use.PASS_SEEN], way="attendant"),
        msgspec.structs.replace(ENTRIES[Use.STATUS], way="lists"),
    ]
)
"""A ring in which the desk has the key of passes of those who were seen, and the one of lists."""
AUTHORITYS = Keyring(
    [
        *(each for each in ENTRIES.values() if each.kid != ISSUER),
        msgspec.structs.replace(ENTRIES[Use.PASS_SEEN], way="attendant"),
    ]
)
"""One in which the desk has the key of passes alone."""


def test_the_desk_lists_its_own_passes_and_no_others() -> None:
    made = listed()
    assert statuslist.unpack(statuslist.pack(made, KEY), DESKS) == made
    others = msgspec.structs.replace(made, issuer=OTHER)
    with pytest.raises(WireError, match="not the desk's"):
        statuslist.unpack(statuslist.pack(others, KEY), DESKS)


def test_the_authority_withdraws_all_of_the_desks_passes_and_for_good_or_none() -> None:
    whole = statuslist.unpack(statuslist.pack(listed(every=True), KEY), AUTHORITYS)
    assert whole.final
    with pytest.raises(WireError, match="all, or none"):
        statuslist.unpack(statuslist.pack(listed(), KEY), AUTHORITYS)
