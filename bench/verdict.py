"""How long a verdict takes, from a code's bytes to the answer: `make bench-verdict`.

Every code is classified and judged by a site that takes every kind and asks for everything, with a
list of a million statuses. Times are this thread's own, so that a busy machine does not count, and
each is the median of ROUNDS. Beside it, on the same certificates, a well-kept library that only
decodes them and checks the signature. The last line is JSON.
"""

import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench import shown
from device.credential import classify
from device.verdict.judge import judge
from device.verdict.trust import Trust
from tests.device.credential import certificates
from wire.record import Direction, Outcome

COUNT = 2000
ROUNDS = 5
SEARCH_S = 10
PEER = Path(".cache/bench-cwt/bin/python")


def main() -> int:
    """Measure, print a table, and end with the figures."""
    trust = shown.trust()
    certificates_shown = shown.health_certificates(COUNT)
    kinds = {
        "own pass": shown.passes(COUNT),
        "card": shown.cards(COUNT),
        "health certificate": [each.encode() for each in certificates_shown],
        "every sample": shown.samples(),
        "made to be slow": shown.hostile(),
        "slowest by search": shown.found_by_search(SEARCH_S),
    }
    for name in ("own pass", "card", "health certificate"):
        refused = sum(not _accepted(code, trust) for code in kinds[name][:100])
        if refused:
            print(f"{refused} of 100 were refused: {name}", file=sys.stderr)
            return 1
    times = _measured(kinds, trust)
    peer = _peer(certificates_shown)
    print(f"{'':24}{'codes':>7}{'p50 ms':>9}{'p99 ms':>9}{'worst':>9}")
    for name, each in {**times, "peer, certificate": peer}.items():
        if each:
            row = statistics.median(each), _p99(each), max(each)
            print(f"{name:24}{len(each):7}" + "".join(f"{ms:9.3f}" for ms in row))
    ours = statistics.median(times["health certificate"])
    print(f"certificate, ours against the library: {ours / statistics.median(peer):.2f}x")
    figures = {
        "card_ms_p99": round(_p99(times["card"]), 3),
        "dcc_ms_p99": round(_p99(times["health certificate"]), 3),
        "worst_ms": round(max(max(each) for each in times.values() if each), 3),
    }
    print(json.dumps(figures))
    return 0


def _accepted(code: bytes, trust: Trust) -> bool:
    return _verdict(code, trust) is Outcome.ACCEPTED


def _verdict(code: bytes, trust: Trust) -> Outcome:
    """Do what the door does between a reading and its record."""
    credential = classify(code)
    return judge(credential, Direction.IN, shown.STRICT, trust, shown.SEEN, shown.NOW).outcome


def _measured(kinds: dict[str, list[bytes]], trust: Trust) -> dict[str, list[float]]:
    """Return the milliseconds of every code, all kinds mixed as at a door."""
    order = [(name, at) for name, codes in kinds.items() for at in range(len(codes))]
    spent: dict[tuple[str, int], list[float]] = {each: [] for each in order}
    dice = random.Random(1)  # noqa: S311  (a bench, no secret)
    for _ in range(ROUNDS):
        dice.shuffle(order)
        for name, at in order:
            code = kinds[name][at]
            before = time.thread_time_ns()
            _verdict(code, trust)
            spent[name, at].append((time.thread_time_ns() - before) / 1e6)
    return {
        name: [statistics.median(spent[name, at]) for at in range(len(codes))]
        for name, codes in kinds.items()
    }


def _peer(texts: list[str]) -> list[float]:
    signer = certificates.certificate(certificates.P256).hex()
    ran = subprocess.run(  # noqa: S603
        [PEER, "-m", "bench.cwt_peer"],
        input="\n".join([signer, *texts]),
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(each) for each in ran.stdout.split()]


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[98]


if __name__ == "__main__":
    sys.exit(main())
