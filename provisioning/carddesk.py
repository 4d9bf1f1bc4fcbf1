"""The commands for control cards: what one has a gate do, for whom, and how long it counts."""

import argparse
from collections.abc import Callable
from pathlib import Path

from provisioning import authority, cards, clock, desk, files, terms
from provisioning.cards import Issued
from provisioning.desk import Translate

HOURS = 24
"""A card is made for one visit; a lost one should not be good for long."""


def add(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Add what a card can ask for."""
    works = parser.add_subparsers(required=True, metavar="WORK")
    counts = works.add_parser(
        cards.COUNT_RESET, help=_("set how many people are inside, such as none")
    )
    counts.add_argument("--count", type=int, default=0, help=_("the people inside; 0 if missing"))
    _common(counts, _reset, _)
    shows = works.add_parser(cards.IDENTIFY, help=_("have a gate show which one it is"))
    _common(shows, _identify, _)


def _common(
    parser: argparse.ArgumentParser, work: Callable[[argparse.Namespace], Issued], _: Translate
) -> None:
    parser.set_defaults(work=lambda asked, told: _made(asked, work(asked), told))
    desk.of_authority(parser, _)
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--gate", dest="scope", metavar="GATE", help=_("the gate that is to obey"))
    whom.add_argument(
        "--place", dest="scope", metavar="PLACE", help=_("the place whose gates are to obey")
    )
    parser.add_argument(
        "--until",
        "--expires",
        dest="until",
        metavar="ISO",
        help=_("good until this date, or this time; 24 hours if missing"),
    )
    parser.add_argument("--out", type=Path, required=True, help=_("the picture, a PNG file"))
    parser.add_argument("--text", action="store_true", help=_("write the text of the code as well"))


def _reset(asked: argparse.Namespace) -> Issued:
    home, now = authority.load(asked.authority), clock.now()
    return cards.count_reset(home, asked.scope, asked.count, term=_term(asked), now=now)


def _identify(asked: argparse.Namespace) -> Issued:
    home, now = authority.load(asked.authority), clock.now()
    return cards.identify(home, asked.scope, term=_term(asked), now=now)


def _term(asked: argparse.Namespace) -> terms.Term:
    now = clock.now()
    if asked.until is None:
        return terms.hours(HOURS, now)
    return terms.until(now, asked.until)


def _made(asked: argparse.Namespace, issued: Issued, _: Translate) -> str:
    files.write(asked.out, cards.draw(issued), files.PRIVATE)
    told = [
        _("{path}: for {gates}, until {until}.").format(
            path=asked.out,
            gates=", ".join(issued.gates),
            until=terms.printed(issued.claims.expires),
        )
    ]
    if issued.claims.does == cards.COUNT_RESET:
        told.append(
            _("Press the service button inside the box, then show the card within 30 seconds.")
        )
    return "\n".join([issued.text, *told] if asked.text else told)
