"""The values that are asked of the vault and that it answers with."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from collector.people.entries import Kind, Strength
from collector.trace.entries import Doubt, How, Question, Way
from collector.trace.news import News

Typed = Annotated[str, msgspec.Meta(max_length=400)]
Persons = Annotated[tuple[int, ...], msgspec.Meta(max_length=20_000)]


class Sought(msgspec.Struct, frozen=True):
    """By what an officer looks for somebody."""

    kind: Kind
    text: Typed
    """The number; or the full name, never a part of it."""
    born: Typed = ""
    """The birth date, which a name needs."""
    sex: Typed = ""

    def __repr__(self) -> str:
        """Say the kind only."""
        return f"<Sought by {self.kind.name}>"


class Hit(msgspec.Struct, frozen=True):
    """A person row that was found, and how sure that is."""

    person: int
    kind: Kind
    strength: Strength


class Content(msgspec.Struct, frozen=True):
    """What one code of a person has said."""

    code: str
    """The kind of the code."""
    signature: str
    identity: str
    seen_day: int
    """Local day of its first sighting in that epoch."""
    fields: Mapping[str, Any]

    def __repr__(self) -> str:
        """Say the kind only."""
        return f"<Content of {self.code}>"


class Shown(msgspec.Struct, frozen=True):
    """A person who was opened."""

    person: int
    parts: tuple[int, ...]
    """The rows that are one; itself first."""
    contents: tuple[Content, ...]


class SeenAt(msgspec.Struct, frozen=True):
    """One sighting on a timeline."""

    place: int
    gate: str
    at: int
    span: int
    way: Way
    link: Kind
    flags: int


class StayAt(msgspec.Struct, frozen=True):
    """One stay on a timeline."""

    place: int
    in_lo: int
    in_hi: int
    out_lo: int
    out_hi: int
    how: How
    doubts: Doubt


class Timeline(msgspec.Struct, frozen=True):
    """Where one person was, as far as the officer may know."""

    person: int
    seen: tuple[SeenAt, ...]
    stays: tuple[StayAt, ...]
    places: Mapping[int, str]
    """Their names."""
    outside: int
    """Stays at places that are not the officer's."""


class Arrived(msgspec.Struct, frozen=True):
    """What has arrived since an answer was given."""

    asked: Question
    at_ms: int
    """When it was answered."""
    news: News


class Hold(msgspec.Struct, frozen=True):
    """What a case keeps of a person beyond retention."""

    id: int
    case: int
    person: int
    reason: bytes
    """Sealed: it was typed."""
    officer: str
    approver: str
    """Empty until another officer has agreed; nothing is kept before."""
    made_ms: int
    end_ms: int


class Kept(msgspec.Struct, frozen=True):
    """What a hold keeps of a person, opened."""

    contents: tuple[Content, ...]
    timeline: Timeline


class Registration(msgspec.Struct, frozen=True):
    """What is said of whoever gets a pass, at a desk or in a form."""

    pass_number: Typed
    checked: bool
    """An attendant has seen the card. Else it is as declared, and true for this pass alone."""
    number: Typed = ""
    name: Typed = ""
    born: Typed = ""
    sex: Typed = ""
    phone: Typed = ""
    commune: Typed = ""
    hamlet: Typed = ""

    def __repr__(self) -> str:
        """Say nothing."""
        return "<Registration>"


class Status(msgspec.Struct, frozen=True):
    """How the vault is."""

    locked: bool
    demo: bool
    """One custodian alone."""
    custodians: tuple[str, ...]
    threshold: int
    spoken: int
    """Custodians whose word is waiting for the others'."""
    followed: int
    """The last row of the ledger that was keyed."""
    persons: int
    sightings: int
    epochs: int
    unopened: int
