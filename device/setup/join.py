"""`python -m device.setup.join --config FILE`: what gate-join.service runs, as root.

It takes what the scanner has laid down, whatever that is, and ends: with 0 if the gate has got as
far as it can, with 2 if not. How it went is in the state file, for the scanner to show.
"""

import argparse
import functools
import subprocess
import sys
from pathlib import Path

from device import lean  # noqa: F401  (first, before anything that logs)

# isort: split
from device import clock, config, enrol, joinstate, plainfile
from device.errors import GateError
from device.setup import link, wifi
from device.setup.district import District
from device.setup.joining import Hands, Joining
from device.setup.trouble import JoinFailed
from wire import selftest
from wire.enrolcode import Network

FAILED = 2
SYSTEMCTL = "/usr/bin/systemctl"
ENROLLED, SELFTEST = "gate-enrolled.service", "gate-selftest.service"
REPORT = Path("/run/gate-selftest/self-test.json")
LONGEST_S = 240


def main() -> int:
    """Do what was asked; nothing, if nothing was."""
    parser = argparse.ArgumentParser(prog="python -m device.setup.join", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    try:
        found = config.load(parser.parse_args().config)
        text = joinstate.asked(found.folders.run)
        if text is None:
            return 0
        root = enrol.root_key(found.folders.keys / enrol.ROOT)
    except (GateError, OSError) as error:
        sys.stderr.write(f"{getattr(error, 'code', 'storage-unusable')}: {error}\n")
        return FAILED
    return 0 if Joining(text, root, hands(found)).run() else FAILED


def hands(found: config.Config) -> Hands:
    """Return what does the work on a gate."""
    return Hands(
        keys=found.folders.keys,
        link=join_network,
        district=District,
        now=clock.SystemClock(vouched=found.clock.vouched).now,
        set_clock=clock.set_wall,
        say=functools.partial(joinstate.tell, found.folders.setup),
        lay=functools.partial(lay, found.folders.inbox),
        selftest=try_parts,
        sleep=clock.sleep,
    )


def join_network(network: Network) -> None:
    """Keep a network and bring it up; one that does not come up leaves the one before in place."""
    before = wifi.keep(network)
    try:
        link.up(network)
    except JoinFailed:
        wifi.put_back(before)
        link.command(["nmcli", "connection", "reload"])
        raise


def lay(inbox: Path, name: str, data: bytes) -> None:
    """Lay a document where the uplink would; it replaces the file with its own next one."""
    inbox.mkdir(mode=0o755, exist_ok=True)
    plainfile.write(inbox / name, data, 0o644)


def try_parts() -> bytes | None:
    """Have the services take up the enrolment, and the scanner's user try its parts.

    The other services are asked for first, and by name, so that nobody starts the scanner again in
    the middle of it.
    """
    REPORT.unlink(missing_ok=True)
    for unit in (ENROLLED, SELFTEST):
        started = [SYSTEMCTL, "start", unit]
        try:
            subprocess.run(started, check=False, capture_output=True, timeout=LONGEST_S)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return None
    try:
        return plainfile.read(REPORT, selftest.LIMIT)
    except OSError:
        return None


if __name__ == "__main__":
    sys.exit(main())
