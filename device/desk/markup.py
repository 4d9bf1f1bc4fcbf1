"""Spells the desk's pages: HTML without a script, every text escaped where it is put in."""

import gettext
from collections.abc import Callable, Mapping, Sequence
from html import escape

import msgspec

from device.i18n import DOMAIN, LOCALE

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
Say = Callable[[str], str]


def say_in(language: str) -> Say:
    """Return what translates into a language of ours."""
    return gettext.translation(DOMAIN, LOCALE, [language], fallback=True).gettext


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(template: str, /, **parts: str) -> Html:
    """Put parts into a template, each escaped unless it is HTML."""
    safe = {
        name: part if isinstance(part, Html) else escape(part, quote=True)
        for name, part in parts.items()
    }
    return Html(template.format(**safe))


def joined(parts: Sequence[Html]) -> Html:
    """Return them one after the other."""
    return Html("".join(parts))


class Field(msgspec.Struct, frozen=True):
    """One field of a form, as it is drawn."""

    name: str
    label: str
    hint: str = ""
    kind: str = "text"
    mode: str = ""
    """The keyboard that a telephone shows."""
    cls: str = ""


def field(each: Field, typed: Mapping[str, str], wrong: Mapping[str, str]) -> Html:
    """Return a label with its field, and what is wrong with what was typed."""
    name = each.name
    says = wrong.get(name, "")
    described = " ".join(
        [*([f"{name}-hint"] if each.hint else []), *([f"{name}-wrong"] if says else [])]
    )
    return html(
        '<div class="{cls}"><label for="{name}">{label}</label>{hint}{wrong}'
        '<input id="{name}" name="{name}" type="{kind}" value="{value}" autocomplete="off"'
        ' autocapitalize="off" spellcheck="false"{mode}{described}{invalid}></div>',
        cls=each.cls,
        name=name,
        label=each.label,
        kind=each.kind,
        value=typed.get(name, ""),
        hint=html('<span class="minor" id="{n}-hint">{h}</span>', n=name, h=each.hint)
        if each.hint
        else "",
        wrong=html('<p class="wrong" id="{n}-wrong">{w}</p>', n=name, w=says) if says else "",
        mode=html(' inputmode="{m}"', m=each.mode) if each.mode else "",
        described=html(' aria-describedby="{d}"', d=described) if described else "",
        invalid=Html(' aria-invalid="true"') if says else "",
    )


def choices(
    name: str,
    legend: str,
    among: Mapping[str, str],
    typed: Mapping[str, str],
    wrong: Mapping[str, str] | None,
) -> Html:
    """Return a question of which one answer is chosen.

    Without `wrong` it stands on the page a second time, and nothing leads to it.
    """
    options = joined(
        [
            html(
                '<label class="choice"><input type="radio" name="{name}" value="{value}"'
                "{on}{first}> <span>{says}</span></label>",
                name=name,
                value=value,
                says=says,
                on=Html(" checked") if typed.get(name) == value else "",
                first=html(' id="{n}"', n=name) if not number and wrong is not None else "",
            )
            for number, (value, says) in enumerate(among.items())
        ]
    )
    says = (wrong or {}).get(name, "")
    return html(
        '<fieldset><legend>{legend}</legend>{wrong}<div class="choices">{options}</div></fieldset>',
        legend=legend,
        options=options,
        wrong=html('<p class="wrong" id="{n}-wrong">{w}</p>', n=name, w=says) if says else "",
    )


def tick(name: str, says: str, typed: Mapping[str, str]) -> Html:
    """Return a box to be ticked."""
    return html(
        '<label class="choice"><input type="checkbox" name="{name}" value="1"{on}>'
        " <span>{says}</span></label>",
        name=name,
        says=says,
        on=Html(" checked") if typed.get(name) else "",
    )


def hidden(name: str, value: str) -> Html:
    """Return a field that is not shown."""
    return html('<input type="hidden" name="{n}" value="{v}">', n=name, v=value)


def summary(title: str, wrong: Mapping[str, str], where: Callable[[str], str]) -> Html:
    """Return what is wrong with a form, with a way to each field; empty if nothing is.

    `where` says what a field is called.
    """
    if not wrong:
        return Html("")
    items = joined(
        [
            html('<li><a href="#{n}">{f}: {w}</a></li>', n=name, f=where(name), w=says)
            for name, says in wrong.items()
        ]
    )
    return html(
        '<div class="trouble bad" role="alert"><h2>{title}</h2><ul>{items}</ul></div>',
        title=title,
        items=items,
    )
