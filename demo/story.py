"""The two plays: one until Ctrl-C, one fixed and accounted for."""

import contextlib
import fcntl
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from demo import account, district, told
from demo.crowd import Pace
from demo.custodian import Custodian
from demo.district import District
from demo.programs import Program, broker, nap, python, up_ns
from demo.told import Told
from demo.watcher import Watcher
from device.journal import durable

SEED = 2107
PEOPLE = 68
"""At each of the three doors, in the fixed scenario."""
ONCE_PACE = Pace()
ENDLESS_PACE = Pace(every_s=3.5, hold_s=1.8)
ENDLESS_PEOPLE = 120
LEAD_S = 3.0
"""From writing the scripts until the first person comes: as long as the programs need to start."""
LEAVE_S = 3.0
DRAIN_S = 25.0
PAGE_S = 30.0
OUTAGE_S = 10.0


class Moment(msgspec.Struct, frozen=True):
    """Something that happens to the district while people pass."""

    at_s: float
    """After the first person."""
    says: str
    act: Callable[[], None]


class Cast:
    """The programs of one district."""

    def __init__(self, made: District) -> None:
        """Prepare to run everything in `made`."""
        self.district = made
        self.told = Told()
        logs = made.folder / "logs"
        logs.mkdir()

        def program(name: str, command: list[str], gate: str | None = None) -> Program:
            hear = (lambda line: self.told.hear(gate, line)) if gate else None
            return Program(name, command, logs, hear)

        self.broker = program("broker", broker(made))
        self.intake = program("intake", python("collector", "intake", "--config", self._config))
        self.vault = program("vault", python("collector", "vault", "run", "--config", self._config))
        self.custodian = Custodian(made)
        self.web = program("web", python("collector", "web", "--config", self._config))
        self.scanners = [
            program(
                f"{door.gate}.scanner",
                python("gate", "run", "--config", str(door.config)),
                door.gate,
            )
            for door in made.doors
        ]
        self.uplinks = [
            program(
                f"{door.gate}.uplink",
                python("gate", "uplink", "--config", str(door.config)),
                door.gate,
            )
            for door in made.doors
        ]

    @property
    def _config(self) -> str:
        return str(self.district.collector)

    @property
    def everything(self) -> list[Program]:
        """Return all programs, the doors first: that is the order in which they stop."""
        return [*self.scanners, *self.uplinks, self.intake, self.vault, self.web, self.broker]

    @property
    def ends_ns(self) -> int:
        """Return when the last person of the scripts has left, by CLOCK_BOOTTIME."""
        ends = []
        for door in self.district.doors:
            played = json.loads(door.script.read_text(encoding="utf-8"))
            last_s = played["people"][-1]["arrive_s"] + LEAVE_S
            ends.append(int(played["start_up_ns"] + last_s * 1e9))
        return max(ends)

    def kills(self) -> int:
        """Return how many programs were killed."""
        return sum(each.kills for each in self.everything)

    @contextlib.contextmanager
    def playing(self) -> Iterator[None]:
        """Start everything; stop it in good order, whatever happens in between."""
        try:
            for each in (self.broker, *self.scanners, self.intake, *self.uplinks):
                each.start()
            self._add_user()
            self.web.start()
            self._unlock()
            yield
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop everything, so that nothing waits for what is gone already."""
        for group in (
            self.scanners,
            self.uplinks,
            [self.intake, self.vault, self.web],
            [self.broker],
        ):
            for each in group:
                each.ask_to_stop()
            for each in group:
                each.stop()

    def waiting(self) -> dict[str, int]:
        """Return how many records each gate has and the district has not confirmed."""
        ends = {door.gate: durable.read(door.run) for door in self.district.doors}
        return {gate: end.seq - end.confirmed for gate, end in ends.items() if end is not None}

    def page(self) -> str:
        """Return the address of the district's page, as soon as it answers."""
        address = f"http://localhost:{self.district.web_port}/"
        for _ in range(int(PAGE_S / 0.1)):
            try:
                urllib.request.urlopen(address, timeout=1).close()
            except urllib.error.HTTPError:
                break
            except OSError:
                nap(0.1)
            else:
                break
        return address

    def _unlock(self) -> None:
        """Start the vault and unlock it, as soon as it listens."""
        self.custodian.wrap()
        self.vault.start()
        socket = self.district.folder / "collector/vault/socket"
        for _ in range(int(PAGE_S / 0.1)):
            if socket.exists():
                break
            nap(0.1)
        self.custodian.unlock()

    def _add_user(self) -> None:
        subprocess.run(  # noqa: S603  (our own program)
            [
                *python("collector", "user", "add", self.district.user, "--config", self._config),
                "--password-stdin",
                "--role",
                "district-officer",
            ],
            input=self.district.password,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def endless(folder: Path) -> int:
    """Play until Ctrl-C; the broker goes away for some seconds after half a minute."""
    with _alone(folder):
        cast = _prepared(folder, ENDLESS_PEOPLE, ENDLESS_PACE, repeats=True)
        began = up_ns()
        moments = [
            Moment(30, "the broker is killed: watch the doors go on", cast.broker.kill),
            Moment(30 + OUTAGE_S, "the broker is back: watch the queues drain", cast.broker.start),
        ]
        with contextlib.suppress(KeyboardInterrupt), cast.playing():
            _tell_address(cast)
            _play(cast, moments, began, lambda: False)
        _say("stopped; everything is still in", folder)
    return 0


def once(folder: Path) -> int:
    """Play the fixed scenario and account for it; 0 only if every promise held."""
    with _alone(folder):
        cast = _prepared(folder, PEOPLE, ONCE_PACE, repeats=False)
        began = up_ns()
        bus, clinic = cast.scanners[0], cast.uplinks[1]
        moments = [
            Moment(24, "a scanner is killed", lambda: _restart(bus)),
            Moment(40, "an uplink is killed", lambda: _restart(clinic)),
            Moment(56, "the broker is killed: the doors go on", cast.broker.kill),
            Moment(56 + OUTAGE_S, "the broker is back: the queues drain", cast.broker.start),
            Moment(82, "the collector is killed", lambda: _restart(cast.intake)),
        ]
        try:
            with Watcher(cast.district.doors) as watcher:
                with cast.playing():
                    _tell_address(cast)
                    _play(cast, moments, began, lambda: up_ns() > cast.ends_ns, watcher)
                    _drain(cast)
                    _say("the vault:", cast.custodian.told())
                cast.told.news()
                _say("counting what was recorded")
                seen = watcher.seen()
        except KeyboardInterrupt:
            return 130
        found = account.count(cast.district, cast.told.events, cast.kills(), seen)
    for each in found.complaints:
        print(f"  - {each}")
    print(json.dumps(found.figures()))
    return 0 if found.holds else 1


def _prepared(folder: Path, people: int, pace: Pace, *, repeats: bool) -> Cast:
    """Make the district and the crowd; people begin to come as soon as the doors can see."""
    made = district.build(folder)
    crowd = district.crowd(made, SEED)
    seats = [crowd.people(people, both_ways=len(each.directions) > 1) for each in made.doors]
    district.seat(made, seats, up_ns() + int(LEAD_S * 1e9), pace, repeats=repeats)
    return Cast(made)


def _play(
    cast: Cast,
    moments: list[Moment],
    began: int,
    is_over: Callable[[], bool],
    watcher: Watcher | None = None,
) -> None:
    """Print what happens, and let happen what is due, until it is over."""
    doors = {door.gate: door for door in cast.district.doors}
    due = list(moments)
    queues = told.Queues()
    while not is_over():
        for event in cast.told.news():
            text = told.line(event, doors)
            if text is not None:
                print(text)
        if due and up_ns() - began >= (due[0].at_s + LEAD_S) * 1e9:
            moment = due.pop(0)
            _say("---", moment.says)
            moment.act()
        text = queues.line(cast.waiting(), up_ns(), broken=not cast.broker.running)
        if text is not None:
            print(text)
        if watcher is not None:
            watcher.look()
        _check_alive(cast)
        nap(0.05)


def _drain(cast: Cast) -> None:
    """Wait until everything is confirmed, or long enough."""
    began = up_ns()
    while up_ns() - began < DRAIN_S * 1e9 and any(cast.waiting().values()):
        nap(0.1)


def _restart(program: Program) -> None:
    """Kill a program and start it again half a second later, as the service manager would."""
    program.kill()
    nap(0.5)
    program.start()


def _check_alive(cast: Cast) -> None:
    """End the play with the program's own words if one has ended by itself."""
    for each in cast.everything:
        if not each.running and each is not cast.broker:
            _say(f"{each.name} has ended:", each.last_words())
            raise SystemExit(1)


def _tell_address(cast: Cast) -> None:
    """Say where the page is, once it answers."""
    made, address = cast.district, cast.page()
    _say("\n  the district's page:", address, "  user:", made.user, "  password:", made.password)
    _say()


def _say(*words: object) -> None:
    print(*words)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Refuse to play twice in one folder at a time."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print(f"demo-busy: another demonstration runs in {folder}", file=sys.stderr)
            print("  -> stop it first, or give another folder with --state", file=sys.stderr)
            raise SystemExit(2) from None
        yield
