"""`collector intake`: puts the parts together and runs them until SIGTERM or SIGINT."""

import signal

from collector import clock, restored
from collector.config import Config
from collector.intake.census import Census
from collector.intake.desk import Desk
from collector.intake.keys import receipt_key, tls
from collector.intake.link import Link
from collector.intake.mailing import Mailing
from collector.intake.service import Intake
from collector.intake.witness import AuditHead
from collector.ledger import opened
from collector.roster import RosterFile
from collector.withdrawn import WithdrawnFile


def run(config: Config) -> int:
    """Serve until a signal; return the exit status. Raises CollectorError."""
    broker = config.broker
    key = receipt_key(config.receipt.key)
    context = tls(broker.ca, broker.certificate, broker.key, clock.wall_ms())
    asks = restored.found(config.restored) is not None
    with opened.ledger(config.ledger) as ledger:
        link = Link(broker.host, broker.port, broker.name, context, broker.share)
        intake = Intake(
            link,
            Desk(ledger, key, AuditHead(config.audit_head), asks=asks),
            RosterFile(config.roster.path),
            WithdrawnFile(config.withdrawn),
            Mailing(config.outgoing, Census(ledger, key)),
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: intake.stop())
        intake.run()
    return 0
