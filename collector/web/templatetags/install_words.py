"""What the pages of installation call things, in the language of whoever reads."""

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collector.web.installforms import ACCESS_POINT, PASSPHRASE, WIFI_NAME
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
_WIRES = _("Check its wires at both ends against the drawing of the wiring set, and test again.")
_RESTART = _("Switch the gate off and on; if it stays so, call the help line.")
ADVICE: Mapping[str, Promise] = {
    "storage": _("Put another memory card in; if it stays so, call the help line."),
    "clock": _("Wait until the gate has had a network for some minutes, and test again."),
    "watchdog-board": _RESTART,
    "watchdog-scanner": _RESTART,
    "camera": _("Switch the gate off, press the camera's ribbon cable in at both ends; try again."),
    "light": _("Give the place more light, or turn the lens away from the lamp or the sun."),
    "focus": _("Turn the lens until the test card is sharp, and test again."),
    "test-card": _("Hold the test card flat, 20 cm before the lens, and test again."),
    "signal-accept": _WIRES,
    "signal-reject": _WIRES,
    "signal-retry": _WIRES,
    "panel": _("Make a code with the wiring set that is in the box."),
    "relay": _WIRES,
    "broker": _("Check the network; if it stays so, tell your operator."),
}
"""What to do about a part that is not good."""
OUTCOME: Mapping[str, Promise] = {
    Outcome.GOOD: _("good"),
    Outcome.BAD: _("not good"),
    Outcome.LEFT_OUT: _("left out"),
    Outcome.UNKNOWN: _("cannot be told"),
}
REFUSAL: Mapping[str, Promise] = {
    "a gate of that name is there already": _("a gate of that name is there already"),
    "this is the name of a service: the gate needs another one": _(
        "this is the name of a service: the gate needs another one"
    ),
    "too long, or of the wrong form": _("too long, or of the wrong form"),
    "the name of a gate has up to 40 small letters without marks, digits and hyphens": _(
        "the name of a gate has up to 40 small letters without marks, digits and hyphens"
    ),
    "the place has up to 100 characters, all in one line": _(
        "the place has up to 100 characters, all in one line"
    ),
    "a Wi-Fi name has up to 32 bytes; a letter with a mark counts for two or three": WIFI_NAME,
    "a Wi-Fi passphrase has 8 to 63 letters, digits and signs, none with a mark": PASSPHRASE,
    "the country of a Wi-Fi is two capital letters, such as VN": _(
        "the country of a Wi-Fi is two capital letters, such as VN"
    ),
    "an access point has up to 63 letters, digits, dots and hyphens": ACCESS_POINT,
    "too long for a code that a gate reads from a phone: shorten the name of the place": _(
        "too long for a code that a gate reads from a phone: shorten the name of the place"
    ),
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
def part_advice(value: str) -> str:
    """Return what to do about a part that is not good."""
    return word(ADVICE, value) if value in ADVICE else str(_RESTART)


@register.filter
def advice(line: Progress) -> str:
    """Return the sentence for what stands in a gate's way; empty if nothing does."""
    if line.passed is False:
        return gettext("Open it: what is not good is named there, and what to do about it.")
    if line.trouble:
        return word(TROUBLE, line.trouble)
    return word(TROUBLE, Trouble.EXPIRED) if line.expired and not line.used else ""


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
