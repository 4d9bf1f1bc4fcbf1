"""Puts a probe behind the walls of a service, or behind the same walls with some taken away."""

import itertools
import shutil
from pathlib import Path

from tests.lanes.appliance.gate import Gate

PROBE = Path(__file__).with_name("probe.py")
NOT_FOR_PROBES = (
    *("Type", "NotifyAccess", "ExecStart", "ExecStopPost", "Restart", "RestartSec"),
    *("WatchdogSec", "WatchdogSignal", "WantedBy"),
)
OPEN = "proceeding without"
"""What systemd says when it leaves a wall out because it cannot build it."""
_numbers = itertools.count(1)


def tried(gate: Gate, unit: str, *probe: str, without: tuple[str, ...] = ()) -> str:
    """Run the probe as `unit` would run its program, directives `without` left out.

    Returns `done`, or the name of the error.
    """
    machine, name = gate.machine, f"gate-probe-{next(_numbers)}.service"
    shutil.copy(PROBE, machine.lane)
    units = machine.path("/etc/systemd/system")
    dropped = tuple(f"{each}=" for each in (*NOT_FOR_PROBES, *without))
    lines = [
        line for line in (units / unit).read_text().splitlines() if not line.startswith(dropped)
    ]
    at = lines.index("[Service]") + 1
    command = " ".join(["/opt/gate/current/bin/python /opt/lane/probe.py", *probe])
    lines[at:at] = ["Type=oneshot", f"ExecStart={command}"]
    (units / name).write_text("\n".join(lines) + "\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", name)
    said = machine.run("journalctl", "--boot", "--unit", name, "--output", "cat", "--no-pager")
    assert OPEN not in said, said
    (found,) = [line for line in said.splitlines() if line.startswith("probe: ")]
    return found.removeprefix("probe: ")
