"""`collector`: intake, web, enrol, user, stats, gaps, prove, publish, gates, import, check.

Speaks Vietnamese or English. An error is one line, `code: sentence`, and one line that says what to
do, both on standard error; the exit status is then 2.
"""

import argparse
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import msgspec

from collector import clock, config, counter, inquiry, log, outgoing, withdrawn
from collector.config import Config
from collector.errors import CollectorError, EnrolmentUnset, GateUnknown
from collector.i18n import N_, _, detail, lend_to_argparse
from collector.ledger.sqliteview import SqliteView
from collector.proof import Range
from collector.roster import load as load_roster
from wire.enrolcode import Network
from wire.record import Direction


class ArgumentsInvalid(CollectorError):
    """A command line that says nothing we know."""

    code = "arguments-invalid"
    says = N_("The command cannot be understood")
    remedy = N_("see `collector --help` for the commands and what they take")


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors like any other."""

    def error(self, message: str) -> NoReturn:
        """Raise ArgumentsInvalid."""
        raise ArgumentsInvalid(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    log.configure()
    lend_to_argparse()
    try:
        asked = _parser().parse_args(arguments)
        status: int = asked.work(config.load(asked.config), asked)
    except CollectorError as error:
        print(_told(error), file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has gone
        sys.stderr.close()
        return 1
    return status


def _told(error: CollectorError) -> str:
    """Spell an error in the reader's language."""
    why = detail(str(error))
    sentence = f"{_(error.says)}: {why}" if why else _(error.says)
    return f"{error.code}: {sentence}\n  -> {_(error.remedy)}"


def _parser() -> Parser:
    parser = Parser(prog="collector", description=_("The district's side of the gates."))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "intake", _intake, _("take records from the broker into the ledger"))
    _command(commands, "web", _web, _("show the pages to officers"))
    _command(commands, "enrol", _enrol, _("make gates of those that were shown an enrolment code"))
    _command(commands, "check", _check, _("print the configuration with its defaults filled in"))
    stats = _command(commands, "stats", _stats, _("count what is in the ledger"))
    stats.add_argument("--json", action="store_true", help=_("print one JSON object"))
    stats.add_argument("--verify", action="store_true", help=_("also walk every chain"))
    _questions(commands)
    _orders(commands)
    _code_command(commands)
    user = commands.add_parser("user", help=_("accounts for the pages"))
    users = user.add_subparsers(required=True, metavar="COMMAND")
    for name, work, what in (
        ("add", _user_add, _("make an account")),
        ("password", _user_password, _("give an account a new password")),
    ):
        each = _command(users, name, work, what)
        each.add_argument("name")
        each.add_argument(
            "--password-stdin",
            action="store_true",
            help=_("read the password from standard input; otherwise one is made and printed once"),
        )
    return parser


def _questions(commands: "argparse._SubParsersAction[Parser]") -> None:
    gaps = _command(commands, "gaps", _gaps, _("say which records of which gates are missing"))
    prove = _command(
        commands, "prove", _prove, _("prove that the records of a gate are whole, or say where not")
    )
    gaps.add_argument("--gate", help=_("only of this gate"))
    prove.add_argument("--gate", required=True, help=_("the gate's name"))
    when = _("a local day or time, such as 2026-11-22 or 2026-11-22T08:00")
    prove.add_argument("--from", dest="since", metavar="WHEN", help=when)
    prove.add_argument("--to", dest="until", metavar="WHEN", help=when)
    for each in (gaps, prove):
        each.add_argument("--json", action="store_true", help=_("print one JSON object"))


def _orders(commands: "argparse._SubParsersAction[Parser]") -> None:
    publish = _command(
        commands, "publish", _publish, _("send signed documents to the gates they are for")
    )
    publish.add_argument("files", nargs="+", type=Path, metavar="FILE")
    gates = commands.add_parser("gates", help=_("withdraw a gate, or take it back"))
    each_gate = gates.add_subparsers(required=True, metavar="COMMAND")
    revoke = _command(each_gate, "revoke", _revoke, _("take nothing more from a gate, at once"))
    restore = _command(each_gate, "restore", _restore, _("listen to a withdrawn gate again"))
    for each in (revoke, restore):
        each.add_argument("gate")
    brought = _command(
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


def _code_command(commands: "argparse._SubParsersAction[Parser]") -> None:
    asking = _command(
        commands, "enrol-code", _enrol_code, _("make an enrolment code, and print its text")
    )
    asking.add_argument("--gate", required=True, help=_("the gate's name"))
    asking.add_argument("--place", required=True, help=_("the place, as people call it"))
    asking.add_argument("--area", default="", help=_("the area of the place"))
    asking.add_argument("--sector", default="", help=_("the sector of the place"))
    asking.add_argument(
        "--direction", choices=["in", "out", "both"], default="both", help=_("the ways of the door")
    )
    asking.add_argument("--wiring", default="", help=_("the set of wiring in the gate's box"))
    asking.add_argument("--wifi", metavar="NAME", help=_("the Wi-Fi network at the place"))
    asking.add_argument(
        "--passphrase-stdin",
        action="store_true",
        help=_("read the Wi-Fi passphrase from standard input; without it the network is open"),
    )
    asking.add_argument("--country", default="VN", help=_("where the radio is, two letters"))
    asking.add_argument("--mobile", metavar="APN", help=_("a mobile stick, and its access point"))
    asking.add_argument(
        "--offline", action="store_true", help=_("there is no network at the place")
    )
    asking.add_argument(
        "--replace", action="store_true", help=_("another machine in the place of that gate")
    )


def _command(
    commands: "argparse._SubParsersAction[Parser]", name: str, work: object, what: str
) -> Parser:
    parser = commands.add_parser(name, help=what)
    parser.set_defaults(work=work)
    parser.add_argument(
        "--config", type=Path, required=True, help=_("the configuration file, TOML")
    )
    return parser


def _intake(settings: Config, _: argparse.Namespace) -> int:
    from collector.intake.process import run  # noqa: PLC0415  # each process loads its own part

    return run(settings)


def _web(settings: Config, _: argparse.Namespace) -> int:
    from collector.web.process import run  # noqa: PLC0415  # the same

    return run(settings)


def _enrol(settings: Config, _: argparse.Namespace) -> int:
    from collector.enrol.process import run  # noqa: PLC0415  # the same

    return run(settings)


def _enrol_code(settings: Config, asked: argparse.Namespace) -> int:
    path = settings.counter
    if path is None:
        raise EnrolmentUnset
    order = counter.Order(
        gate=asked.gate,
        place=asked.place,
        area=asked.area,
        sector=asked.sector,
        ways=tuple(Direction) if asked.direction == "both" else (Direction(asked.direction),),
        wiring=asked.wiring,
        network=_network(asked),
        maker=getpass.getuser(),
        replace=asked.replace,
    )
    print(counter.make(path, order).text)
    return 0


def _network(asked: argparse.Namespace) -> Network:
    if asked.offline:
        return Network("none")
    if asked.mobile:
        return Network("4g", asked.mobile)
    if asked.wifi:
        secret = _password_line() if asked.passphrase_stdin else ""
        return Network("wifi", asked.wifi, secret, asked.country)
    return Network("ethernet")


def _user_add(settings: Config, asked: argparse.Namespace) -> int:
    from collector.web.process import add_user  # noqa: PLC0415  # the same

    return _show_password(add_user(settings, asked.name, _password(asked)))


def _user_password(settings: Config, asked: argparse.Namespace) -> int:
    from collector.web.process import set_password  # noqa: PLC0415  # the same

    return _show_password(set_password(settings, asked.name, _password(asked)))


def _check(settings: Config, _: argparse.Namespace) -> int:
    """Print the configuration; a roster that cannot be read is an error here too."""
    print(config.effective(settings))
    roster = load_roster(settings.roster.path)
    print(f"# {roster.authority}: {len(roster.gates)} gates")
    return 0


def _stats(settings: Config, asked: argparse.Namespace) -> int:
    with SqliteView(settings.ledger.path) as view:
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


def _gaps(settings: Config, asked: argparse.Namespace) -> int:
    now_ms, roster = clock.wall_ms(), load_roster(settings.roster.path)
    if asked.gate and asked.gate not in roster.names():
        raise GateUnknown(asked.gate)
    with SqliteView(settings.ledger.path) as view:
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
    with SqliteView(settings.ledger.path) as view:
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


def _publish(settings: Config, asked: argparse.Namespace) -> int:
    """Check all documents first: of several, all are kept or none."""
    keys, roster = outgoing.ring(settings.authority), load_roster(settings.roster.path)
    good = outgoing.ring(settings.authority, clock.wall_ms())
    parcels = [outgoing.checked(outgoing.fetched(path), good, roster) for path in asked.files]
    store = outgoing.Outgoing(settings.outgoing)
    for path, each in zip(asked.files, parcels, strict=True):
        store.put(each, keys, roster)
        where = ", ".join(parcel.gate for parcel in each)
        print(_("{file}: {leaf} goes to {where}").format(file=path, leaf=each[0].leaf, where=where))
    return 0


def _revoke(settings: Config, asked: argparse.Namespace) -> int:
    if asked.gate not in load_roster(settings.roster.path).names():
        raise GateUnknown(asked.gate)
    withdrawn.save(settings.withdrawn, withdrawn.load(settings.withdrawn) | {asked.gate})
    print(_("{gate}: nothing more is taken from this gate").format(gate=asked.gate))
    return 0


def _restore(settings: Config, asked: argparse.Namespace) -> int:
    names = withdrawn.load(settings.withdrawn)
    if asked.gate not in names:
        raise GateUnknown(asked.gate)
    withdrawn.save(settings.withdrawn, names - {asked.gate})
    print(_("{gate}: records are taken from this gate again").format(gate=asked.gate))
    return 0


def _import(settings: Config, asked: argparse.Namespace) -> int:
    from collector.intake.carried import take  # noqa: PLC0415  # each process loads its own part

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


def _totals(journals: list[dict[str, int]]) -> dict[str, int]:
    counts = ("rows", "doubles", "missing", "scans", "accepted", "odd", "forks")
    return {name: sum(journal[name] for journal in journals) for name in counts}


def _password(asked: argparse.Namespace) -> str | None:
    """Return the password given on standard input, or None if one is to be made."""
    return _password_line() if asked.password_stdin else None


def _password_line() -> str:
    return sys.stdin.readline(1024).rstrip("\r\n")


def _show_password(made: str | None) -> int:
    if made is not None:
        print(made)
    return 0
