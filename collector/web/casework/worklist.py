"""The list of a case's contacts, and one contact: call, write down what came of it.

Names are opened when an officer asks for them, not because a list is looked at. What is filtered by
stands in the address.
"""

from collections.abc import Iterable
from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from collector.cases.entries import Case, Contact, State
from collector.cases.worklist import Change
from collector.errors import CollectorError, ContactChanged, ContactUnknown
from collector.web.casework import narrowing
from collector.web.casework.desk import Card
from collector.web.casework.pages import case, desk, said, shown, who
from collector.web.complaints import complaint
from collector.web.numbers import number

PAGE = 50
"""Rows of a page: what one officer calls in an afternoon, and opens at once."""
MINUTE_MS = 60_000
DIGITS = frozenset("0123456789")


class Filters(msgspec.Struct, frozen=True):
    """What the list is narrowed to, one thing a column."""

    state: str = ""
    assignee: str = ""
    ring: str = ""
    least: str = ""
    page: int = 1

    def keeps(self, contact: Contact) -> bool:
        """Say whether a contact is shown."""
        least = int(self.least) * MINUTE_MS if self.least.isdigit() else 0
        return (
            self.state in ("", contact.state)
            and self.assignee in ("", contact.assignee or "-")
            and self.ring in ("", str(contact.ring))
            and contact.most_ms >= least
        )

    def address(self, page: int) -> str:
        """Return it as the words of an address."""
        named = {"state": self.state, "assignee": self.assignee, "ring": self.ring}
        kept = {name: value for name, value in {**named, "least": self.least}.items() if value}
        return urlencode({**kept, "page": page})


@require_http_methods(["GET", "POST"])
def worklist(request: HttpRequest, number: int) -> HttpResponse:
    """Show the list; a POST opens the persons of the shown page."""
    found = case(request, number)
    filters = _filters(request)
    contacts = desk().contacts(who(request), number)
    kept = [each for each in contacts if filters.keeps(each)]
    rows = kept[(filters.page - 1) * PAGE : filters.page * PAGE]
    cards: dict[int, Card] = {}
    if request.method == "POST" and rows:
        opened = desk().open(who(request), number, tuple(each.person for each in rows))
        cards = {card.person: card for card in opened}
    return shown(
        request,
        "worklist",
        found,
        rows=[(each, cards.get(each.person)) for each in rows],
        opened=bool(cards),
        filters=filters,
        states=list(State),
        assignees=_assignees(contacts),
        all=len(contacts),
        kept=len(kept),
        pages=_pages(filters, len(kept)),
        here=filters.address(filters.page),
    )


@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """Open one contact, and take what became of it."""
    found = case(request, number)
    if request.method != "POST":
        return _contact(request, found, person)
    typed = _change(request, person)
    try:
        desk().change(who(request), number, typed)
    except ContactChanged as error:
        return _contact(request, found, person, error, typed)
    return redirect("worklist", number=number)


@require_POST
def call(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """Say that this person is being called, so that nobody else does it at the same time."""
    found = case(request, number)
    try:
        desk().call(who(request), number, person)
    except CollectorError as error:
        return _contact(request, found, person, error)
    return redirect("contact", number=number, person=person)


def _contact(
    request: HttpRequest,
    found: Case,
    person: int,
    wrong: CollectorError | None = None,
    typed: Change | None = None,
) -> HttpResponse:
    listed = {each.person: each for each in desk().contacts(who(request), found.number)}
    if person not in listed:
        raise ContactUnknown(person)
    (card,) = desk().open(who(request), found.number, (person,))
    status = 409 if wrong is not None else 200
    page = shown(
        request,
        "contact",
        found,
        contact=listed[person],
        card=card,
        states=list(State),
        officers=_assignees(listed.values()),
        me=who(request),
        meetings=desk().meetings(who(request), found.number, person),
        wrong=complaint(wrong),
        typed=typed,
        answers=typed or listed[person],
    )
    page.status_code = status
    return page


def _change(request: HttpRequest, person: int) -> Change:
    form = request.POST
    state = form.get("state", "")
    return Change(
        person=person,
        version=number(form.get("version", ""), 0),
        state=State(state) if state in set(State) else State.TO_CALL,
        assignee=said(form, "assignee", 150),
        note=said(form, "note"),
    )


def _filters(request: HttpRequest) -> Filters:
    asked = request.GET.dict()
    page = number(narrowing.kept(asked, "page"), 1)
    return Filters(
        state=narrowing.kept(asked, "state"),
        assignee=narrowing.kept(asked, "assignee"),
        ring=narrowing.kept(asked, "ring"),
        least="".join(each for each in narrowing.kept(asked, "least") if each in DIGITS)[:5],
        page=page if 0 < page < 10_000 else 1,
    )


def _pages(filters: Filters, kept: int) -> list[tuple[int, str, bool]]:
    count = max(1, -(-kept // PAGE))
    return [(page, filters.address(page), page == filters.page) for page in range(1, count + 1)]


def _assignees(contacts: Iterable[Contact]) -> list[str]:
    return sorted({each.assignee for each in contacts if each.assignee})
