"""What follows from a declaration: advice, a task for somebody, and which pass. Pure.

A declaration that names nothing gets a self-service pass. One that names symptoms or a contact gets
advice and a station's number, a commune officer gets a task, and the pass is the one that the
authority's rules say: none, or one that sends its holder to the attendant.
"""

import enum

import msgspec

from collector.declaration.entries import Declaration, Exposure

DAY_S = 86_400


class Task(enum.StrEnum):
    """What a commune officer is to look after. Stored, so never renamed."""

    SYMPTOMS = "symptoms"
    CONTACT = "contact"


class PassFor(enum.StrEnum):
    """What pass somebody gets."""

    SELF = "self"
    ATTENDANT = "attendant"
    """Good at a door where somebody looks: the gate asks for the attendant."""
    NONE = "none"


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the authority has decided."""

    good_days: int = 7
    """How long a declaration counts, and with it its pass."""
    worrying: PassFor = PassFor.ATTENDANT
    """What pass follows from symptoms or a contact."""
    worrying_days: int = 1


class Consequence(msgspec.Struct, frozen=True):
    """What follows."""

    gets: PassFor
    task: Task | None
    ends: int
    """Until when declaration and pass count, seconds since 1970."""

    @property
    def advises(self) -> bool:
        """Say whether there is advice to give."""
        return self.task is not None


def of(said: Declaration, rules: Rules, now_s: int) -> Consequence:
    """Return what follows from a declaration made at `now_s`."""
    near = {Exposure.CASE, Exposure.SICK, Exposure.AREA}.intersection(said.exposures)
    task = Task.CONTACT if near else Task.SYMPTOMS if said.symptoms else None
    return following(task, rules, now_s)


def following(task: Task | None, rules: Rules, now_s: int) -> Consequence:
    """Return what follows where there is such a task, or none; the desk knows nothing else."""
    if task is None:
        return Consequence(PassFor.SELF, None, now_s + rules.good_days * DAY_S)
    return Consequence(rules.worrying, task, now_s + rules.worrying_days * DAY_S)
