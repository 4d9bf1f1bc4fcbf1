"""A card that has gone bad: bits flipped, blocks of zeros, files torn, at random places.

Here something is lost by nature. What must hold: the gate starts and goes on; whatever can still
be read is read; every other number is declared missing, or the whole journal is said to be given
up; a record is never another than the one that was green.
"""

import random
import shutil
from pathlib import Path

import msgspec

from device.errors import GateError
from device.journal import retired
from device.journal.reader import JournalReader
from faults import sabotage
from faults.outcome import Job, Outcome
from faults.script import Played, greens, moment, opened, play, read
from wire.canonical import Document
from wire.head import last_of
from wire.record import What

BLOCK = 512
TURNS = 160
"""Enough for every sealed segment to be read again, which happens once a day."""
RUN = "run"


def batch(job: Job) -> Outcome:
    """Damage so many copies of one card; return what was lost without a word."""
    dice, outcome = job.dice(), Outcome()
    job.folder.mkdir(parents=True)
    try:
        model = _model(job.folder / "model")
        before = {each["seq"]: each for each in read(model, [])}
        green = greens(model)
        for number in range(job.count):
            copy = _copy(model, job.folder / str(number), job.broken)
            way = _damage(copy, dice)
            _judge(copy, way, green, before, outcome)
            outcome.took(way.partition(":")[0])
            shutil.rmtree(copy.folder.parent)
    finally:
        shutil.rmtree(job.folder, ignore_errors=True)
    return outcome


def _model(folder: Path) -> Played:
    """Play the short life once; no receipt, so that everything is still on the card."""
    folder.mkdir()
    where = Played(folder / "journal", folder / RUN, folder / "trace", receipts=False)
    if play(where) != 0:
        msg = "the model could not be made"
        raise RuntimeError(msg)
    return where


def _copy(model: Played, folder: Path, broken: str) -> Played:
    shutil.copytree(model.folder.parent, folder)
    where = Played(folder / "journal", folder / RUN, folder / "trace", receipts=False)
    return msgspec.structs.replace(where, broken=broken)


def _damage(where: Played, dice: random.Random) -> str:
    """Damage one file; return how."""
    files = [path for path in sorted(where.folder.iterdir()) if path.stat().st_size]
    path = dice.choice([each for each in files if each.name != "ballast"])
    data = bytearray(path.read_bytes())
    at = dice.randrange(len(data.rstrip(b"\0")) or 1)
    match dice.randrange(4):
        case 0:
            data[at] ^= 1 << dice.randrange(8)
            how = "one bit flipped"
        case 1:
            for _ in range(20):
                data[dice.randrange(at, min(len(data), at + BLOCK))] ^= 1 << dice.randrange(8)
            how = "a block's bits flipped"
        case 2:
            start = at // BLOCK * BLOCK
            data[start : start + BLOCK] = bytes(len(data[start : start + BLOCK]))
            how = "a block of zeros"
        case _:
            del data[at:]
            how = "a file torn off"
    path.write_bytes(data)
    return f"{how}: {path.name} at {at}"


def _judge(
    where: Played, way: str, green: list[int], before: dict[int, Document], outcome: Outcome
) -> None:
    outcome.starts += 1
    outcome.greens += len(green)
    try:
        with sabotage.lasting(where.broken), opened(where, []) as journal:
            journal.note(What.START, moment(200_000))
            for turn in range(TURNS):
                journal.tend(moment(300_000 + 2 * turn))
            held = read(where, [])
    except GateError as error:
        outcome.failed_starts += 1
        outcome.odd.append(f"{way}: {error}")
        return
    missing = [each for each in held if each["t"] == "missing"]
    told = {n for each in missing for n in range(each["seq"], each["last"] + 1)}
    old = _retired(where)
    readable = {each["seq"]: each for each in old or held if each["t"] != "missing"}
    given_up = any(each.get("what") == "renewed" for each in held)
    for seq in green:
        if readable.get(seq) == before[seq]:
            continue
        if seq in told or given_up:
            outcome.declared += 1
        elif seq in readable:
            outcome.duplicated += 1
            outcome.odd.append(f"{way}: number {seq} is somebody else's")
        else:
            outcome.green_lost += 1
            outcome.odd.append(f"{way}: number {seq} is gone without a word")
    first = held[0]["seq"] if held else 1
    spoken = [n for each in held for n in range(each["seq"], last_of(each) + 1)]
    if spoken != list(range(first, first + len(spoken))):
        outcome.odd.append(f"{way}: the sequence is broken")


def _retired(where: Played) -> list[Document]:
    """Return what can still be read of journals that were given up."""
    taken: list[Document] = []
    for each in retired.found(where.folder):
        with JournalReader(each.within(where.folder)) as reader:
            try:
                reader.seek(1)
                while batch := reader.take(each.last, 50).documents:
                    taken += batch
            except GateError:
                continue
    return taken
