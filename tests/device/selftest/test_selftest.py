"""`gate selftest`: every part tried, answered by whoever stands there, and signed by the gate."""

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from broker.launch import free_port, launch
from device import enrol
from device.errors import CameraMissing
from device.flow import Credential, Frame, Instant, Press, Pressed, Sighting, Signal
from device.selftest import machine, sight, signs
from device.selftest.asking import Button, Terminal
from tests.device.command import GATE, environment, gate
from tests.device.site import Site
from tests.device.uplink.district import settings
from wire import selftest
from wire.errors import WireError
from wire.keys import Keyring, Use, entry
from wire.record import ClockState
from wire.selftest import Outcome

S = 10**9
MS = 10**6


class Bench:
    """A camera whose lens can be moved; a pass comes into view after a while."""

    def __init__(self, best: float | None, card_after: int = 30) -> None:
        self._best, self._after = best, card_after
        self._number, self.where = 0, 0.0

    def __enter__(self) -> Self:
        """Open it."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""

    @property
    def lens(self) -> tuple[float, float] | None:
        return None if self._best is None else (2.0, 10.0)

    def focus(self, dioptres: float) -> None:
        assert 2.0 <= dioptres <= 10.0
        self.where = dioptres

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames, 15 a second, for ever."""
        while True:
            self._number += 1
            yield Frame(self._picture(), self._number * S // 15, self._number)

    def _picture(self) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
        """Return stripes; the nearer the lens is to its best place, the blacker they are."""
        off = 0.0 if self._best is None else abs(self.where - self._best)
        depth = 100 / (1 + off)
        stripes = np.where(np.arange(320) // 8 % 2, 128 + depth, 128 - depth)
        return np.tile(stripes.astype(np.uint8), (240, 1))

    def see(self, _frame: Frame) -> tuple[Sighting, ...]:
        if self._number < self._after:
            return ()
        return (Sighting(b"GP1:x", ((0, 0), (90, 0), (90, 90), (0, 90)), "zxing-half"),)


def looked(bench: Bench, kind: str = "pass") -> dict[str, selftest.Found]:
    found = sight.look(bench, bench, lambda _text: Credential(kind), lambda _line: None)
    return {each.what: each for each in found}


def test_the_lens_is_left_where_the_card_was_sharpest() -> None:
    bench = Bench(best=5.5)
    found = looked(bench)
    assert {name: each.outcome for name, each in found.items()} == {
        "camera": Outcome.GOOD,
        "light": Outcome.GOOD,
        "test-card": Outcome.GOOD,
        "focus": Outcome.GOOD,
    }
    assert found["focus"].figures["lens"] == bench.where == 5.5


def test_a_lens_that_makes_no_difference_is_not_good() -> None:
    found = looked(Bench(best=80.0))
    assert found["focus"].outcome is Outcome.BAD


def test_a_lens_that_cannot_be_moved_is_left_out_and_said_so() -> None:
    found = looked(Bench(best=None))["focus"]
    assert found.outcome is Outcome.LEFT_OUT
    assert found.figures["score"] > 0


@pytest.mark.parametrize(("kind", "after"), [("web-link", 30), ("pass", 10**6)])
def test_only_a_card_of_the_district_counts(kind: str, after: int) -> None:
    found = looked(Bench(best=5.0, card_after=after), kind)
    assert found["test-card"].outcome is Outcome.BAD
    assert found["focus"].outcome is Outcome.LEFT_OUT


def test_a_camera_that_is_not_there_is_one_line_in_the_report() -> None:
    class Missing(Bench):
        def __enter__(self) -> Self:
            raise CameraMissing

    assert looked(Missing(best=None))["camera"].outcome is Outcome.BAD


def test_a_camera_that_ends_is_said_to_have_no_more_pictures() -> None:
    class Short(Bench):
        def __iter__(self) -> Iterator[Frame]:
            return islice(super().__iter__(), 1)

    found = looked(Short(best=None))["camera"]
    assert (found.outcome, found.detail) == (Outcome.BAD, "không có thêm hình nào")


class Lamps:
    """A panel that remembers."""

    def __init__(self) -> None:
        self.shown: list[Signal] = []

    def __enter__(self) -> Self:
        """Open it."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""

    def show(self, signal: Signal) -> None:
        self.shown.append(signal)


def test_each_signal_is_asked_for_by_itself() -> None:
    lamps, answers = Lamps(), iter(["y\n", "n\n", "c\n", ""])
    ask = Terminal(lambda _line: None, lambda: next(answers))
    found = signs.show(lamps, ask, lambda _seconds: None, relay=True)
    outcomes = [each.outcome for each in found]
    assert outcomes == [Outcome.GOOD, Outcome.BAD, Outcome.GOOD, Outcome.BAD]
    assert lamps.shown == [Signal.ACCEPT, Signal.REJECT, Signal.RETRY, Signal.ACCEPT]


def test_a_press_after_the_question_is_yes_and_none_is_no() -> None:
    class Pressing:
        def __init__(self) -> None:
            self.up_ns = 0
            self.due: dict[int, tuple[Pressed, ...]] = {}

        def __enter__(self) -> Self:
            """Open it."""
            return self

        def __exit__(self, *exc: object) -> None:
            """Close it."""

        def pressed(self) -> tuple[Pressed, ...]:
            due = [at for at in self.due if at <= self.up_ns]
            return tuple(each for at in due for each in self.due.pop(at))

        def sleep(self, seconds: float) -> None:
            self.up_ns += int(seconds * S)

    pins = Pressing()
    button = Button(pins, lambda _line: None, lambda: pins.up_ns, pins.sleep)
    pins.due[0] = (Pressed(Press.SERVICE, 0),)
    assert not button.yes("?"), "what was pressed before answers nothing"
    pins.due[pins.up_ns + S] = (Pressed(Press.SERVICE, 0),)
    assert button.yes("?")
    pins.due[pins.up_ns + S] = (Pressed(Press.OPENED, 0),)
    assert not button.yes("?"), "the lid is no button"


MOUNTS = """\
22 1 179:2 / / rw - overlay overlay rw
23 22 0:21 / /run rw - tmpfs tmpfs rw
24 22 179:3 / {state} rw - ext4 /dev/mmcblk0p3 rw
"""


@pytest.mark.parametrize(
    ("state", "good"), [("/nowhere", False), ("/run/gate", False), ("{folder}", True)]
)
def test_only_what_outlives_the_power_is_storage(tmp_path: Path, state: str, *, good: bool) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(state=tmp_path))
    folder = tmp_path / "state" if "{folder}" in state else Path(state)
    kind = machine.file_system(folder, mounts.read_text())
    assert (kind not in machine.FLEETING) is good
    if good:
        found = machine.storage(folder, lambda: 0, mounts)
        assert (found.outcome, found.detail) == (Outcome.GOOD, "ext4")
        assert list(folder.iterdir()) == []


def test_a_card_that_is_too_slow_or_not_writable_is_not_good(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(state=tmp_path))
    times = iter([0, 900 * MS])
    assert machine.storage(tmp_path, lambda: next(times), mounts).outcome is Outcome.BAD
    (tmp_path / "flat").write_text("")
    assert machine.storage(tmp_path / "flat", lambda: 0, mounts).outcome is Outcome.BAD


@pytest.mark.parametrize(
    ("states", "timeout", "outcomes"),
    [
        ([], "", [Outcome.UNKNOWN, Outcome.UNKNOWN]),
        (["inactive"], "8s", [Outcome.BAD, Outcome.GOOD]),
        (["inactive", "active"], "infinity", [Outcome.GOOD, Outcome.BAD]),
    ],
)
def test_watchdogs_count_when_they_are_armed(
    tmp_path: Path, states: list[str], timeout: str, outcomes: list[Outcome]
) -> None:
    for number, text in enumerate(states):
        folder = tmp_path / f"sys/class/watchdog/watchdog{number}"
        folder.mkdir(parents=True)
        (folder / "state").write_text(text + "\n")
    found = machine.watchdogs(tmp_path, lambda: timeout)
    assert [each.outcome for each in found] == outcomes


def test_a_clock_that_nobody_keeps_right_is_not_good() -> None:
    unsure = Instant(0, 0, ClockState.UNSYNCED, "")
    assert machine.clock(unsure).outcome is Outcome.BAD


@pytest.mark.timeout(120)
def test_a_technician_at_a_terminal_gets_a_signed_report(site: Site, tmp_path: Path) -> None:
    """The whole command: a real broker, the mock board, a pass before the camera."""
    site.draw_pass("the.png")
    to = settings(site.home)
    repeating = {'path = "pictures"': 'path = "pictures"\nrepeat = true'}
    site.configure({"port = 8883": f"port = {to.port}", **repeating})
    primary, secondary = pty.openpty()
    with launch(to, site.folder / "broker"):
        command: list[str | Path] = [GATE, "selftest", "--config", site.config]
        command += ["--out", tmp_path / "out"]
        os.write(primary, b"y\n" * 8)
        done = subprocess.run(
            command,
            check=False,
            stdin=secondary,
            stdout=subprocess.PIPE,
            text=True,
            env=environment("en"),
            timeout=100,
        )
    os.close(primary)
    os.close(secondary)
    data = (tmp_path / "out/self-test.json").read_bytes()
    key = enrol.load(site.keys, enrol.root_key(site.keys / enrol.ROOT)).records_key
    report = selftest.unpack(data, Keyring([entry(key.public_key(), Use.RECORDS)]))
    outcomes = {each.what: each.outcome for each in report.found}
    assert outcomes["broker"] is Outcome.GOOD, done.stdout
    assert outcomes["test-card"] is Outcome.GOOD, done.stdout
    assert outcomes["signal-accept"] is Outcome.GOOD
    assert done.returncode == (0 if report.passed else 1)
    page = (tmp_path / "out/self-test.txt").read_text()
    assert "GP1" not in page + data.decode(), "what the card said is nobody's business"
    assert ("All is good." in page) is report.passed
    forged = json.loads(data)
    forged["doc"]["found"] = []
    with pytest.raises(WireError):
        selftest.unpack(
            json.dumps(forged).encode(), Keyring([entry(key.public_key(), Use.RECORDS)])
        )


def test_a_place_for_the_report_that_is_none_is_said_before_anything_is_tried(site: Site) -> None:
    said = gate("selftest", "--config", site.config, "--out", site.config)
    assert (said.status, said.out, said.code) == (2, "", "storage-unusable")


def test_without_a_camera_and_a_broker_the_rest_is_tried_and_reported(
    site: Site, tmp_path: Path
) -> None:
    """A desk's configuration; in Vietnamese, also what the system says of the network."""
    site.configure(
        {
            'source = "pictures"\npath = "pictures"\nfps = 15': 'source = "none"',
            "port = 8883": f"port = {free_port()}",
        }
    )
    said = gate("selftest", "--config", site.config, "--out", tmp_path / "out", language="vi")
    assert (said.status, said.err) == (1, "")
    assert "`gate desk`" in said.out
    assert "bị từ chối kết nối" in said.out
    assert said.out.splitlines()[-1] in (tmp_path / "out/self-test.txt").read_text()


@pytest.mark.usefixtures("tmp_path")
def test_a_broker_that_is_not_there_is_said(site: Site) -> None:
    from device.uplink.link import Address  # noqa: PLC0415
    from device.uplink.trial import there_and_back  # noqa: PLC0415

    away = Address("localhost", free_port(), "cong-mau", site.keys / "uplink", 10)
    found = there_and_back([away], None, lambda: 0, lambda _seconds: None)
    assert found.outcome is Outcome.BAD
    assert "-> kiểm tra dây mạng" in found.detail, "that the door goes on by itself is no help here"
