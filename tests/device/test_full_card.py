"""A card that is really full: the door says so and lives, and what was stored stays readable."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from device import clock
from device.journal.reader import JournalReader
from tests.collector.disks import full
from tests.device.command import GATE, environment, gate
from tests.device.site import Site

CARD = "2m"
PATIENCE_S = 50.0


@pytest.fixture
def card(site: Site) -> Iterator[Path]:
    """Put a small card where the gate keeps its records."""
    folder = site.folder / "state"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={CARD}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a full card needs a small file system of its own, which only root can mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


class Door:
    """A running scanner, and the log it writes."""

    def __init__(self, site: Site) -> None:
        self._log = site.folder / "log"
        with self._log.open("w") as log:
            self.child = subprocess.Popen(
                [GATE, "run", "--config", site.config],
                stdin=subprocess.DEVNULL,
                stderr=log,
                env=environment("en"),
            )

    def told(self, event: str) -> list[dict[str, object]]:
        lines = [line for line in self._log.read_text().splitlines() if line.endswith("}")]
        return [said for line in lines if (said := json.loads(line))["event"] == event]

    def until(self, event: str, times: int = 1) -> None:
        """Wait until the door has told of it so often."""
        for _ in range(int(PATIENCE_S * 20)):
            if len(self.told(event)) >= times:
                return
            assert self.child.poll() is None, self._log.read_text()
            clock.sleep(0.05)
        pytest.fail(f"no {event}: {self._log.read_text()[-2000:]}")

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(PATIENCE_S)


def records(site: Site) -> list[int]:
    """Return the sequence numbers of all that can be read."""
    found: list[int] = []
    with JournalReader(site.journal) as reader:
        reader.seek(1)
        while taken := reader.take(10_000, 100).documents:
            found += [each["seq"] for each in taken]
    return found


def test_a_full_card_is_shown_survived_and_left_behind(site: Site, card: Path) -> None:
    # Different passes in turn, so that every picture is somebody else.
    for number in range(4):
        site.draw_pass(f"{number}.png")
    site.configure(
        {
            "fps = 15": "fps = 4\nrepeat = true",
            "segment_records = 8": "segment_records = 4",
            "[journal]": "[reading]\nfloor_s = 0.1\nleave_s = 0.1\n\n[journal]",
        }
    )
    door = Door(site)
    try:
        door.until("passage", 3)
        free = shutil.disk_usage(card).free
        (card / "rubbish").write_bytes(bytes(max(0, free - 4096)))
        door.until("scan.refused", 3)
        before = records(site)
        assert before == list(range(1, len(before) + 1))
        assert json.loads((site.run / "scanner.json").read_bytes())["refusing"] is True
        (card / "rubbish").unlink()
        passed = len(door.told("passage"))
        door.until("journal.room")
        door.until("passage", passed + 3)
    finally:
        status = door.stop()
    assert status == 0
    after = records(site)
    assert after == list(range(1, len(after) + 1))
    assert len(after) > len(before)


def test_a_full_stick_is_named_and_nothing_is_begun_on_it(site: Site, card: Path) -> None:
    with full(card):
        for words in (["journal", "export", card / "out"], ["selftest", "--out", card]):
            said = gate(*map(str, words), "--config", site.config)
            assert (said.status, said.out, said.code) == (2, "", "storage-unusable")
            assert f"({card}" in said.err
            assert "Errno" not in said.err
            assert [each.name for each in card.iterdir()] == ["filler"]


def test_a_second_scanner_is_told_that_it_is_one(site: Site) -> None:
    site.draw_pass("a.png")
    site.configure({"fps = 15": "fps = 4\nrepeat = true"})
    door = Door(site)
    try:
        door.until("passage")
        said = gate("run", "--config", site.config)
        assert (said.status, said.out, said.code) == (2, "", "journal-busy")
        assert door.child.poll() is None
    finally:
        assert door.stop() == 0
