"""`python -m device.setup.carded --config FILE --boot FOLDER`: gate-card.service, as root.

It takes the card that the scanner has laid down, checks it again, and does what it asks. Ends with
2 if that was refused or could not be done; why, is in the log.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from device import lean  # noqa: F401  (first, before anything that logs)

# isort: split
from device import believed, clock, config, enrol
from device.errors import GateError
from device.setup import technician, wifi
from device.setup.bidden import Bidden
from device.setup.ending import Ending
from device.setup.errand import Does, Errand
from device.setup.join import SELFTEST, join_network
from device.setup.trouble import JoinFailed
from wire import command
from wire.cardwork import ENDING, Wifi, Work, needs_of
from wire.controlcard import Parsed
from wire.enrolcode import Network
from wire.errors import WireError

FAILED = 2
SYSTEMCTL = "/usr/bin/systemctl"
TECHNICIAN, STICK, SETUP = "gate-technician.service", "gate-stick.service", "gate-setup.service"
WRITERS = ("gate-scanner.service", "gate-uplink.service", "gate-join.service", "gate-stick.service")
"""Services that write what an ending deletes."""
WITHIN_S = 120


def main() -> int:
    """Do what is asked, and say in the log what could not be done."""
    parser = argparse.ArgumentParser(prog="python -m device.setup.carded", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--boot", type=Path, required=True, metavar="FOLDER")
    asked = parser.parse_args()
    try:
        found = config.load(asked.config)
        ending = _ending(found, asked.boot)
        ending.resume()
        done = Errand(found.folders, ending.now, _does(found, ending)).run()
        test = lambda: systemctl("start", "--no-block", SELFTEST)  # noqa: E731
        done &= Bidden(found.folders, ending.now, {command.Does.SELF_TEST: test}).run()
    except JoinFailed as error:
        sys.stderr.write(f"card.failed: {error}\n")
        return FAILED
    except (GateError, WireError, OSError) as error:
        sys.stderr.write(f"{getattr(error, 'code', 'storage-unusable')}: {error}\n")
        return FAILED
    return 0 if done else FAILED


def _does(found: config.Config, ending: Ending) -> dict[Work, Does]:
    """Return what is done for each kind of card."""
    ends: dict[Work, Does] = {
        work: lambda shown: ending.begin(Work(shown.claims.does)) for work in ENDING
    }
    return ends | {
        Work.WIFI: _wifi,
        Work.SELF_TEST: lambda _shown: systemctl("start", "--no-block", SELFTEST),
        Work.EXPORT: lambda _shown: systemctl("start", "--no-block", STICK),
        Work.TECHNICIAN: lambda _shown: _technician(found.folders),
    }


def _wifi(shown: Parsed) -> None:
    needs = needs_of(shown.claims, Wifi)
    join_network(Network("wifi", needs.ssid, needs.password))


def _technician(folders: config.Folders) -> None:
    """Open the way in; shown while it is open, a card opens it for another half hour."""
    systemctl("stop", TECHNICIAN)
    root = enrol.root_key(folders.keys / enrol.ROOT)
    told = believed.told(enrol.held(folders.keys, root), root, folders.accepted)
    technician.prepare(told.entries)
    systemctl("start", "--no-block", TECHNICIAN)


def _ending(found: config.Config, boot: Path) -> Ending:
    return Ending(
        found=found,
        boot=boot,
        networks=(wifi.PROFILES / wifi.NAME,),
        now=clock.SystemClock(vouched=found.clock.vouched).now,
        stop=lambda: systemctl("stop", *WRITERS, TECHNICIAN),
        start=lambda: systemctl("start", "--no-block", SETUP, *WRITERS[:2]),
    )


def systemctl(*words: str) -> None:
    """Ask systemd; raise OSError if it does not do it."""
    try:
        done = subprocess.run(  # noqa: S603  (systemd's own command, and words from above)
            [SYSTEMCTL, *words], check=False, capture_output=True, text=True, timeout=WITHIN_S
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(110, "systemd has not answered", words[-1]) from error
    if done.returncode != 0:
        raise OSError(5, done.stderr.strip()[-200:], words[-1])


if __name__ == "__main__":
    sys.exit(main())
