"""How the pages of policies and commands ask for words."""

from django import template

from collector.web import policysaid
from collector.web.snapshot import local

register = template.Library()
TABLES = {
    "stage": policysaid.STAGE,
    "why": policysaid.WHY,
    "cause": policysaid.CAUSE,
    "answer": policysaid.ANSWER,
    "act": policysaid.ACT,
}


@register.filter
def worded(value: str, table: str) -> str:
    """Return what a value is called; the value where it has no name here."""
    return str(TABLES[table].get(value, value))


@register.filter
def when(wall_ms: int) -> str:
    """Return a day and time, to the second."""
    return local(wall_ms).strftime("%d/%m %H:%M:%S") if wall_ms else "-"
