"""`collector`: every command of the district, each loading its own part.

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

from collector import (
    auditbook,
    casebook,
    clock,
    config,
    counter,
    inquiry,
    log,
    outgoing,
    tokens,
    users,
    withdrawn,
)
from collector.config import Config
from collector.errors import CollectorError, EnrolmentUnset, GateUnknown
from collector.i18n import N_, _, detail, lend_to_argparse
from collector.ledger import opened, setup
from collector.practice import command, mark
from collector.proof import Range
from collector.roster import load as load_roster
from collector.roster.columns import TABLES
from collector.tokens import Scope
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
        settings = config.load(asked.config) if asked.config else None
        if settings is not None:
            mark.check(settings)
        status: int = asked.work(settings, asked)
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
    _command(commands, "desk", _desk, _("issue passes, and keep what people declare, sealed"))
    _command(
        commands, "dispatch", _dispatch, _("sign what gates are told, and watch what comes of it")
    )
    _command(commands, "public", _public, _("ask people for their declarations, on a page"))
    _command(commands, "check", _check, _("print the configuration with its defaults filled in"))
    _command(commands, "doctor", _doctor, _("say on one screen what is wrong and what to do"))
    stats = _command(commands, "stats", _stats, _("count what is in the ledger"))
    stats.add_argument("--json", action="store_true", help=_("print one JSON object"))
    stats.add_argument("--verify", action="store_true", help=_("also walk every chain"))
    _questions(commands)
    _orders(commands)
    _vault(commands)
    _upkeep(commands)
    _places(commands)
    users.offer(commands, _command)
    auditbook.offer(commands, _command)
    casebook.offer(commands, _command)
    _code_command(commands)
    command.offer(commands)
    _tokens(commands)
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


def _upkeep(commands: "argparse._SubParsersAction[Parser]") -> None:
    retention = _command(
        commands, "retention", _retention, _("delete what is older than the policy says")
    )
    retention.add_argument(
        "--dry-run", action="store_true", help=_("only say what would be deleted")
    )
    retention.add_argument("--json", action="store_true", help=_("print one JSON object"))
    retention.add_argument(
        "--clock-is-right",
        action="store_true",
        help=_("somebody has looked at this machine's clock: do not ask the gates"),
    )
    database = commands.add_parser("database", help=_("the database in PostgreSQL"))
    each_work = database.add_subparsers(required=True, metavar="COMMAND")
    setup = _command(
        each_work, "setup", _database_setup, _("make the tables and the roles, as its owner")
    )
    check = _command(
        each_work, "check", _database_check, _("say whether it is set up as it must be")
    )
    for each in (setup, check):
        each.add_argument(
            "--user", metavar="ROLE", default="", help=_("as which role of the database")
        )


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


def _vault(commands: "argparse._SubParsersAction[Parser]") -> None:
    vault = commands.add_parser("vault", help=_("the keys that open what gates have sealed"))
    each_work = vault.add_subparsers(required=True, metavar="COMMAND")
    _command(each_work, "run", _vault_run, _("follow the ledger and answer the pages"))
    init = _command(each_work, "init", _vault_init, _("wrap the keys for custodians, once"))
    init.add_argument("--key", type=Path, required=True, help=_("the authority's vault/seal.pem"))
    init.add_argument(
        "--custodian", action="append", required=True, metavar="NAME", help=_("who gets a share")
    )
    init.add_argument(
        "--threshold", type=int, default=None, metavar="N", help=_("so many open the keys; 2")
    )
    init.add_argument(
        "--generate", action="store_true", help=_("make the passphrases and print them once")
    )
    init.add_argument(
        "--keep-key", action="store_true", help=_("do not destroy the plain key: dangerous")
    )
    init.add_argument(
        "--demo", action="store_true", help=_("one custodian alone: only for a demonstration")
    )
    unlock = _command(each_work, "unlock", _vault_unlock, _("ask custodians for their words"))
    unlock.add_argument("--custodian", metavar="NAME", help=_("ask only this one"))
    _command(each_work, "lock", _vault_lock, _("drop the keys from memory"))
    status = _command(each_work, "status", _vault_status, _("say how the vault is"))
    status.add_argument("--json", action="store_true", help=_("print one JSON object"))


def _tokens(commands: "argparse._SubParsersAction[Parser]") -> None:
    token = commands.add_parser("token", help=_("tokens by which other programs ask"))
    each = token.add_subparsers(required=True, metavar="COMMAND")
    made = _command(each, "add", _token_add, _("make a token and print it once"))
    made.add_argument("name")
    made.add_argument(
        "--scope",
        action="append",
        choices=[scope.value for scope in Scope],
        required=True,
        help=_("what it may ask for; may be given several times"),
    )
    _command(each, "remove", _token_remove, _("take a token back")).add_argument("name")
    _command(each, "list", _token_list, _("name all tokens"))


def _places(commands: "argparse._SubParsersAction[Parser]") -> None:
    roster = commands.add_parser("roster", help=_("areas, sectors and places"))
    each = roster.add_subparsers(required=True, metavar="COMMAND")
    brought = _command(each, "import", _roster_import, _("take lists from CSV or XLSX files"))
    brought.add_argument("files", nargs="+", type=Path, metavar="FILE")
    brought.add_argument(
        "--replace", action="store_true", help=_("remove what is not in the files")
    )
    brought.add_argument("--dry-run", action="store_true", help=_("only say what would change"))
    given = _command(each, "export", _roster_export, _("write the lists to a CSV or XLSX file"))
    given.add_argument("file", type=Path, metavar="FILE")
    given.add_argument(
        "--list", choices=tuple(TABLES), default="places", help=_("which list goes into a CSV file")
    )
    found = _command(each, "find", _roster_find, _("look for places and gates, by any words"))
    found.add_argument("words", nargs="+")
    _command(each, "check", _roster_check, _("say what does not fit together"))


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


def _desk(settings: Config, _: argparse.Namespace) -> int:
    from collector.issuing.process import run  # noqa: PLC0415  # each process loads its own part

    return run(settings)


def _public(settings: Config, _: argparse.Namespace) -> int:
    from collector.public.process import run  # noqa: PLC0415  # the same

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


def _dispatch(settings: Config, _: argparse.Namespace) -> int:
    from collector.dispatch import process  # noqa: PLC0415  # each process loads its own part

    return process.run(settings)


def _check(settings: Config, _: argparse.Namespace) -> int:
    """Print the configuration; a roster that cannot be read is an error here too."""
    print(config.effective(settings))
    roster = load_roster(settings.roster.path)
    print(f"# {roster.authority}: {len(roster.gates)} gates")
    return 0


def _doctor(settings: Config, _: argparse.Namespace) -> int:
    from collector import doctor  # noqa: PLC0415  # each command loads its own part

    found = list(doctor.look(settings, clock.wall_ms()))
    print("\n".join(doctor.told(each) for each in found))
    return 1 if any(each.error for each in found) else 0


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


def _retention(settings: Config, asked: argparse.Namespace) -> int:
    from collector.retention import process  # noqa: PLC0415  # each process loads its own part

    outcome = process.retain(settings, dry=asked.dry_run, is_sure=asked.clock_is_right)
    if asked.json:
        print(inquiry.as_json(process.as_document(outcome)))
    else:
        print("\n".join(process.told(outcome, dry=asked.dry_run)))
    return 1 if outcome.doubt else 0


def _database_setup(settings: Config, asked: argparse.Namespace) -> int:
    setup.prepare(settings.ledger, asked.user)
    print(_("The tables and roles are there."))
    return 0


def _database_check(settings: Config, asked: argparse.Namespace) -> int:
    found = setup.faults(settings.ledger, asked.user)
    print("\n".join(found or [_("The database is set up as it must be.")]))
    return 1 if found else 0


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


def _token_add(settings: Config, asked: argparse.Namespace) -> int:
    scopes = tuple(dict.fromkeys(Scope(each) for each in asked.scope))
    print(tokens.add(settings.tokens, asked.name, scopes, clock.wall_ms()))
    return 0


def _token_remove(settings: Config, asked: argparse.Namespace) -> int:
    tokens.remove(settings.tokens, asked.name)
    return 0


def _token_list(settings: Config, _: argparse.Namespace) -> int:
    for each in tokens.load(settings.tokens):
        print(f"{each.name}: {', '.join(each.scopes)}")
    return 0


def _roster_import(settings: Config, asked: argparse.Namespace) -> int:
    from collector.roster import commands  # noqa: PLC0415  # spreadsheets are for this command only

    path = settings.roster.path
    return commands.take(path, asked.files, replace=asked.replace, dry=asked.dry_run)


def _roster_export(settings: Config, asked: argparse.Namespace) -> int:
    from collector.roster import commands  # noqa: PLC0415  # the same

    return commands.give(settings.roster.path, asked.file, asked.list)


def _roster_find(settings: Config, asked: argparse.Namespace) -> int:
    from collector.roster import commands  # noqa: PLC0415  # the same

    return commands.find(settings.roster.path, " ".join(asked.words))


def _roster_check(settings: Config, _: argparse.Namespace) -> int:
    from collector.roster import commands  # noqa: PLC0415  # the same

    return commands.check(settings.roster.path)


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


def _vault_run(settings: Config, _: argparse.Namespace) -> int:
    from collector.vault.process import run  # noqa: PLC0415  # each process loads its own part

    return run(settings)


def _vault_init(settings: Config, asked: argparse.Namespace) -> int:
    from collector.vault import commands  # noqa: PLC0415  # the same

    wish = commands.Wish(
        asked.key,
        tuple(asked.custodian),
        asked.threshold or (1 if asked.demo else 2),
        demo=asked.demo,
        generate=asked.generate,
        keep=asked.keep_key,
    )
    done = commands.init(settings, wish)
    print("\n".join(commands.told_wrapped(done, asked.key)))
    return 0


def _vault_unlock(settings: Config, asked: argparse.Namespace) -> int:
    from collector.vault import commands  # noqa: PLC0415  # the same

    status = commands.unlock(settings, asked.custodian)
    print("\n".join(commands.told(status)))
    return 1 if status.locked else 0


def _vault_lock(settings: Config, _: argparse.Namespace) -> int:
    from collector.vault import client, commands  # noqa: PLC0415  # the same

    print("\n".join(commands.told(client.connected(settings.vault_socket).lock())))
    return 0


def _vault_status(settings: Config, asked: argparse.Namespace) -> int:
    from collector.vault import client, commands  # noqa: PLC0415  # the same

    status = client.connected(settings.vault_socket).status()
    if asked.json:
        print(inquiry.as_json(msgspec.to_builtins(status)))
    else:
        print("\n".join(commands.told(status)))
    return 1 if status.locked else 0


def _totals(journals: list[dict[str, int]]) -> dict[str, int]:
    counts = ("rows", "doubles", "missing", "scans", "accepted", "odd", "forks")
    return {name: sum(journal[name] for journal in journals) for name in counts}


def _password_line() -> str:
    return sys.stdin.readline(1024).rstrip("\r\n")
