"""The command `gate`: what runs on a gate, and what a technician types there.

gate run --config FILE                 watch the door
gate uplink --config FILE              carry records to the district
gate check --config FILE               read the configuration and say what it means
gate status [--once] [--json] --config FILE   show how this gate fares
gate selftest --config FILE [--out FOLDER]    try every part, and sign a report
gate config check --config FILE        every complaint, with its key and what to do
gate keys --config FILE                make this gate's keys, print the request for the authority
gate enrol --config FILE ENROLMENT     take the authority's answer
gate panel [--config FILE] [SIGNAL]    play the door's signals and name them
gate desk --config FILE                serve an attendant's page on this machine
gate attendant ls|add|remove --config FILE [NAME]     who may log in there
gate journal ls|verify|export|import-proof --config FILE
gate read [--json] [--reveal] FILE...  say what the codes in pictures are
gate explain [--policy FILE] CODE...   say all about a code, and what each policy would answer
"""

import argparse
import contextlib
import functools
import getpass
import io
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from device import lean  # noqa: F401  (first, before anything that logs)

# isort: split
import msgspec
import structlog

from device import config, enrol, i18n
from device.errors import ArgumentsInvalid, GateError, StorageUnusable
from device.i18n import N_, _
from device.ring import Ring

FAILED = 2
INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors like any other."""

    def error(self, message: str) -> NoReturn:
        """Raise ArgumentsInvalid."""
        raise ArgumentsInvalid(message)

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:  # noqa: ANN401  # argparse's
        """Refuse a named pipe for a file: nobody may ever write to it.

        Of several files each is looked at by itself: one that is none keeps no other from that.
        """
        value = super()._get_value(action, arg_string)
        if action.nargs == "+":
            return value
        with contextlib.suppress(OSError):  # a shell's `<(...)` has no name: it is written to
            if isinstance(value, Path) and value.is_fifo() and value.resolve().exists():
                msg = f"{value}: {N_('not a file')}"
                raise StorageUnusable(msg)
        return value


def main(arguments: list[str] | None = None) -> int:
    """Run one command; every error is one sentence, its remedy and a stable code."""
    _speak()
    try:
        with _storage_errors():
            asked = _parser().parse_args(arguments)
            return int(asked.run(asked) or 0)
    except GateError as error:
        print(_told(error), file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # whoever read our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _told(error: GateError) -> str:
    detail = i18n.detail(str(error))
    return (
        f"{error.code}: {_(error.says)}{f' ({detail})' if detail else ''}\n  -> {_(error.remedy)}"
    )


@contextlib.contextmanager
def _storage_errors() -> Iterator[None]:
    """Say what no part has translated of the system's errors: they name a file."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        msg = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise StorageUnusable(msg) from error


def _parser() -> Parser:
    parser = Parser(prog="gate", description=_("The programs of one gate."))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int | None], says: str) -> Parser:
        added = commands.add_parser(name, help=says, description=says)
        added.set_defaults(run=run)
        return added

    configured = {
        "run": (_run, _("watch the door")),
        "uplink": (_uplink, _("carry records to the district")),
        "check": (_check, _("read the configuration and say what it means")),
        "keys": (_keys, _("make this gate's keys and print its request")),
        "desk": (_desk, _("serve an attendant's page on this machine")),
        "enrol": (_enrol, _("take the authority's answer to the request")),
    }
    for name, (run, says) in configured.items():
        added = command(name, run, says)
        _configured(added)
        if name == "enrol":
            added.add_argument(
                "enrolment", type=Path, metavar="ENROLMENT", help=_("the authority's answer")
            )
    showing = command("status", _status, _("show how this gate fares, until Ctrl-C"))
    _configured(showing)
    showing.add_argument("--once", action="store_true", help=_("once, and end"))
    showing.add_argument("--json", action="store_true", help=_("as one JSON object, and end"))
    testing = command("selftest", _selftest, _("try every part of this gate, and sign a report"))
    testing.epilog = _(
        "Stop the gate's services first: systemctl stop gate-scanner gate-uplink. At a terminal it "
        "asks there; otherwise press the button for yes."
    )
    _configured(testing)
    testing.add_argument(
        "--out", type=Path, default=Path(), metavar="FOLDER", help=_("where the report goes")
    )
    says = _("look whether a configuration can work on this machine")
    configuring = command("config", _no_command, says).add_subparsers(
        required=True, metavar="COMMAND"
    )
    checking = configuring.add_parser("check", help=says, description=says)
    checking.set_defaults(run=_config_check)
    _configured(checking)
    _panel_arguments(command("panel", _panel, _("play the door's signals and name them")))
    _read_arguments(command("read", _read, _("say what the codes in pictures are")))
    says = _("say what a code is, what was checked, and what each policy would answer")
    _explain_arguments(command("explain", _explain, says))
    _attendant_arguments(command("attendant", _no_command, _("who may log in at a desk")))
    _journal_arguments(
        command("journal", _no_command, _("what this gate holds, and whether whole"))
    )
    return parser


def _configured(command: Parser) -> None:
    """Let a command ask for the gate's configuration."""
    command.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help=_("the gate's configuration")
    )


def _attendant_arguments(attendant: Parser) -> None:
    commands = attendant.add_subparsers(required=True, metavar="COMMAND")
    for name, run, says in (
        ("ls", _attendant_ls, _("name the attendants")),
        ("add", _attendant_add, _("enter an attendant, or give them another password")),
        ("remove", _attendant_remove, _("let an attendant log in no more")),
    ):
        added = commands.add_parser(name, help=says, description=says)
        added.set_defaults(run=run)
        _configured(added)
        if name != "ls":
            added.add_argument("name", metavar="NAME", help=_("the attendant's name"))


def _journal_arguments(journal: Parser) -> None:
    commands = journal.add_subparsers(required=True, metavar="COMMAND")
    for name, run, says in (
        ("ls", _journal_ls, _("say what this gate holds")),
        ("verify", _journal_verify, _("check checksums, sequence, chain and signatures")),
        ("export", _journal_export, _("write what is not confirmed to a file, for the district")),
        ("import-proof", _journal_proof, _("take the district's receipts from a file")),
    ):
        added = commands.add_parser(name, help=says, description=says)
        added.set_defaults(run=run)
        _configured(added)
        if name == "ls":
            added.add_argument("--json", action="store_true", help=_("one JSON object a journal"))
        if name == "export":
            added.add_argument(
                "--all", action="store_true", help=_("also what the district has confirmed")
            )
        if name in ("export", "import-proof"):
            added.add_argument("file", type=Path, metavar="FILE", help=_("a file"))


def _panel_arguments(showing: Parser) -> None:
    showing.epilog = _(
        "Without --config the signals are played on the terminal. Stop the gate's service before "
        "you play them on its pins."
    )
    showing.add_argument("--config", type=Path, metavar="FILE", help=_("play on this gate's pins"))
    showing.add_argument("--relay", action="store_true", help=_("let the relay open the door too"))
    showing.add_argument(
        "--sheet", type=Path, metavar="FOLDER", help=_("write a sheet of all signals instead")
    )
    showing.add_argument(
        "--wiring", type=Path, metavar="FOLDER", help=_("write the wiring diagrams instead")
    )
    showing.add_argument(
        "signals", nargs="*", metavar="SIGNAL", help=_("play these only; without any, all of them")
    )


def _read_arguments(reading: Parser) -> None:
    reading.epilog = _(
        "Without --config or --authority no issuer is known, and every pass counts as one of an "
        "unknown issuer."
    )
    reading.add_argument("--json", action="store_true", help=_("one JSON object per file"))
    reading.add_argument("--reveal", action="store_true", help=_("with the text of the codes"))
    _believed(reading)
    reading.add_argument("files", type=Path, nargs="+", metavar="FILE", help=_("a picture"))


def _explain_arguments(explaining: Parser) -> None:
    explaining.epilog = _(
        "What names a file is read: a picture, or a text. `-` reads standard input, so that a "
        "code's text stays out of the shell's history."
    )
    explaining.add_argument("--json", action="store_true", help=_("one JSON object per code"))
    says = _("each CODE is a text, also where it looks like the name of a file")
    explaining.add_argument("--text", action="store_true", help=says)
    explaining.add_argument(
        "--policy",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=_("also by this policy, signed or a draft; may be repeated"),
    )
    _believed(explaining)
    explaining.add_argument("codes", nargs="+", metavar="CODE", help=_("a text or a file"))


def _believed(command: Parser) -> None:
    """Let it be said whose passes count."""
    known = command.add_mutually_exclusive_group()
    known.add_argument("--config", type=Path, metavar="FILE", help=_("judge as this gate does"))
    known.add_argument(
        "--authority",
        type=Path,
        metavar="FILE",
        help=_("judge as a gate of the authority whose public.json this is"),
    )


# Each command loads its own program only: the scanner's process never loads the network's code,
# nor the uplink's the camera's.


def _run(asked: argparse.Namespace) -> None:
    from device.wiring import distress, waiting

    # A picture of memory would hold the codes in view; the service forbids it too.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with distress.shown(asked.config):
        found = config.load(asked.config)
        _keep_log(found.folders.scanner_log)
        waiting.watch(found, _stop_with)


def _uplink(asked: argparse.Namespace) -> None:
    from device.wiring import road

    found = config.load(asked.config)
    _keep_log(found.folders.uplink_log)
    link = road.uplink(found)
    _stop_with(link.stop)
    link.run()


def _desk(asked: argparse.Namespace) -> None:
    from device.wiring import reception

    # A picture of memory would hold what was typed.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = config.load(asked.config)
    _keep_log(found.folders.scanner_log)
    with reception.desk(found) as desk:
        _stop_with(desk.stop)
        scheme = "https" if found.desk.certificate else "http"
        address = f"{scheme}://{found.desk.host}:{found.desk.port}/"
        print(_("The desk's page: {address}").format(address=address), flush=True)
        desk.run()


def _attendant_ls(asked: argparse.Namespace) -> None:
    from device.wiring import reception

    for name in reception.attendants(config.load(asked.config)).names():
        print(name)


def _attendant_add(asked: argparse.Namespace) -> None:
    from device.wiring import reception

    found = reception.attendants(config.load(asked.config))
    if sys.stdin.isatty():
        password = getpass.getpass(_("Password: "))
    else:
        password = sys.stdin.readline().rstrip("\n")
    found.put(asked.name, password)
    print(_("{name} can log in.").format(name=asked.name))


def _attendant_remove(asked: argparse.Namespace) -> None:
    from device.wiring import reception

    reception.attendants(config.load(asked.config)).remove(asked.name)
    print(_("{name} can log in no more.").format(name=asked.name))


def _check(asked: argparse.Namespace) -> None:
    found = config.load(asked.config)
    print(msgspec.json.format(msgspec.json.encode(found, enc_hook=str)).decode())


def _config_check(asked: argparse.Namespace) -> int:
    from device.scrutiny import scrutinise

    found = scrutinise(asked.config)
    for complaint in found:
        print(complaint.line())
    if not found:
        print(_("The configuration is right."))
    return 1 if found else 0


def _status(asked: argparse.Namespace) -> None:
    from device.wiring import desk

    look = desk.onlooker(config.load(asked.config))
    if asked.json:
        print(msgspec.json.encode(look()).decode())
    elif asked.once or not sys.stdout.isatty():
        desk.show(look())
    else:
        desk.watch(look)


def _selftest(asked: argparse.Namespace) -> int:
    from device.wiring import trial

    tell = functools.partial(print, flush=True)
    return 0 if trial.run(config.load(asked.config), asked.out, tell) else 1


def _keys(asked: argparse.Namespace) -> None:
    print(enrol.make_keys(config.load(asked.config).folders.keys).decode())


def _enrol(asked: argparse.Namespace) -> None:
    keys = config.load(asked.config).folders.keys
    answer = enrol.accept(keys, enrol.brought(asked.enrolment), enrol.root_key(keys / enrol.ROOT))
    print(_("This is now gate {gate} at {place}.").format(gate=answer.gate, place=answer.place))


def _panel(asked: argparse.Namespace) -> None:
    from device import clock
    from device.wiring import paper, rehearsal

    if asked.sheet or asked.wiring:
        written = paper.write_sheets(asked.sheet) if asked.sheet else []
        written += paper.write_diagrams(asked.wiring) if asked.wiring else []
        print(*written, sep="\n")
        return
    panel = config.load(asked.config).panel if asked.config else None
    tell = functools.partial(print, flush=True)
    signals = rehearsal.chosen(asked.signals)
    rehearsal.rehearse(panel, signals, tell, clock.sleep, relay=asked.relay)


def _read(asked: argparse.Namespace) -> int:
    from device import judges, look

    judge = judges.of(asked.config, asked.authority)
    failures = strangers = 0
    for path in asked.files:
        result = look.look(path, judge, reveal=asked.reveal)
        failures += result.error is not None
        strangers += result.unknown_issuer
        print(look.as_json(result) if asked.json else look.as_text(result), flush=True)
    if strangers and asked.config is None and asked.authority is None:
        print(
            _("No issuer is known here: name --config or --authority to have passes judged."),
            file=sys.stderr,
        )
    return FAILED if failures else 0


def _explain(asked: argparse.Namespace) -> int:
    from device import explain, judges

    judge = judges.of(asked.config, asked.authority)
    drafts = [judges.policy_in(path, judge.trust.issuers) for path in asked.policy]
    rules = explain.by_policies(judge, drafts)
    status = 0
    for given in asked.codes:
        found = explain.codes_in(given, sys.stdin.buffer.read, is_text=asked.text)
        status = status if found else FAILED
        for source, code in found:
            result = explain.explain(source, code, rules)
            print(explain.as_json(result) if asked.json else explain.as_text(result), flush=True)
        if not found:
            print(_("{file}: no QR code was found").format(file=given), file=sys.stderr)
    return status


def _no_command(_asked: argparse.Namespace) -> int:
    return FAILED  # argparse asks for one before


def _journal_ls(asked: argparse.Namespace) -> None:
    from device.holdings import Holdings

    for line in Holdings(config.load(asked.config)).listed(as_json=asked.json):
        print(line)


def _journal_verify(asked: argparse.Namespace) -> int:
    from device.holdings import Holdings, nothing_held, told_fault

    is_whole = is_empty = True
    for one, fault in Holdings(config.load(asked.config)).faults():
        is_whole, is_empty = is_whole and fault is None, False
        print(told_fault(one, fault))
    if is_empty:
        print(nothing_held())
    return 0 if is_whole else 1


def _journal_export(asked: argparse.Namespace) -> None:
    from device.holdings import Holdings

    count = Holdings(config.load(asked.config)).export(asked.file, everything=asked.all)
    print(_("{count} records are in {file}.").format(count=count, file=asked.file))


def _journal_proof(asked: argparse.Namespace) -> None:
    from device.holdings import Holdings

    for found in Holdings(config.load(asked.config)).take(asked.file):
        print(
            _(
                "journal {journal}: confirmed up to record {high}; the scanner frees the room"
            ).format(journal=found.journal, high=found.high)
        )


def _keep_log(folder: Path) -> None:
    """Keep what is logged from here on in `folder` too; before the last step, which spells it."""
    structlog.get_config()["processors"].insert(-1, Ring(folder))


def _stop_with(stop: Callable[[], None]) -> None:
    """End cleanly on SIGTERM and Ctrl-C."""

    def asked(_number: int, _frame: Any) -> None:  # noqa: ANN401  (the signal module's own type)
        stop()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)


def _speak() -> None:
    """Log as JSON and write UTF-8 whatever the terminal says of itself.

    A file's name may hold bytes that are no UTF-8: they are written as escapes.
    """
    i18n.lend_to_argparse()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
