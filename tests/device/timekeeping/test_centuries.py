"""The whole scanner on a machine that believes itself in 1970 or in 2099."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from device.journal.reader import JournalReader
from tests.conftest import IN_CI
from tests.device.command import GATE, environment
from tests.device.site import NOW, Site
from tests.device.timekeeping.test_machine_clocks import FAKED, LIBRARY


def passage(site: Site, faked: Path) -> dict[str, Any]:
    """Run the scanner before a pass until it has answered; return what it said of that."""
    told = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(faked), **FAKED}
    process = subprocess.Popen(
        [GATE, "run", "--config", site.config],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment("en"), **told},
    )
    said: list[str] = []
    try:
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            if '"passage"' in line:
                answer: dict[str, Any] = json.loads(line)
                return answer
    finally:
        process.kill()  # a faked clock may keep a thread waiting for its end for ever
        process.communicate()
    return pytest.fail("".join(said))


def stored(site: Site, seq: int) -> dict[str, Any]:
    with JournalReader(site.folder / "state/journal") as reader:
        reader.seek(seq)
        return reader.take(seq, 1).documents[0]


@pytest.mark.parametrize("moment", ["1970-01-01 00:10:00", "2099-06-01 00:00:00"])
def test_the_door_goes_on_and_says_how_far_its_clock_may_be_believed(
    site: Site, tmp_path: Path, moment: str
) -> None:
    if LIBRARY is None and not IN_CI:
        pytest.skip("faketime is not on this machine")
    assert LIBRARY is not None, "faketime is not on this machine"
    faked = tmp_path / "faketime"
    faked.write_text(f"@{moment}\n")
    site.draw_pass("the.png")
    site.configure({"vouched = true": "", 'path = "pictures"': 'path = "pictures"\nrepeat = true'})
    answer = passage(site, faked)
    assert (answer["outcome"], answer["reason"]) == ("accepted", "accepted")
    record = stored(site, answer["seq"])
    assert record["clock"] == "unsynced"
    assert "clock-unsure" in record["marks"], "nothing is judged by a date"
    now_ms = int(NOW.timestamp() * 1000)
    assert abs(record["wall"] - now_ms) < 400 * 86_400_000, "what it was told at enrolment holds"
    assert not (site.folder / "state/accepted/time.json").exists(), "nothing wrong is kept"
    assert os.listdir(site.folder / "state/journal")  # noqa: PTH208
