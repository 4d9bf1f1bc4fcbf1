"""The commands about the authority itself: found it, turn its keys over, share its root.

Each takes what the command line says and returns what to tell; the work is done elsewhere.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from provisioning import (
    authority,
    ceremony,
    clock,
    expiry,
    gates,
    making,
    passphrase,
    revocation,
    revoked,
    sharepdf,
    sharesheet,
    turnover,
)
from provisioning.asked import Translate, of_authority, of_root, opened
from provisioning.authority import Authority
from provisioning.errors import ArgumentsInvalid, FileUnusable, NotConfirmed
from provisioning.expiry import End, Level
from provisioning.halfway import Left
from provisioning.i18n import marked
from provisioning.revoked import Revoked

LEVELS = {
    Level.GOOD: marked("good"),
    Level.SOON: marked("renew soon"),
    Level.URGENT: marked("RENEW NOW"),
    Level.ENDED: marked("ENDED"),
}
CLIENT = marked(
    "CAUTION: {name}, certificate {serial}, would count no more, for good. The broker lets its "
    "holder in no more. A gate goes on at its door and keeps its records, but sends nothing until "
    "it is admitted anew with new keys; if it may come back, `collector gates revoke` is enough."
)
INTAKE = marked(
    "CAUTION: {name}, certificate {serial}, would count no more, for good. Nothing is taken from "
    "any gate until `renew` has made another certificate and it was carried to the collector; the "
    "gates keep their records meanwhile."
)
YES = frozenset({"yes", "y", "có", "co"})
WORKS = {
    "renew": marked("make the next keys and certificates, before the old ones end"),
    "recover": marked("replace every key that is online, after one was stolen or lost"),
    "shares": marked("put the root on new pages, and out of the folder"),
}


def add(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Add the commands."""
    works = parser.add_subparsers(required=True, metavar="WORK")
    _create_command(works.add_parser("create", help=_("make a new authority")), _)
    for name, work in (("renew", _renew), ("recover", _recover), ("shares", _share)):
        each = works.add_parser(name, help=_(WORKS[name]))
        each.set_defaults(work=work)
        of_authority(each, _)
        of_root(each, _)
        if name == "recover":
            _recover_options(each, _)
        if name == "shares":
            _page_options(each, _, required=True)
    _revoke_command(works.add_parser("revoke", help=_("let a certificate count no more")), _)
    status = works.add_parser("status", help=_("say what ends when"))
    status.set_defaults(work=_status)
    of_authority(status, _)
    status.add_argument("--json", action="store_true", help=_("for programs"))


def _create_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_create)
    parser.add_argument("--out", type=Path, required=True, help=_("a new folder for its keys"))
    parser.add_argument("--name", required=True, help=_("its name, for people"))
    parser.add_argument("--help-line", default="", help=_("whom to call"))
    parser.add_argument(
        "--host",
        action="append",
        help=_("a name or address of the broker; may be given more than once"),
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help=_("FOR TRYING OUT ONLY: no passphrase, and the root lies in the folder"),
    )
    _page_options(parser, _, required=False)


def _page_options(parser: argparse.ArgumentParser, _: Translate, *, required: bool) -> None:
    parser.add_argument(
        "--sheets", type=Path, required=required, help=_("a folder for the pages with the shares")
    )
    parser.add_argument(
        "--pdf",
        action="store_true",
        help=_("one PDF for a printer, a sheet of paper for each holder, instead of pictures"),
    )
    parser.add_argument(
        "--needed", type=int, default=ceremony.NEEDED, help=_("how many shares it takes")
    )
    parser.add_argument(
        "--count", type=int, default=ceremony.COUNT, help=_("how many shares there are")
    )


def _recover_options(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.add_argument(
        "--passes-stay",
        action="store_true",
        help=_("passes issued before stay good, also those that a thief has made"),
    )
    parser.add_argument(
        "--seal", action="store_true", help=_("personal fields are sealed to a new key as well")
    )


def _revoke_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_revoke)
    of_authority(parser, _)
    of_root(parser, _)
    parser.add_argument(
        "what",
        metavar="NAME|NUMBER|FILE",
        help=_("a gate or a service, the number of a certificate, or a file with one"),
    )
    parser.add_argument("--yes", action="store_true", help=_("do it without asking"))


def _revoke(asked: argparse.Namespace, _: Translate) -> str:
    home, now = opened(asked), clock.now()
    _confirm(asked, home, revocation.meant(home, asked.what, now), _)
    done = revocation.revoke(home, asked.what, now)
    line = _("{name}: certificate {serial} counts no more")
    told = [line.format(name=each.name, serial=each.serial) for each in done]
    if not told:
        told.append(_("{what}: revoked before").format(what=asked.what))
    told.append(
        _(
            "Carry {path} to the broker with its folder: it then ends open connections within "
            "seconds and lets none in again. `collector gates revoke` takes nothing more at once."
        ).format(path=home.folder / revoked.LISTS)
    )
    if revocation.is_unseen(home, asked.what):
        told.append(
            _(
                "CAUTION: {gate} enrolled over the network, and its certificate from there is not "
                "here: carry `certificates` of the enrolment machine here and do this again."
            ).format(gate=asked.what)
        )
    expiry.write(home)
    return "\n".join([*told, *_uncovered(home, _)])


def _confirm(
    asked: argparse.Namespace, home: Authority, meant: Sequence[Revoked], _: Translate
) -> None:
    """Say what revoking means, and ask; raise NotConfirmed unless somebody says yes."""
    known = {(each.issuer, each.serial) for each in revoked.load(home.folder)}
    fresh = [each for each in meant if (each.issuer, each.serial) not in known]
    for each in fresh:
        means = INTAKE if each.name == making.INTAKE else CLIENT
        told = _(means).format(name=each.name, serial=each.serial)
        print(told, file=sys.stderr)  # noqa: T201
    if not fresh or asked.yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmed
    print(_("Type yes to revoke:"), end=" ", file=sys.stderr, flush=True)  # noqa: T201
    if sys.stdin.readline().strip().casefold() not in YES:
        raise NotConfirmed


def _uncovered(home: Authority, _: Translate) -> list[str]:
    """Say of which CAs there is no list."""
    told = _(
        "CAUTION: no revocation list of {ca} could be made, for its key is not here. The broker "
        "uses no list at all until `provision authority renew` has been done once more."
    )
    return [told.format(ca=each) for each in revoked.uncovered(home.folder)]


def _unanswered(home: Authority, _: Translate) -> list[str]:
    """Say which gates get no next certificate, and what to do."""
    found = gates.unanswered(home)
    if not found:
        return []
    told = _(
        "CAUTION: {count} gates get NO next certificate, for what they asked with is not here: "
        "{gates}. Carry `requests` of the enrolment machine here and renew once more. A gate that "
        "enrolled before requests were kept: make it with `gate keys` on the gate and admit it "
        "with `provision gate`, or enrol it anew by a code, before its certificate ends."
    )
    return [told.format(count=len(found), gates=", ".join(found))]


def _create(asked: argparse.Namespace, _: Translate) -> str:
    hosts = tuple(host.lower() for host in asked.host or authority.HOSTS)
    about = {"help_line": asked.help_line, "hosts": hosts, "now": clock.now()}
    if asked.plain == (asked.sheets is not None):
        raise ArgumentsInvalid(detail=marked("give either --sheets FOLDER, or --plain to try out"))
    if asked.plain:
        home = authority.create(asked.out, asked.name, **about)
        expiry.write(home)
        return _(
            "{name}: keys made in {folder}.\n"
            "WARNING: --plain is for trying out. The root lies in its folder “offline” and nothing "
            "is closed with a passphrase: who copies the folder is the authority."
        ).format(name=asked.name, folder=asked.out)
    secret = passphrase.chosen()
    pages = {"sheets": asked.sheets, "needed": asked.needed, "count": asked.count}
    home, made = ceremony.found(
        asked.out, asked.name, secret=secret, write=_writer(asked), **about, **pages
    )
    expiry.write(home)
    told = _("{name}: keys made in {folder}. The root is on {count} pages and nowhere else.")
    told = told.format(name=asked.name, folder=asked.out, count=asked.count)
    return "\n".join([told, *_pages(made, _)])


def _writer(asked: argparse.Namespace) -> ceremony.Write:
    return sharepdf.write if asked.pdf else sharesheet.write


def _pages(made: list[Path], _: Translate) -> list[str]:
    return [
        *(str(path) for path in made),
        _("Print each, give each to another person, and delete these files."),
    ]


def _renew(asked: argparse.Namespace, _: Translate) -> str:
    home = opened(asked)
    if asked.left in (Left.RENEWAL, Left.RECOVERY):  # else the keys in reserve would be used up
        return _published(home, _held(home), _)
    return _published(home, turnover.renew(home, clock.now()), _)


def _recover(asked: argparse.Namespace, _: Translate) -> str:
    home = replace(opened(asked), ask=cache(passphrase.chosen))  # maybe nobody knows the old one
    if asked.left is Left.RECOVERY:
        return _published(home, _held(home), _)
    paths = turnover.recover(home, clock.now(), passes_stay=asked.passes_stay, seal=asked.seal)
    told = [_published(home, paths, _)]
    if not asked.passes_stay:
        told.append(_("No pass issued before is good any more: issue them again."))
    return "\n".join(told)


def _held(home: Authority) -> list[Path]:
    """Return all that is signed for the gates."""
    return sorted((home.folder / authority.PUBLISHED).iterdir())


def _published(home: Authority, paths: list[Path], _: Translate) -> str:
    return "\n".join(
        [
            *(str(path) for path in paths),
            *_uncovered(home, _),
            *_unanswered(home, _),
            _(
                "New keys are in their places. Carry broker, collector and enrolment to their "
                "machines with public.json, restart those, and then publish these files."
            ),
        ]
    )


def _share(asked: argparse.Namespace, _: Translate) -> str:
    made = ceremony.share(
        opened(asked), asked.sheets, clock.now(), asked.needed, asked.count, _writer(asked)
    )
    told = _("The root is on {count} pages and nowhere else. Burn the pages of before.")
    return "\n".join([told.format(count=asked.count), *_pages(made, _)])


def _status(asked: argparse.Namespace, _: Translate) -> str:
    now, home = clock.now(), authority.load(asked.authority)
    _note(home, _)
    found = expiry.ends(home)
    if asked.json:
        lines = [
            {**msgspec.to_builtins(each), "level": expiry.level(each, now)} for each in found.ends
        ]
        return msgspec.json.encode({"authority": found.authority, "ends": lines}).decode()
    told = [_line(each, now, _) for each in found.ends]
    return "\n".join([*told, *_uncovered(home, _), *_unanswered(home, _)])


def _note(home: Authority, _: Translate) -> None:
    """Note for the collector what ends when, unless the folder is only to be looked at."""
    try:
        expiry.write(home)
    except FileUnusable as error:
        told = _("CAUTION: {path} stays as it was: {detail}")
        details = {**error.details, "detail": _(str(error.details["detail"]))}
        print(told.format(**details), file=sys.stderr)  # noqa: T201


def _line(each: End, now: datetime, _: Translate) -> str:
    until = datetime.fromtimestamp(each.until / 1000, now.tzinfo)
    days = (until - now).days
    told = _("{what}: until {date}, {days} days; {level}")
    level = _(LEVELS[expiry.level(each, now)])
    return told.format(what=each.what, date=f"{until:%Y-%m-%d}", days=days, level=level)
