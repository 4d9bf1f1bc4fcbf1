"""The nouns of a passage, in the order in which they come about.

A camera gives a **frame**; in it the reader **sights** codes; presence turns sightings into one
**reading** per showing; what the code is makes a **credential**; the judge's answer is a
**verdict**; the panel shows its **signal** once the scan is in the journal. Values only: nothing
here has a clock, a file or a driver. Times named `up_ns` are CLOCK_BOOTTIME in nanoseconds.
"""

import enum
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from wire.canonical import Document
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Mark,
    Outcome,
    Reason,
    Signature,
    Told,
    What,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Luma: TypeAlias = npt.NDArray[np.uint8]
else:  # the uplink shares these nouns, sees no picture, and would be 14 MB larger
    Luma = Any
"""A grey picture: H x W, 8 bit, any stride; rows from the top."""


class Instant(msgspec.Struct, frozen=True):
    """A moment, as far as the gate can tell."""

    up_ns: int
    wall_ms: int
    """Milliseconds since 1970, UTC, as the wall clock stood."""
    clock: ClockState
    boot: str
    """First eight hex digits of the boot id."""


class Frame(msgspec.Struct, frozen=True):
    """One picture from the camera."""

    luma: Luma
    up_ns: int
    """When it was captured."""
    number: int


class Form(enum.StrEnum):
    """What kind of symbol a code is, whatever it says. Only a whole QR code can be a pass."""

    QR = "qr"
    MICRO = "micro"
    """Micro QR or rectangular: too small for a pass."""
    PART = "part"
    """One part of a text that is split over several codes (structured append)."""


class Guidance(enum.StrEnum):
    """Why a code that is in view cannot be read, as far as can be told."""

    TOO_FAR = "too-far"
    TOO_CLOSE = "too-close"
    TOO_DARK = "too-dark"
    GLARE = "glare"
    BLURRED = "blurred"
    MOVING = "moving"


class ViewHealth(enum.StrEnum):
    """Whether the camera sees the door. Told in the health file, so never renamed."""

    CLEAR = "clear"
    COVERED = "covered"
    DARK = "dark"
    DEFOCUSED = "defocused"
    FROZEN = "frozen"
    OVER_EXPOSED = "over-exposed"


class Sighting(msgspec.Struct, frozen=True):
    """A code that one decoder read in one frame."""

    text: bytes
    """Exactly the bytes in the code."""
    corners: tuple[tuple[int, int], ...]
    """Four points (x, y) in pixels of the frame, clockwise from the code's top left; may be
    fewer if the engine does not say."""
    engine: str
    """Which attempt of the cascade read it, such as `zxing-half`."""
    form: Form = Form.QR

    def __repr__(self) -> str:
        """Say nothing of the text, so that no log or traceback says who stood at the door."""
        return f"<Sighting of {len(self.text)} bytes by {self.engine}>"

    @property
    def extent(self) -> int:
        """Return the longer side of the code's bounding box, in pixels; 0 if not known."""
        if not self.corners:
            return 0
        xs, ys = zip(*self.corners, strict=True)
        return int(max(max(xs) - min(xs), max(ys) - min(ys)))


class Reading(msgspec.Struct, frozen=True):
    """One code held up once, however many frames it was seen in."""

    text: bytes
    up_ns: int
    """Capture of the frame in which it was read."""
    form: Form = Form.QR

    def __repr__(self) -> str:
        """Say nothing of the text, for the same reason."""
        return f"<Reading of {len(self.text)} bytes>"


class Credential(msgspec.Struct, frozen=True):
    """What a code is, before anything about it is judged."""

    kind: str
    """A name from device/credential, such as `pass`, `web-link`, `unknown`."""
    content: Any = None
    """The parsed content for the judge, if the kind has any."""
    personal: Document | None = None
    """The fields worth keeping, to be sealed; never logged."""

    def __repr__(self) -> str:
        """Say the kind only, for the same reason."""
        return f"<Credential: {self.kind}>"


class Signal(enum.StrEnum):
    """What the door shows; gpio/patterns.py says how."""

    REST = "rest"
    READ = "read"
    ACCEPT = "accept"
    REJECT = "reject"
    RETRY = "retry"
    ATTENDANT = "attendant"
    OUT_OF_ORDER = "out-of-order"
    STARTING = "starting"
    WAIT = "wait"
    """The answer takes longer than usual: a slow card."""
    UNENROLLED = "unenrolled"
    ENROLLING = "enrolling"
    IDENTIFY = "identify"
    """This gate, among its neighbours."""
    # Why a gate was not enrolled; one for each trouble in wire/joining.py.
    JOIN_BUTTON = "join-button"
    JOIN_FOREIGN = "join-foreign"
    JOIN_EXPIRED = "join-expired"
    JOIN_USED = "join-used"
    JOIN_PASSPHRASE = "join-passphrase"
    JOIN_NO_WIFI = "join-no-wifi"
    JOIN_NO_NETWORK = "join-no-network"
    JOIN_PORTAL = "join-portal"
    JOIN_SERVER = "join-server"
    JOIN_SILENT = "join-silent"
    JOIN_FAULT = "join-fault"


class Press(enum.StrEnum):
    """What came in at a pin; each input has one meaning."""

    SERVICE = "service"
    """The button inside the box."""
    DIRECTION = "direction"
    """The next person goes the other way."""
    ADMIT = "admit"
    """The attendant lets one person in."""
    PASSED = "passed"
    """Somebody went through."""
    OPENED = "opened"
    """The enclosure was opened."""
    CLOSED = "closed"


class Pressed(msgspec.Struct, frozen=True):
    """One thing that came in, and when."""

    what: Press
    up_ns: int


class Verdict(msgspec.Struct, frozen=True):
    """The gate's answer to a reading."""

    kind: str
    signature: Signature
    identity: Identity
    outcome: Outcome
    reason: Reason
    direction: Direction
    signal: Signal
    marks: tuple[Mark, ...] = ()
    personal: Document | None = None
    """Fields to be sealed with the scan."""
    told: Told | None = None
    """When somebody passed, where that was on paper."""

    def __repr__(self) -> str:
        """Say the answer and not whom it was given to, for the same reason."""
        marks = "".join(f" +{mark}" for mark in self.marks)
        return f"<Verdict: {self.kind} {self.direction} {self.outcome} {self.reason}{marks}>"


class Remark(msgspec.Struct, frozen=True):
    """Something about the gate that is to be stored as a note."""

    what: What
    data: Document = {}


class Order(msgspec.Struct, frozen=True):
    """What a command of the district's has the door do."""

    remark: Remark
    """The answer, stored after it was done."""
    signal: Signal | None = None
    """To be shown."""
    opens: bool = False
    """One person is let through."""
    verdict: Verdict | None = None
    """Of the one who is let through; stored before the light."""
    again: bool = False
    """The scanner is taken up anew."""
