"""A case's list as a paper, in the words of whoever prints it. Pure but for the language."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from collector.cases.entries import Case, Contact
from collector.export.entries import Column, Paper, Sheet
from collector.export.handover import Handed
from collector.web import words
from collector.web.casework import dates, names, narrowing
from collector.web.casework.desk import Card, Phone, Stamp

MINUTE_MS = 60_000


def columns() -> tuple[Column, ...]:
    """Return what a list of contacts can say; number and phone only if they are asked for."""
    return (
        Column("name", _("Name"), weight=4),
        Column("born", _("Born")),
        Column("number", _("Number"), personal=True, weight=2),
        Column("phone", _("Phone"), personal=True, weight=2),
        Column("home", _("Commune and hamlet"), weight=3),
        Column("ring", _("Ring")),
        Column("least", _("At least")),
        Column("most", _("At most")),
        Column("last", _("Last meeting"), weight=2),
        Column("state", _("State"), weight=2),
        Column("assignee", _("Assigned to"), weight=2),
        Column("note", _("Note"), weight=3),
    )


def listed(found: Case, rows: Iterable[tuple[Contact, Card]], stamp: Mapping[str, str]) -> Paper:
    """Return the list of a case's contacts as a paper."""
    rule = narrowing.rule_of(found)
    counted = _("A contact is who was near an index person for at least {n} minutes of a day.")
    return Paper(
        title=_("Contacts of case {ref}").format(ref=found.ref),
        stamp=tuple(stamp.items()),
        sheets=(Sheet(_("Contacts"), columns(), tuple(_row(*row) for row in rows)),),
        notes=(counted.format(n=rule.min_minutes),),
    )


def stamped(found: Case, officer: str, at_ms: int, stamp: Stamp) -> dict[str, str]:
    """Return what every page and sheet carries."""
    return {
        _("Case"): f"{found.ref} (#{found.number})",
        _("Officer"): officer,
        _("Time"): dates.stamp(at_ms),
        _("Copy number"): str(stamp.copy),
        _("Audit head"): f"{stamp.head.seq} {stamp.head.hash[:24]}",
    }


def handed(found: Case, number: int, contact: Contact, card: Card, area: str) -> Handed:
    """Return one contact as it is handed over."""
    return Handed(
        mark=f"GS-{found.number}-{number}",
        name=card.name,
        born=card.born,
        sex=card.sex,
        number=card.number,
        phone=card.phones[0].number if card.phones else "",
        area=area,
        address=_home(card),
        last=dates.field(dates.of(contact.last_ms)) if contact.last_ms else "",
        source=f"GS-{found.number}",
        least_minutes=contact.least_ms // MINUTE_MS,
        most_minutes=-(-contact.most_ms // MINUTE_MS),
    )


def _row(contact: Contact, card: Card) -> tuple[str, ...]:
    return (
        card.name,
        card.born,
        card.number,
        ", ".join(_phone(each) for each in card.phones),
        _home(card),
        f"F{contact.ring}",
        str(contact.least_ms // MINUTE_MS),
        str(-(-contact.most_ms // MINUTE_MS)),
        dates.stamp(contact.last_ms) if contact.last_ms else "",
        words.word(names.CONTACT, contact.state),
        contact.assignee,
        contact.note,
    )


def _phone(each: Phone) -> str:
    return f"{each.number} ({words.word(names.SOURCE, each.source)})"


def _home(card: Card) -> str:
    return ", ".join(each for each in (card.hamlet, card.commune) if each)
