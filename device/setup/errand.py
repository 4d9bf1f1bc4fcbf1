"""Does what a control card asks of root, after checking the card again.

The scanner has checked it and felt the button; here its word counts for the button alone. A card
must be signed, for this gate, in time, not withdrawn and not used before, by the same rules and by
a list of used cards that the scanner cannot write. What is then done is one of a few things, each
with nothing to choose but what the card says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from device import config, enrol
from device.accepted import Accepted
from device.cards import asked, deeds
from device.cards.deeds import Deed
from device.cards.orders import Orders, heeded
from device.cards.posts import Posts, posted
from device.cards.used import UsedCards
from device.flow import Instant
from device.journal import carried
from device.mandate import Mandate
from wire.cardwork import Work
from wire.controlcard import Parsed
from wire.errors import WireError
from wire.record import Direction, Reason

log = structlog.get_logger()

Does = Callable[[Parsed], None]


@dataclass(frozen=True)
class Errand:
    """One look at what the scanner has laid down."""

    folders: config.Folders
    now: Callable[[], Instant]
    does: Mapping[Work, Does]
    """What is done for each kind of card; a kind that is missing here is not obeyed."""

    def run(self) -> bool:
        """Do what was asked; say whether it was obeyed, or nothing was asked.

        Raises NotEnrolled if this gate is nobody, and whatever the doing raises.
        """
        try:
            shown = asked.taken(self.folders.run)
        except WireError as error:
            log.error("card.refused", detail=str(error))  # noqa: TRY400  (said, not debugged)
            return False
        return shown is None or self._obeyed(shown)

    def _obeyed(self, shown: Parsed) -> bool:
        now, orders = self.now(), self._orders()
        orders.arm(now.up_ns)
        reason = orders.judge(shown, Direction.IN, now).reason
        if reason is Reason.RECORDS_HELD:
            orders.refused(shown, reason)  # which says how many
            return False
        if reason is not Reason.OBEYED:
            log.error("card.refused", does=shown.claims.does, reason=reason)
            return False
        return bool(orders.obey(shown, now))

    def _orders(self) -> Orders:
        folders = self.folders
        root = enrol.root_key(folders.keys / enrol.ROOT)
        enrolment = enrol.held(folders.keys, root)
        posts = Posts(folders.accepted, enrolment)
        posts.begin()
        here = posts.in_force(self.now())
        told = Mandate(Accepted(folders.inbox, folders.accepted), posted(enrolment, here), root)
        used = UsedCards(folders.errands)
        used.begin(told.past_ms // 1000)
        return Orders(
            heeded(enrolment, here, told.trust),
            used,
            self._deeds(),
            lambda: told.past_ms,
            lambda: carried.unsent(folders.journal, folders.run, folders.carried),
        )

    def _deeds(self) -> dict[str, Deed]:
        return {work.value: deeds.root(work, do) for work, do in self.does.items()}
