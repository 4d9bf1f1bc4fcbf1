"""The frame of every page of the desk, and the pages themselves, as values make them."""

from collections.abc import Mapping, Sequence
from typing import Any

from device.desk import log, words
from device.desk.markup import (
    LANGUAGES,
    Field,
    Html,
    Say,
    choices,
    field,
    hidden,
    html,
    joined,
    summary,
    tick,
)
from device.flow import Credential
from wire.record import Direction

SIZES = {"a6": "A6", "a4": "A4", "80": "80 mm", "58": "58 mm"}


def page(
    body: Html, *, title: str, place: str, language: str, here: str, who: str, csrf: str, _: Say
) -> bytes:
    """Return a whole page; `here` is its address, `who` is logged in, if anybody is."""
    languages = joined(
        [
            html(
                '<button class="language" name="language" value="{code}" lang="{code}"{on}>{name}'
                "</button>",
                code=code,
                name=name,
                on=Html(' aria-current="true"') if code == language else "",
            )
            for code, name in LANGUAGES.items()
        ]
    )
    ways = {"/": _("Register"), "/paper": _("Type in a paper log")}
    return html(
        '<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<title>{title}</title><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/desk.css"></head><body>'
        '<header class="top"><p class="brand">{place}</p><div class="tools">'
        '<form method="post" action="/language">{back}{languages}</form>{leave}</div></header>'
        "{ways}<main><h1>{title}</h1>{body}</main></body></html>",
        language=language,
        title=title,
        place=place,
        back=hidden("back", here),
        languages=languages,
        body=body,
        leave=html(
            '<form method="post" action="/logout">{csrf}<button>{says}</button></form>',
            csrf=hidden("csrf", csrf),
            says=_("Log out: {name}").format(name=who),
        )
        if who
        else "",
        ways=html(
            '<nav class="ways" aria-label="{label}">{links}</nav>',
            label=_("Pages"),
            links=joined(
                [
                    html(
                        '<a href="{to}"{on}>{says}</a>',
                        to=to,
                        says=says,
                        on=Html(' aria-current="page"') if to == here else "",
                    )
                    for to, says in ways.items()
                ]
            ),
        )
        if who
        else "",
    ).encode()


def login(trouble: str, _: Say) -> Html:
    """Ask who it is."""
    return html(
        '{trouble}<section><form method="post" action="/login">{name}{password}'
        '<p class="actions"><button class="primary">{says}</button></p></form></section>',
        trouble=said("trouble bad", trouble) if trouble else "",
        name=field(Field("name", _("Name")), {}, {}),
        password=field(Field("password", _("Password"), kind="password"), {}, {}),
        says=_("Log in"),
    )


def said(cls: str, sentence: str) -> Html:
    """Return a sentence in a box."""
    role = "alert" if "bad" in cls else "status"
    return html('<p class="{c}" role="{r}">{s}</p>', c=cls, r=role, s=sentence)


def opening(
    token: Html, ways: tuple[Direction, ...], typed: Mapping[str, str], before: Html, _: Say
) -> Html:
    """Return the two ways to begin: a reader's code, or a photograph."""
    way = _which_way(ways, typed, None, _)
    return html(
        '{before}<section><h2>{scan}</h2><form method="post" action="/read">{token}'
        '<label for="code">{code}</label><span class="minor" id="code-hint">{hint}</span>'
        '<input id="code" name="code" type="text" autocomplete="off" autocapitalize="off"'
        ' spellcheck="false" autofocus aria-describedby="code-hint">{way}'
        '<p class="actions"><button class="primary">{go}</button></p></form></section>'
        '<section><h2>{photo}</h2><form method="post" action="/read"'
        ' enctype="multipart/form-data">{token}<label for="photo">{choose}</label>'
        '<span class="minor" id="photo-hint">{never}</span><input id="photo" name="photo"'
        ' type="file" accept="image/*" capture="environment" aria-describedby="photo-hint">{way2}'
        '<p class="actions"><button>{read}</button></p></form></section>',
        before=before,
        token=token,
        way=way,
        way2=way,
        scan=_("Scan a card or a pass"),
        code=_("Code from the reader"),
        hint=_("Click here, scan; turn the Vietnamese input method off."),
        go=_("Read"),
        photo=_("Photograph of a card or a pass"),
        choose=_("Take or choose a photograph"),
        never=_("It is read and thrown away; no photograph is kept."),
        read=_("Read the photograph"),
    )


def by_hand(
    token: Html,
    ways: tuple[Direction, ...],
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
    *,
    passes: bool,
    _: Say,
) -> Html:
    """Return the form for somebody without a code."""
    names = words.FIELDS
    fields = [
        Field("name", _(names["name"])),
        Field("born", _(names["born"]), _("Such as 15/06/1950, or 1950."), mode="numeric"),
        Field("number", _(names["number"]), _("Leave it empty if there is none.")),
        Field("phone", _(names["phone"]), _("Leave it empty if there is none."), mode="tel"),
        Field("commune", _(names["commune"])),
    ]
    return html(
        '<section><h2>{title}</h2>{summary}<form method="post" action="/enter">{token}'
        '<div class="pair">{fields}</div>{sex}{seen}{way}{passes}'
        '<p class="actions"><button class="primary">{go}</button></p></form></section>',
        title=_("Register by hand"),
        summary=_summary(_("This was not stored yet"), wrong, _),
        token=token,
        fields=joined([field(each, typed, wrong) for each in fields]),
        sex=choices("sex", _(names["sex"]), _all(words.SEXES, _), {"sex": "", **typed}, wrong),
        seen=choices("seen", _(names["seen"]), _all(words.LOOKED, _), typed, wrong),
        way=_which_way(ways, typed, wrong, _),
        passes=tick("pass", _("Print a pass"), typed) if passes else "",
        go=_("Register"),
    )


def card(
    token: Html,
    found: Credential,
    ways: tuple[Direction, ...],
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
    *,
    passes: bool,
    _: Say,
) -> Html:
    """Return what a card says, and what is asked beside it."""
    shown = [
        html("<dt>{n}</dt><dd>{v}</dd>", n=_(words.FIELDS[name]), v=_shown(name, str(value), _))
        for name, value in (found.personal or {}).items()
        if name in words.FIELDS
    ]
    phone = Field("phone", _(words.FIELDS["phone"]), _("Leave it empty if there is none."))
    return html(
        '<section>{summary}<dl>{shown}</dl><form method="post" action="/enter">{token}'
        "{looked}{phone}{way}{passes}"
        '<p class="actions"><button class="primary">{go}</button> <a href="/">{other}</a></p>'
        "</form></section>",
        summary=_summary(_("This was not stored yet"), wrong, _),
        shown=joined(shown),
        token=token,
        looked=tick("looked", _("I have looked at the card and at the person"), typed),
        phone=field(phone, typed, wrong),
        way=_which_way(ways, typed, wrong, _),
        passes=tick("pass", _("Print a pass"), typed) if passes else "",
        go=_("Register"),
        other=_("Another person: begin anew"),
    )


def paper(token: Html, typed: Mapping[str, str], wrong: Mapping[str, str], _: Say) -> Html:
    """Return the page of a paper log."""
    names = words.FIELDS
    within = {str(each): _("{count} minutes").format(count=each) for each in log.WITHIN_MIN}
    rows = joined([_line(number, typed, wrong, _) for number in range(log.ROWS)])
    return html(
        '<section><p>{lead}</p>{summary}<form method="post" action="/paper">{token}'
        '<div class="pair">{day}{within}</div>{looked}{rows}'
        '<p class="actions"><button class="primary">{go}</button></p></form></section>',
        lead=_("Type each line as it stands on the paper. Lines left empty are passed over."),
        summary=_summary(_("Nothing of this page was stored yet"), wrong, _),
        token=token,
        day=field(Field("day", _(names["day"]), kind="date"), typed, wrong),
        within=choices("within", _(names["within"]), within, {"within": "15", **typed}, wrong),
        looked=tick("looked", _("Cards were looked at at the door (the sheet says so)"), typed),
        rows=rows,
        go=_("Store the lines"),
    )


def done(cls: str, sentence: str, slips: Sequence[str], where: str, printer: Html, _: Say) -> Html:
    """Return what became of a form, and ways to print."""
    links = joined(
        [
            html(
                '<a class="button" href="{where}/{size}" target="_blank">PDF {name}</a>',
                where=where,
                size=size,
                name=SIZES[size],
            )
            for size in slips
        ]
    )
    return html(
        '{said}{prints}<p class="actions"><a class="button" href="/">{next}</a></p>',
        said=said(f"{cls} answer", sentence),
        prints=html(
            '<section><h2>{title}</h2><p>{lead}</p><div class="actions">{printer}{links}</div>'
            "</section>",
            title=_("Print the pass"),
            lead=_("Print at actual size. Afterwards the pass cannot be shown here again."),
            printer=printer,
            links=links,
        )
        if slips
        else "",
        next=_("Next person"),
    )


def _summary(title: str, wrong: Mapping[str, str], _: Say) -> Html:
    return summary(title, wrong, lambda name: words.where(name, _))


def _line(number: int, typed: Mapping[str, str], wrong: Mapping[str, str], _: Say) -> Html:
    fields = [
        field(
            Field(f"{name}.{number}", _(words.FIELDS[name]), cls=name, mode=_MODES.get(name, "")),
            typed,
            wrong,
        )
        for name in log.FIELDS
    ]
    return html(
        '<fieldset class="lines"><legend>{legend}</legend><div class="row">{fields}</div>'
        "</fieldset>",
        legend=_("Line {number}").format(number=number + 1),
        fields=joined(fields),
    )


_MODES = {"born": "numeric", "phone": "tel"}


def _which_way(
    ways: tuple[Direction, ...],
    typed: Mapping[str, str],
    wrong: Mapping[str, str] | None,
    _: Say,
) -> Html:
    if len(ways) == 1:
        return Html("")
    among = {way.value: _(words.WAYS[way]) for way in ways}
    return choices("way", _(words.FIELDS["way"]), among, {"way": ways[0].value, **typed}, wrong)


def _all(among: Mapping[Any, str], _: Say) -> dict[str, str]:
    return {str(value): _(says) for value, says in among.items()}


def _shown(name: str, value: str, _: Say) -> str:
    if name == "sex":
        return _(words.SEXES.get(value, value))
    parts = value.split("-")
    return "/".join(reversed(parts)) if name == "born" else value
