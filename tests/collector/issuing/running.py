"""`collector desk` as a process of its own."""

import subprocess
import sys
from pathlib import Path

from collector.errors import DeskAway
from collector.issuing import client
from tests.waiting import until


def start(folder: Path) -> "subprocess.Popen[bytes]":
    """Start the desk whose configuration lies in `folder`; return as soon as it answers."""
    desk, said = client.declaring(folder / "desk/declaring"), folder / "log"

    def answers() -> bool:
        try:
            desk.about()
        except DeskAway:
            return False
        return True

    command = [str(Path(sys.executable).with_name("collector")), "desk", "--config"]
    with said.open("ab") as log:
        process = subprocess.Popen(
            [*command, str(folder / "collector.toml")], stdout=log, stderr=log
        )
    until(lambda: answers() or process.poll() is not None, seconds=60)
    assert process.poll() is None, said.read_text()
    return process
