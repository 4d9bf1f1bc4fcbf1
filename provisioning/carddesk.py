"""The commands for control cards: what one has a gate do, for whom, and how long it counts."""

import argparse
import sys
from pathlib import Path

from provisioning import (
    authority,
    cardlist,
    cards,
    clock,
    files,
    paper,
    printed,
    sddesk,
    technicians,
    terms,
)
from provisioning.asked import Translate, of_authority
from provisioning.cards import For, Issued
from provisioning.errors import ArgumentsInvalid, ValueInvalid
from provisioning.i18n import marked
from wire.cardwork import (
    LOSING,
    MOST_LETTERS,
    Direct,
    Event,
    Needs,
    Nothing,
    People,
    Place,
    Wifi,
    Work,
)
from wire.record import Direction
from wire.statuslist import INVALID, VALID

HOURS = 24
"""A card is made for one visit; a lost one should not be good for long."""
DIRECTIONS = {
    "in": (Direction.IN,),
    "out": (Direction.OUT,),
    "both": (Direction.IN, Direction.OUT),
}
PDF = ".pdf"
TOLD = {
    Work.IDENTIFY: marked("have a gate show which one it is"),
    Work.COUNT_RESET: marked("set how many people are inside, such as none"),
    Work.PLACE: marked("let a gate stand at another place from now on"),
    Work.DIRECTION: marked("let a gate serve other ways from now on"),
    Work.EVENT: marked("lend a gate to an event, from a time until another"),
    Work.WIFI: marked("let a gate join a Wi-Fi network"),
    Work.SELF_TEST: marked("have a gate try all its parts"),
    Work.TECHNICIAN: marked("open the way in for technicians for half an hour"),
    Work.EXPORT: marked("carry records and lists by a USB stick"),
    Work.FACTORY_RESET: marked("let a gate forget all, to be enrolled anew"),
    Work.RETIRE: marked("let a gate forget all, for good"),
    Work.FACTORY_RESET_LOSING: marked("the same though scans are lost, which is declared"),
    Work.RETIRE_LOSING: marked("retire a gate though scans are lost, which is declared"),
}


def add(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Add what a card can ask for, and the withdrawal of cards."""
    works = parser.add_subparsers(required=True, metavar="WORK")
    for work, told in TOLD.items():
        added = works.add_parser(work.value, help=_(told))
        added.set_defaults(work=_make, does=work)
        _needs(added, work, _)
        common(added, _)
        added.add_argument(
            "--out", type=Path, required=True, help=_("the picture (PNG), or the sheet (PDF)")
        )
        added.add_argument(
            "--text", action="store_true", help=_("write the text of the code as well")
        )
    _withdrawing(works.add_parser("withdraw", help=_("withdraw control cards")), _)
    sddesk.add(lambda name, said: works.add_parser(name, help=said), _)


def add_technician(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Add the certifying of a technician's key."""
    parser.set_defaults(work=_certify)
    of_authority(parser, _)
    parser.add_argument("key", type=Path, metavar="KEY.pub", help=_("the technician's public key"))
    parser.add_argument("--name", required=True, help=_("what a gate's log calls the technician"))
    parser.add_argument("--days", type=int, default=7, help=_("how many days it is valid"))
    parser.add_argument("--root", action="store_true", help=_("may change anything, not only look"))
    parser.add_argument("--out", type=Path, required=True, help=_("such as KEY-cert.pub"))


def _certify(asked: argparse.Namespace, _: Translate) -> str:
    home, now = authority.load(asked.authority), clock.now()
    certificate = technicians.certify(
        home, asked.key, asked.name, days=asked.days, is_root=asked.root, now=now
    )
    files.write(asked.out, certificate)
    said = _("{path}: certified. It opens a gate while a technician card has opened its way in.")
    return said.format(path=asked.out)


def common(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Let a command say for whom a card is, and how long it is good."""
    of_authority(parser, _)
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--gate", dest="name", metavar="GATE", help=_("the gate that is to obey"))
    whom.add_argument(
        "--place", dest="name", metavar="PLACE", help=_("the place whose gates are to obey")
    )
    whom.add_argument("--area", metavar="AREA", help=_("the area whose gates are to obey"))
    parser.add_argument(
        "--until",
        "--expires",
        dest="until",
        metavar="ISO",
        help=_("good until this date, or this time; 24 hours if missing"),
    )


def whom(asked: argparse.Namespace) -> For:
    """Return whom the command line says a card is for."""
    return For(asked.area, is_area=True) if asked.area else For(asked.name)


def term(asked: argparse.Namespace) -> terms.Term:
    """Return how long the command line says a card is good."""
    now = clock.now()
    return terms.hours(HOURS, now) if asked.until is None else terms.until(now, asked.until)


def _needs(parser: argparse.ArgumentParser, work: Work, _: Translate) -> None:
    if work is Work.COUNT_RESET:
        parser.add_argument(
            "--count", type=int, default=0, help=_("the people inside; 0 if missing")
        )
    if work in (Work.PLACE, Work.EVENT):
        parser.add_argument("--to", required=True, metavar="PLACE", help=_("the other place"))
    if work is Work.PLACE:
        parser.add_argument("--to-area", default="", metavar="AREA", help=_("its area, if another"))
    if work is Work.EVENT:
        parser.add_argument("--begins", required=True, metavar="ISO", help=_("when it begins"))
        parser.add_argument("--ends", required=True, metavar="ISO", help=_("when it ends"))
    if work in (Work.PLACE, Work.EVENT, Work.DIRECTION):
        parser.add_argument(
            "--ways",
            choices=DIRECTIONS,
            required=work is Work.DIRECTION,
            help=_("the ways this door serves"),
        )
    if work is Work.WIFI:
        parser.add_argument("--ssid", required=True, help=_("the name of the network"))
        parser.add_argument(
            "--open", action="store_true", help=_("it has no password; otherwise one is read")
        )


def _withdrawing(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_withdraw)
    of_authority(parser, _)
    parser.add_argument(
        "numbers", nargs="*", metavar="NUMBER", help=_("the number of a card, or its end")
    )
    parser.add_argument(
        "--every", action="store_true", help=_("all cards, such as when the key was stolen")
    )
    parser.add_argument("--restore", action="store_true", help=_("make them good again"))


def _brought(asked: argparse.Namespace) -> Needs:
    ways = DIRECTIONS[asked.ways] if getattr(asked, "ways", None) else None
    match asked.does:
        case Work.COUNT_RESET:
            return People(count=asked.count)
        case Work.PLACE:
            return Place(place=asked.to.strip(), area=asked.to_area.strip(), ways=ways)
        case Work.DIRECTION:
            return Direct(ways=DIRECTIONS[asked.ways])
        case Work.EVENT:
            begins, ends = terms.moment(asked.begins, "begins"), terms.moment(asked.ends, "ends")
            times = int(begins.timestamp()), int(ends.timestamp())
            return Event(place=asked.to.strip(), begins=times[0], ends=times[1], ways=ways)
        case Work.WIFI:
            # Not from the command line, which every program on this machine can read.
            password = "" if asked.open else _password()
            return Wifi(ssid=asked.ssid, password=password)
    return Nothing()


def _password() -> str:
    """Read a network's password; raise ValueInvalid if there is none.

    A gate that was given none would join anybody's network of that name.
    """
    if password := sys.stdin.readline().rstrip("\n"):
        return password
    raise ValueInvalid(name="password", value="", takes=cards.PASSWORD, least=1, most=MOST_LETTERS)


def _make(asked: argparse.Namespace, _: Translate) -> str:
    home, now = authority.load(asked.authority), clock.now()
    if asked.does is Work.WIFI and not asked.open and sys.stdin.isatty():
        print(_("The password of the network, and Enter:"), file=sys.stderr, flush=True)  # noqa: T201
    brought, until, is_sheet = _brought(asked), term(asked), asked.out.suffix == PDF
    with printed.room(asked.out, 1) as put:
        issued = cards.issue(home, asked.does, whom(asked), brought, term=until, now=now)
        put(paper.slips(issued.title, [cards.slip(issued)]) if is_sheet else cards.draw(issued))
    return "\n".join([issued.text] * asked.text + told(issued, asked.out, _))


def told(issued: Issued, path: Path, _: Translate) -> list[str]:
    """Return what is to be known of a card that was made."""
    said = [
        _("{path}: for {gates}, until {until}.").format(
            path=path,
            gates=", ".join(issued.gates),
            until=terms.printed(issued.claims.expires),
        ),
        _("Number {number}: by it this card can be withdrawn.").format(
            number=issued.claims.number.hex()
        ),
    ]
    if issued.changes:
        said.append(
            _("Press the service button inside the box, then show the card within 30 seconds.")
        )
    if issued.claims.does in LOSING:
        said.append(_("Scans that the district has not got will be LOST; the gate declares them."))
    return said


def _withdraw(asked: argparse.Namespace, _: Translate) -> str:
    if not asked.numbers and not asked.every:
        raise ArgumentsInvalid(detail=marked("say which cards: numbers, or --every"))
    paths = cardlist.withdraw(
        authority.load(asked.authority),
        tuple(asked.numbers),
        every=asked.every,
        standing=VALID if asked.restore else INVALID,
        now=clock.now(),
    )
    signed = _("{path}: signed. Publish it with the collector; it counts once a gate has it.")
    return "\n".join(signed.format(path=path) for path in paths)
