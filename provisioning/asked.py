"""What commands ask for alike: the authority's folder, and shares of its root.

The desks' commands are built of these; what a command does is its own.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from provisioning import authority, ceremony
from provisioning.authority import Authority

Translate = Callable[[str], str]
New = Callable[[str, str], argparse.ArgumentParser]
"""Makes a command of a name, with a line about it."""


def of_authority(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Let a command ask for the authority's folder."""
    parser.add_argument("--authority", type=Path, required=True, help=_("the authority's folder"))


def of_root(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Let a command ask for shares of the root."""
    parser.add_argument(
        "--share",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=_("a share of the root: a picture of its page, or a file with its words"),
    )


def opened(asked: argparse.Namespace) -> Authority:
    """Return the authority that a command names, with its root if shares were given."""
    return ceremony.joined(authority.load(asked.authority), asked.share)
