"""What each signal is called, and what whoever sees it is to do."""

from device.flow import Signal
from device.i18n import N_

MEANINGS: dict[Signal, tuple[str, str]] = {
    Signal.REST: (N_("at rest"), N_("the door waits for the next person")),
    Signal.READ: (N_("read"), N_("a tick: a code was read, the answer follows at once")),
    Signal.ACCEPT: (N_("accepted"), N_("go through; the passage is stored")),
    Signal.REJECT: (N_("refused"), N_("do not go through; ask the attendant why")),
    Signal.RETRY: (N_("once more"), N_("hold the code closer, steady and in the light")),
    Signal.ATTENDANT: (N_("attendant"), N_("the attendant has to look at this person")),
    Signal.OUT_OF_ORDER: (N_("out of order"), N_("nothing is stored: use another gate, and call")),
    Signal.STARTING: (N_("starting"), N_("wait: the gate has just been switched on")),
    Signal.WAIT: (N_("wait"), N_("the answer takes longer than usual; keep the code ready")),
    Signal.UNENROLLED: (N_("not enrolled"), N_("a technician has to show the enrolment code")),
    Signal.ENROLLING: (N_("enrolling"), N_("the gate is taking up its place; wait")),
    Signal.IDENTIFY: (N_("identify"), N_("it is this gate that was asked for")),
}
"""Signal -> its name, and what it means."""
