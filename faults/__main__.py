"""`python -m faults [--quick] [--seed N]`: break everything, count, and say what was lost.

It goes on where it was stopped, for the same commit and seed. The last line is JSON, counted from
what happened; the exit status is 0 only if nothing was lost and everything was tried.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from faults import batches, clock, report, results, sabotage, world
from faults.outcome import Outcome
from faults.plan import FAMILIES

SEED = 2107
WORKERS = 3
MEMORY = Path("/dev/shm")  # noqa: S108  (a folder of our own is made in it)


def main() -> int:
    """Do what is left to be done."""
    asked = _arguments()
    lacking = world.lacking()
    if lacking:
        print(f"faults-impossible: nothing can be broken here: {lacking}", file=sys.stderr)
        print("  -> run it as root, after `tools/install test`", file=sys.stderr)
        return 2
    world.enter()
    if asked.prove:
        return _prove(asked.seed, asked.workers)
    found = results.load(asked.seed)
    if asked.fresh:
        found.batches, found.seconds = {}, 0.0
    left = found.left(quick=asked.quick, only=asked.only)
    print(f"commit {found.commit}, seed {found.seed}: {len(left)} batches to do", flush=True)
    _do(found, left, asked.workers)
    for name, total in found.sums().items():
        print(
            f"  {name:14} {total.tried:6} tried  {total.greens:7} greens  "
            f"{total.green_lost} lost  {total.duplicated} twice  "
            f"{total.failed_starts} of {total.starts} starts failed"
        )
    for each in found.odd():
        print(f"  - {each}")
    if asked.report or not (asked.quick or asked.only or asked.seed != SEED):
        report.write(found)
    print(json.dumps(found.figures()))
    left = found.left(quick=asked.quick, only=asked.only)
    return 0 if found.holds and not left else 1


def _do(found: results.Results, left: list[tuple[str, int]], workers: int) -> None:
    began = clock.up_ns()
    spent = found.seconds
    with _memory() as folder, _pool(workers) as pool:
        doing: dict[Future[Outcome], tuple[str, int]] = {
            pool.submit(batches.run, name, number, found.seed, folder): (name, number)
            for name, number in left
        }
        for done in as_completed(doing):
            name, number = doing[done]
            try:
                outcome = done.result()
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                print(f"{name} {number}: not done: {error!r}", flush=True)
                continue
            found.seconds = spent + (clock.up_ns() - began) / 1e9
            found.machine, found.date = report.machine(), report.today()
            found.put(name, number, outcome)
            how = "all well" if outcome.holds else "NOT WELL"
            print(
                f"{name} {number}: {outcome.tried} tried, {outcome.greens} greens, {how}",
                flush=True,
            )


def _prove(seed: int, workers: int) -> int:
    """Break the journal on purpose; return 0 only if every family that should notice does."""
    noticed = {}
    with _memory() as folder, _pool(workers) as pool:
        doing = {
            pool.submit(batches.run, name, 0, seed, folder, broken): f"{name}: {broken}"
            for name, broken in sabotage.NOTICED
        }
        for done in as_completed(doing):
            outcome = done.result()
            noticed[doing[done]] = outcome.green_lost + outcome.duplicated
            print(
                f"{doing[done]}: {outcome.greens} greens, {outcome.green_lost} lost, "
                f"{outcome.duplicated} twice, {len(outcome.odd)} odd",
                flush=True,
            )
    print(json.dumps(noticed))
    return 0 if all(noticed.values()) else 1


def _memory() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="gate-faults-", dir=MEMORY)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=batches.silence
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the bounded part that CI does")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=WORKERS, help="batches at a time")
    parser.add_argument("--fresh", action="store_true", help="forget what was counted before")
    parser.add_argument(
        "--prove", action="store_true", help="break the journal on purpose; all must notice"
    )
    parser.add_argument("--report", action="store_true", help="write docs/reliability.md")
    names = [family.name for family in FAMILIES]
    parser.add_argument("--only", action="append", default=[], choices=names)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
