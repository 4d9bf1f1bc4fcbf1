"""What an attendant who has logged in is answered. Knows no socket and no clock.

The book alone writes. A form that was not given out to this session stores nothing.
"""

import datetime as dt
from collections.abc import Callable

from device.desk import entry, frame, log, shown, slips, thermal, words
from device.desk.book import Book, Kept
from device.desk.markup import Html, Say, hidden, html, joined
from device.desk.passes import Drafted, Passes
from device.desk.requests import About, Request, Response, go
from device.desk.sessions import Paper, Session
from device.desk.shown import Read, Trouble
from device.errors import PictureUnreadable
from device.flow import Credential, Instant
from device.verdict.reasons import MARKS, TABLE
from wire.record import ClockState, Direction, Identity, Outcome

HOLDERS = {"visitor": "Khách / Visitor", "resident": "Người dân / Resident"}
KNOWN = {
    Identity.SEEN: "Đã đối chiếu giấy tờ / Identity checked",
    Identity.DECLARED: "Tự khai báo / Self-declared",
}


class Pages:
    """The desk's pages."""

    def __init__(
        self,
        *,
        about: About,
        book: Book,
        passes: Passes,
        classify: Callable[[bytes], Credential],
        codes: Callable[[bytes], list[bytes]],
    ) -> None:
        """Take the parts; `codes` decodes a photograph."""
        self._about, self._book, self._passes = about, book, passes
        self._classify, self._codes = classify, codes

    def answer(self, request: Request, session: Session, now: Instant, _: Say) -> Response:
        """Return the answer to an attendant; raise GateErrors where something was not stored."""
        if request.method != "POST":
            return self._shown(request, session, now, _)
        if request.path.startswith("/print/"):
            return self._print(request, session)
        deed = {"/read": self._read, "/enter": self._enter, "/paper": self._paper}
        if request.path not in deed:
            return Response(status=404)
        return deed[request.path](request, session, now, _)

    # -- what is shown --------------------------------------------------------------------------

    def _shown(self, request: Request, session: Session, now: Instant, _: Say) -> Response:
        match request.path.strip("/").split("/"):
            case [""]:
                return self._begin(request, session, _)
            case ["paper"]:
                today = dt.datetime.fromtimestamp(now.wall_ms / 1000, log.ZONE).date()
                typed = {"day": today.isoformat()}
                return self._sheet(request, session, typed, {}, _)
            case ["done", form] if form in session.told:
                return self._done(request, session, form, _)
            case ["slip", form, size] if form in session.slips and size in frame.SIZES:
                body = slips.pdf(session.slips[form], size)
                return Response(body=body, kind="application/pdf")
        return Response(status=404)

    def _begin(
        self,
        request: Request,
        session: Session,
        _: Say,
        *,
        before: Html = Html(""),  # noqa: B008  (immutable)
        wrong: dict[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        typed = request.form
        parts = [
            frame.opening(self._token(session), self._about.ways, typed, before, _),
            frame.by_hand(
                self._token(session),
                self._about.ways,
                typed,
                wrong or {},
                passes=self._gives_passes(),
                _=_,
            ),
        ]
        if wrong:
            parts.reverse()
        return self._page(request, session, joined(parts), _("Register"), _, status=status)

    def _sheet(
        self,
        request: Request,
        session: Session,
        typed: dict[str, str],
        wrong: dict[str, str],
        _: Say,
    ) -> Response:
        body = frame.paper(self._token(session), typed, wrong, _)
        status = 422 if wrong else 200
        return self._page(request, session, body, _("Type in a paper log"), _, status=status)

    def _done(self, request: Request, session: Session, form: str, _: Say) -> Response:
        cls, sentence = session.told[form]
        printable = list(frame.SIZES) if form in session.slips else []
        printer = Html("")
        if printable and self._about.printer is not None:
            printer = html(
                '<form method="post" action="/print/{form}">{csrf}'
                '<button class="primary">{says}</button></form>',
                form=form,
                csrf=hidden("csrf", session.csrf),
                says=_("Print on the roll"),
            )
        body = frame.done(cls, sentence, printable, f"/slip/{form}", printer, _)
        return self._page(request, session, body, _("Register"), _)

    # -- what is done ---------------------------------------------------------------------------

    def _read(self, request: Request, session: Session, now: Instant, _: Say) -> Response:
        del now
        form = request.form.get("form", "")
        if self._book.has(form):
            return self._again(session, form, _)
        found = self._what(request)
        if isinstance(found, Trouble):
            before = frame.said("trouble bad", _(words.TROUBLE[found]))
            return self._begin(request, session, _, before=before, status=422)
        if form not in session.forms:
            return self._stale(request, session, _)
        if found.is_card:
            return self._card(request, session, found.credential, {}, _)
        kept = self._book.show(form, found.credential, self._way(request))
        self._tell(session, form, kept, _)
        return go(f"/done/{form}")

    def _what(self, request: Request) -> Read | Trouble:
        if request.too_large:
            return Trouble.NO_PICTURE
        photo = request.files.get("photo", b"")
        if not photo:
            return shown.understood(request.form.get("code", ""), self._classify)
        try:
            return shown.first(self._codes(photo), self._classify)
        except PictureUnreadable:
            return Trouble.NO_PICTURE

    def _card(
        self,
        request: Request,
        session: Session,
        found: Credential,
        wrong: dict[str, str],
        _: Say,
    ) -> Response:
        typed = {name: value for name, value in request.form.items() if name != "code"}
        body = frame.card(
            self._token(session, found),
            found,
            self._about.ways,
            typed,
            wrong,
            passes=self._gives_passes(),
            _=_,
        )
        status = 422 if wrong else 200
        return self._page(request, session, body, _("Card read"), _, status=status)

    def _enter(self, request: Request, session: Session, now: Instant, _: Say) -> Response:
        form = request.form.get("form", "")
        if self._book.has(form):
            return self._again(session, form, _)
        if form not in session.forms:
            return self._stale(request, session, _)
        card, ways = session.forms[form], self._about.ways
        today = dt.datetime.fromtimestamp(now.wall_ms / 1000, log.ZONE).date()
        try:
            if card is not None:
                made = entry.beside(card, request.form, ways)
            else:
                made = entry.read(request.form, ways, today)
        except entry.Wrongs as wrongs:
            wrong = words.wrong(wrongs.found, _)
            if card is not None:
                return self._card(request, session, card, wrong, _)
            return self._begin(request, session, _, wrong=wrong, status=422)
        drafted = self._drafted(made, now)
        self._book.register(form, made, drafted.kept() if drafted else None)
        sentence = _("Registered.")
        if made.wants_pass and drafted is None:
            sentence += " " + _(words.NO_PASS[now.clock is ClockState.UNSYNCED])
        session.say(form, ("fine", sentence), self._slip(drafted) if drafted else None)
        session.forms.pop(form, None)
        return go(f"/done/{form}")

    def _paper(self, request: Request, session: Session, now: Instant, _: Say) -> Response:
        form = request.form.get("form", "")
        if form not in session.forms and form not in session.told:
            return self._stale(request, session, _, paper=True)
        moment = dt.datetime.fromtimestamp(now.wall_ms / 1000, log.ZONE)
        try:
            lines = log.read(request.form, moment)
        except entry.Wrongs as wrongs:
            wrong = words.wrong(wrongs.found, _)
            return self._sheet(request, session, request.form, wrong, _)
        if form in session.told:
            return go(f"/done/{form}")
        self._book.copy(form, lines)
        people = len({each.number for each in lines})
        sentence = _("{lines} lines are stored, {records} records.")
        told = sentence.format(lines=people, records=len(lines))
        session.say(form, ("fine", told))
        session.forms.pop(form, None)
        return go(f"/done/{form}")

    def _print(self, request: Request, session: Session) -> Response:
        form = request.path.removeprefix("/print/")
        if form not in session.slips or self._about.printer is None:
            return Response(status=404)
        data = thermal.raster(session.slips[form], self._about.roll_mm)
        thermal.send(data, self._about.printer)
        return go(f"/done/{form}")

    # -- parts of answers -----------------------------------------------------------------------

    def _again(self, session: Session, form: str, _: Say) -> Response:
        if form not in session.told:
            session.say(form, ("notice", _("This was stored already, once.")))
        return go(f"/done/{form}")

    def _stale(
        self, request: Request, session: Session, _: Say, *, paper: bool = False
    ) -> Response:
        """Give out another form for what was typed: a replayed one, or of an older session."""
        sentence = _("This page was an old one and nothing was stored. Look, and press again.")
        before = frame.said("trouble bad", sentence)
        if paper:
            body = joined([before, frame.paper(self._token(session), request.form, {}, _)])
            return self._page(request, session, body, _("Type in a paper log"), _, status=409)
        return self._begin(request, session, _, before=before, status=409)

    def _tell(self, session: Session, form: str, kept: Kept, _: Say) -> None:
        verdict = kept.verdict
        if verdict is None:
            session.say(form, ("notice", _("This was stored already, once.")))
            return
        row = TABLE[verdict.reason]
        marks = "".join(f" {_(MARKS[each])}." for each in verdict.marks)
        if verdict.outcome is Outcome.ACCEPTED:
            session.say(form, ("fine", f"{_('May pass')}: {_(row.says)}.{marks}"))
        else:
            session.say(form, ("trouble bad", f"{_('May not pass')}: {_(row.says)}.{marks}"))
        session.forms.pop(form, None)

    def _drafted(self, made: entry.Entry, now: Instant) -> Drafted | None:
        if not made.wants_pass or now.clock is ClockState.UNSYNCED:
            return None
        return self._passes.draft(made.identity, now.wall_ms)

    def _slip(self, drafted: Drafted) -> Paper:
        claims = drafted.claims
        begins, ends = (
            f"{dt.datetime.fromtimestamp(each, log.ZONE):%d/%m/%Y %H:%M}"
            for each in (claims.issued, claims.expires)
        )
        lines = (
            HOLDERS.get(claims.holder, claims.holder),
            "Có giá trị / Valid",
            f"{begins} - {ends}",
            KNOWN[drafted.identity],
            f"Số / No. …{claims.number.hex()[-4:]}",
        )
        return Paper(self._passes.sign(drafted), lines)

    def _gives_passes(self) -> bool:
        return any(self._passes.possible(each) for each in KNOWN)

    def _way(self, request: Request) -> Direction:
        ways = self._about.ways
        return next((each for each in ways if each == request.form.get("way")), ways[0])

    def _token(self, session: Session, card: Credential | None = None) -> Html:
        parts = [hidden("csrf", session.csrf), hidden("form", session.fresh(card))]
        return joined(parts)

    def _page(
        self,
        request: Request,
        session: Session,
        body: Html,
        title: str,
        _: Say,
        *,
        status: int = 200,
    ) -> Response:
        here = {"/read": "/", "/enter": "/"}.get(request.path, request.path)
        spelled = frame.page(
            body,
            title=title,
            place=self._about.place,
            language=request.language,
            here=here,
            who=session.name,
            csrf=session.csrf,
            _=_,
        )
        return Response(status=status, body=spelled)
