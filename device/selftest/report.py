"""The end of a self-test: a page to read, and the same signed."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.i18n import N_, _
from wire import selftest
from wire.selftest import Found, Outcome, Report

NAMES = {
    "storage": N_("memory card"),
    "clock": N_("clock"),
    "watchdog-board": N_("watchdog of the board"),
    "watchdog-scanner": N_("watchdog of the scanner"),
    "camera": N_("camera and its pictures"),
    "light": N_("light"),
    "focus": N_("focus"),
    "test-card": N_("test card"),
    "signal-accept": N_("green and its sound"),
    "signal-reject": N_("red and its sound"),
    "signal-retry": N_("amber and its sound"),
    "panel": N_("lamps and buzzer"),
    "relay": N_("relay"),
    "broker": N_("the district's broker, there and back"),
}
OUTCOMES = {
    Outcome.GOOD: N_("good"),
    Outcome.BAD: N_("NOT GOOD"),
    Outcome.LEFT_OUT: N_("left out"),
    Outcome.UNKNOWN: N_("cannot be told"),
}


def line(found: Found) -> str:
    """Return one step in a line."""
    figures = ", ".join(f"{name} {value:g}" for name, value in found.figures.items())
    detail = "; ".join(filter(None, (found.detail, figures)))
    head = f"{_(NAMES[found.what])}: {_(OUTCOMES[found.outcome])}"
    return f"{head} ({detail})" if detail else head


def page(report: Report) -> str:
    """Return the whole report to read."""
    title = _("Self-test of gate {gate} at {place}").format(gate=report.gate, place=report.place)
    end = N_("All is good.") if report.passed else N_("Something is NOT GOOD.")
    return "\n".join([title, *map(line, report.found), _(end), ""])


def signed(report: Report, key: Ed25519PrivateKey) -> bytes:
    """Return it signed, for the district."""
    return selftest.pack(report, key)
