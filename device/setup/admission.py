"""Admits a gate by the partition that every laptop can read: the memory card's boot partition.

    request.json               the gate's request, for the authority
    enrolment.json             the authority's answer, laid here by a technician
    enrolment.accepted.json    the answer, once it is taken
    enrolment.refused.json     what was laid here and is no answer for this gate
    result.txt                 what came of it, in words

What was laid there is always moved away, taken or not, so that it is looked at once.
"""

from pathlib import Path

from device import enrol
from device.errors import NotEnrolled
from device.i18n import _, detail

REQUEST, ENROLMENT, RESULT = "request.json", "enrolment.json", "result.txt"
RETIRED = "retired"
"""In the folder of the keys: a card has ended this gate for good (device/setup/ending.py)."""
ACCEPTED, REFUSED = "enrolment.accepted.json", "enrolment.refused.json"


def admit(keys: Path, folder: Path) -> bool:
    """Make the gate's keys, leave its request in `folder`, and take an answer that is there.

    A gate that was retired makes none. Returns whether another enrolment is in force now. Raises
    NotEnrolled if the gate's own keys are damaged, OSError if a folder cannot be written.
    """
    if (keys / RETIRED).exists():
        return False
    folder.mkdir(exist_ok=True)
    request = enrol.make_keys(keys)
    if _content(folder / REQUEST) != request:
        (folder / REQUEST).write_bytes(request)
    brought = folder / ENROLMENT
    if not brought.exists():
        return False
    try:
        said, taken = _taken(keys, brought), True
    except NotEnrolled as error:
        said, taken = _refused(error), False
    (folder / RESULT).write_text(said, encoding="utf-8")
    brought.replace(folder / (ACCEPTED if taken else REFUSED))
    return taken


def _taken(keys: Path, brought: Path) -> str:
    answer = enrol.accept(keys, enrol.brought(brought), enrol.root_key(keys / enrol.ROOT))
    return _("This is now gate {gate} at {place}.").format(gate=answer.gate, place=answer.place)


def _refused(error: NotEnrolled) -> str:
    return f"{error.code}: {_(error.says)} ({detail(str(error))})\n{_(error.remedy)}\n"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
