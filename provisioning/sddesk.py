"""The commands for memory cards: prepare one that is plugged in, or build an image for many."""

import argparse
from pathlib import Path

from provisioning import authority, bootfiles, sdcard
from provisioning.asked import New, Translate, of_authority
from provisioning.bootfiles import Tree

SERVICES = Path(__file__).resolve().parents[1] / "systemd"
"""In a checkout; a packaged program is told where they are."""


def add(new: New, _: Translate) -> None:
    """Add the commands."""
    prepares = new("prepare", _("prepare a memory card with Raspberry Pi OS for any gate"))
    prepares.set_defaults(work=_prepare)
    _common(prepares, _)
    prepares.add_argument(
        "folder", type=Path, metavar="FOLDER", help=_("where the card's boot partition is mounted")
    )
    builds = new("image", _("build an image for memory cards of any gate"))
    builds.set_defaults(work=_build)
    _common(builds, _)
    builds.add_argument(
        "base", type=Path, metavar="IMAGE", help=_("an image of Raspberry Pi OS Lite, .img or .xz")
    )
    builds.add_argument("--out", type=Path, required=True, help=_("the image to be made"))


def _common(parser: argparse.ArgumentParser, _: Translate) -> None:
    of_authority(parser, _)
    parser.add_argument(
        "--release",
        type=Path,
        required=True,
        metavar="FOLDER",
        help=_("a release for the Pi, signed with `provision release`"),
    )
    parser.add_argument(
        "--services", type=Path, default=SERVICES, metavar="FOLDER", help=_("the gate's services")
    )


def _tree(asked: argparse.Namespace) -> Tree:
    home = authority.load(asked.authority)
    return bootfiles.files_of(home, asked.release, asked.services)


def _prepare(asked: argparse.Namespace, _: Translate) -> str:
    tree = _tree(asked)
    sdcard.prepare(asked.folder, tree)
    return _told(asked.folder, tree, _)


def _build(asked: argparse.Namespace, _: Translate) -> str:
    tree = _tree(asked)
    sdcard.build(asked.base, asked.out, tree)
    return _told(asked.out, tree, _)


def _told(path: Path, tree: Tree, _: Translate) -> str:
    said = _("{path}: {count} files, the same for every gate, none of them secret.")
    return said.format(path=path, count=len(tree))
