"""Everything is broken, as much as fits into one run of the tests; nothing that was green is lost.

The suite itself is faults/; here it is asked to do the part that CI does, and to show that it would
notice. What was tried how often is in its results and, for the whole, in docs/reliability.md.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from faults import world
from tests.conftest import IN_CI

ROOT = Path(__file__).parents[3]
KEYS = ["power_cuts", "kills", "crash_points", "green_lost", "duplicated", "failed_starts"]
SEED = "6"


@pytest.fixture(autouse=True)
def _possible() -> None:
    """Leave it out where nothing can be mounted; in CI that is a failure."""
    why = world.lacking()
    if why and IN_CI:
        pytest.fail(f"nothing can be broken here: {why}", pytrace=False)
    if why:
        pytest.skip(f"nothing can be broken here: {why}")


def run(*words: str) -> tuple[int, dict[str, int], str]:
    """Run the suite; return its status, its last line, and everything it said."""
    asked = ["nice", "-n", "10", sys.executable, "-m", "faults", "--seed", SEED, *words]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.stdout.strip(), said
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), said


@pytest.mark.timeout(2400)
def test_nothing_that_was_green_is_lost_whatever_breaks() -> None:
    status, figures, said = run("--quick", "--fresh")
    assert status == 0, said
    assert list(figures) == KEYS
    assert figures["power_cuts"] >= 200
    assert figures["kills"] >= 60
    assert figures["crash_points"] >= 300
    assert (figures["green_lost"], figures["duplicated"], figures["failed_starts"]) == (0, 0, 0)


@pytest.mark.timeout(1200)
def test_a_journal_that_is_broken_on_purpose_is_noticed_by_every_family() -> None:
    """Seen to fail for a journal that is whole: each of these counts is then 0.

    No flush; green before the record; everything stored taken for confirmed; a start that begins
    one number too low; damage that nobody is told of.
    """
    status, noticed, said = run("--prove")
    assert status == 0, said
    assert len(noticed) >= 10
    assert all(noticed.values()), said
