"""A gate is stolen: its card, its logs, its temporary folders, and what its broker has heard.

A day of people is made short; then the gate is stopped in good order, or killed and cut with a code
before the lens. Every name, number and code that was shown is looked for in every spelling, and
every number of one province, sex and year is tried against every keyed value that is found, with
every key that lies on the card. What is in /run lies in memory and is gone with the power; that it
holds nothing in clear either is looked at too.
"""

import contextlib
import os
import random
from collections.abc import Iterator
from pathlib import Path

from device import enrol
from faults import clock, crowd, people, thief
from faults.district import District, Gate, remove
from faults.observer import lines
from faults.onegate import START_S, is_open, last_words
from faults.outcome import Job, Outcome
from faults.recorder import Recorder
from provisioning import clock as calendar
from wire import policy
from wire.canonical import Document
from wire.keys import Use
from wire.policy import Kind, Policy, Take

PASSES = 3
LOGS = ("/tmp", "/var/tmp", "/var/log", "/var/crash", "/dev/shm")  # noqa: S108  (looked into)
LARGEST = 8 * 1024 * 1024
IN_VIEW_S = 1.4
"""After the next one's arrival, somebody holds a code up to the lens."""


def batch(job: Job) -> Outcome:
    """Steal the gate after a day, and after so many crashes."""
    dice, outcome = job.dice(), Outcome()
    began_ms = clock.wall_ms()
    district = District(job.folder, ["s1"], job.nursery)
    gate = district.gates[0]
    gate.card.format()
    gate.card.put_in()
    recorder = Recorder(district.home.folder, district.port)
    stolen = b""
    shown = people.codes(crowd.pass_texts(district, PASSES), dice)
    try:
        district.start_broker()
        _take_all_kinds(district, gate)
        clock.until(district.broker_listens, START_S)
        recorder.start()
        for crash in range(job.count + 1):
            _a_day(district, gate, shown, dice, outcome, crashes=crash > 0)
            stolen = _steal(district, gate, shown, outcome, began_ms)
            outcome.took("after a crash with a code in view" if crash else "after a day")
        _search("the broker", recorder.stop(), shown, outcome)
        _guess(gate, stolen, outcome)
        _try_the_searcher(gate, shown, outcome)
    finally:
        district.close()
        gate.card.close()
        remove(job.folder)
    return outcome


def _take_all_kinds(district: District, gate: Gate) -> None:
    """Let the place take every kind of code, so that every kind is stored."""
    rules = Policy(
        site=f"Chợ Mẫu {gate.name}",
        version=1,
        issued=int(calendar.now().timestamp() * 1000),
        takes=tuple(Take(kind=kind) for kind in Kind),
    )
    inbox = gate.card.at / "state/inbox"
    inbox.mkdir(parents=True)
    data = policy.pack(rules, district.home.signing_key(Use.POLICY))
    (inbox / "policy.json").write_bytes(data)


def _a_day(
    district: District,
    gate: Gate,
    shown: list[people.Shown],
    dice: random.Random,
    outcome: Outcome,
    *,
    crashes: bool,
) -> None:
    """Let everybody pass, the first again at the end; end in good order, or not at all."""
    texts = [each.text for each in shown]
    door, uplink = district.door(gate), district.uplink(gate)
    if not clock.until(lambda: is_open(gate) or not door.running, START_S):
        outcome.failed_starts += 1
    clock.nap(1.0)
    crowd.come(gate, texts, dice, slowly=True)
    door.kill()  # the script is read at a start
    door = district.door(gate)
    if crashes:
        clock.nap(dice.randrange(3, len(texts)) * crowd.SLOW_EVERY_S + IN_VIEW_S)
        door.kill()
        uplink.kill()
        gate.card.cut()
    else:
        clock.nap(len(texts) * crowd.SLOW_EVERY_S + 2.0)
        stopped = door.stop()
        uplink.stop()
        if stopped != 0:
            outcome.odd.append(f"it did not stop in good order: {last_words(gate)}")
        passages = [each for each in _passages(gate) if each["outcome"] == "accepted"]
        kinds = {str(each["kind"]) for each in passages}
        outcome.greens += len(passages)
        for each in _passages(gate):
            way = f"stored at the stolen gate: {each['kind']}, {each['reason']}"
            outcome.ways[way] = outcome.ways.get(way, 0) + 1
        missing = {"pass", "id-card", "insurance-card", "national-code", "eu-certificate"} - kinds
        if missing:
            outcome.odd.append(f"never stored: {', '.join(sorted(missing))}")
    outcome.starts += 2
    gate.card.take_out()


def _steal(
    district: District, gate: Gate, shown: list[people.Shown], outcome: Outcome, began_ms: int
) -> bytes:
    """Look through everything; return what a thief has in hand."""
    card = thief.content(gate.card.image)
    _search("the card", card, shown, outcome)
    for path in gate.run.iterdir():
        _search(f"/run: {path.name}", path.read_bytes(), shown, outcome)
    _search("the log", gate.log.read_bytes(), shown, outcome)
    for path in _left_behind(district.folder, began_ms):
        with contextlib.suppress(OSError):  # it may be somebody else's, and gone
            _search(str(path), path.read_bytes(), shown, outcome)
    gate.power_on()
    gate.card.put_in()
    return card + gate.log.read_bytes()


def _guess(gate: Gate, stolen: bytes, outcome: Outcome) -> None:
    """Try a million numbers with whatever lies on a card: its keys are no secret to a thief."""
    keys = gate.folder / "keys"
    own = enrol.load(keys, enrol.root_key(keys / enrol.ROOT)).records_key.private_bytes_raw()
    there = thief.windows(stolen)
    for before in ("", "number:"):
        ways = thief.ways([own, gate.name.encode()])
        for found in thief.guessed(people.numbers(), there, ways, before):
            outcome.green_lost += 1
            outcome.odd.append(f"a number could be guessed: {found}")
        outcome.took(f"a million numbers tried, in {len(ways)} ways")


def _left_behind(own: Path, began_ms: int) -> Iterator[Path]:
    """Yield every file in folders for logs and temporary things that was written meanwhile.

    Not in a checkout of the project and not where its tests work: those have people of their own.
    """
    for folder in LOGS:
        for path, folders, names in os.walk(folder):
            if Path(path).is_relative_to(own.parent) or "proc" in Path(path).parts:
                continue
            if ".git" in (*folders, *names) or Path(path).name.startswith("pytest-of-"):
                folders.clear()
                continue
            for name in names:
                each = Path(path, name)
                if _is_new(each, began_ms):
                    yield each


def _is_new(path: Path, began_ms: int) -> bool:
    try:
        about = path.lstat()
    except OSError:
        return False
    is_file = path.is_file() and not path.is_symlink()
    return is_file and about.st_mtime_ns // 10**6 >= began_ms and about.st_size <= LARGEST


def _search(where: str, data: bytes, shown: list[people.Shown], outcome: Outcome) -> None:
    for what in thief.betrayed(data, people.needles(shown)):
        outcome.green_lost += 1
        outcome.odd.append(f"{where} holds {what}")


def _try_the_searcher(gate: Gate, shown: list[people.Shown], outcome: Outcome) -> None:
    """See that what is there would be found: a blind searcher finds nothing."""
    name = shown[-2].secrets[1]
    card = gate.card.image.read_bytes()
    hidden = name.encode("utf-16-le")
    needles = people.needles(shown)
    if not thief.betrayed(card[:5000] + hidden + card[5000:9000], needles):
        outcome.odd.append("the searcher is blind")
    number = next(people.numbers())
    for digest in thief.ways([b"gate"]).values():
        there = thief.windows(card[:9000] + digest(number.encode()).hex().encode() + b"|")
        if not thief.guessed([number], there, {"": digest}):
            outcome.odd.append("whoever guesses is blind")


def _passages(gate: Gate) -> list[Document]:
    return [each for each in lines(gate.log, loose=True) if each.get("event") == "passage"]
