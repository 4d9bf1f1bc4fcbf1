"""Picks the parts of the attendant: what is in force, what is remembered, which cards count."""

from collections.abc import Callable

from device import config
from device.accepted import Accepted
from device.attendant import Attendant
from device.cards import deeds
from device.cards.orders import Orders
from device.cards.used import UsedCards
from device.flow import Remark
from device.journal.store import CardJournal
from device.mandate import Mandate
from device.memory import Memory
from device.passages.countfile import CountFile
from device.passages.doubt import Doubts
from device.passages.entries import Entries
from device.passages.inside import Inside
from device.passages.passages import Passages
from device.verdict.direction import Ways
from device.wiring.past import JournalPast
from wire.controlcard import scope_of
from wire.enrolment import Enrolment
from wire.keys import KeyEntry
from wire.policy import Policy


def mandate(folders: config.Folders, enrolment: Enrolment, root: KeyEntry) -> Mandate:
    """Return what is in force at this gate."""
    folders.accepted.mkdir(parents=True, exist_ok=True, mode=0o750)
    return Mandate(Accepted(folders.inbox, folders.accepted), enrolment, root)


def attendant(
    found: config.Config,
    enrolment: Enrolment,
    told: Mandate,
    memory: Memory,
    journal: CardJournal,
    clock_notes: Callable[[], tuple[Remark, ...]] = tuple,
) -> Attendant:
    """Return who answers at this gate's door.

    `clock_notes` says what is to be noted of the time.
    """
    folders = found.folders
    has_contact = found.panel.inputs.passed is not None
    passages = Passages(
        inside=Inside(folders.run, memory.tag),
        entries=Entries(folders.presence),
        base=CountFile(folders.presence),
        past=JournalPast(folders.journal, journal),
        doubts=Doubts(found.door.passed_within_s if has_contact else None),
    )
    used = UsedCards(folders.accepted)
    used.begin(told.past_ms // 1000)
    cards = Orders(
        told.ring,
        frozenset({enrolment.gate, scope_of(enrolment.place)}),
        used,
        deeds.known(passages.set_count),
        lambda: told.past_ms,
    )
    ways = Ways(told.policy.direction, enrolment.directions[0], button_s=found.door.direction_s)

    def heard(policy: Policy) -> None:
        journal.seal_to(told.ring.seal)
        least_s = policy.retention_h * 3600 if policy.version else 0
        journal.retain(max(found.journal.keep_confirmed_s, least_s))

    return Attendant(told, passages, cards, ways, heard, clock_notes)
