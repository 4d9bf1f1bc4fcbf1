"""A scanner that dies with a code in view leaves neither its text nor a picture on the disk."""

import base64
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device import clock
from device.camera.scene import draw
from device.camera.script import load_script
from tests.device.command import GATE, environment
from tests.device.site import Site

PERSON = (
    "094090000000|360000000|Nguyễn Văn Mẫu|15061990|Nam|Ấp Thử Nghiệm, Mỹ Tú, Sóc Trăng|01072021"
)
SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM)


def may_leave_cores() -> None:
    """Let a child do what a careless machine lets it do; runs in the child."""
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def at_the_door(site: Site) -> Iterator["subprocess.Popen[str]"]:
    """Run the scanner before somebody who holds up a card all the time."""
    people = [{"who": "a", "arrive_s": 0, "hold_s": 600, "text": PERSON}]
    script = {"seed": 1, "start_up_ns": clock.up_ns(), "people": people}
    (site.folder / "door.json").write_text(json.dumps(script))
    doorway = 'source = "doorway"\nscript = "door.json"'
    site.configure({'source = "pictures"\npath = "pictures"': doorway})
    process = subprocess.Popen(
        [GATE, "run", "--config", site.config],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=site.folder,
        env={**environment("en"), "TMPDIR": str(site.folder), "PYTHONFAULTHANDLER": "1"},
        preexec_fn=may_leave_cores,  # noqa: PLW1509  (the child is this program's own, and alone)
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def betrayals(folder: Path, but: Path) -> list[Path]:
    """Return the files that hold anything of the card, or of what the camera saw of it."""
    script = load_script(but)
    words = [PERSON[:24], "Nguyễn Văn Mẫu", "094090000000"]
    needles = [word.encode(code) for word in words for code in ("utf-8", "utf-16-le", "utf-32-le")]
    needles += [base64.b64encode(word.encode())[:-4] for word in words]
    frame = draw(script, script.start_up_ns + 3 * 10**9)
    needles += [b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", frame[0].tobytes()[:256]]
    files = [each for each in folder.rglob("*") if each.is_file() and each != but]
    return [each for each in files if any(needle in each.read_bytes() for needle in needles)]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda each: each.name)
def test_a_scanner_that_dies_with_a_code_in_view_leaves_nothing_of_it(
    site: Site, number: signal.Signals
) -> None:
    with at_the_door(site) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if '"passage"' in line:
                break
        else:
            pytest.fail("".join(said))
        process.send_signal(number)
        said.append(process.stderr.read())
        process.wait()
    (site.folder / "said").write_text("".join(said))
    left = [each.name for each in betrayals(site.folder, site.folder / "door.json")]
    assert left == []
    assert not [each for each in site.folder.rglob("core*") if each.is_file()]


def test_the_search_finds_what_a_careless_program_leaves(site: Site) -> None:
    """The control: a program that allows it leaves a picture of its memory, and it is found."""
    with at_the_door(site):
        pass
    careless = f"import os; text = {PERSON!r} * 2; os.abort()"
    subprocess.run(
        [sys.executable, "-c", careless],
        check=False,
        cwd=site.folder,
        preexec_fn=may_leave_cores,
        env={**os.environ, "PYTHONFAULTHANDLER": ""},
        stderr=subprocess.DEVNULL,
    )
    (site.folder / "told").write_text(f"seen: {PERSON}")
    found = {each.name for each in betrayals(site.folder, site.folder / "door.json")}
    assert "told" in found
    if Path("/proc/sys/kernel/core_pattern").read_text().strip() == "core":
        assert any(name.startswith("core") for name in found)
