"""What runs in the children: the programs themselves, and the smallest scanner.

`gate` and `collector` get the words of a command line and nothing else. A boot id of its own is
what tells a start after a power cut from one after a kill.
"""

from pathlib import Path

from device import cli, clock
from faults import sabotage


def gate(words: list[str], boot: Path | None = None, broken: str = "") -> int:
    """Run `gate` with these words, in the boot whose id is in `boot`."""
    sabotage.commit(broken)
    if boot is not None:
        clock.BOOT_ID = boot
    return cli.main(words)


def collector(words: list[str]) -> int:
    """Run `collector` with these words."""
    from collector import cli as other  # noqa: PLC0415  (a gate never loads it)

    return other.main(words)


def broker(words: list[str]) -> int:
    """Run `python -m broker` with these words."""
    import sys  # noqa: PLC0415

    from broker.__main__ import main  # noqa: PLC0415

    sys.argv = ["broker", *words]
    return main()
