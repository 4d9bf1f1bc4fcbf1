"""Lamps, sounds and the relay, one by one, as the technician sees and hears them."""

from collections.abc import Callable

from device.flow import Signal
from device.gpio.meanings import MEANINGS
from device.gpio.patterns import length_ms
from device.i18n import N_, _
from device.ports import Panel
from device.selftest.asking import Asking
from wire.selftest import Found, Outcome

TRIED = (Signal.ACCEPT, Signal.REJECT, Signal.RETRY)
"""Green, red and amber, with their sounds; the relay goes with the first."""
ASKED = N_("{signal}: did lamp and sound come so: {meaning}?")


def show(panel: Panel, ask: Asking, sleep: Callable[[float], None], *, relay: bool) -> list[Found]:
    """Show each on a panel that is open."""
    found = []
    for signal in TRIED:
        panel.show(signal)
        sleep(length_ms(signal) / 1000)
        name, meaning = MEANINGS[signal]
        good = ask.yes(_(ASKED).format(signal=_(name), meaning=_(meaning)))
        outcome = Outcome.GOOD if good else Outcome.BAD
        found.append(Found(f"signal-{signal}", outcome, "" if good else _("not seen or not heard")))
    return [*found, _relay(panel, ask, sleep, relay=relay)]


def _relay(panel: Panel, ask: Asking, sleep: Callable[[float], None], *, relay: bool) -> Found:
    if not relay:
        return Found("relay", Outcome.LEFT_OUT, _("none is configured"))
    panel.show(Signal.ACCEPT)
    sleep(length_ms(Signal.ACCEPT) / 1000)
    good = ask.yes(_("Did the door open, and close again by itself?"))
    return Found(
        "relay", Outcome.GOOD if good else Outcome.BAD, "" if good else _("it did not do both")
    )
