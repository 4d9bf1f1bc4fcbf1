"""`collector stats`, `gaps`, `prove` and `import`: what the ledger has of each gate."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from collector import clock, inquiry
from collector.config import Config
from collector.errors import ArgumentsInvalid, GateUnknown
from collector.i18n import N_, _
from collector.ledger import opened
from collector.proof import Range
from collector.roster import load as load_roster

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    stats = command(commands, "stats", _stats, _("count what is in the ledger"))
    stats.add_argument("--json", action="store_true", help=_("print one JSON object"))
    stats.add_argument("--verify", action="store_true", help=_("also walk every chain"))
    gaps = command(commands, "gaps", _gaps, _("say which records of which gates are missing"))
    prove = command(
        commands, "prove", _prove, _("prove that the records of a gate are whole, or say where not")
    )
    gaps.add_argument("--gate", help=_("only of this gate"))
    prove.add_argument("--gate", required=True, help=_("the gate's name"))
    when = _("a local day or time, such as 2026-11-22 or 2026-11-22T08:00")
    prove.add_argument("--from", dest="since", metavar="WHEN", help=when)
    prove.add_argument("--to", dest="until", metavar="WHEN", help=when)
    for each in (gaps, prove):
        each.add_argument("--json", action="store_true", help=_("print one JSON object"))
    brought = command(
        commands, "import", _import, _("take a gate's records from a file carried by hand")
    )
    brought.add_argument("file", type=Path, metavar="FILE")
    brought.add_argument(
        "--proof",
        type=Path,
        metavar="FILE",
        help=_(
            "where to write the receipts for `gate journal import-proof`; beside FILE if not given"
        ),
    )


def _stats(settings: Config, asked: argparse.Namespace) -> int:
    with opened.view(settings.ledger) as view:
        tallies = view.tallies()
        broken = view.broken() if asked.verify else None
    if asked.json:
        journals = [msgspec.to_builtins(tally) for tally in tallies]
        total = {"journals": journals, "total": _totals(journals)}
        if broken is not None:
            total["broken"] = broken
        print(msgspec.json.encode(total).decode())
    else:
        for tally in tallies:
            counts = msgspec.to_builtins(tally)
            print(" ".join(f"{name}={value}" for name, value in counts.items()))
        for gate, journal, seq in broken or ():
            print(f"broken gate={gate} journal={journal} seq={seq}")
    return 1 if broken else 0


def _totals(journals: list[dict[str, int]]) -> dict[str, int]:
    counts = ("rows", "doubles", "missing", "scans", "accepted", "odd", "forks")
    return {name: sum(journal[name] for journal in journals) for name in counts}


def _gaps(settings: Config, asked: argparse.Namespace) -> int:
    now_ms, roster = clock.wall_ms(), load_roster(settings.roster.path)
    if asked.gate and asked.gate not in roster.names():
        raise GateUnknown(asked.gate)
    with opened.view(settings.ledger) as view:
        found = inquiry.gaps(view, asked.gate, now_ms)
    if asked.json:
        print(inquiry.as_json({"gaps": [msgspec.to_builtins(gap) for gap in found]}))
    else:
        print("\n".join(inquiry.told_gaps(found, roster, now_ms)))
    return 1 if found else 0


def _prove(settings: Config, asked: argparse.Namespace) -> int:
    try:
        since = inquiry.moment(asked.since) if asked.since else None
        until = inquiry.moment(asked.until, end=True) if asked.until else None
    except (ValueError, OverflowError) as error:
        raise ArgumentsInvalid(N_("that is no day or time")) from error
    roster, began_s = load_roster(settings.roster.path), clock.steady_s()
    with opened.view(settings.ledger) as view:
        proofs = inquiry.prove(view, roster, asked.gate, Range(since, until))
    took_s = max(clock.steady_s() - began_s, 1e-6)
    walked = sum(proof.walked for proof in proofs)
    if asked.json:
        journals = [{**msgspec.to_builtins(proof), "holds": proof.holds} for proof in proofs]
        document = {"gate": asked.gate, "holds": inquiry.holds(proofs), "journals": journals}
        print(inquiry.as_json({**document, "walked": walked, "per_s": round(walked / took_s)}))
    else:
        print("\n".join(inquiry.told_proofs(asked.gate, proofs)))
        print(
            _("{n} records checked in {s:.1f} s, {rate} a second").format(
                n=walked, s=took_s, rate=round(walked / took_s)
            )
        )
    return 0 if inquiry.holds(proofs) else 1


def _import(settings: Config, asked: argparse.Namespace) -> int:
    from collector.intake.carried import take

    proof = asked.proof or asked.file.with_name(asked.file.name + ".proof")
    taken = take(settings, asked.file, proof)
    print(
        _(
            "{gate}: {stored} records taken, {absorbed} were here already; receipts in {proof}"
        ).format(gate=taken.gate, stored=taken.stored, absorbed=taken.absorbed, proof=proof)
    )
    for why in taken.refused:
        print(_("{n} messages not taken: {why}").format(n=why[1], why=why[0]))
    return 1 if taken.refused else 0
