"""`collector case` and `collector trace`: casework on a terminal, in an officer's own name.

Whoever asks logs in with an account of the pages, and the vault answers what it would answer there:
the shell is no way round a role, an area, an open case or the audit. Nobody is opened here.
"""

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from collector import clock
from collector.cases.entries import Case, Contact, Referral
from collector.cases.register import Opening
from collector.cases.roles import Actor, Right
from collector.config import Config
from collector.errors import NotAllowed
from collector.i18n import N_, _
from collector.inquiry import as_json
from collector.localday import DAY_MS, MINUTE_MS
from collector.trace.entries import Answer
from collector.vault.client import connected
from collector.vault.requests import Requests
from collector.web.casework import dates, narrowing

MOST = 2**31 - 1
USUAL_DAYS, USUAL_MINUTES = 21, 15

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    case = commands.add_parser("case", help=_("cases of your area: list, show, open, close"))
    each = case.add_subparsers(required=True, metavar="COMMAND")
    listed = command(each, "list", _list, _("list your cases"))
    shown = command(each, "show", _show, _("show a case and how far its list is"))
    opened = command(each, "open", _open, _("open a case"))
    closed = command(each, "close", _close, _("close a case: nothing more is looked at for it"))
    referred = command(
        each, "refer", _refer, _("hand over to the district what lies beyond your scope")
    )
    taken = command(each, "take-up", _take_up, _("take up what was handed over to the district"))
    traced = command(
        commands, "trace", _trace, _("say whom the index persons of a case met; nobody is opened")
    )
    for one in (shown, closed, referred, taken, traced):
        one.add_argument("case", type=_number, metavar="CASE")
    for one in (listed, shown, opened, closed, referred, taken, traced):
        one.add_argument(
            "--officer",
            required=True,
            metavar="NAME",
            help=_("your account; its password and code are asked for"),
        )
        one.add_argument("--json", action="store_true", help=_("print one JSON object"))
    _basis(opened)


def _basis(parser: argparse.ArgumentParser) -> None:
    for name, what in (
        ("ref", _("the health centre's number of the case")),
        ("ground", _("the decision or order on which it rests")),
        ("area", _("the code of the area whose case it is")),
    ):
        parser.add_argument(f"--{name}", required=True, metavar="TEXT", help=what)
    for name, what in (
        ("onset", _("the day of the first symptoms")),
        ("isolation", _("the day on which isolation began")),
    ):
        parser.add_argument(f"--{name}", type=_day, default=0, metavar="DAY", help=what)
    for name, usual, what in (
        ("days", USUAL_DAYS, _("for so many days it is open")),
        ("minutes", USUAL_MINUTES, _("from so many minutes on it counts as a contact")),
    ):
        parser.add_argument(f"--{name}", type=_number, default=usual, metavar="N", help=what)


def _list(settings: Config, asked: argparse.Namespace) -> int:
    vault, actor = _entered(settings, asked)
    if not actor.may(Right.CASE):
        raise NotAllowed(actor.role)
    now_ms, found, waiting = clock.wall_ms(), vault.cases(actor), vault.waiting(actor)
    if asked.json:
        cases = [_document(each, now_ms) for each in found]
        print(as_json({"cases": cases, "waiting": msgspec.to_builtins(waiting)}))
    else:
        lines = [_line(each, now_ms) for each in found] or [_("no case of yours")]
        print("\n".join([*map(_referred, waiting), *lines]))
    return 0


def _show(settings: Config, asked: argparse.Namespace) -> int:
    vault, actor = _entered(settings, asked)
    found, listed = vault.case(actor, asked.case), vault.contacts(actor, asked.case)
    now_ms, referral = clock.wall_ms(), vault.referral(actor, asked.case)
    if asked.json:
        said = {"contacts": len(listed), "referral": msgspec.to_builtins(referral)}
        print(as_json({"case": _document(found, now_ms), **said}))
    else:
        referred = [] if referral is None else [_referred(referral)]
        print("\n".join([*_told(found, listed, now_ms), *referred]))
    return 0


def _open(settings: Config, asked: argparse.Namespace) -> int:
    vault, actor = _entered(settings, asked)
    said = Opening(
        ref=asked.ref,
        ground=asked.ground,
        area=asked.area,
        expires_ms=clock.wall_ms() + asked.days * DAY_MS,
        onset_day=asked.onset,
        isolation_day=asked.isolation,
        rule={"min_minutes": asked.minutes},
    )
    return _say(vault.open_case(actor, said), asked)


def _close(settings: Config, asked: argparse.Namespace) -> int:
    vault, actor = _entered(settings, asked)
    return _say(vault.close_case(actor, asked.case), asked)


def _refer(settings: Config, asked: argparse.Namespace) -> int:
    vault, actor = _entered(settings, asked)
    _asked(vault, actor, vault.case(actor, asked.case))
    return _say_referral(vault.refer(actor, asked.case), asked)


def _take_up(settings: Config, asked: argparse.Namespace) -> int:
    vault, actor = _entered(settings, asked)
    return _say_referral(vault.take_up(actor, asked.case), asked)


def _trace(settings: Config, asked: argparse.Namespace) -> int:
    vault, actor = _entered(settings, asked)
    found = vault.case(actor, asked.case)
    answer = _asked(vault, actor, found)
    if asked.json:
        said = msgspec.to_builtins(answer)
        print(as_json({"case": found.number, "may_grow": answer.may_grow, **said}))
    else:
        print("\n".join(_traced(found, answer)))
    return 0


def _asked(vault: Requests, actor: Actor, found: Case) -> Answer:
    """Return the answer to the usual question of a case."""
    now_ms = clock.wall_ms()
    usual = narrowing.read({}, found, dates.of(now_ms))
    return vault.trace(actor, found.number, usual.question(found, now_ms))


def _entered(settings: Config, asked: argparse.Namespace) -> tuple[Requests, Actor]:
    """Return the vault, and who asks it; nobody does without an account."""
    from collector.web.process import accounts

    accounts(settings)
    from collector.web import terminal  # needs the settings
    from collector.web.casework.connection import actor

    name = terminal.entered(
        asked.officer,
        _secret(_("Password: ")),
        lambda: _secret(_("Code of the second step: ")),
    )
    return connected(settings.vault_socket), actor(name)


def _secret(prompt: str) -> str:
    """Return what is typed unseen, or the next line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline(1024).rstrip("\r\n")


def _say(case: Case, asked: argparse.Namespace) -> int:
    now_ms = clock.wall_ms()
    print(as_json({"case": _document(case, now_ms)}) if asked.json else _line(case, now_ms))
    return 0


def _say_referral(referral: Referral, asked: argparse.Namespace) -> int:
    said = as_json({"referral": msgspec.to_builtins(referral)})
    print(said if asked.json else _referred(referral))
    return 0


def _referred(referral: Referral) -> str:
    said = _(
        "handed over to the district: case {number}, {places} places, {people} people,"
        " by {officer} on {when}; {state}"
    )
    state = _("nobody has taken it up yet")
    if referral.taken_ms:
        when = dates.stamp(referral.taken_ms)
        state = _("taken up by {officer} on {when}").format(officer=referral.taken_by, when=when)
    return said.format(
        number=referral.case,
        places=referral.places,
        people=referral.people,
        officer=referral.by,
        when=dates.stamp(referral.at_ms),
        state=state,
    )


def _document(case: Case, now_ms: int) -> dict[str, object]:
    return {**msgspec.to_builtins(case), "is_open": case.is_open(now_ms)}


def _line(case: Case, now_ms: int) -> str:
    if case.is_open(now_ms):
        state = _("open until {when}").format(when=dates.stamp(case.expires_ms))
    else:
        state = _("closed since {when}").format(when=dates.stamp(case.closed_ms or case.expires_ms))
    said = _("case {number}: {ref}, area {area}, {state}")
    return said.format(number=case.number, ref=case.ref, area=case.area, state=state)


def _told(case: Case, listed: tuple[Contact, ...], now_ms: int) -> Iterator[str]:
    yield _line(case, now_ms)
    yield _("ground: {ground}; opened by {officer}").format(
        ground=case.ground, officer=case.opened_by
    )
    for said, day in (
        (N_("first symptoms: {day}"), case.onset_day),
        (N_("isolation: {day}"), case.isolation_day),
    ):
        if day:
            yield _(said).format(day=dates.shown(day))
    counts = {"index": len(case.index), "contacts": len(listed)}
    yield _("{index} index persons, {contacts} contacts on the list").format(**counts)


def _traced(case: Case, answer: Answer) -> Iterator[str]:
    since, until = dates.stamp(answer.asked.from_ms), dates.stamp(answer.asked.until_ms)
    head = _("case {number}: {index} index persons, from {since} to {until}: {n} contacts")
    counts = {"number": case.number, "index": len(case.index), "n": len(answer.contacts)}
    yield head.format(since=since, until=until, **counts)
    row = _("F{ring} {person}: at least {least} minutes, at most {most}, last seen {last}")
    for each in answer.contacts:
        yield row.format(
            ring=each.ring,
            person=each.person,
            least=each.least_ms // MINUTE_MS,
            most=-(-each.most_ms // MINUTE_MS),
            last=dates.stamp(each.last_ms),
        )
    if answer.outside.places:
        beyond = _("beyond your scope: {places} places, {people} people")
        yield beyond.format(places=answer.outside.places, people=answer.outside.people)
    if answer.may_grow:
        yield _("gates have not delivered everything: this answer may grow")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12 and 0 < int(text) <= MOST):
        raise argparse.ArgumentTypeError(N_("that is no number that can be used here"))
    return int(text)


def _day(text: str) -> int:
    found = dates.day(text)
    if found is None:
        raise argparse.ArgumentTypeError(N_("that is no day or time"))
    return found
