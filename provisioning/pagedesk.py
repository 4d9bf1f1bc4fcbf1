"""`provision web`: the pages' own certificate, and the sheet by which people install it."""

import argparse
from pathlib import Path

from provisioning import clock, files, pagecert, pagesheet
from provisioning.asked import Translate, of_authority, of_root, opened


def add(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Say what the command takes."""
    parser.set_defaults(work=_make)
    of_authority(parser, _)
    of_root(parser, _)
    parser.add_argument(
        "--host",
        action="append",
        required=True,
        metavar="NAME",
        help=_("a name or address of the pages; may be given several times"),
    )
    parser.add_argument(
        "--days", type=int, default=pagecert.DAYS, help=_("how long its certificate is valid")
    )
    parser.add_argument(
        "--anew",
        action="store_true",
        help=_("for other names than before: all devices must install it again"),
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help=_("the folder for the server")
    )


def _make(asked: argparse.Namespace, _: Translate) -> str:
    home = opened(asked)
    made = pagecert.make(home, asked.host, clock.now(), asked.days, anew=asked.anew)
    drawn = pagesheet.draw(home.public.authority, home.public.help_line, asked.host, made)
    files.folder(asked.out)
    files.write(asked.out / "privkey.pem", made.key, files.PRIVATE)
    files.write(asked.out / "fullchain.pem", made.chain)
    files.write(asked.out / pagesheet.FILE, made.ca)
    files.write(asked.out / "sheet.pdf", drawn)
    return _(
        "{folder}: privkey.pem and fullchain.pem are for the server, ca.crt and sheet.pdf for those"
        " who open the pages. Valid until {date}."
    ).format(folder=asked.out, date=f"{made.until:%Y-%m-%d}")
