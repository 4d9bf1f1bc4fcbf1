"""How the district's and a gate's templates ask for words and figures."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from collector.figures.discretion import FEWEST, Figure, Shown
from collector.web import districtwords
from collector.web.district import StoryLine
from collector.web.gatepage import Cell
from collector.web.snapshot import local

register = template.Library()


@register.filter
def story(line: StoryLine) -> str:
    """Return what is wrong at a gate."""
    told = districtwords.TABLES[line.group].get(line.code)
    said = str(told[0]) if told else line.code
    if line.usual:
        usually = figure(line.usual)
        if line.usual is not Shown.FEW:
            usually = _("about {n}").format(n=usually)
        counted = _("{seen} in place of {usual}").format(seen=figure(line.seen), usual=usually)
        return f"{said}: {counted}"
    return said


@register.filter
def alarm(code: str) -> str:
    """Return what a gate complains of; nothing where it has no name here."""
    told = districtwords.ALARM.get(code)
    return str(told[0]) if told else ""


@register.filter
def bring(line: StoryLine) -> str:
    """Return what to do about it, and what to bring."""
    told = districtwords.TABLES[line.group].get(line.code)
    return str(told[1] if told else districtwords.UNKNOWN)


@register.filter
def figure(value: Figure) -> str:
    """Return a figure about people as it may be shown."""
    if value is Shown.FEW:
        return _("under {n}").format(n=FEWEST)
    if value is Shown.WITHHELD:
        return _("not told")
    return number_format(value, force_grouping=True)


@register.filter
def how(value: str) -> str:
    """Return what a stretch of a gate's strip is called."""
    return str(districtwords.HOW[value])


@register.filter
def command(value: str) -> str:
    """Return what a command does; the command's own word where it has no name here."""
    return str(districtwords.COMMAND.get(value, value))


@register.filter
def clocktime(wall_ms: int) -> str:
    """Return a day and time, short."""
    return local(wall_ms).strftime("%d/%m %H:%M")


@register.filter
def stretch(cell: Cell) -> str:
    """Return what one stretch of a strip says."""
    return f"{clocktime(cell.begin_ms)}: {how(cell.how)}"


@register.filter
def state(value: str, part: str) -> str:
    """Return what a gate says of one of its parts; its own word where it has no name here."""
    return str(districtwords.STATE[part].get(value, value or _("not known")))
