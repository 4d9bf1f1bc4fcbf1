"""Does what a command of the district's asks of root, after checking the command again.

The scanner has checked it; here its word counts for nothing. A command must be signed, for this
gate, in time and not obeyed before, by a list that the scanner cannot write.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from device import believed, config, enrol
from device.cards import asked
from device.cards.used import UsedCards
from device.commands import USED, judged
from device.flow import Instant
from wire.command import Does
from wire.errors import WireError

log = structlog.get_logger()


@dataclass(frozen=True)
class Bidden:
    """One look at what the scanner has laid down."""

    folders: config.Folders
    now: Callable[[], Instant]
    does: Mapping[Does, Callable[[], object]]
    """What is done for each command; one that is missing here is not obeyed."""

    def run(self) -> bool:
        """Do what was asked; say whether it was obeyed, or nothing was asked.

        Raises NotEnrolled if this gate is nobody, and whatever the doing raises.
        """
        folders = self.folders
        try:
            data = asked.taken_command(folders.run)
            if data is None:
                return True
            root = enrol.root_key(folders.keys / enrol.ROOT)
            enrolment = enrol.held(folders.keys, root)
            ring = believed.told(enrolment, root, folders.accepted)
            used = UsedCards(folders.errands, USED)
            used.begin(enrolment.issued // 1000)
            found = judged(data, ring, enrolment.gate, used, enrolment.issued, self.now())
        except WireError as error:
            log.error("command.refused", detail=str(error))  # noqa: TRY400  (said, not debugged)
            return False
        does = {each.value: do for each, do in self.does.items()}.get(found.command.does)
        if found.refused is not None or does is None:
            log.error("command.refused", does=found.command.does, reason=found.refused)
            return False
        if not used.add(bytes.fromhex(found.command.nonce), found.command.expires // 1000):
            return False
        does()
        log.info("command.obeyed", does=found.command.does)
        return True
