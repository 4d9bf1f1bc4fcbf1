"""A door that does what the district says: the real scanner, its journal and its pins."""

import json
import secrets
import signal
import subprocess
from pathlib import Path

import pytest

from device.journal import folder
from device.journal.reader import JournalReader
from provisioning import clock
from tests.device.command import GATE as COMMAND
from tests.device.command import environment
from tests.device.site import GATE, Site
from tests.waiting import until
from wire import command, policy
from wire.command import Command, Does
from wire.keys import Use
from wire.policy import Policy

pytestmark = pytest.mark.timeout(120)
PATIENCE_S = 30


def documents(site: Site) -> list[dict[str, object]]:
    begun = site.journal.exists() and folder.segments(site.journal)
    if not begun:
        return []
    with JournalReader(site.journal) as reader:
        reader.seek(1)
        found: list[dict[str, object]] = []
        while taken := reader.take(10_000, 100).documents:
            found += taken
        return found


def answers(site: Site) -> list[tuple[str, str]]:
    found = [each["data"] for each in documents(site) if each.get("what") == "command"]
    return [(each["does"], each["outcome"]) for each in found]  # type: ignore[index]


def lay(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name("new")
    new.write_bytes(data)
    new.replace(path)


def test_a_command_is_done_at_the_door_and_answered_in_the_journal(site: Site) -> None:
    site.draw_pass("a.png")
    site.configure({"fps = 15": "fps = 8\nrepeat = true"})
    place = json.loads((site.keys / "enrolment.json").read_bytes())["doc"]["place"]

    def ask(does: Does) -> None:
        now = clock.millis(clock.now())
        nonce = secrets.token_hex(8)
        asked = Command(gate=GATE, does=does, nonce=nonce, issued=now, expires=now + 60_000)
        lay(site.inbox / "command.json", command.pack(asked, site.home.signing_key(Use.COMMAND)))

    rules = Policy(site=place, version=1, issued=clock.millis(clock.now()), open_once=True)
    words: list[str | Path] = [COMMAND, "run", "--config", site.config]
    child = subprocess.Popen(words, env=environment("en"), stderr=subprocess.DEVNULL)
    try:
        until(lambda: bool(documents(site)), "no start")
        ask(Does.OPEN_ONCE)
        until(lambda: answers(site) == [("open-once", "not-allowed")], "no refusal")
        lay(site.inbox / "policy.json", policy.pack(rules, site.home.signing_key(Use.POLICY)))
        until(lambda: any(each.get("what") == "policy" for each in documents(site)), "no policy")
        ask(Does.OPEN_ONCE)
        until(lambda: answers(site)[1:] == [("open-once", "done")], "no opening")
        opened = [each for each in documents(site) if each.get("kind") == "commanded"]
        assert [(each["outcome"], each["reason"]) for each in opened] == [("accepted", "attended")]
        ask(Does.RESTART)
        until(lambda: ("restart", "done") in answers(site), "no restart")
        until(
            lambda: [each.get("what") for each in documents(site)].count("start") == 2, "not anew"
        )
        assert child.poll() is None
        ask(Does.IDENTIFY)
        until(lambda: ("identify", "done") in answers(site), "not after the restart")
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE_S) == 0
