"""The commands of the desk for passes: issue and withdraw them, turn keys, name signers.

Each takes what the command line says and returns what to tell; the work is done elsewhere.
"""

import argparse
from datetime import datetime
from pathlib import Path

from provisioning import (
    authority,
    cardlist,
    clock,
    deskkeys,
    desks,
    issuers,
    making,
    passcard,
    passes,
    printed,
    register,
    signers,
    terms,
    turnover,
    withdrawal,
)
from provisioning.asked import New, Translate, of_authority, of_root, opened
from provisioning.errors import ArgumentsInvalid, ValueInvalid
from provisioning.i18n import marked
from provisioning.passes import IDENTITIES
from provisioning.register import Register
from provisioning.terms import VIETNAM, Term
from wire.statuslist import INVALID, SUSPENDED, VALID

ENTRIES_DAYS = 30
"""How long a pass for so many entries is good if nothing else is said."""
CARRY = marked("Carry the desk's keys and public.json to its machine and restart `collector desk`.")
STAGES = {
    issuers.Stage.USED: marked("in use"),
    issuers.Stage.RESERVE: marked("in reserve"),
    issuers.Stage.OLD: marked("old"),
}


def add(new: New, _: Translate) -> None:
    """Add the desk's commands."""
    _pass_command(new("pass", _("issue a pass")), _)
    _withdraw_command(new("withdraw", _("withdraw passes")), _)
    for name, work, told in (
        ("lists", _renew, _("sign the lists of withdrawn passes anew")),
        ("status", _status, _("say how keys, passes and lists stand")),
    ):
        parser = new(name, told)
        parser.set_defaults(work=work)
        of_authority(parser, _)
    _issuer_command(new("issuer", _("turn or retire a key for passes")), _)
    _signers_command(new("signers", _("say whose health certificates count")), _)
    _desk_command(new("desk", _("make the keys with which a desk issues passes")), _)


def pass_arguments(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Let a command say which passes are to be issued."""
    of_authority(parser, _)
    parser.add_argument(
        "--holder", choices=passes.HOLDERS, required=True, help=_("the class of holder")
    )
    parser.add_argument("--days", type=int, help=_("how many days it is valid"))
    parser.add_argument("--day", metavar="DATE", help=_("valid on this day"))
    parser.add_argument(
        "--from",
        "--not-before",
        dest="begins",
        metavar="ISO",
        type=terms.moment,
        help=_("valid from this date or time; now if missing"),
    )
    parser.add_argument("--until", metavar="ISO", help=_("valid until this date, or this time"))
    parser.add_argument("--entries", type=int, help=_("how many times it opens the way in"))
    parser.add_argument(
        "--identity",
        choices=IDENTITIES,
        default="seen",
        help=_("whether staff has seen the person and a document"),
    )


def _pass_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_issue_pass)
    pass_arguments(parser, _)
    parser.add_argument("--out", type=Path, required=True, help=_("the picture, a PNG file"))
    parser.add_argument("--text", action="store_true", help=_("write the text of the code as well"))


def _withdraw_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_withdraw)
    of_authority(parser, _)
    parser.add_argument(
        "numbers",
        nargs="*",
        metavar="NUMBER",
        help=_("the number of a pass, or its last characters"),
    )
    parser.add_argument(
        "--holder", "--class", choices=passes.HOLDERS, help=_("all passes of a class of holder")
    )
    parser.add_argument(
        "--issuer", metavar="KEY", help=_("all passes of a key, such as one that was stolen")
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--suspend", action="store_true", help=_("not for good: they may be restored")
    )
    which.add_argument("--restore", action="store_true", help=_("make them good again"))


def _issuer_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    works = parser.add_subparsers(required=True, metavar="WORK")
    turn = works.add_parser("turn", help=_("issue passes with the key in reserve from now on"))
    turn.set_defaults(work=_turn)
    of_authority(turn, _)
    of_root(turn, _)
    which = turn.add_mutually_exclusive_group(required=True)
    which.add_argument("--identity", choices=IDENTITIES, help=_("which of the authority's two"))
    which.add_argument("--way", choices=making.WAYS, help=_("which of the district's desk"))
    retire = works.add_parser("retire", help=_("let gates forget an old key"))
    retire.set_defaults(work=_retire)
    of_authority(retire, _)
    retire.add_argument("key", metavar="KEY", help=_("the name of the key"))
    desk = works.add_parser("desk", help=_("hand the district's desk its keys"))
    desk.set_defaults(work=_hand)
    of_authority(desk, _)
    desk.add_argument("--out", type=Path, required=True, help=_("a folder for the desk's machine"))


def _signers_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_signers)
    of_authority(parser, _)
    parser.add_argument(
        "places",
        nargs="+",
        type=Path,
        metavar="FILE",
        help=_("certificates of signers, or folders of them; these and no others will count"),
    )


def _desk_command(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.set_defaults(work=_desk)
    of_authority(parser, _)
    of_root(parser, _)
    parser.add_argument("--gate", required=True, help=_("the desk's name, as it was admitted"))
    parser.add_argument("--out", type=Path, required=True, help=_("the folder for the desk"))


def _desk(asked: argparse.Namespace, _: Translate) -> str:
    made = desks.make(opened(asked), asked.gate, asked.out, clock.now())
    told = [
        _("{path}: carry it to the desk, as keys/desk, and delete it here.").format(path=asked.out),
        _("{path}: signed. Publish it with the collector; it counts once a gate has it.").format(
            path=made.ring
        ),
        _("If the desk is stolen: provision withdraw --issuer {seen}, then {declared}.").format(
            seen=made.seen.kid, declared=made.declared.kid
        ),
    ]
    return "\n".join(told)


def _issue_pass(asked: argparse.Namespace, _: Translate) -> str:
    now = clock.now()
    with printed.room(asked.out, 1) as put:
        issued = passes.issue(
            authority.load(asked.authority),
            asked.holder,
            now=now,
            term=term(asked, now),
            entries=asked.entries,
            identity=asked.identity,
        )
        put(passcard.draw(issued))
    told = [
        _("Number {number}: note whom it is for; it is how this pass can be withdrawn.").format(
            number=issued.claims.number.hex()
        ),
        _("{path}: print at 300 dots an inch, so that the code is at least 5 cm wide.").format(
            path=asked.out
        ),
    ]
    return "\n".join([issued.text, *told] if asked.text else told)


def term(asked: argparse.Namespace, now: datetime) -> Term:
    """Return the time that was asked for, in one of the ways in which it can be."""
    given = [asked.days is not None, asked.day is not None, asked.until is not None]
    if sum(given) > 1 or (asked.day is not None and asked.begins is not None):
        raise ArgumentsInvalid(detail=marked("give one of --days, --day and --until"))
    begins = asked.begins or now
    if asked.day is not None:
        found = terms.day(asked.day)
    elif asked.until is not None:
        found = terms.until(begins, asked.until)
    elif asked.days is not None:
        found = terms.days(asked.days, begins)
    elif asked.entries is not None:
        found = terms.days(ENTRIES_DAYS, begins)
    else:
        raise ArgumentsInvalid(detail=marked("give one of --days, --day and --until"))
    if found.ends <= now:
        ended = f"{found.ends.astimezone(VIETNAM):%Y-%m-%d %H:%M}"
        raise ValueInvalid(name="until", value=ended, takes=marked("give a time still to come"))
    return found


def _withdraw(asked: argparse.Namespace, _: Translate) -> str:
    if not (asked.numbers or asked.holder or asked.issuer):
        raise ArgumentsInvalid(detail=marked("say which passes: numbers, --class or --issuer"))
    if asked.suspend and asked.issuer:
        raise ArgumentsInvalid(detail=marked("a key's passes are withdrawn, not suspended"))
    standing = SUSPENDED if asked.suspend else VALID if asked.restore else INVALID
    paths = withdrawal.mark(
        authority.load(asked.authority),
        numbers=tuple(asked.numbers),
        holder=asked.holder or "",
        kid=asked.issuer or "",
        standing=standing,
        now=clock.now(),
    )
    return _signed(paths, _)


def _renew(asked: argparse.Namespace, _: Translate) -> str:
    home, now = authority.load(asked.authority), clock.now()
    return _signed(withdrawal.renew(home, now) + cardlist.renew(home, now), _)


def _signed(paths: list[Path], _: Translate) -> str:
    if not paths:
        return _("There is no such pass; no list had to be signed.")
    told = _("{path}: signed. Publish it with the collector; it counts once a gate has it.")
    return "\n".join(told.format(path=path) for path in paths)


def _status(asked: argparse.Namespace, _: Translate) -> str:
    now = clock.now()
    home = authority.load(asked.authority)
    held = desks.held(home)
    return "\n".join(
        _line(each, held.get(each.key.kid), now, _) for each in withdrawal.standings(home, now)
    )


def _stage(each: withdrawal.Standing, held: desks.Held | None, _: Translate) -> str:
    if held is None:
        return _(STAGES[each.stage])
    said = _("in use at desk {desk}") if held.is_newest else _("old, of desk {desk}")
    return said.format(desk=held.desk)


def _line(each: withdrawal.Standing, held: desks.Held | None, now: datetime, _: Translate) -> str:
    """Say in one line how a key stands, and whose it is if a desk has it."""
    tally, listed = each.tally, each.listed
    counted = _("{issued} issued, {good} good, {withdrawn} withdrawn, {suspended} suspended")
    parts = [
        f"{each.key.kid} {each.key.use} {each.key.way}".rstrip(),
        _stage(each, held, _),
        _("counted and listed at the desk") if each.key.way else counted.format(**tally._asdict()),
    ]
    if each.key.way and not each.every:
        return "; ".join(parts)
    if each.every:
        parts.append(_("ALL WITHDRAWN"))
    if listed is None:
        parts.append(_("no list signed yet"))
    else:
        hours = max(0, int(now.timestamp()) - listed.issued) // 3600
        parts.append(_("list {hours} hours old").format(hours=hours))
    return "; ".join(parts)


def _turn(asked: argparse.Namespace, _: Translate) -> str:
    home = opened(asked)
    if not turnover.is_told(home):  # to turn once more would use a key that no gate knows
        issuers.clear(home)
        told = _(
            "NOTE: the last new key was made and then something was cut off before gates could "
            "learn of it. Nothing was turned now: publish {path}, and turn again if need be."
        )
        return told.format(path=turnover.tell(home, clock.now()))
    way = asked.way or ""
    use = making.WAYS[way] if way else IDENTITIES[asked.identity]
    key = issuers.turn(home, use, clock.now(), way)
    told = _(
        "{kid} issues passes now; every gate knows it already. The next key in reserve was made: "
        "publish {path}, so that gates learn it."
    ).format(kid=key.kid, path=turnover.tell(home, clock.now()))
    return f"{told}\n{_(CARRY)}" if way else told


def _hand(asked: argparse.Namespace, _: Translate) -> str:
    made = deskkeys.hand(authority.load(asked.authority), asked.out)
    return "\n".join([*(str(path) for path in made), _(CARRY)])


def _retire(asked: argparse.Namespace, _: Translate) -> str:
    home, now_s = authority.load(asked.authority), int(clock.now().timestamp())
    with Register(home.folder / register.PATH) as book:
        last = issuers.last(home, book, asked.key, now_s)
    issuers.retire(home, asked.key, last, now_s)
    told = _(
        "{kid}: retired. Gates forget it with the next ring of keys, which `provision issuer turn` "
        "or `provision authority renew` signs."
    )
    return told.format(kid=asked.key)


def _signers(asked: argparse.Namespace, _: Translate) -> str:
    path, made = signers.publish(authority.load(asked.authority), tuple(asked.places), clock.now())
    return _("{path}: {count} signers, signed. Publish it with the collector.").format(
        path=path, count=len(made.signers)
    )
