"""Picks the parts of the attendant: what is in force, what is remembered, which cards count."""

from collections.abc import Callable

from device import clock, config
from device.accepted import Accepted
from device.attendant import Attendant
from device.cards import deeds
from device.cards.asked import asking, handing_on
from device.cards.orders import Heeded, Orders
from device.cards.posts import Posts
from device.cards.used import UsedCards
from device.cards.wayin import WayIn
from device.commands import USED, Commands
from device.flow import Remark
from device.journal import carried
from device.journal.store import CardJournal
from device.mandate import Mandate
from device.memory import Memory
from device.passages.countfile import CountFile
from device.passages.doubt import Doubts
from device.passages.entries import Entries
from device.passages.inside import Inside
from device.passages.passages import Passages
from device.verdict.direction import Ways
from device.verdict.trust import Latest
from device.wiring.past import JournalPast
from wire.controlcard import scopes
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
    posts: Posts,
    clock_notes: Callable[[], tuple[Remark, ...]] = tuple,
) -> Attendant:
    """Return who answers at this gate's door.

    `enrolment` is as it holds where the gate stands, which `posts` know; `clock_notes` says what is
    to be noted of the time.
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
        Heeded(
            told.ring,
            enrolment.gate,
            scopes(enrolment.gate, enrolment.place, enrolment.area),
            Latest(lambda: told.trust.statuses),
        ),
        used,
        deeds.known(passages.set_count, posts, asking(folders.run)),
        lambda: told.past_ms,
        lambda: carried.unsent(folders.journal, folders.run, folders.carried),
    )
    ways = Ways(told.policy.direction, enrolment.directions[0], button_s=found.door.direction_s)

    way_in = WayIn()

    def notes() -> tuple[Remark, ...]:
        return (*clock_notes(), *way_in.news(clock.up_ns()))

    def heard(policy: Policy) -> None:
        journal.seal_to(told.ring.seal)
        least_s = policy.retention_h * 3600 if policy.version else 0
        journal.retain(max(found.journal.keep_confirmed_s, least_s))

    answered = UsedCards(folders.accepted, USED)
    answered.begin(told.past_ms // 1000)
    commands = Commands(
        folders.inbox,
        told.ring,
        enrolment.gate,
        answered,
        lambda: told.past_ms,
        handing_on(folders.run),
    )
    return Attendant(told, passages, cards, ways, heard, notes, posts, commands)
