"""What can go wrong with people, in words for whoever asked."""

from collector.errors import CollectorError
from collector.i18n import N_


class MergeRefused(CollectorError):
    """Two rows that cannot be made one, or not be taken apart."""

    code = "merge-refused"
    says = N_("These two cannot be joined, or not be taken apart")
    remedy = N_("look at both again: someone else may have joined them or taken them apart")


class PersonUnknown(CollectorError):
    """No person row of that number: it may have been deleted."""

    code = "person-unknown"
    says = N_("There is no such person any more")
    remedy = N_("search again: what is older than the days of retention is deleted")


class HoldRefused(CollectorError):
    """Something that cannot be held beyond retention, or not so."""

    code = "hold-refused"
    says = N_("This cannot be held beyond retention")
    remedy = N_("give a reason, another officer who approves, and an end within a year")
