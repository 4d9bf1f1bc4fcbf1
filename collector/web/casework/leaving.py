"""What leaves a case: prints, files, hand-overs. Each is in the audit before it exists."""

import hashlib

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collector import clock
from collector.cases.entries import Case, Contact, State
from collector.export import csvfile, handover
from collector.export.entries import Paper
from collector.web import frame
from collector.web.accounts import generated
from collector.web.casework import dates, papers
from collector.web.casework.desk import Card
from collector.web.casework.pages import case, desk, persons, said, shown, who

FORMS = ("pdf", "xlsx", "csv")
SHORTEST = 10
PRACTICE = "LUYEN-TAP-"
TYPES = {"pdf": "application/pdf", "zip": "application/zip"}


@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, number: int) -> HttpResponse:
    """Ask which columns and which form, then give the file."""
    found = case(request, number)
    if request.method == "GET":
        chosen = {column.key for column in papers.columns() if not column.personal}
        return _asked(request, found, chosen=chosen, form=FORMS[0], passphrase=generated())
    passphrase = said(request.POST, "passphrase", 100)
    plain = "plain" in request.POST
    keys = set(request.POST.getlist("column"))
    form = request.POST.get("form") if request.POST.get("form") in FORMS else FORMS[0]
    if not plain and len(passphrase) < SHORTEST:
        wrong = {"passphrase": _("Use a passphrase of at least 10 letters.")}
        typed = {"chosen": keys, "form": form, "passphrase": passphrase}
        return _asked(request, found, wrong=wrong, **typed)
    rows = _opened(request, found)
    paper = _paper(request, found, rows).chosen(keys)
    return _file(paper, str(form), "" if plain else passphrase, found)


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    """Give contacts to the commune or district they belong to, as an encrypted file."""
    found = case(request, number)
    receiver = said(request.POST, "receiver", 200)
    passphrase = said(request.POST, "passphrase", 100)
    if request.method == "GET" or not receiver or len(passphrase) < SHORTEST:
        return _offered(request, found, wrong=request.method == "POST")
    rows = _opened(request, found, _given(request))
    made = _handed(request, found, rows, receiver, passphrase)
    digest = hashlib.sha256(made).hexdigest()
    given = desk().hand_over(who(request), number, receiver, _persons(rows), digest)
    return _download(made, f"ban-giao-{found.number}-{given.number}.zip")


@require_POST
def received(request: HttpRequest, number: int, given: int) -> HttpResponse:
    """Note the receiver's receipt, by the digest of the file they have."""
    found = case(request, number)
    digest = "".join(said(request.POST, "digest", 100).split()).lower()
    desk().received(who(request), number, given, digest)
    return _offered(request, found, wrong=False)


def _asked(request: HttpRequest, found: Case, **answers: object) -> HttpResponse:
    return shown(
        request,
        "export",
        found,
        columns=papers.columns(),
        count=len(desk().contacts(who(request), found.number)),
        **answers,
    )


def _offered(request: HttpRequest, found: Case, *, wrong: bool) -> HttpResponse:
    contacts = desk().contacts(who(request), found.number)
    return shown(
        request,
        "handover",
        found,
        contacts=[each for each in contacts if each.state is not State.HANDED_OVER],
        handovers=desk().handovers(who(request), found.number),
        choices=frame.listed().areas,
        # The one that was shown may have been written down already.
        passphrase=said(request.POST, "passphrase", 100) if wrong else generated(),
        receiver=said(request.POST, "receiver", 200),
        chosen=_given(request),
        wrong=wrong,
    )


def _given(request: HttpRequest) -> set[int]:
    return set(persons(request.POST.getlist("person")))


def _opened(
    request: HttpRequest, found: Case, only: set[int] | None = None
) -> list[tuple[Contact, Card]]:
    listed = {
        each.person: each
        for each in desk().contacts(who(request), found.number)
        if not only or each.person in only
    }
    if not listed:
        return []
    cards = desk().open(who(request), found.number, tuple(listed))
    return [(listed[card.person], card) for card in cards]


def _persons(rows: list[tuple[Contact, Card]]) -> tuple[int, ...]:
    return tuple(contact.person for contact, _ in rows)


def _paper(request: HttpRequest, found: Case, rows: list[tuple[Contact, Card]]) -> Paper:
    stamp = desk().copy(who(request), found.number, _persons(rows))
    carried = papers.stamped(found, who(request), clock.wall_ms(), stamp)
    paper = papers.listed(found, rows, carried)
    banner = str(frame.BANNER) if settings.GATE_PRACTICE else ""
    return msgspec.structs.replace(paper, banner=banner, page=_("page {n} of {all}"))


def _file(paper: Paper, form: str, passphrase: str, found: Case) -> HttpResponse:
    from collector.export import archive, pdf, xlsx  # noqa: PLC0415  # large, and seldom asked for

    made = dates.at(clock.wall_ms())
    name = f"tiep-xuc-{found.number}.{form}"
    if form == "pdf":
        return _download(pdf.spell(paper, passphrase), name)
    content = csvfile.spell(paper) if form == "csv" else xlsx.spell(paper, made)
    return _download(archive.pack({name: content}, passphrase, made), f"{name}.zip")


def _handed(
    request: HttpRequest,
    found: Case,
    rows: list[tuple[Contact, Card]],
    receiver: str,
    passphrase: str,
) -> bytes:
    from collector.export import archive, pdf  # noqa: PLC0415  # the same

    at = clock.wall_ms()
    given = [
        papers.handed(found, number, contact, card, receiver)
        for number, (contact, card) in enumerate(rows, 1)
    ]
    files = dict(handover.files(given, dates.field(dates.of(at))))
    files["ban-giao.pdf"] = pdf.spell(_paper(request, found, rows))
    return archive.pack({_marked(each): files[each] for each in files}, passphrase, dates.at(at))


def _marked(name: str) -> str:
    """Return the name of a file; one of practice says so, since what takes it reads no banner."""
    return f"{PRACTICE}{name}" if settings.GATE_PRACTICE else name


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=TYPES[name.rpartition(".")[2]])
    response["Content-Disposition"] = f'attachment; filename="{_marked(name)}"'
    return response
