"""What holds of presence whatever is shown."""

import hashlib
import itertools

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from device.flow import Form, Reading, Sighting
from device.reading.presence import OnePerShowing, PresenceRules

S = 1_000_000_000
RULES = PresenceRules()
TEXTS = [b"PASS-A", b"PASS-B", b"LINK-A", b"LINK-B"]
Showing = list[tuple[int, list[bytes]]]

frames: st.SearchStrategy[Showing] = st.lists(
    st.tuples(
        st.integers(1, 400).map(lambda ms: ms * 1_000_000),
        st.lists(st.sampled_from(TEXTS), unique=True),
    ),
    max_size=120,
)


def tag(text: bytes) -> bytes:
    return hashlib.sha256(b"key" + text).digest()[:8]


def wanted(text: bytes) -> bool:
    return text.startswith(b"PASS")


def see(text: bytes, x: int = 0, y: int = 0) -> Sighting:
    return Sighting(text, ((x, y), (x + 9, y), (x + 9, y + 9), (x, y + 9)), "test")


def readings(presence: OnePerShowing, showing: Showing, signal_ns: int) -> list[tuple[bytes, int]]:
    up_ns, seen = 0, []
    for wait_ns, texts in showing:
        up_ns += wait_ns
        reading = presence.admit(tuple(see(each, up_ns % 999) for each in texts), up_ns)
        if reading is not None:
            assert reading.text in texts
            assert reading.up_ns == up_ns
            presence.answered(reading, up_ns + signal_ns)
            seen.append((reading.text, up_ns))
    return seen


@given(frames)
def test_no_code_is_read_twice_within_the_floor(showing: Showing) -> None:
    last: dict[bytes, int] = {}
    for text, up_ns in readings(OnePerShowing(wanted), showing, 0):
        assert text not in last or up_ns - last[text] >= RULES.floor_s * S
        last[text] = up_ns


@given(frames, st.integers(0, 2 * S))
def test_the_door_speaks_to_one_person_at_a_time(showing: Showing, signal_ns: int) -> None:
    stamps = [up_ns for _, up_ns in readings(OnePerShowing(wanted), showing, signal_ns)]
    assert all(b - a >= signal_ns for a, b in itertools.pairwise(stamps))


@given(frames)
def test_a_code_never_out_of_view_is_read_at_most_once(showing: Showing) -> None:
    always = [(wait, sorted({*texts, b"PASS-A"})) for wait, texts in showing]
    seen = [text for text, _ in readings(OnePerShowing(wanted), always, 0)]
    assert seen.count(b"PASS-A") == (1 if showing else 0)


@given(frames, st.integers(0, 120))
def test_a_restart_doubles_no_code_that_was_being_held_up(showing: Showing, cut: int) -> None:
    first = OnePerShowing(wanted, tag=tag)
    before = readings(first, showing[:cut], 0)
    again = OnePerShowing(wanted, tag=tag)
    again.restore(first.remember())
    start = sum(wait for wait, _ in showing[:cut])
    after = readings(again, [(start, []), *showing[cut:]], 0)
    read_at = dict(before)
    for text, up_ns in after[:1]:
        assert text not in read_at or up_ns - read_at[text] >= RULES.floor_s * S


@given(frames)
def test_a_wrong_kind_is_never_read_in_a_frame_that_shows_a_pass(showing: Showing) -> None:
    presence, up_ns = OnePerShowing(wanted), 0
    for wait_ns, texts in showing:
        up_ns += wait_ns
        reading = presence.admit(tuple(see(each) for each in texts), up_ns)
        if reading is not None and not wanted(reading.text):
            assert not any(wanted(each) for each in texts)


def test_a_code_held_up_over_a_restart_is_read_once() -> None:
    first, again = OnePerShowing(wanted, tag=tag), OnePerShowing(wanted, tag=tag)
    assert first.admit((see(b"PASS-A"),), 0) is not None
    again.restore(first.remember())
    assert again.admit((see(b"PASS-A"),), 2 * S) is None
    assert again.admit((see(b"PASS-B"),), 2 * S) is not None


def test_what_is_remembered_holds_no_text() -> None:
    presence = OnePerShowing(wanted, tag=tag)
    assert presence.admit((see(b"PASS-A"),), 5) is not None
    assert presence.remember() == ((tag(b"PASS-A"), 5),)
    assert OnePerShowing(wanted).remember() == ()


def test_a_code_of_another_boot_is_not_taken_for_one_still_held_up() -> None:
    presence = OnePerShowing(wanted, tag=tag)
    presence.restore([(tag(b"PASS-A"), 900 * S)])
    assert presence.admit((see(b"PASS-A"),), 30 * S) is not None


def test_a_stalled_camera_is_no_leaving() -> None:
    presence = OnePerShowing(wanted)
    assert presence.admit((see(b"PASS-A"),), 0) is not None
    assert presence.admit((see(b"PASS-A"),), 60 * S) is None


def test_a_part_of_a_code_is_no_pass_whatever_is_in_it() -> None:
    presence = OnePerShowing(wanted)
    part = msgspec.structs.replace(see(b"PASS-A"), form=Form.PART)
    assert presence.admit((part,), 0) is None
    reading = presence.admit((part,), S)
    assert reading is not None
    assert reading.form is Form.PART


def test_a_poster_is_counted_while_in_view() -> None:
    presence = OnePerShowing(wanted)
    for second in range(12):
        presence.admit((see(b"LINK-A"),), second * S)
    assert presence.posters == 1
    for tenth in range(8):
        presence.admit((), 12 * S + tenth * S // 10)
    assert presence.posters == 0


def test_a_code_without_corners_is_never_a_poster() -> None:
    presence = OnePerShowing(wanted)
    for second in range(12):
        presence.admit((Sighting(b"PASS-A", (), "test"),), second * S)
    assert presence.posters == 0


def test_a_screen_that_flashes_thousands_of_codes_fills_no_memory() -> None:
    presence = OnePerShowing(wanted, PresenceRules(most=16))
    for number in range(500):
        presence.admit((see(b"PASS-%d" % number), see(b"PASS-HELD")), number * S // 15)
    assert len(presence.remember()) <= 16
    assert presence.admit((see(b"PASS-HELD"),), 34 * S) is None


def test_an_answer_to_a_code_long_forgotten_still_keeps_the_door_busy() -> None:
    presence = OnePerShowing(wanted)
    presence.answered(Reading(b"PASS-A", 0), 2 * S)
    assert presence.admit((see(b"PASS-B"),), S) is None
    assert presence.admit((see(b"PASS-B"),), 2 * S) is not None


def test_a_pass_laid_on_a_stand_again_counts_at_any_pace_of_frames() -> None:
    presence, stamps = OnePerShowing(wanted), []
    for half in range(40):
        shown = () if half == 30 else (see(b"PASS-A"),)
        if presence.admit(shown, half * S // 2) is not None:
            stamps.append(half / 2)
    assert stamps == [0.0, 15.5]
