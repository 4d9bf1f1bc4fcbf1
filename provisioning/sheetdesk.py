"""The commands for sheets to be printed, as PDF: labels, passes, control cards, paper logs."""

import argparse
from pathlib import Path

from provisioning import (
    authority,
    carddesk,
    cards,
    clock,
    files,
    logsheet,
    passdesk,
    passes,
    printed,
    roster,
    sheets,
)
from provisioning.asked import New, Translate, of_authority
from provisioning.errors import NUMBER, TEXT, GateUnknown, ValueInvalid
from wire.cardwork import NEEDS, Work
from wire.controlcard import scopes

MOST = 500
"""On one sheet of passes: more is a slip of the finger, and each is entered in the register."""
PLAIN = [each.value for each in Work if each not in NEEDS]


def add(new: New, _: Translate) -> None:
    """Add the commands."""
    _labels_command(new("labels", _("print labels for gates, and instructions for visitors")), _)
    _passes_command(new("passes", _("print passes")), _)
    _cards_command(new("cards", _("print control cards")), _)
    told = _("print the sheet on which people are written down where no gate works")
    _log_command(new("log-sheet", told), _)


def _labels_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_labels)
    of_authority(parser, _)
    parser.add_argument("--gate", default="", help=_("this gate alone"))
    parser.add_argument("--place", default="", help=_("the gates of this place alone"))
    parser.add_argument("--area", default="", help=_("the gates of this area alone"))
    parser.add_argument(
        "--instructions", action="store_true", help=_("the page for visitors instead of labels")
    )
    parser.add_argument("--out", type=Path, required=True, help=_("the sheet, a PDF file"))


def _passes_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_passes)
    passdesk.pass_arguments(parser, _)
    parser.add_argument("--count", type=int, default=6, help=_("how many"))
    parser.add_argument("--out", type=Path, required=True, help=_("the sheet, a PDF file"))


def _cards_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_cards)
    carddesk.common(parser, _)
    parser.add_argument(
        "works", nargs="+", choices=PLAIN, metavar="WORK", help=_("what the cards ask for")
    )
    parser.add_argument("--out", type=Path, required=True, help=_("the sheet, a PDF file"))


def _log_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_log)
    of_authority(parser, _)
    parser.add_argument("--place", required=True, help=_("the place, as its gates have it"))
    parser.add_argument("--out", type=Path, required=True, help=_("the sheet, a PDF file"))


def _log(asked: argparse.Namespace, _: Translate) -> str:
    book = roster.load(authority.load(asked.authority).folder)
    place = asked.place.strip()
    if not 0 < len(place) <= authority.MAX_TEXT or not place.isprintable():
        raise ValueInvalid(
            name="place", value=asked.place, takes=TEXT, least=1, most=authority.MAX_TEXT
        )
    files.write(asked.out, logsheet.draw(place, book.help_line))
    return _("{path}: one sheet for {place}; print as many as are needed.").format(
        path=asked.out, place=place
    )


def _labels(asked: argparse.Namespace, _: Translate) -> str:
    book = roster.load(authority.load(asked.authority).folder)
    found = [each for each in book.gates if _is_asked_for(each, asked)]
    if not found:
        raise GateUnknown(name=asked.gate or asked.place or asked.area)
    if asked.instructions:
        drawn = sheets.instructions(asked.place or found[0].place, book.help_line)
    else:
        drawn = sheets.labels(found, book)
    files.write(asked.out, drawn)
    told = [_told(asked.out, 1 if asked.instructions else len(found), _)]
    if not book.help_line:
        told.append(_("NOTE: this authority has no help line; write it on the dots by hand."))
    return "\n".join(told)


def _is_asked_for(gate: roster.Gate, asked: argparse.Namespace) -> bool:
    """Compare names as cards do, whatever their accents."""
    named = scopes(gate.gate, "", "") if asked.gate else scopes("", gate.place, gate.area)
    wanted = scopes(asked.gate, asked.place, asked.area)
    return wanted <= named


def _passes(asked: argparse.Namespace, _: Translate) -> str:
    if not 0 < asked.count <= MOST:
        raise ValueInvalid(name="count", value=asked.count, takes=NUMBER, least=1, most=MOST)
    now, home = clock.now(), authority.load(asked.authority)
    with printed.room(asked.out, asked.count) as put:
        made = [
            passes.issue(
                home,
                asked.holder,
                now=now,
                term=passdesk.term(asked, now),
                entries=asked.entries,
                identity=asked.identity,
            )
            for _number in range(asked.count)
        ]
        put(sheets.passes(made))
    numbers = [each.claims.number.hex() for each in made]
    return "\n".join([*numbers, _told(asked.out, len(made), _)])


def _cards(asked: argparse.Namespace, _: Translate) -> str:
    now, home = clock.now(), authority.load(asked.authority)
    whom, term = carddesk.whom(asked), carddesk.term(asked)
    with printed.room(asked.out, len(asked.works)) as put:
        made = [cards.issue(home, Work(each), whom, term=term, now=now) for each in asked.works]
        put(sheets.control_cards(made))
    said = [f"{each.claims.number.hex()} {each.claims.does}" for each in made]
    return "\n".join([*said, _told(asked.out, len(made), _)])


def _told(path: Path, count: int, _: Translate) -> str:
    said = _("{path}: {count} to be cut out. Print at actual size, not fitted to the page.")
    return said.format(path=path, count=count)
