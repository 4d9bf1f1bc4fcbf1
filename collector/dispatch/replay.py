"""What a policy would have answered to a day's codes, asked of the gates' own judge. Pure.

The ledger keeps of each code its kind, what its signature and identity came to, the answer and the
doubts; no name and no code. From these the case is put together again that the judge had, as far as
it can be, and the same rules are asked as at the door. What they would need to know and nobody kept
is said, not guessed.
"""

from collections import Counter
from collections.abc import Collection, Iterable

import msgspec

from collector.dispatch.entries import Change, Class, Replay
from collector.figures import discretion
from collector.localday import HOUR_MS, midnight
from device.credential import kinds
from device.flow import Signal
from device.verdict.evidence import Evidence
from device.verdict.judge import decided
from device.verdict.policy import Grade, at_gate
from device.verdict.reasons import TABLE
from device.verdict.rules import Case
from device.verdict.standing import Standing
from device.verdict.trust import Finding, Status
from wire.policy import Kind, Passback, Policy, Way
from wire.record import Direction, Mark, Outcome, Reason, Signature

GREEN = frozenset(each for each, row in TABLE.items() if row.outcome is Outcome.ACCEPTED)
RETRIES = frozenset(each for each, row in TABLE.items() if row.signal is Signal.RETRY)
SHUT = frozenset({Reason.OBEYED, Reason.CARD_USED, Reason.CARD_ELSEWHERE, Reason.CARD_UNKNOWN})
SHUT |= {Reason.SERVICE_ASKED, Reason.CARD_UNBOUNDED, Reason.RECORDS_HELD, Reason.ATTENDED}
"""Answers to cards and buttons: no policy decides them."""
SIGNED = frozenset({Kind.PASS, Kind.CERTIFICATE})
WAYS = {Way.IN: Direction.IN, Way.OUT: Direction.OUT}
A_FEW = 2
MANY = 10**6
SOON_S = 1.0
FAR_S = 10 * 86_400.0


def is_judged(kind: str, reason: str) -> bool:
    """Say whether an answer was a policy's: not to a control card, a button or a command."""
    return reason not in SHUT and kind not in ("attended", "commanded")


def replayed(
    classes: Iterable[Class], policy: Policy, day: int, ways: dict[str, tuple[Direction, ...]]
) -> Replay:
    """Return what `policy` would have answered on local `day`.

    `ways` says for which ways each gate was enrolled. Whoever edits can ask about any hours and
    kinds, alone and together, and compare the answers. So what no two drafts can tell apart is told
    to the next five once, before it is added up: all answers are made of the same figures, and
    nothing beyond these comes out of any of them.
    """
    cells: Counter[tuple[Class, tuple[Direction, ...]]] = Counter()
    for each in classes:
        if is_judged(each.kind, each.reason):
            alike = msgspec.structs.replace(each, gate="", count=0)
            cells[alike, ways.get(each.gate, (each.dir,))] += each.count
    changes: dict[tuple[str, str, str, str, str], list[discretion.Figure]] = {}
    codes = green = more = 0
    figures = {cell: discretion.nearly(count) for cell, count in cells.items()}
    for (each, here), told in figures.items():
        worth, was_green = _worth(told), each.reason in GREEN
        codes += worth
        green += worth * was_green
        after = answered(each, policy, day, here)
        if after != each.reason:
            before, named = each.reason.value, after.value if after else ""
            key = (each.kind, each.signature.value, each.identity.value, before, named)
            changes.setdefault(key, []).append(told)
            # what cannot be told is taken to stay as it was
            more += worth * ((after in GREEN) - was_green) if after else 0
    found = [Change(*key, _together(parts)) for key, parts in sorted(changes.items())]
    return Replay(
        day=day,
        codes=_together(figures.values()),
        changes=tuple(sorted(found, key=lambda each: -_worth(each.count))),
        accepted_share=_told_share(green, codes),
        would_share=_told_share(green + more, codes),
        unknown=unknown(policy),
    )


def _together(figures: Collection[discretion.Figure]) -> discretion.Figure:
    """Return what figures that are told come to; several few may be more than a few."""
    if len(figures) <= 1:
        return next(iter(figures), 0)
    return max(discretion.FEWEST, discretion.to_step(sum(map(_worth, figures))))


def _worth(figure: discretion.Figure) -> int:
    """Return what a figure that is told comes to: a few is taken for two."""
    return figure if isinstance(figure, int) else A_FEW


def _told_share(count: int, of: int) -> float | None:
    """Return a share in the hundred of figures that are told; None of too few to be one."""
    return float(round(100 * min(max(count, 0), of) / of)) if of >= 2 * discretion.FEWEST else None


def share(count: int, of: int) -> float | None:
    """Return a share in the hundred, where neither part is so few that it names somebody.

    It is that of numbers told to the next five: of a hundred codes, two shares that differ by three
    in the hundred would tell of three people.
    """
    few = discretion.FEWEST
    if of < 2 * few or 0 < count < few or 0 < of - count < few:
        return None
    return float(min(100, round(100 * discretion.to_step(count) / discretion.to_step(of))))


def answered(shown: Class, policy: Policy, day: int, ways: tuple[Direction, ...]) -> Reason | None:
    """Return the answer to one class; None if that cannot be told from what was kept."""
    take = next((each for each in policy.takes if each.kind == shown.kind), None)
    looked_at = shown.reason not in (Reason.WRONG_KIND, Reason.NOT_A_PASS)
    if take is not None and not looked_at:
        return None  # it was not taken then, so nothing was found out about it
    here = at_gate(policy, ways)
    direction = WAYS.get(here.direction, shown.dir)
    case = Case(
        kind=kinds.UNKNOWN if shown.reason is Reason.NOT_A_PASS else shown.kind,
        take=take,
        found=_evidence(shown, _wall_ms(shown, day) / 1000),
        policy=here,
        direction=direction,
        standing=_standing(shown),
        wall_ms=_wall_ms(shown, day),
        clock_is_sure=not _says(shown, Reason.CLOCK_UNSURE, Mark.CLOCK_UNSURE),
    )
    reason = decided(case)
    if reason is Reason.CLASS_NOT_TAKEN and shown.reason is not Reason.CLASS_NOT_TAKEN:
        return None  # of which class a pass was is sealed
    return reason


def unknown(policy: Policy) -> tuple[str, ...]:
    """Return which rules ask for what the ledger does not keep."""
    asks = {
        "classes": any(each.classes for each in policy.takes),
        "again": policy.again.rule is not Passback.OFF,
        "interval": bool(policy.again.min_interval_s),
        "ceiling": policy.ceiling is not None,
    }
    return tuple(name for name, asked in asks.items() if asked)


def _wall_ms(shown: Class, day: int) -> int:
    """Return the middle of the hour in which it was shown."""
    return midnight(day) + shown.hour * HOUR_MS + HOUR_MS // 2


def _says(shown: Class, reason: Reason, mark: Mark) -> bool:
    return shown.reason is reason or mark.value in shown.marks.split()


def _evidence(shown: Class, now_s: float) -> Evidence:
    begins, ends = now_s - FAR_S, now_s + FAR_S
    if shown.reason is Reason.EXPIRED:
        ends = now_s - FAR_S
    if shown.reason is Reason.NOT_YET_VALID:
        begins = now_s + FAR_S
    dated = shown.kind in SIGNED
    unsigned = shown.kind in SIGNED and shown.signature is Signature.NOT_CHECKED
    used_up = shown.reason is Reason.USED_UP
    return Evidence(
        grade=Grade(shown.signature, shown.identity),
        is_whole=shown.reason is not Reason.IMPLAUSIBLE,
        issuer_known=shown.reason is not Reason.UNKNOWN_ISSUER and not unsigned,
        begins=begins if dated else None,
        ends=ends if dated else None,
        entries=0 if used_up else None,
        status=_status(shown),
    )


def _status(shown: Class) -> Finding | None:
    if shown.reason is Reason.WITHDRAWN:
        return Finding(Status.WITHDRAWN, 0.0)
    if shown.reason is Reason.SUSPENDED:
        return Finding(Status.SUSPENDED, 0.0)
    stale = _says(shown, Reason.LIST_STALE, Mark.LIST_STALE)
    return Finding(Status.UNLISTED, None) if stale else None


def _standing(shown: Class) -> Standing:
    inside = MANY if _says(shown, Reason.FULL, Mark.OVER_CEILING) else 0
    last = None
    if _says(shown, Reason.ALREADY_INSIDE, Mark.ENTERED_AGAIN):
        last = Direction.IN
    elif shown.reason is Reason.NOT_INSIDE:
        last = Direction.OUT
    soon = last is not None or _says(shown, Reason.TOO_SOON, Mark.TOO_SOON)
    return Standing(last=last, since_s=SOON_S if soon else None, inside=inside)
