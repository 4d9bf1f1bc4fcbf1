"""One terminal of 80 columns and 24 lines that says how a gate stands. rich's one home.

Every line has a sign beside its colour, so that it can be read without colours.
"""

from datetime import UTC, datetime, timedelta, timezone

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from device.alarms import ALARMS
from device.i18n import N_, _
from device.status.standing import Standing
from wire.record import ClockState

WIDTH, HEIGHT = 80, 24
SHOWN = 3
"""Alarms that have room; of more the number is told."""
HERE = timezone(timedelta(hours=7))
CLOCKS = {
    ClockState.SYNCED: N_("kept right by a time server"),
    ClockState.ANCHORED: N_("proved by the district's receipts"),
    ClockState.VOUCHED: N_("trusted, as the configuration says"),
    ClockState.UNSYNCED: N_("nobody says that it is right"),
}
POWER = {
    "ok": N_("power good"),
    "low": N_("power too weak"),
    "was-low": N_("power was too weak"),
    "": N_("power not known"),
}
Line = tuple[str, str, bool | None]
"""What it is about, what is known, and whether that is good; None if it cannot be told."""


def picture(found: Standing) -> RenderableType:
    """Return the whole screen."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, min_width=1)
    table.add_column(min_width=13, no_wrap=True, style="bold")
    table.add_column(ratio=1, overflow="ellipsis", no_wrap=True)
    for name, said, good in _lines(found):
        sign, style = _sign(good=good)
        table.add_row(Text(sign, style=style), name, Text(said, style="" if good else style))
    title = f"{found.gate} · {found.place}"
    return Group(
        Panel(table, title=Text(title, overflow="ellipsis"), width=WIDTH),
        Panel(_alarms(found), title=_("What to look after"), width=WIDTH),
    )


def show(found: Standing, console: Console) -> None:
    """Print it once."""
    console.print(picture(found))


def live(console: Console) -> Live:
    """Return what keeps it on the terminal until its block ends."""
    return Live(console=console, screen=True, auto_refresh=False)


def console() -> Console:
    """Return the terminal, or plain text where there is none."""
    return Console(width=WIDTH, height=HEIGHT, highlight=False)


def _sign(*, good: bool | None) -> tuple[str, str]:
    if good is None:
        return "?", "dim"
    return ("+", "green") if good else ("!", "bold red")


def _lines(found: Standing) -> list[Line]:
    return [
        _door(found),
        _records(found),
        _unsent(found),
        _room(found),
        _road(found),
        _clock(found),
        _board(found),
        _card(found),
        _starts(found),
        _certificate(found),
        _policy(found),
        _lists(found),
    ]


def _door(found: Standing) -> Line:
    if not found.scanning:
        return _("Door"), _("the scanner does not see, or lets nobody in"), False
    said = _("watched, {fps} pictures a second").format(fps=round(found.fps, 1))
    view = found.health.view
    return _("Door"), f"{said}; {_(ALARMS[f'view-{view}'].says)}" if view else said, not view


def _records(found: Standing) -> Line:
    waiting, oldest_s = found.health.waiting, found.health.oldest_ms // 1000
    said = _("{count} not confirmed").format(count=waiting)
    if oldest_s:
        said += ", " + _("the oldest {age} old").format(age=_span(oldest_s))
    return _("Scans"), said, "unsent-long" not in found.alarms


def _unsent(found: Standing) -> Line:
    """Say how many scans a card that resets or retires would end: it is refused because of them."""
    if found.unsent is None:
        return _("Only here"), _("not known"), None
    said = _("no scan: cards that reset or retire are heeded")
    if found.unsent:
        said = _("{count} scans: no card resets or retires").format(count=found.unsent)
    return _("Only here"), said, True


def _room(found: Standing) -> Line:
    said = _("room for {days} days").format(days=int(found.health.days_of_room))
    return _("Memory card"), said, not {"room-low", "journal-full"} & set(found.alarms)


def _road(found: Standing) -> Line:
    road = found.road
    age = "" if road.receipt_s is None else _span(road.receipt_s)
    receipt = _("last receipt {age} ago").format(age=age) if age else _("no receipt yet")
    if road.connected is None:
        return _("District"), f"{_('never connected')}; {receipt}", None
    said = _("connected") if road.connected else _("not connected ({code})").format(code=road.code)
    return _("District"), f"{said}; {receipt}", road.connected


def _clock(found: Standing) -> Line:
    here = datetime.fromtimestamp(found.now.wall_ms / 1000, UTC).astimezone(HERE)
    said = f"{here:%d-%m-%Y %H:%M:%S} (+07); {_(CLOCKS[found.now.clock])}"
    return _("Time"), said, found.now.clock is not ClockState.UNSYNCED


def _board(found: Standing) -> Line:
    health = found.health
    heat = health.temperature_c
    warm = _("temperature not known") if heat is None else f"{heat} °C"
    memory = health.memory_mb
    free = _("{count} MB of memory free").format(count=memory) if memory is not None else ""
    slow = _("slowed down") if health.throttled else ""
    said = "; ".join(filter(None, (warm, _(POWER.get(health.power, POWER[""])), slow, free)))
    bad = {"too-hot", "throttled", "under-voltage", "was-under-voltage", "memory-low"}
    known = heat is not None or bool(health.power)
    return _("Board"), said, False if bad & set(found.alarms) else True if known else None


def _card(found: Standing) -> Line:
    health = found.health
    if health.card_read_only:
        return _("File system"), _("cannot be written"), False
    if health.card_errors is None:
        return _("File system"), _("whether it met errors is not known"), None
    said = _("{count} errors").format(count=health.card_errors)
    return _("File system"), said, not health.card_errors


def _starts(found: Standing) -> Line:
    said = _("{count} since the machine was switched on").format(count=found.health.starts)
    return _("Starts"), said, "restarts-many" not in found.alarms


def _certificate(found: Standing) -> Line:
    days = found.health.certificate_days
    if days is None:
        return _("Certificate"), _("not known"), None
    said = _("good for {days} days").format(days=days) if days >= 0 else _("has run out")
    bad = {"certificate-ends", "certificate-ended"} & set(found.alarms)
    return _("Certificate"), said, not bad


def _policy(found: Standing) -> Line:
    health = found.health
    said = _("the usual one: the district has sent none")
    if health.policy:
        said = _("version {version}, {days} days old").format(
            version=health.policy, days=health.policy_days or 0
        )
    version = _("program {version}").format(version=health.version or "?")
    return _("Rules"), f"{said}; {version}", True


def _lists(found: Standing) -> Line:
    """Say how old the gate's knowledge of withdrawn passes is."""
    lists = found.lists
    if lists.oldest_s is None:
        return _("Withdrawn"), _("no list yet: nothing is known of withdrawn passes"), None
    said = _("lists of {count} issuers, the oldest signed {age} ago").format(
        count=lists.count, age=_span(lists.oldest_s)
    )
    return _("Withdrawn"), said, not lists.is_stale


def _alarms(found: Standing) -> RenderableType:
    if not found.alarms:
        return Text(_("nothing"), style="green")
    text = Text(overflow="fold")
    for code in found.alarms[:SHOWN]:
        alarm = ALARMS.get(code)
        text.append(f"! {_(alarm.says) if alarm else code}\n", style="bold red")
        text.append(f"  -> {_(alarm.bring)}\n" if alarm else "")
    more = len(found.alarms) - SHOWN
    text.append(_("and {count} more").format(count=more) if more > 0 else "")
    text.rstrip()
    return text


def _span(seconds: int) -> str:
    """Say a length of time in its largest unit."""
    for size, says in (
        (86_400, N_("{count} days")),
        (3_600, N_("{count} h")),
        (60, N_("{count} min")),
    ):
        if seconds >= size:
            return _(says).format(count=seconds // size)
    return _("{count} s").format(count=seconds)
