"""`collector enrol-code`: an enrolment code, asked for on a terminal."""

import argparse
import getpass
import sys
from collections.abc import Callable
from typing import Any

from collector import counter
from collector.config import Config
from collector.errors import EnrolmentUnset
from collector.i18n import _
from wire.enrolcode import Network
from wire.record import Direction

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    asking = command(
        commands, "enrol-code", _enrol_code, _("make an enrolment code, and print its text")
    )
    asking.add_argument("--gate", required=True, help=_("the gate's name"))
    asking.add_argument("--place", required=True, help=_("the place, as people call it"))
    asking.add_argument("--area", default="", help=_("the area of the place"))
    asking.add_argument("--sector", default="", help=_("the sector of the place"))
    asking.add_argument(
        "--direction", choices=["in", "out", "both"], default="both", help=_("the ways of the door")
    )
    asking.add_argument(
        "--wiring",
        default="",
        choices=counter.WIRINGS,
        help=_("the set of wiring in the gate's box"),
    )
    network = asking.add_mutually_exclusive_group()
    network.add_argument("--wifi", metavar="NAME", help=_("the Wi-Fi network at the place"))
    asking.add_argument(
        "--passphrase-stdin",
        action="store_true",
        help=_("read the Wi-Fi passphrase from standard input; without it the network is open"),
    )
    asking.add_argument("--country", default="VN", help=_("where the radio is, two letters"))
    network.add_argument("--mobile", metavar="APN", help=_("a mobile stick, and its access point"))
    network.add_argument(
        "--offline", action="store_true", help=_("there is no network at the place")
    )
    asking.add_argument(
        "--replace", action="store_true", help=_("another machine in the place of that gate")
    )


def _enrol_code(settings: Config, asked: argparse.Namespace) -> int:
    path = settings.counter
    if path is None:
        raise EnrolmentUnset
    order = counter.Order(
        gate=asked.gate,
        place=asked.place,
        area=asked.area,
        sector=asked.sector,
        ways=tuple(Direction) if asked.direction == "both" else (Direction(asked.direction),),
        wiring=asked.wiring,
        network=_network(asked),
        maker=getpass.getuser(),
        replace=asked.replace,
    )
    print(counter.enrolling(path).make(order).text)
    return 0


def _network(asked: argparse.Namespace) -> Network:
    if asked.offline:
        return Network("none")
    if asked.mobile:
        return Network("4g", asked.mobile)
    if asked.wifi:
        secret = _password_line() if asked.passphrase_stdin else ""
        return Network("wifi", asked.wifi, secret, asked.country)
    return Network("ethernet")


def _password_line() -> str:
    return sys.stdin.readline(1024).rstrip("\r\n")
