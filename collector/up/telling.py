"""What a program says, in one line each. Pure.

Our programs log JSON, one object a line; what is not one is shown as it is. Nothing is left out but
the time, which whoever keeps these lines adds, and the level, where it is `info`.
"""

import json
from typing import Any

LEFT = frozenset({"event", "timestamp", "level"})
WIDTH = 9
MOST = 2_000


def told(name: str, text: str) -> str:
    """Return one line that says who said what."""
    shown = "".join(each if each.isprintable() else "�" for each in text)[:MOST]
    return f"{name:<{WIDTH}} {shown}"


def event(line: str) -> dict[str, Any]:
    """Return what a line of a log says, empty if it is none of ours."""
    if not line.startswith("{"):
        return {}
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("event"), str) else {}


def spelled(line: str) -> str:
    """Return a line of a log as a person reads it."""
    said = event(line)
    if not said:
        return line
    level = str(said.get("level", "info"))
    mark = "" if level == "info" else f"{level}: "
    fields = " ".join(f"{key}={_value(said[key])}" for key in said if key not in LEFT)
    return f"{mark}{said['event']} {fields}".rstrip()


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return json.dumps(text, ensure_ascii=False) if " " in text else text
