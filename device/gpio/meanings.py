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
    Signal.JOIN_BUTTON: (
        N_("enrolling: button"),
        N_("press the service button shortly, then show the code within 30 seconds"),
    ),
    Signal.JOIN_FOREIGN: (
        N_("enrolling: foreign code"),
        N_("the code is damaged, or not of this gate's authority: make a new one"),
    ),
    Signal.JOIN_EXPIRED: (
        N_("enrolling: expired code"),
        N_("the code has run out: make a new one"),
    ),
    Signal.JOIN_USED: (
        N_("enrolling: used code"),
        N_("another gate has used this code: make a new one, and find out which gate"),
    ),
    Signal.JOIN_PASSPHRASE: (
        N_("enrolling: Wi-Fi passphrase"),
        N_("the passphrase is wrong: make a code with the right one"),
    ),
    Signal.JOIN_NO_WIFI: (
        N_("enrolling: no such Wi-Fi"),
        N_("no network of that name is in reach: check the name, or move the router closer"),
    ),
    Signal.JOIN_NO_NETWORK: (
        N_("enrolling: no network"),
        N_("check the cable, the router or the mobile stick, then show the code again"),
    ),
    Signal.JOIN_PORTAL: (
        N_("enrolling: login page"),
        N_("this network wants a login in a browser: use another one"),
    ),
    Signal.JOIN_SERVER: (
        N_("enrolling: wrong server"),
        N_("what answers is not the district: use another network, and tell the district"),
    ),
    Signal.JOIN_SILENT: (
        N_("enrolling: district silent"),
        N_("the district does not answer: wait a while, then show the code again"),
    ),
    Signal.JOIN_FAULT: (
        N_("enrolling: gate at fault"),
        N_("the memory card or the keys are at fault: call the help line"),
    ),
}
"""Signal -> its name, and what it means."""
