"""Health certificates, as they should be and as somebody would like them to be."""

import copy
import zlib
from typing import Any

import base45
import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.credential import classify, dcc, dcc_form
from device.credential.dcc_form import Proof
from device.credential.person import Doubt, Person
from device.flow import Credential
from tests.device.credential import certificates as made
from wire.errors import WireError

KIND = "eu-certificate"
DAMAGED = Credential(KIND)
HEADER = {1: -7, 4: bytes(8)}


def read(text: str) -> Credential:
    return classify(text.encode())


def person(content: dict[str, Any]) -> dict[str, Any]:
    found = read(made.shown(content)).personal
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("proof", "entry"),
    [
        (Proof.VACCINATION, made.VACCINATION),
        (Proof.TEST, made.TEST),
        (Proof.RECOVERY, made.RECOVERY),
    ],
)
def test_a_certificate_of_each_kind_is_read(proof: Proof, entry: dict[str, Any]) -> None:
    found = read(made.shown(made.payload(entry))).content
    assert isinstance(found, dcc.Certificate)
    assert (found.proof, found.issuer) == (proof, "VN")
    assert (found.issued, found.expires) == (made.ISSUED, made.EXPIRES)


def test_of_a_certificate_only_name_birth_and_number_are_kept() -> None:
    assert person(made.payload()) == {
        "name": "Nguyễn Văn Mẫu",
        "born": "1990-06-15",
        "code": "URN:UVCI:01:VN:0000000000#0",
    }


def test_a_name_in_capitals_serves_where_no_other_can() -> None:
    capitals = {"fn": "<script>", "gn": "", "fnt": "NGUYEN", "gnt": "VAN<MAU"}
    assert person(made.payload(nam=capitals))["name"] == "NGUYEN VAN MAU"


@pytest.mark.parametrize(
    ("dob", "born"),
    [("1990", "1990"), ("1990-06", "1990-06"), ("1963-00", "1963"), ("1963-00-00", "1963")],
)
def test_a_birth_date_may_be_known_in_part(dob: str, born: str) -> None:
    content = made.payload(dob=dob)
    assert person(content)["born"] == born
    assert (
        Person(doubts=(Doubt.BIRTH_PARTIAL,)).doubts == dcc._person(content, content["v"][0]).doubts
    )


@pytest.mark.parametrize("code", ["x\ny", "é", "x" * 101])
def test_a_number_that_nobody_could_look_up_is_dropped(code: str) -> None:
    entry = copy.deepcopy(made.VACCINATION)
    entry["v"][0]["ci"] = code
    assert "code" not in person(made.payload(entry))


def test_nothing_of_a_certificate_is_said_when_it_is_printed() -> None:
    found = read(made.shown()).content
    said = dcc.claims(found.message.payload)
    assert [repr(each) for each in (found, found.message, said)] == [
        "<Certificate>",
        "<Message>",
        "<Claims>",
    ]


VACCINATED = made.VACCINATION["v"][0]


@pytest.mark.parametrize(
    "content",
    [
        [],
        "Mẫu",
        made.payload(ver=None),
        made.payload(ver="2.0.0"),
        made.payload(ver=1),
        made.payload(dob="15061990"),
        made.payload(dob=None),
        made.payload(nam=None),
        made.payload(nam={"fn": "Mẫu"}),
        made.payload(nam={"fnt": "mau"}),
        made.payload(nam={"fnt": "MAU", "fn": 7}),
        made.payload(nam={"fnt": "MAU", "fn": "x" * 151}),
        made.payload(nam={"fnt": "MAU", "gn": "😀", "gnt": ""}),
        made.payload({}),
        made.payload({"v": []}),
        made.payload({"v": ["Mẫu"]}),
        made.payload({"v": [VACCINATED, VACCINATED]}),
        made.payload({**made.VACCINATION, **made.TEST}),
        made.payload({**made.VACCINATION, "t": ["x"]}),
        made.payload({"v": [{**VACCINATED, "dn": 0}]}),
        made.payload({"v": [{**VACCINATED, "sd": True}]}),
        made.payload({"v": [{**VACCINATED, "dt": "20.11.2021"}]}),
        made.payload({"v": [{**VACCINATED, "ma": "ORG-99999999"}]}),
        made.payload({"v": [{**VACCINATED, "co": ""}]}),
        made.payload({"v": [{**VACCINATED, "ci": "x" * 121}]}),
        made.payload({"t": [{**made.TEST["t"][0], "tc": ""}]}),
        made.payload({"t": [{**made.TEST["t"][0], "sc": "2021-11-20"}]}),
    ],
)
def test_a_certificate_of_another_form_is_damaged(content: object) -> None:
    assert read(made.shown(content)) == DAMAGED


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": 7},
        {"issuer": "V" * 101},
        {"issued": None},
        {"issued": True},
        {"issued": "2021"},
        {"expires": float("nan")},
        {"expires": float("inf")},
        {"expires": -1},
        {"expires": 2**40},
    ],
)
def test_claims_that_say_what_cannot_be_are_damaged(changes: dict[str, Any]) -> None:
    assert read(made.shown(**changes)) == DAMAGED


def test_a_time_may_have_a_fraction() -> None:
    assert read(made.shown(issued=made.ISSUED + 0.5)).content.issued == made.ISSUED + 0.5


@pytest.mark.parametrize(
    "body", [cbor2.dumps(7), cbor2.dumps({4: 1, 6: 1}), cbor2.dumps({-260: {2: {}}}), b""]
)
def test_a_message_without_a_certificate_is_damaged(body: bytes) -> None:
    assert read(made.code(made.message(body, made.P256, HEADER))) == DAMAGED


@pytest.mark.parametrize(
    "data",
    [
        cbor2.dumps(7),
        cbor2.dumps([b"", {}, b""]),
        cbor2.dumps(["", {}, b"", b""]),
        cbor2.dumps([cbor2.dumps(7), {}, b"", b""]),
        cbor2.dumps([b"", {1: -7}, b"", b""]),
        cbor2.dumps([b"", {4: b"x"}, b"", b""]),
        cbor2.dumps([b"", {1: "ES256", 4: b"x"}, b"", b""]),
        cbor2.dumps([b"", {1: -7, 4: "x"}, b"", b""]),
    ],
)
def test_what_is_no_message_is_damaged(data: bytes) -> None:
    assert read(made.code(data)) == DAMAGED


def test_what_is_signed_wins_over_what_is_not() -> None:
    body = made.claims(made.payload())
    found = dcc.message(made.message(body, made.P256, {1: -7, 4: b"signed"}, {4: b"loose"}))
    assert found.kid == b"signed"
    found = dcc.message(made.message(body, made.P256, {}, {1: -7, 4: b"loose"}))
    assert found.kid == b"loose"


def test_a_message_may_be_tagged_or_not() -> None:
    body = made.claims(made.payload())
    tagged = made.message(body, made.P256, HEADER)
    assert dcc.message(tagged[1:]) == dcc.message(tagged)
    assert dcc.message(b"\xd8\x3d" + tagged) == dcc.message(tagged)


BOMBS = {
    "zeros": bytes(2_000_000),
    "just too long": bytes(dcc.MAX_INFLATED + 1),
    "arrays": b"\x81" * 60_000,
    "maps": b"\xbf" * 60_000,
    "keys": b"\xa1" * 60_000,
    "tags": b"\xd2" * 60_000,
    "pieces": b"\x5f" + b"\x40" * 60_000,
    "items": b"\x9a\x00\x00\xff\xff" + bytes(60_000),
    "an endless array": b"\x9f" + bytes(60_000),
    "a count without end": b"\x9b" + b"\xff" * 8,
    "an expression": cbor2.dumps(cbor2.CBORTag(35, "(a+)+$")),
    "a number without end": cbor2.dumps(cbor2.CBORTag(2, b"\xff" * 4000)),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_damaged(bomb: bytes) -> None:
    assert read(made.code(bomb)) == DAMAGED
    inside = cbor2.dumps([b"", {}, bomb[:60_000], b""])
    assert read(made.code(inside)) == DAMAGED


def test_a_stream_that_is_cut_short_or_followed_by_something_is_damaged() -> None:
    whole = zlib.compress(made.message(made.claims(made.payload()), made.P256, HEADER))
    for data in (whole[:-1], whole + b"\0", b"\x78" + whole):
        assert read("HC1:" + base45.b45encode(data).decode()) == DAMAGED


@pytest.mark.parametrize("text", ["HC1:", "HC1:é", "HC1:hc1", "HC1::::"])
def test_what_is_no_base45_is_damaged(text: str) -> None:
    assert read(text) == DAMAGED


def test_a_text_without_the_prefix_is_no_certificate() -> None:
    assert dcc.read("hc1:") is None
    with pytest.raises(WireError):
        dcc.unprefixed("HC2:")


def test_doubled_and_joined_codes_are_damaged() -> None:
    text = made.shown()
    for wrong in (text + text, text + text[4:], text[:-3], "HC1:" + text):
        assert read(wrong) == DAMAGED


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text(), inner),
)


@given(st.binary(max_size=300))
def test_any_bytes_in_a_certificate_give_a_credential(data: bytes) -> None:
    assert read(made.code(data)).kind == KIND


@given(anything, anything)
def test_any_message_gives_a_credential(content: object, header: object) -> None:
    body = made.claims(content)
    assert read(made.code(cbor2.dumps([b"", header, body, b""]))).kind == KIND
    assert read(made.shown(content)).kind == KIND


@given(st.sampled_from(["ver", "nam", "dob", "v", "t", "r"]), anything)
def test_any_member_gives_a_credential(member: str, value: object) -> None:
    assert read(made.shown({**made.payload(), member: value})).kind == KIND


@given(anything)
def test_any_payload_fits_or_does_not(content: object) -> None:
    assert dcc_form.fits(content) is False
