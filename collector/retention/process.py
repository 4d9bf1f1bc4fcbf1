"""`collector retention`: one run, by the configured ledger and the server's clocks.

After it the others who delete are told by which time they may (collector/believed.py).
"""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from collector import clock
from collector.believed import Believed, Said
from collector.config import Config
from collector.i18n import N_, _
from collector.ledger import opened
from collector.ledger.entries import Run
from collector.retention.doubt import Doubt
from collector.retention.run import Outcome, run

DOUBTS = {
    Doubt.BACK: N_("the server's clock is more than a day before the last run"),
    Doubt.MOVED: N_("the server's clock was moved by more than a day since the last run"),
    Doubt.GATES: N_("most gates say another day than the server's clock"),
    Doubt.UNSURE: N_("it is long since the last run, and no gate confirms what day it is"),
}


def retain(config: Config, *, dry: bool, is_sure: bool, now: Run | None = None) -> Outcome:
    """Delete what is older than the policy says, or say what would go.

    `now` is what this machine's clocks say, unless the caller has asked them already.
    """
    now = now or Run(clock.wall_ms(), clock.boot(), clock.since_boot_ms())
    with opened.archive(config.ledger) as archive:
        outcome = run(archive, config.retention.days, now, clock.pause, is_sure=is_sure, dry=dry)
        if not dry:
            Believed(config.believed).note(_said(archive.last_run(), outcome.doubt))
    return outcome


def _said(last: Run | None, found: Doubt | None) -> Said:
    """Return what is told of the clock after a run."""
    why = found.value if found else ""
    return Said(doubt=why) if last is None else Said(last.at_ms, last.up_ms, why)


def told(outcome: Outcome, *, dry: bool) -> Iterator[str]:
    """Say what a run did."""
    day = (date(1970, 1, 1) + timedelta(days=outcome.day)).isoformat()
    if outcome.doubt is not None and not outcome.is_new:
        yield _("Nothing was deleted: {why}.").format(why=_(DOUBTS[outcome.doubt]))
        yield "  -> " + _(
            "correct the clock of this machine; if it is right, run it once with --clock-is-right"
        )
        return
    if dry:
        for name, end in sorted(outcome.ends.items()):
            yield _("{journal}: records up to {last} would go").format(journal=name, last=end)
    for each in outcome.receipts:
        yield _("{gate}, journal {journal}: records {first}-{last} deleted by receipt {n}").format(
            gate=each.gate, journal=each.journal, first=each.first, last=each.last, n=each.receipt
        )
    if not outcome.ends:
        yield _("Nothing is as old as {day}.").format(day=day)
    if outcome.left:
        yield _("{n} files are cleaned at the next run").format(n=outcome.left)


def as_document(outcome: Outcome) -> dict[str, object]:
    """Spell a run for `--json`."""
    return {
        "doubt": outcome.doubt,
        "new": outcome.is_new,
        "day": outcome.day,
        "ends": outcome.ends,
        "receipts": [
            {**msgspec.to_builtins(each), "chain": each.chain.hex()} for each in outcome.receipts
        ],
        "left": outcome.left,
    }
