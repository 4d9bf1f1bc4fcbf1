"""Who comes to a door that is about to be cut: one after another, each with a pass of their own.

Nobody stands before the door when the power comes back, so nobody may be counted twice.
"""

import json
import random

from faults import clock
from faults.district import District, Gate
from provisioning import clock as calendar
from provisioning import passes

FIRST_S, EVERY_S, HOLD_S = 0.1, 1.6, 0.8
SLOW_EVERY_S, SLOW_HOLD_S = 3.0, 2.0


def pass_texts(district: District, count: int) -> list[str]:
    """Issue so many passes."""
    now = calendar.now()
    return [passes.issue(district.home, "resident", days=2, now=now).text for _ in range(count)]


def come(gate: Gate, texts: list[str], dice: random.Random, *, slowly: bool = False) -> None:
    """Let people with these codes come to the gate's door from now on.

    `slowly`: the codes are of any kind, so they are larger in view and held up for longer.
    """
    every_s, hold_s = (SLOW_EVERY_S, SLOW_HOLD_S) if slowly else (EVERY_S, HOLD_S)
    people = [
        {
            "who": f"p{number}",
            "arrive_s": round(FIRST_S + number * every_s, 3),
            "hold_s": hold_s,
            "text": text,
        }
        for number, text in enumerate(texts)
    ]
    script = {
        "seed": dice.randrange(2**31),
        "start_up_ns": clock.up_ns(),
        "size": [1280, 720] if slowly else [960, 540],
        "people": people,
    }
    (gate.folder / "doorway.json").write_text(json.dumps(script), encoding="utf-8")
