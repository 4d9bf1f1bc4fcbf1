"""The gate with the real picamera2 and libcamera, from a picture to the pins.

The programs run side by side from the first test on, and each test looks at one of them; the
camera's pace is real time, so that is what there is to wait for.
"""

import itertools
import signal
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import msgspec
import pytest

from provisioning import clock, passes
from provisioning.authority import Authority
from tests.lanes.camera.conftest import NewDoor, leave_out_where_it_cannot_run
from tests.lanes.camera.door import Door, Shown
from wire.record import Identity, Note, Outcome, Reason, Scan, What

leave_out_where_it_cannot_run()
pytestmark = pytest.mark.timeout(400)  # the first run makes the tree

LAMPS = GREEN, RED, AMBER = "GPIO17", "GPIO27", "GPIO22"
LINK = "https://example.vn/checkin?id=4711"
PADDING = 64
EXPECTED = [
    ("pass", Reason.ACCEPTED, Identity.SEEN),
    ("pass", Reason.EXPIRED, Identity.SEEN),
    ("web-link", Reason.WRONG_KIND, Identity.UNKNOWN),
    ("pass", Reason.ACCEPTED, Identity.DECLARED),
]
"""What is shown, over and over."""
SHOWINGS = len(EXPECTED) + 1
LEEWAY = 12
"""Files that may be open for a moment; one kept for each frame would be a hundred by then."""
LONG_S = 60.0
"""Enough for a busy machine; a run takes ten seconds."""


class Programs(msgspec.Struct, frozen=True):
    """All that is started, and what was held before the cameras."""

    watched: Door
    unplugged: Door
    without: Door
    keeper: Door
    texts: tuple[str, ...]


def until(fact: Callable[[], bool], door: Door) -> None:
    """Wait until `fact` holds; fail with the log if the program ends before."""
    pause = Event()
    for _ in range(int(LONG_S / 0.05)):
        if fact():
            return
        assert door.child.poll() is None, door.log()
        pause.wait(0.05)
    pytest.fail(door.log())


@pytest.fixture(scope="module")
def programs(new_door: NewDoor, home: Authority) -> Programs:
    now = clock.now()
    seen = passes.issue(home, "resident", days=1, now=now).text
    old = passes.issue(home, "worker", days=1, now=now - timedelta(days=3)).text
    declared = passes.issue(home, "visitor", days=1, now=now, identity="declared").text
    shown = [
        Shown(seen),
        Shown(old, angle=10),
        Shown(LINK, pictures=6),  # no pass: it must stay a while before it is answered
        Shown(declared, angle=20),
    ]
    doors = {name: new_door(name) for name in ("watched", "unplugged", "without", "keeper")}
    doors["watched"].connect(shown)
    doors["unplugged"].connect([Shown(declared)])
    doors["keeper"].connect([Shown(LINK)])
    doors["watched"].start()
    doors["unplugged"].start({"CAMERA_PADDING": str(PADDING)})
    doors["without"].start()
    doors["keeper"].run(["keeper.py"])
    return Programs(**doors, texts=(seen, old, LINK, declared))


@pytest.fixture(scope="module")
def watched(programs: Programs) -> Door:
    """Return the gate that saw every code once and the first one again, and was then stopped."""
    door = programs.watched
    until(lambda: len(door.events("passage")) >= 1, door)
    opened = door.open_files()
    until(lambda: len(door.events("passage")) >= SHOWINGS, door)
    assert door.open_files() < opened + LEEWAY
    door.child.send_signal(signal.SIGTERM)
    assert door.ended(LONG_S) == 0, door.log()
    return door


def scans(door: Door) -> list[Scan]:
    return [each for each in door.records() if isinstance(each, Scan)]


def lit(door: Door) -> list[set[str]]:
    """Return which lamps went on after each scan, and before the next."""
    moments = [each.up * 1_000_000 for each in scans(door)] + [2**63]
    lamps = [each for each in door.pins() if each["pin"] in LAMPS and each["level"] > 0]
    return [
        {each["pin"] for each in lamps if since < each["up_ns"] < until}
        for since, until in itertools.pairwise(moments)
    ]


def at_rest(door: Door) -> bool:
    """Say whether every pin was left low."""
    last = {each["pin"]: each["level"] for each in door.pins()}
    return bool(last) and not any(last.values())


def test_each_showing_becomes_one_scan_in_order(watched: Door) -> None:
    found = [(each.kind, each.reason, each.identity) for each in scans(watched)]
    assert len(found) >= SHOWINGS
    assert found == (EXPECTED * len(found))[: len(found)]
    accepted = [each.reason for each in scans(watched) if each.outcome is Outcome.ACCEPTED]
    assert set(accepted) == {Reason.ACCEPTED}


def test_the_pins_answer_what_was_stored(watched: Door) -> None:
    answers = {Reason.ACCEPTED: GREEN, Reason.EXPIRED: RED, Reason.WRONG_KIND: AMBER}
    assert lit(watched) == [{answers[each.reason]} for each in scans(watched)]
    assert at_rest(watched)


def test_frames_are_stamped_in_the_order_of_their_capture(watched: Door) -> None:
    told = [(each["captured_ns"], each["shown_ns"]) for each in watched.events("passage")]
    moments = [moment for both in told for moment in both]
    assert moments == sorted(moments)
    assert [each.up for each in scans(watched)] == [taken // 10**6 for taken, _ in told]


def test_the_journal_tells_the_start_and_the_stop(watched: Door) -> None:
    records = watched.records()
    assert [each.seq for each in records] == list(range(1, len(records) + 1))
    notes = [each.what for each in records if isinstance(each, Note)]
    assert notes == [What.START, What.STOP, What.HEAD]
    assert records[-1] == [each for each in records if isinstance(each, Note)][-1]


def test_no_code_that_was_read_is_said_or_kept_anywhere(watched: Door, programs: Programs) -> None:
    left = [path for path in watched.folder.rglob("*") if path.is_file()]
    kept = [path for path in left if path.parent.name not in ("frames", "keys")]
    assert watched.folder / "log" in kept
    for text in programs.texts:
        assert [path for path in kept if text.encode() in path.read_bytes()] == []


def test_a_control_that_the_camera_lacks_is_said_and_not_sent(watched: Door) -> None:
    (told,) = watched.events("camera.controls_missing")
    assert told["names"] == ["LensPosition"]


def test_rows_further_apart_than_the_picture_is_wide_are_read_as_well(programs: Programs) -> None:
    door = programs.unplugged
    until(lambda: len(door.events("passage")) >= 1, door)
    assert scans(door)[0].reason == Reason.ACCEPTED


def test_a_camera_that_falls_silent_ends_the_gate_with_everything_at_rest(
    programs: Programs,
) -> None:
    door = programs.unplugged
    until(lambda: len(door.events("passage")) >= 1, door)
    door.unplug()
    assert door.ended(LONG_S) == 2, door.log()
    assert "camera-lost: " in door.log()
    assert "Traceback" not in door.log()
    assert at_rest(door)
    assert len(scans(door)) == len(door.events("passage"))


def test_a_gate_without_a_camera_says_so(programs: Programs) -> None:
    door = programs.without
    assert door.ended(LONG_S) == 2
    assert "camera-missing: " in door.log()
    assert "Traceback" not in door.log()
    assert at_rest(door)


def test_a_view_kept_beyond_its_frame_would_be_noticed_here(programs: Programs) -> None:
    door = programs.keeper
    assert door.ended(LONG_S) == 1
    assert "BufferError" in door.log()
