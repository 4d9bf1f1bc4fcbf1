"""What was looked at and found, in words: all of it, or as much as one screen has room for.

Looks at nothing itself; the checks are in collector/doctor.py.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from textwrap import TextWrapper

import msgspec

from collector.errors import (
    BrokerUnreachable,
    CollectorError,
    DeskAway,
    DispatchAway,
    EnrolmentAway,
    IntakeAway,
    PagesAway,
)
from collector.i18n import N_, _, detail
from collector.vault.errors import VaultAway

LINES, COLUMNS = 23, 80
"""Of the smallest screen that anybody has, the next prompt's line left out."""
AWAY = (IntakeAway, VaultAway, PagesAway, DeskAway, EnrolmentAway, DispatchAway)
"""Programs of ours: whoever starts them all need not read of each."""
GRAVE = frozenset(
    {
        *("clock-doubted", "restore-unfinished", "restore-cut", "disk-read-only", "disk-full"),
        *("ledger-full", "ledger-broken", "ledger-unwritable"),
    }
)
"""Nothing is right before these are: they are told first."""
LATER = frozenset(
    {
        *("room-little", "gates-silent", "records-missing", "places-unfit"),
        *("keys-ending", "keys-unknown", "certificate-soon", "certificate-kept"),
        *(
            "backup-unset",
            "backup-none",
            "backup-old",
            "backup-ahead",
            "backup-outlived",
            "backup-unproved",
        ),
    }
)
"""Nothing stands still for these today: they are told last."""

HEARD = frozenset({"nothing-heard"})
STOPS = HEARD | {each.code for each in AWAY}
DATED = frozenset(
    {
        *("certificate-expired", "certificate-soon", "keys-ending"),
        *("backup-old", "backup-ahead", "backup-outlived"),
    }
)
"""Is so only if this machine's clock is right."""
FOLLOWS = (
    ("clock-doubted", DATED),
    ("restore-unfinished", STOPS),
    ("restore-cut", STOPS),
    *((disk, STOPS | {BrokerUnreachable.code}) for disk in ("disk-full", "disk-read-only")),
    ("database-away", STOPS),
    ("broker-unreachable", HEARD),
    (IntakeAway.code, HEARD),
)
"""What comes of a cause, and goes with it: first those causes of which others come."""


class ProgramsAway(CollectorError):
    """Several of the district's programs do not run."""

    code = "programs-away"
    says = N_("Programs of this district do not answer")
    remedy = N_(
        "start all of it: `collector up`, or `systemctl start gate-district.target`; what does not"
        " come up says why"
    )


class Finding(msgspec.Struct, frozen=True):
    """What one check found."""

    what: str
    """What was looked at, for the catalogues."""
    error: CollectorError | None = None
    """None: it is as it should be."""
    told: str = ""
    """A figure or a name beside it."""


def every(found: Iterable[Finding]) -> Iterator[str]:
    """Say what was found, in a line or two each; what is wrong for the same reason in one."""
    said: set[str] = set()
    for each in _explained(found):
        if each.error is None:
            yield _well(each)
            continue
        why = detail(str(each.error)) if str(each.error) not in said else ""
        yield _wrong([each.what], each.error, [why] if why else [])
        if each.error.code not in said:
            yield _remedy(each.error)
        said |= {str(each.error), each.error.code}


def screen(found: Iterable[Finding]) -> list[str]:
    """Say what was found in no more than LINES of COLUMNS: what is wrong first, the worst first.

    What has one remedy is said once. Where there is no room for all, the rest is named.
    """
    looked = _explained(found)
    groups = _grouped(looked)
    told = [_told(group) for group in groups]
    well = [_well(each) for each in looked if each.error is None]
    names = ", ".join(_(each.what) for each in looked if each.error is None)
    short = [f"✓ {len(well)}: {names}"] if well else []
    tries = [[*chain.from_iterable(told), *rest] for rest in (well, short)]
    tries += [
        [*chain.from_iterable(told[:kept]), _more(groups[kept:]), *short]
        for kept in range(len(groups) - 1, 0, -1)
    ]
    made = [_wrapped(each) for each in tries]
    return next((lines for lines in made if len(lines) <= LINES), made[-1])


def _explained(found: Iterable[Finding]) -> list[Finding]:
    """Return what was found, each consequence as its cause."""
    looked = list(found)
    there = {each.error.code: each.error for each in looked if each.error is not None}
    causes: dict[str, CollectorError] = {}
    for cause, consequences in FOLLOWS:
        if cause in there:
            causes = dict.fromkeys(consequences, there[cause]) | causes
    return [
        msgspec.structs.replace(each, error=causes.get(each.error.code, each.error))
        if each.error is not None
        else each
        for each in looked
    ]


def _grouped(wrong: Iterable[Finding]) -> list[list[Finding]]:
    """Put together what has one remedy; the worst comes first, else the order of the checks."""
    known = [(each, each.error) for each in wrong if each.error is not None]
    away = {error.code for _each, error in known if isinstance(error, AWAY)}
    groups: dict[str, list[Finding]] = {}
    for each, error in known:
        is_one = error.code in away and len(away) > 1
        told = msgspec.structs.replace(each, error=ProgramsAway()) if is_one else each
        groups.setdefault(ProgramsAway.code if is_one else error.code, []).append(told)
    return [groups[code] for code in sorted(groups, key=_rank)]


def _rank(code: str) -> int:
    return (code in LATER) - (code in GRAVE)


def _told(group: Sequence[Finding]) -> list[str]:
    errors = [each.error for each in group if each.error is not None]
    details = dict.fromkeys(detail(str(each)) for each in errors)
    whats = [each.what for each in group]
    return [_wrong(whats, errors[0], [each for each in details if each]), _remedy(errors[0])]


def _more(groups: Sequence[Sequence[Finding]]) -> str:
    whats = [_(each.what) for group in groups for each in group]
    said = _("{n} more ({names}): `collector doctor --all`")
    return "✕ " + said.format(n=len(whats), names=", ".join(whats))


def _well(each: Finding) -> str:
    return f"✓ {_(each.what)}" + (f": {each.told}" if each.told else "")


def _wrong(whats: Iterable[str], error: CollectorError, details: Iterable[str]) -> str:
    sentence = ": ".join(filter(None, (_(error.says), "; ".join(details))))
    return f"✕ {', '.join(map(_, whats))}: {sentence} ({error.code})"


def _remedy(error: CollectorError) -> str:
    return f"  -> {_(error.remedy)}"


def _wrapped(lines: Iterable[str]) -> list[str]:
    """Return lines as a screen has them, names of files and commands whole."""
    wrap = TextWrapper(
        COLUMNS, subsequent_indent="     ", break_long_words=False, break_on_hyphens=False
    )
    return [part for line in lines for part in wrap.wrap(line)]
