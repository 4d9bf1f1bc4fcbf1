"""All that a gate needs from the world, on one page.

Ports are named after the need; the adapters beside them after what is outside. The scanner knows
these and nothing behind them; `wiring` alone picks the adapters.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol, Self

from device.flow import (
    Frame,
    Guidance,
    Instant,
    Pressed,
    Reading,
    Sighting,
    Signal,
    Verdict,
)
from wire.record import Record, What


class Clock(Protocol):
    """The time, and how far to believe it."""

    def now(self) -> Instant:
        """Return this moment."""
        ...

    def at(self, captured_ns: int) -> Instant:
        """Return the moment at which the time since boot was `captured_ns`, just past."""
        ...


class Camera(AbstractContextManager["Camera"], Protocol):
    """Frames of the doorway.

    - Entering opens it, once; leaving closes it; leaving twice is harmless.
    - Frames come in order of capture, with growing numbers and stamps.
    - The luma belongs to the caller: later frames do not change it.
    - Raises CameraMissing on entering, CameraLost while iterating.
    - The iterator ends when there is nothing more to see (pictures, a video).
    """

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until there are no more."""
        ...


class Reader(Protocol):
    """Finds QR codes in frames.

    - Never raises for any picture or code, and returns exact bytes.
    - Remembers across frames what helps to read the next one, and nothing about who was seen.
    """

    def see(self, frame: Frame) -> tuple[Sighting, ...]:
        """Return the codes read in this frame, the largest in view first."""
        ...


class Presence(Protocol):
    """Turns sightings into readings: one code held up is one reading."""

    def admit(self, sightings: tuple[Sighting, ...], up_ns: int) -> Reading | None:
        """Return the reading that is due in the frame captured at `up_ns`, if any."""
        ...

    def answered(self, reading: Reading, until_ns: int) -> None:
        """Say that `reading` was answered; no other is due before `until_ns`."""
        ...


class Guide(Protocol):
    """Helps a person whose code is in view and cannot be read.

    - Says nothing of an empty door, nor while somebody is being answered.
    - Says a thing once in a while, not with every frame.
    """

    def advise(self, sightings: tuple[Sighting, ...], up_ns: int) -> Guidance | None:
        """Return what to tell the person now, if anything."""
        ...

    def answered(self, until_ns: int) -> None:
        """Say that somebody was answered, and that the answer is shown until `until_ns`."""
        ...


class Journal(AbstractContextManager["Journal"], Protocol):
    """Records that are never lost.

    - `append` returns only when the record is on stable storage.
    - One sequence without holes, one chain; one writer.
    - Only `confirm`, given a receipt that the collector signed, lets go of records.
    - Raises JournalFull, JournalBroken, JournalBusy; after JournalBroken nothing more is written.
    """

    def scan(self, verdict: Verdict, captured: Instant) -> Record | None:
        """Store the scan of a verdict, its personal fields sealed.

        None for a refusal that came too soon after too many others: it is tallied, not stored.
        """
        ...

    def note(self, what: What, at: Instant, data: dict[str, object] | None = None) -> Record:
        """Store a note about the gate."""
        ...

    def tend(self, at: Instant) -> None:
        """Do the work that may wait until no one is waiting: seal, prepare, drop, take receipts."""
        ...

    @property
    def waiting(self) -> int:
        """Return how many records are not confirmed."""
        ...


class Panel(AbstractContextManager["Panel"], Protocol):
    """Lamps, buzzer and relay at the door.

    - `show` sets the first step of the signal's pattern before it returns.
    - Every pattern ends; on leaving, everything is at rest, whatever happened.
    """

    def show(self, signal: Signal) -> None:
        """Start a signal; it replaces the one being shown."""
        ...


class Inputs(AbstractContextManager["Inputs"], Protocol):
    """Buttons and contacts.

    - Nothing is lost between two calls, nor told twice; contacts that bounce press once.
    - Never waits.
    """

    def pressed(self) -> tuple[Pressed, ...]:
        """Return what came in since the last call, in order."""
        ...


class NoInputs:
    """The Inputs port of a door without buttons."""

    def __enter__(self) -> Self:
        """Nothing is to be opened."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing is to be closed."""

    def pressed(self) -> tuple[Pressed, ...]:
        """Return that nothing came in."""
        return ()
