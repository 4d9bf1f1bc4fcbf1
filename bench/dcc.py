"""Scores the reader of health certificates against published cases, flag by flag.

    python -m bench.dcc FOLDER [--json]

FOLDER holds JSON files that are laid out as those of the European test data: what a code says, the
signer's certificate, an instant to judge at, and which steps must succeed or fail. Each step is
asked by itself, with the functions that a gate uses; a flag that a file does not set is not scored.
A false accept is a file that a gate would take, form and signature and signer's usage and (where
the file asks for it) time, though one of its flags says that it must not be taken.
"""

import argparse
import base64
import datetime as dt
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from device.credential import cbor, dcc, dcc_form, dcc_trust
from device.reading.decoder import decode
from wire.errors import WireError

PREFIX = "EXPECTED"
_NO_FRACTION = re.compile(r"(?<=T[0-9]{2}:[0-9]{2}:[0-9]{2})\.0+")
ISSUING = ("EXPECTEDENCODE", "EXPECTEDVALIDOBJECT")


class Case:
    """One file of the test data."""

    def __init__(self, name: str, said: dict[str, Any]) -> None:
        """Take the object in the file."""
        self.name = name
        self._said = said
        context = said.get("TESTCTX") or {}
        self._signer: str = context.get("CERTIFICATE") or ""
        self._clock: str = context.get("VALIDATIONCLOCK") or ""
        self.flags: dict[str, bool] = {
            flag: wanted
            for flag, wanted in (said.get("EXPECTEDRESULTS") or {}).items()
            if isinstance(wanted, bool)
        }

    def unprefix(self) -> bool:
        """Say whether the prefix is there and is followed by the base45."""
        rest = dcc.unprefixed(self._said["PREFIX"])
        return bool(rest == self._said.get("BASE45", rest))

    def b45decode(self) -> bool:
        """Say whether the base45 gives what the file says was deflated, where it says it."""
        found = dcc.unbase45(self._base45())
        return found == (self._hex("COMPRESSED") if self._said.get("COMPRESSED") else found)

    def compression(self) -> bool:
        """Say whether that inflates to the message in the file, where there is one."""
        given = self._said.get("COMPRESSED")
        found = dcc.inflated(self._hex("COMPRESSED") if given else dcc.unbase45(self._base45()))
        return found == (self._hex("COSE") if self._said.get("COSE") else found)

    def verify(self) -> bool:
        """Say whether the signature is by the signer whose certificate is in the file."""
        found = self._message()
        dcc.claims(found.payload)
        return bool(self._trust().signers(found))

    def decode(self) -> bool:
        """Say whether the message holds the CBOR in the file."""
        wanted = cbor.read(self._hex("CBOR"))
        if isinstance(wanted, dict) and dcc.HEALTH in wanted:
            wanted = dcc.claims(self._hex("CBOR")).payload
        return dcc.claims(self._message().payload).payload == wanted

    def validjson(self) -> bool:
        """Say whether the code's text leads to the JSON in the file."""
        return bool(_plain(dcc.claims(self._shown().payload).payload) == _plain(self._said["JSON"]))

    def expirationcheck(self) -> bool:
        """Say whether the certificate is in time at the file's clock."""
        said = dcc.claims(self._message().payload)
        return dcc_trust.timely(said.issued, said.expires, self._now()) is dcc_trust.Finding.GOOD

    def keyusage(self) -> bool:
        """Say whether the signer may sign one of the kinds in the certificate."""
        payload = dcc.claims(self._message().payload).payload
        found = dcc_form.entries(payload) if isinstance(payload, dict) else []
        proofs = {proof for proof, _ in found}
        return bool(proofs & dcc_trust.signer(base64.b64decode(self._signer)).proofs)

    def schemavalidation(self) -> bool:
        """Say whether a gate would find the form right."""
        return dcc_form.fits(dcc.claims(self._message().payload).payload)

    def picturedecode(self) -> bool:
        """Say whether the picture is read as the text."""
        raw = base64.b64decode(self._said.get("2DCODE") or self._said.get("_2DCODE") or "")
        luma = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_GRAYSCALE) if raw else None
        return luma is not None and self._said["PREFIX"].encode() in decode(luma)

    def accepted(self) -> bool:
        """Say whether a gate that trusts the file's signer would take the code."""
        shown = dcc.read(self._said["PREFIX"])
        if shown is None or not isinstance(shown.content, dcc.Certificate):
            return False
        judged = "EXPECTEDEXPIRATIONCHECK" in self.flags
        now = self._now() if judged else shown.content.issued
        found = dcc_trust.check(shown.content, self._trust(), now)
        return found is dcc_trust.Finding.GOOD

    def refusable(self) -> bool:
        """Say whether any step must fail, but for issuing and for what no gate can know."""
        scored = (flag for flag in self.flags if flag not in ISSUING)
        return not all(self.flags[flag] for flag in scored if flag != "EXPECTEDPICTUREDECODE")

    def _base45(self) -> str:
        return str(self._said.get("BASE45") or dcc.unprefixed(self._said["PREFIX"]))

    def _hex(self, key: str) -> bytes:
        return bytes.fromhex(self._said[key])

    def _shown(self) -> dcc.Message:
        return dcc.message(dcc.inflated(dcc.unbase45(dcc.unprefixed(self._said["PREFIX"]))))

    def _message(self) -> dcc.Message:
        return dcc.message(self._hex("COSE")) if self._said.get("COSE") else self._shown()

    def _trust(self) -> dcc_trust.TrustList:
        return dcc_trust.TrustList([base64.b64decode(self._signer)] if self._signer else [])

    def _now(self) -> float:
        moment = dt.datetime.fromisoformat(self._clock)
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp()


STEPS: dict[str, Callable[[Case], bool]] = {
    each.__name__: each
    for each in (
        Case.unprefix,
        Case.b45decode,
        Case.compression,
        Case.verify,
        Case.decode,
        Case.validjson,
        Case.expirationcheck,
        Case.keyusage,
        Case.schemavalidation,
        Case.picturedecode,
    )
}


def _plain(item: Any) -> Any:  # noqa: ANN401  (whatever JSON holds)
    """Return `item` with times spelled without zero fractions: some files spell them so."""
    if isinstance(item, dict):
        return {key: _plain(each) for key, each in item.items()}
    if isinstance(item, list):
        return [_plain(each) for each in item]
    return _NO_FRACTION.sub("", item) if isinstance(item, str) else item


def tried(step: Callable[[Case], bool], case: Case) -> bool:
    """Take a step; one for which the file lacks something, or says nonsense, does not succeed."""
    try:
        return step(case)
    except (WireError, KeyError, ValueError):
        return False


def score(cases: list[Case]) -> dict[str, Any]:
    """Return for each flag how many files went as they say, and which did not."""
    flags: dict[str, dict[str, int]] = {}
    wrong: dict[str, list[str]] = {}
    for name, step in STEPS.items():
        flag = PREFIX + name.upper()
        asked = [case for case in cases if flag in case.flags]
        bad = [case.name for case in asked if tried(step, case) != case.flags[flag]]
        flags[name] = {"right": len(asked) - len(bad), "n": len(asked)}
        wrong[name] = bad
    false = [case.name for case in cases if case.refusable() and tried(Case.accepted, case)]
    return {"flags": flags, "false_accepts": len(false), "wrong": wrong, "accepted": false}


def load(folder: Path) -> list[Case]:
    """Read every case below `folder`; a file that is none is said and left out."""
    cases = []
    for path in sorted(folder.rglob("*.json")):
        name = str(path.relative_to(folder))
        try:
            said = json.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            print(f"{name}: left out: {error}", file=sys.stderr)
            continue
        if isinstance(said, dict):
            cases.append(Case(name, said))
    return cases


def main() -> int:
    """Score a folder and print what was found."""
    parser = argparse.ArgumentParser(description="score the reader of health certificates")
    parser.add_argument("folder", type=Path, help="a folder laid out as the European test data")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    cases = load(asked.folder)
    if not cases:
        print(f"{asked.folder}: no test cases; name the folder of the test data", file=sys.stderr)
        return 2
    found = score(cases)
    if asked.json:
        print(json.dumps({key: found[key] for key in ("flags", "false_accepts")}))
        return 0
    for name, counts in found["flags"].items():
        print(f"{name:18} {counts['right']:4} right of {counts['n']:4}")
        for case in found["wrong"][name]:
            print(f"    {case}")
    print(f"false accepts      {found['false_accepts']:4} of {len(cases)} files")
    for case in found["accepted"]:
        print(f"    {case}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
