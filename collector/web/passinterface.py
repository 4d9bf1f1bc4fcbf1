"""An institution's program at the desk: its own passes, and nobody else's, by the token's place."""

import re
from datetime import date

import msgspec
from django.http import HttpRequest, HttpResponse

from collector import clock
from collector.bulk import people, work
from collector.bulk.entries import LONGEST_GROUP
from collector.bulk.work import Wanted
from collector.errors import OrderInvalid
from collector.tokens import Scope, Token
from collector.web import asked, passvalues
from collector.web.asked import Refused, Why
from collector.web.passes import own
from collector.web.passvalues import KEY, NUMBER, PAGE, Numbers, Whole, Wish


def _listed(request: HttpRequest, token: Token) -> HttpResponse:
    """Answer with the place's passes behind a cursor."""
    asked.only(request, "after", "limit", "group")
    limit = asked.number(request, "limit", PAGE, PAGE)
    after = asked.text_of(request, "after", "")
    group = asked.text_of(request, "group", "") if "group" in request.GET else None
    is_number = re.fullmatch(NUMBER, after) or "after" not in request.GET
    if not limit or not is_number or (group is not None and len(group) > LONGEST_GROUP):
        raise Refused(Why.PARAMETER)
    found = own.desk().owned(token.place, group, bytes.fromhex(after), limit + 1)
    return asked.json(passvalues.own(found, limit))


def _issue(request: HttpRequest, token: Token) -> HttpResponse:
    """Give everybody who was sent a pass, all or none."""
    asked.only(request)
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(KEY, key):
        raise Refused(Why.KEY)
    wish = asked.body(request, Wish)
    try:
        ends = work.ends(date.fromisoformat(wish.until))
    except (ValueError, OverflowError) as error:
        raise OrderInvalid(OrderInvalid.TERM) from error
    rows = [msgspec.structs.asdict(each) for each in wish.people]
    found = people.sent(rows, work.day(clock.wall_ms()))
    wanted = Wanted(token.place, "", wish.holder, ends, f"api:{key}", anew=wish.anew)
    return asked.json(passvalues.answer(work.listed(own.desk(), wanted, found)))


def _withdraw(request: HttpRequest, token: Token) -> HttpResponse:
    """Withdraw passes of the place, all or none."""
    asked.only(request)
    numbers = tuple(bytes.fromhex(each) for each in asked.body(request, Numbers).numbers)
    done = own.desk().withdraw(token.place, numbers)
    return asked.json(passvalues.Done(done.now, done.before))


def _withdraw_group(request: HttpRequest, token: Token) -> HttpResponse:
    """Withdraw every pass of a class or team."""
    asked.only(request)
    done = own.desk().withdraw_team(token.place, asked.body(request, Whole).group)
    return asked.json(passvalues.Done(done.now, done.before))


passes = asked.by_method({"GET": (Scope.PASSES, _listed), "POST": (Scope.ISSUE, _issue)})
withdraw = asked.by_method({"POST": (Scope.WITHDRAW, _withdraw)})
withdraw_group = asked.by_method({"POST": (Scope.WITHDRAW, _withdraw_group)})
