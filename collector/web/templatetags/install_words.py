"""What the pages of installation call things, in the language of whoever reads."""

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collector.web.installing import Progress, Stage
from collector.web.words import word
from wire.joining import Trouble
from wire.selftest import Outcome

register = template.Library()

STAGE: Mapping[str, Promise] = {
    Stage.SHOWN: _("The gate has read the code and reached the district"),
    Stage.CERTIFIED: _("The gate has its certificate and knows its place"),
    Stage.TESTED: _("The gate has tried its parts: answer it with the service button"),
    Stage.REPORTED: _("The district has the report"),
}
TROUBLE: Mapping[str, Promise] = {
    Trouble.BUTTON: _("Press the service button shortly, then show the code within 30 seconds."),
    Trouble.FOREIGN: _("The code is damaged or of another authority: make a new one."),
    Trouble.EXPIRED: _("The code has run out: make a new one."),
    Trouble.USED: _("Another gate has used this code: make a new one, and find out which gate."),
    Trouble.PASSPHRASE: _("The Wi-Fi passphrase is wrong: make a code with the right one."),
    Trouble.NO_WIFI: _("No Wi-Fi of that name is in reach: check the name, or move the router."),
    Trouble.NO_NETWORK: _("No network: check the cable, the router or the mobile stick."),
    Trouble.PORTAL: _("This network wants a login in a browser: use another one."),
    Trouble.SERVER_FOREIGN: _(
        "What answers is not the district: use another network, and report it."
    ),
    Trouble.SILENT: _("The district does not answer: wait a while, then show the code again."),
    Trouble.FAULT: _("The memory card or the keys are at fault: call the help line."),
}
PART: Mapping[str, Promise] = {
    "storage": _("Memory card"),
    "clock": _("Clock"),
    "watchdog-board": _("Watchdog of the board"),
    "watchdog-scanner": _("Watchdog of the scanner"),
    "camera": _("Camera"),
    "light": _("Light"),
    "focus": _("Focus"),
    "test-card": _("Test card"),
    "signal-accept": _("Green and its sound"),
    "signal-reject": _("Red and its sound"),
    "signal-retry": _("Amber and its sound"),
    "panel": _("Lamps and buzzer"),
    "relay": _("Relay"),
    "broker": _("The district's broker"),
}
OUTCOME: Mapping[str, Promise] = {
    Outcome.GOOD: _("good"),
    Outcome.BAD: _("not good"),
    Outcome.LEFT_OUT: _("left out"),
    Outcome.UNKNOWN: _("cannot be told"),
}
REFUSAL: Mapping[str, Promise] = {
    "a gate of that name is there already": _("a gate of that name is there already"),
    "too long for a code, or of the wrong form": _("too long for a code, or of the wrong form"),
}


@register.filter
def stage_word(value: str) -> str:
    """Return what a stage is called."""
    return word(STAGE, value)


@register.filter
def trouble_word(value: str) -> str:
    """Return the sentence for a trouble: what is wrong and what to do."""
    return word(TROUBLE, value)


@register.filter
def part_word(value: str) -> str:
    """Return what a tried part is called."""
    return word(PART, value)


@register.filter
def outcome_word(value: str) -> str:
    """Return what came of a part."""
    return word(OUTCOME, value)


@register.filter
def refusal(value: str) -> str:
    """Return why a code cannot be made."""
    return word(REFUSAL, value)


@register.filter
def blinks(counted: tuple[int, int]) -> str:
    """Draw lights: a bar for a long one, a dot for a short one."""
    long, short = counted
    return "▬ " * long + "• " * short


@register.filter
def standing(line: Progress) -> str:
    """Return the class of how a gate stands."""
    if line.passed is not None:
        return "good" if line.passed else "bad"
    return "bad" if line.trouble or (line.expired and not line.used) else "waiting"


@register.filter
def standing_word(line: Progress) -> str:
    """Return how a gate stands, in two words."""
    if line.passed is not None:
        return (
            gettext("Installed: all is good") if line.passed else gettext("Something is not good")
        )
    if line.expired and not line.used:
        return gettext("Code has run out")
    if line.trouble:
        return gettext("There is trouble")
    return gettext("Being installed") if line.used else gettext("Waiting for the gate")
