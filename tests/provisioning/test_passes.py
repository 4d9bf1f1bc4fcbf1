"""Passes, as text and as a picture that is read back."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from provisioning import passcard, passes, picture, register, terms
from provisioning.authority import Authority
from provisioning.errors import ClockWrong, FontMissing, ProvisionError, ValueInvalid
from wire import gatepass
from wire.errors import SignatureInvalid
from wire.keys import Keyring, Use

DAY_S = 86_400


def codes_in(picture: Image.Image) -> list[zxingcpp.Barcode]:
    """Return the QR codes; now and then a pass holds something that looks like another code."""
    found = zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [each for each in found if each.format == zxingcpp.BarcodeFormat.QRCode]


@pytest.mark.parametrize(
    ("identity", "use"), [("seen", Use.PASS_SEEN), ("declared", Use.PASS_DECLARED)]
)
def test_the_key_tells_whether_staff_has_seen_the_person(
    home: Authority, now: datetime, identity: str, use: Use
) -> None:
    issued = passes.issue(home, "resident", days=30, now=now, identity=identity)
    parsed = gatepass.parse(issued.text)
    assert parsed.verify(Keyring(home.public.keys)) is use
    assert parsed.claims == issued.claims


def test_a_pass_of_another_authority_does_not_verify(home: Authority, now: datetime) -> None:
    text = passes.issue(home, "resident", days=30, now=now).text
    others = [key for key in home.public.keys if key.use is not Use.PASS_SEEN]
    with pytest.raises(SignatureInvalid):
        gatepass.parse(text).verify(Keyring(others))


def test_a_pass_is_valid_from_now_for_its_days(home: Authority, now: datetime) -> None:
    claims = passes.issue(home, "worker", days=7, now=now).claims
    assert claims.holder == "worker"
    assert claims.issued == claims.not_before == int(now.timestamp())
    assert claims.expires - claims.not_before == 7 * DAY_S


def test_a_pass_may_begin_later_or_have_ended(home: Authority, now: datetime) -> None:
    for start in (now + timedelta(days=3), now - timedelta(days=90)):
        text = passes.issue(home, "visitor", days=1, now=now, not_before=start).text
        claims = gatepass.parse(text).claims
        assert claims.not_before == int(start.timestamp())
        assert claims.expires == claims.not_before + DAY_S


def test_two_passes_never_share_a_number(home: Authority, now: datetime) -> None:
    numbers = {passes.issue(home, "student", days=1, now=now).claims.number for _ in range(50)}
    assert len(numbers) == 50


@pytest.mark.parametrize(
    "wrong",
    [
        {"holder": "king"},
        {"days": 0},
        {"days": 367},
        {"identity": "guessed"},
        {"not_before": datetime(9000, 1, 1, tzinfo=UTC)},
        {"entries": 0},
        {"entries": 100},
        {"days": None},
    ],
)
def test_a_value_that_cannot_be_used_is_refused(
    home: Authority, now: datetime, wrong: dict[str, object]
) -> None:
    usual: dict[str, object] = {"holder": "resident", "days": 1, "now": now}
    with pytest.raises(ValueInvalid):
        passes.issue(home, **(usual | wrong))  # type: ignore[arg-type]


def test_a_machine_that_lost_its_clock_issues_no_passes(home: Authority) -> None:
    with pytest.raises(ClockWrong):
        passes.issue(home, "resident", days=1, now=datetime(2000, 1, 1, tzinfo=UTC))


def test_a_pass_for_some_entries_says_so_in_code_and_caption(
    home: Authority, now: datetime
) -> None:
    issued = passes.issue(home, "guest", term=terms.day("2026-11-23"), entries=3, now=now)
    claims = gatepass.parse(issued.text).claims
    assert claims.entries == 3
    assert (claims.not_before, claims.expires) == (1_795_366_800, 1_795_453_200)
    assert passcard.caption(issued) == [
        "Khách dự sự kiện",
        "Event guest",
        "Có giá trị / Valid",
        "23/11/2026 00:00 - 24/11/2026 00:00",
        "3 lượt vào / 3 entries",
        "Đã đối chiếu giấy tờ / Identity checked",
        f"Số / No. …{claims.number.hex()[-4:]}",
    ]


def test_every_pass_has_a_place_of_its_own_in_its_issuers_list(
    home: Authority, now: datetime
) -> None:
    places = [passes.issue(home, "staff", days=1, now=now).claims.status for _ in range(30)]
    assert len(set(places)) == 30
    assert all(place is not None and 0 <= place < register.PLACES for place in places)
    assert places != sorted(places, key=lambda place: place or 0)


@pytest.mark.parametrize("holder", passes.HOLDERS)
@pytest.mark.parametrize("identity", passes.IDENTITIES)
def test_the_picture_reads_back_and_is_five_centimetres_wide_on_paper(
    home: Authority, now: datetime, holder: str, identity: str
) -> None:
    issued = passes.issue(home, holder, days=30, now=now, identity=identity)
    picture = Image.open(io.BytesIO(passcard.draw(issued)))
    (code,) = codes_in(picture)
    assert code.text == issued.text
    assert [round(each) for each in picture.info["dpi"]] == [300, 300]
    corners = code.position
    assert corners.top_right.x - corners.top_left.x >= 590


SEVEN = ("visitor", "staff", "pupil", "driver", "vehicle", "patient", "guest")
"""The kinds of pass that places ask for; the others were there before."""


@pytest.mark.parametrize("holder", SEVEN)
@pytest.mark.parametrize("entries", [None, 99])
@pytest.mark.parametrize("later", [False, True])
def test_every_kind_of_pass_is_of_version_8_in_alphanumeric_mode(
    home: Authority, now: datetime, holder: str, entries: int | None, *, later: bool
) -> None:
    """49 modules at level M: at five centimetres, a millimetre for each."""
    term = terms.day("2026-11-23") if later else terms.days(30, now)
    issued = passes.issue(home, holder, term=term, entries=entries, now=now)
    picture = Image.open(io.BytesIO(passcard.draw(issued)))
    (code,) = codes_in(picture)
    assert code.text == issued.text
    assert code.ec_level == "M"
    # At 13 dots a module; byte mode would need version 11.
    assert round((code.position.top_right.x - code.position.top_left.x) / 13) == 49


def test_the_quiet_zone_and_the_caption_leave_the_code_alone(
    home: Authority, now: datetime
) -> None:
    picture = Image.open(io.BytesIO(passcard.draw(passes.issue(home, "official", days=1, now=now))))
    (code,) = codes_in(picture)
    quiet = 4 * 13
    assert code.position.top_left.y >= quiet - 1
    below = code.position.bottom_left.y + 3
    band = picture.crop((0, below, picture.width, below + quiet - 4))
    assert band.getextrema() == (255, 255)
    caption = picture.crop((0, below + quiet, picture.width, picture.height))
    assert caption.getextrema() == (0, 255)


def test_every_letter_of_a_caption_is_in_the_font(home: Authority, now: datetime) -> None:
    bold, plain = picture.fonts(picture.FONT_FOLDER)
    for holder in passes.HOLDERS:
        for identity in passes.IDENTITIES:
            issued = passes.issue(home, holder, days=1, now=now, identity=identity)
            for letter in set("".join(passcard.caption(issued))) - {" "}:
                for font in (bold, plain):
                    missing = (
                        font.getmask("\U0010fffd").getbbox(),
                        bytes(font.getmask("\U0010fffd")),
                    )
                    drawn = font.getmask(letter).getbbox(), bytes(font.getmask(letter))
                    assert drawn != missing, letter


def test_the_caption_says_what_a_person_can_check_and_no_more(
    home: Authority, now: datetime
) -> None:
    issued = passes.issue(home, "resident", days=2, now=now, identity="declared")
    assert passcard.caption(issued) == [
        "Cư dân",
        "Resident",
        "Có giá trị / Valid",
        "22/11/2026 10:04 - 24/11/2026 10:04",
        "Tự khai báo / Self-declared",
        f"Số / No. …{issued.claims.number.hex()[-4:]}",
    ]


def test_a_machine_without_a_font_is_told_how_to_get_one(
    home: Authority, now: datetime, tmp_path: Path
) -> None:
    issued = passes.issue(home, "resident", days=2, now=now)
    with pytest.raises(FontMissing) as caught:
        passcard.draw(issued, tmp_path)
    assert "fonts-dejavu-core" in caught.value.remedy
    assert isinstance(caught.value, ProvisionError)
