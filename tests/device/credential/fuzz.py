"""Tries to find a code that breaks the gate: `python -m tests.device.credential.fuzz SECONDS SEED`.

Coverage leads the search (atheris, libFuzzer): a text that reaches a new branch is kept and varied
further. What is packed is also varied inside and packed again, and signed again half of the time,
so that the search is not stopped by base45, by deflate, or by a signature. Every text is classified
and judged. What ends this process, or raises, is in the folder that is named first in the output;
it is to be moved into `corpus/`, where every run of the tests shows it again. The slowest texts are
left beside it, for the bench.
"""

import random
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import atheris
import base45
import cbor2

with atheris.instrument_imports(include=["device.credential", "device.verdict", "wire"]):
    from device.credential import classify
    from device.credential.kinds import KINDS
    from device.verdict.judge import judge

from bench import shown
from tests.device.credential import certificates
from tests.device.credential.codes import every_code
from tests.wire.samples import KEYS
from wire.keys import Use
from wire.record import Direction

CORPUS = Path(__file__).parent / "corpus"
SLOW_KEPT = 20
SLOW_NS = 500_000
MOST_BYTES = 4400


class Slowest:
    """The texts that took longest, by this thread's own time."""

    def __init__(self) -> None:
        """Begin with none."""
        self._found: list[tuple[int, bytes]] = []

    def take(self, spent_ns: int, code: bytes) -> None:
        """Keep `code` if it is among the slowest."""
        if len(self._found) < SLOW_KEPT or spent_ns > self._found[-1][0]:
            self._found = sorted([*self._found, (spent_ns, code)], reverse=True)[:SLOW_KEPT]

    def leave(self, folder: Path) -> None:
        """Write them, the slowest first."""
        for place, (_, code) in enumerate(self._found):
            (folder / f"slow-{place:02d}").write_bytes(code)


def vary(code: bytes, most: int, seed: int) -> bytes:
    """Return another text: varied as it stands, or inside its packing."""
    dice = random.Random(seed)  # noqa: S311  (a search, no secret)
    prefix = code[:4]
    if prefix not in SIGNERS or dice.random() < 0.3:
        return bytes(atheris.Mutate(code, most))
    try:
        packed = base45.b45decode(code[4:])
        message = zlib.decompress(packed) if prefix == b"HC1:" else packed
        varied = _inside(prefix, message, dice)
    except Exception:  # noqa: BLE001  (not packed: vary it as it stands)
        return bytes(atheris.Mutate(code, most))
    packed = zlib.compress(varied) if prefix == b"HC1:" else varied
    return (prefix + base45.b45encode(packed))[:most]


SIGNERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"HC1:": lambda signed: certificates.signature(certificates.P256, signed),
    b"GP1:": KEYS[Use.PASS_SEEN].sign,
    b"GC1:": KEYS[Use.CARD].sign,
}


def _inside(prefix: bytes, message: bytes, dice: random.Random) -> bytes:
    """Return a message that differs, half of the time with a good signature."""
    if dice.random() < 0.5:
        return bytes(atheris.Mutate(message, MOST_BYTES))
    protected, loose, body, _ = cbor2.loads(message).value
    body = atheris.Mutate(body, MOST_BYTES)
    signature = SIGNERS[prefix](bytes(cbor2.dumps(["Signature1", protected, b"", body])))
    return bytes(cbor2.dumps(cbor2.CBORTag(18, [protected, loose, body, signature])))


def main(seconds: int, seed: int) -> None:
    """Search for so long; libFuzzer ends the process."""
    folder = Path(tempfile.mkdtemp(prefix="codes-"))
    sys.stdout.write(f"{folder}\n")
    sys.stdout.flush()
    seeds = folder / "seeds"
    seeds.mkdir()
    for number, code in enumerate(every_code()):
        (seeds / f"{number:03d}").write_bytes(code)
    slowest, trust = Slowest(), shown.trust()

    def show(code: bytes) -> None:
        before = time.thread_time_ns()
        credential = classify(code)
        assert credential.kind in KINDS
        judge(credential, Direction.IN, shown.STRICT, trust, shown.SEEN, shown.NOW)
        spent = time.thread_time_ns() - before
        if spent > SLOW_NS:
            slowest.take(spent, code)
            slowest.leave(folder)

    atheris.Setup(
        [
            sys.argv[0],
            f"-max_total_time={seconds}",
            f"-seed={seed}",
            f"-max_len={MOST_BYTES}",
            f"-artifact_prefix={folder}/",
            "-print_final_stats=1",
            "-rss_limit_mb=0",  # it would count what the process that started this one has used
            "-verbosity=1",
            str(seeds),
            str(CORPUS),
        ],
        show,
        custom_mutator=vary,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
