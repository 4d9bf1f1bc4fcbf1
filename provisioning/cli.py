"""`provision`: make an authority, admit a gate, and what the desk for passes does (passdesk.py).

Speaks Vietnamese or English; an error is one sentence with its code and what to do, on standard
error, and the exit status is then 2.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from provisioning import (
    authority,
    authoritydesk,
    carddesk,
    clock,
    files,
    gates,
    halfway,
    homeassistant,
    pagedesk,
    passdesk,
    policies,
    releases,
    sheetdesk,
)
from provisioning.asked import Translate, of_authority, of_root, opened
from provisioning.errors import ArgumentsInvalid, FileUnusable, ProvisionError
from provisioning.halfway import Left
from provisioning.i18n import catalogue, lend_to_argparse, marked
from provisioning.policywords import described
from wire.enrolment import LIMIT
from wire.language import choose
from wire.record import Direction

DIRECTIONS = {
    "in": (Direction.IN,),
    "out": (Direction.OUT,),
    "both": (Direction.IN, Direction.OUT),
}
INTERRUPTED = 130
LEFT = {
    Left.UNMADE: marked(
        "NOTE: making new keys was cut off the last time. What was made then is deleted, and the "
        "keys of before count: do it again."
    ),
    Left.RENEWAL: marked(
        "NOTE: a renewal was cut off the last time; it is finished now, do not do it again. Carry "
        "broker, collector and enrolment to their machines with public.json, restart those, and "
        "then publish what lies in {published}."
    ),
    Left.RECOVERY: marked(
        "NOTE: a recovery was cut off the last time; it is finished now, with the passphrase that "
        "was chosen then. Carry broker, collector and enrolment to their machines with "
        "public.json, restart those, and then publish what lies in {published}. If nobody knows "
        "that passphrase any more, do `recover` once more: it asks for a new one."
    ),
}
"""What is said of a turn of the keys that was cut off."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors like any other."""

    def error(self, message: str) -> NoReturn:
        """Raise ArgumentsInvalid."""
        raise ArgumentsInvalid(detail=message)

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:  # noqa: ANN401 - argparse's
        """Refuse a named pipe for a file: nobody may ever write to it."""
        value = super()._get_value(action, arg_string)
        with suppress(OSError):  # a shell's `<(...)` has no name: it is written to
            if isinstance(value, Path) and value.is_fifo() and value.resolve().exists():
                raise FileUnusable(path=value, detail=marked("Not a regular file"))
        return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    language = choose(os.environ)
    lend_to_argparse(language)
    _ = catalogue(language).gettext
    try:
        asked = _parser(_).parse_args(arguments)
        _apart(asked)
        _sweep(asked)
        asked.left = _settled(asked, _)
        print(asked.work(asked, _), flush=True)
    except ProvisionError as error:
        print(_told(error, _), file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _apart(asked: argparse.Namespace) -> None:
    """Keep what a command makes out of the authority's folder.

    There it could take the place of a key or of the roster, and pages of the root would be copied
    with the folder, all of them together.
    """
    given = vars(asked)
    folder: Path | None = given.get("authority") or (
        given.get("out") if "sheets" in given else None
    )
    for made in (given.get("out"), given.get("sheets")):
        if folder and made and folder.resolve() in made.resolve().parents:
            raise ArgumentsInvalid(detail=marked("what it makes lies in the authority's folder"))


def _sweep(asked: argparse.Namespace) -> None:
    """Delete what a command that was killed had begun to write where this one works."""
    given = vars(asked)
    home: Path | None = given.get("authority")
    folders = [] if home is None else [home, *filter(Path.is_dir, home.glob("*"))]
    for made in filter(None, (given.get("out"), given.get("sheets"))):
        folders += [made, made.parent]
    for each in folders:
        files.sweep(each)


def _settled(asked: argparse.Namespace, _: Translate) -> Left | None:
    """See to a turn of the keys that was cut off, in the authority that a command names."""
    folder: Path | None = getattr(asked, "authority", None)
    left = None if folder is None else halfway.settle(folder)
    if folder is not None and left is not None:
        print(_(LEFT[left]).format(published=folder / authority.PUBLISHED), file=sys.stderr)
    return left


def _told(error: ProvisionError, _: Translate) -> str:
    """Spell an error in the reader's language."""
    details = {
        name: _(value) if isinstance(value, str) and value else value
        for name, value in error.details.items()
    }
    sentence, remedy = (_(text).format(**details) for text in (error.sentence, error.remedy))
    return f"{error.code}: {sentence}\n  -> {remedy}"


def _parser(_: Translate) -> Parser:
    parser = Parser(prog="provision", description=_("The authority's keys, gates and passes."))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    authoritydesk.add(
        commands.add_parser("authority", help=_("make an authority, and see to its keys")), _
    )
    _gate_command(commands.add_parser("gate", help=_("admit a gate")), _)
    passdesk.add(lambda name, told: commands.add_parser(name, help=told), _)
    carddesk.add(commands.add_parser("card", help=_("make a control card for a gate")), _)
    sheetdesk.add(lambda name, told: commands.add_parser(name, help=told), _)
    told = _("certify a technician's SSH key")
    carddesk.add_technician(commands.add_parser("technician", help=told), _)
    pagedesk.add(commands.add_parser("web", help=_("make a certificate for the pages")), _)
    _policy_command(commands.add_parser("policy", help=_("sign what a place asks of people")), _)
    told = _("let a Home Assistant hear from the broker how the gates fare")
    _home_command(commands.add_parser("home-assistant", help=told), _)
    _release_command(commands.add_parser("release", help=_("sign a release of the program")), _)
    return parser


def _gate_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_admit_gate)
    of_authority(parser, _)
    of_root(parser, _)
    parser.add_argument(
        "--request", type=Path, required=True, help=_("the file that `gate keys` made on the gate")
    )
    parser.add_argument(
        "--gate", required=True, help=_("its name: letters a to z, digits and hyphens")
    )
    parser.add_argument("--place", required=True, help=_("the place where it stands, for people"))
    parser.add_argument("--area", required=True, help=_("the commune or area"))
    parser.add_argument("--sector", required=True, help=_("such as health, education, transport"))
    parser.add_argument(
        "--direction", choices=DIRECTIONS, required=True, help=_("the ways this door serves")
    )
    parser.add_argument(
        "--days", type=int, default=gates.DAYS, help=_("how long its certificate is valid")
    )
    parser.add_argument(
        "--replace", action="store_true", help=_("this gate takes the place of one of that name")
    )
    parser.add_argument("--out", type=Path, required=True, help=_("the file for the gate"))


def _policy_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_sign_policy)
    of_authority(parser, _)
    parser.add_argument("file", type=Path, metavar="FILE", help=_("the policy, TOML or JSON"))
    parser.add_argument(
        "--check", action="store_true", help=_("only say what it means, and sign nothing")
    )


def _home_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_certify_home)
    of_authority(parser, _)
    of_root(parser, _)
    parser.add_argument(
        "--out", type=Path, required=True, help=_("the folder for two certificates")
    )


def _release_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_sign_release)
    of_authority(parser, _)
    of_root(parser, _)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help=_("the folder of its wheels"))


def _admit_gate(asked: argparse.Namespace, _: Translate) -> str:
    home = opened(asked)
    enrolment = gates.enrol(
        home,
        files.read(asked.request, LIMIT),
        gate=asked.gate,
        place=asked.place,
        area=asked.area,
        sector=asked.sector,
        directions=DIRECTIONS[asked.direction],
        now=clock.now(),
        days=asked.days,
        replace=asked.replace,
    )
    files.write(asked.out, enrolment)
    told = [
        _("{gate}: admitted. Carry {path} to the gate and give it to `gate enrol`.").format(
            gate=asked.gate, path=asked.out
        )
    ]
    if policies.is_outgrown(home, asked.place):
        told.append(
            _("The policy of {place} is made for fewer gates: sign a new one.").format(
                place=asked.place
            )
        )
    return "\n".join(told)


def _certify_home(asked: argparse.Namespace, _: Translate) -> str:
    teller, home = homeassistant.certify(opened(asked), asked.out, clock.now())
    return _("{teller}: for `collector home-assistant`. {home}: for the Home Assistant.").format(
        teller=teller, home=home
    )


def _sign_policy(asked: argparse.Namespace, _: Translate) -> str:
    home = authority.load(asked.authority)
    found = policies.draft(home, asked.file, clock.now())
    told = [f"{found.site}", *(f"  {each}" for each in described(found, _))]
    if not policies.gates_of(home, found):
        told.append(_("No gate of that place is enrolled yet."))
    if asked.check:
        return "\n".join(told)
    path = policies.publish(home, found)
    told.append(_("{path}: version {version}, signed.").format(path=path, version=found.version))
    return "\n".join(told)


def _sign_release(asked: argparse.Namespace, _: Translate) -> str:
    made = releases.sign(opened(asked), asked.folder, clock.now())
    told = _(
        "{title}: signed as release {version}. Lay the wheels into /var/lib/gate/release on a "
        "gate, and release.json last."
    )
    return told.format(title=made.title, version=made.version)


if __name__ == "__main__":
    sys.exit(main())
