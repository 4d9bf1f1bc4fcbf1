"""What runs on the Pi in QEMU: the gate's own panel and contacts, told what to do line by line.

    python guest.py CONFIG    reads `show SIGNAL`, `pressed`, `hang`, `leave` from standard input

It runs as the scanner's service does, as far as a machine without systemd can: a user of its own
whose only right is the group of the pins, no new privileges, its folder in /run.
"""

import ctypes
import os
import sys
from pathlib import Path

from device import clock, config
from device.flow import Signal
from device.gpio.board import Board
from device.gpio.inputs import Contacts
from device.gpio.player import Player

USER, GROUP = 990, 997
PR_SET_NO_NEW_PRIVS = 38


def confine() -> None:
    """Give up everything but the pins."""
    os.setgroups([])
    os.setgid(GROUP)
    os.setuid(USER)
    assert ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert not os.access("/dev/mem", os.R_OK)


def say(*words: object) -> None:
    """Write one line that is ours, whatever the kernel writes to the same console."""
    sys.stdout.write("@" + " ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def obey(line: str, player: Player, inputs: Contacts) -> bool:
    """Do one thing; return whether to go on."""
    match line.split():
        case ["show", name]:
            player.show(Signal(name))
            say("shown", name)
        case ["pressed"]:
            say("pressed", *(each.what for each in inputs.pressed()))
        case ["hang"]:
            player._turn.acquire()  # nothing plays from here on, and nothing is answered
            say("hanging")
        case ["leave"]:
            return False
    return True


def main() -> None:
    confine()
    panel = config.load(Path(sys.argv[1])).panel
    with Player([Board(panel.pins)]) as player, Contacts(panel.inputs, clock.up_ns) as inputs:
        say("ready")
        for line in sys.stdin:
            if not obey(line, player, inputs):
                break
    say("left")


if __name__ == "__main__":
    main()
