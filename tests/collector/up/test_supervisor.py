"""Real small programs, started and watched: they come back, and end in order."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from collector import clock
from collector.up import supervisor
from collector.up.programs import Program
from collector.up.standing import Standing
from collector.up.supervisor import Supervisor

pytestmark = pytest.mark.timeout(60)
SERVE = "import signal, sys, threading\n"
SERVE += "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nprint('I serve', flush=True)\n"
SERVE += "threading.Event().wait()\n"
DEAF = SERVE.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")


def small(
    name: str,
    code: str,
    *,
    ready: str = "I serve",
    every_s: float = 0.0,
    after: str = "",
    last: bool = False,
) -> Standing:
    program = Program(name, lambda _: (), ready, every_s=every_s, after=after, last=last)
    return Standing(program, (sys.executable, "-S", "-c", code))


class Watched:
    """A supervisor, what it said, and what is done when programs become ready."""

    def __init__(self, *standings: Standing) -> None:
        self.said: list[str] = []
        self.late: list[list[str]] = []
        self.ready: list[str] = []
        self.standings = {each.program.name: each for each in standings}
        self.at: dict[int, Callable[[], None]] = {}
        self.supervisor = Supervisor(standings, self.said.append, clock.steady_s)

    def run(self) -> int:
        before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
        late = threading.Timer(40, self.supervisor.stop)
        late.start()
        try:
            return self.supervisor.run(self._ready, self.late.append)
        finally:
            late.cancel()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ready(self, name: str) -> None:
        self.ready.append(name)
        self.at.get(len(self.ready), lambda: None)()

    def pid(self, name: str) -> int:
        child = self.standings[name].child
        assert child is not None
        return child.pid


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_all_are_started_and_end_in_good_order_the_last_one_last() -> None:
    watched = Watched(small("broker", SERVE, last=True), small("a", SERVE), small("b", SERVE))
    pids: list[int] = []

    def end() -> None:
        pids.extend(watched.pid(name) for name in watched.standings)
        watched.supervisor.stop()

    watched.at[3] = end
    assert watched.run() == 0
    assert sorted(watched.ready) == ["a", "b", "broker"]
    assert all(map(gone, pids))
    ended = [line.split()[0] for line in watched.said if "(0)" in line]
    assert sorted(ended[:2]) == ["a", "b"]
    assert ended[2] == "broker"


def test_ctrl_c_reaches_us_alone_and_ends_all() -> None:
    # A child in our own session would be ended by the terminal, without any order.
    watched = Watched(small("a", SERVE))
    sessions: list[int] = []

    def end() -> None:
        sessions.append(os.getsid(watched.pid("a")))
        os.kill(os.getpid(), signal.SIGINT)

    watched.at[1] = end
    assert watched.run() == 0
    assert sessions != [os.getsid(0)]
    assert watched.late == [[]]


def test_a_program_that_is_killed_comes_back() -> None:
    watched = Watched(small("a", SERVE))
    pids: list[int] = []

    def kill() -> None:
        pids.append(watched.pid("a"))
        os.kill(pids[0], signal.SIGKILL)

    watched.at = {1: kill, 2: watched.supervisor.stop}
    assert watched.run() == 0
    assert watched.ready == ["a", "a"]
    assert sum("-9" in line for line in watched.said) == 1
    assert all(map(gone, pids))


def test_a_program_that_fails_is_tried_again_and_its_words_are_said_once(tmp_path: Path) -> None:
    code = f"""
import pathlib
tries = pathlib.Path({str(tmp_path / "tries")!r})
tries.write_text((tries.read_text() if tries.exists() else "") + "x")
if len(tries.read_text()) < 3:
    print("key-unreadable: there is no key", flush=True)
    raise SystemExit(2)
{SERVE}"""
    watched = Watched(small("a", code))
    watched.at[1] = watched.supervisor.stop
    assert watched.run() == 0
    assert (tmp_path / "tries").read_text() == "xxx"
    assert sum("key-unreadable" in line for line in watched.said) == 1
    assert any("(2)" in line and " 1 " in line for line in watched.said)
    assert any("(2)" in line and " 2 " in line for line in watched.said)


def test_who_does_not_end_is_killed_and_the_status_says_so() -> None:
    watched = Watched(small("deaf", DEAF), small("a", SERVE))
    pids: list[int] = []

    def leaping_s() -> float:
        """Let the patience be over as soon as the other one has ended."""
        return clock.steady_s() + (supervisor.STOP_S if watched.standings["a"].fails else 0.0)

    watched.supervisor = Supervisor(
        tuple(watched.standings.values()), watched.said.append, leaping_s
    )

    def end() -> None:
        pids.extend(watched.pid(name) for name in watched.standings)
        watched.supervisor.stop()

    watched.at[2] = end
    assert watched.run() == 1
    assert all(map(gone, pids))
    assert any(line.startswith("a ") and "(0)" in line for line in watched.said)
    assert any(line.startswith("deaf ") and "(-9)" in line for line in watched.said)


def test_who_is_not_ready_in_time_is_named_and_nobody_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE_S", 0.5)
    mute = SERVE.replace("print('I serve', flush=True)", "")
    watched = Watched(small("mute", mute), small("done", "", ready="", every_s=1e6))
    watched.late = _Stopping(watched)
    assert watched.run() == 0
    assert watched.late == [["mute"]]


def test_who_becomes_ready_late_is_told_of_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE_S", 0.3)
    told = tmp_path / "told"
    wait = f"import os\nwhile not os.path.exists({str(told)!r}): threading.Event().wait(0.02)\n"
    watched = Watched(small("slow", SERVE.replace("print(", f"{wait}print(")))
    watched.late = _Stopping(watched, times=2, told=told)
    assert watched.run() == 0
    assert watched.late == [["slow"], []]


class _Stopping(list[list[str]]):
    """Ends all as soon as it was told so many times who is late."""

    def __init__(self, watched: Watched, times: int = 1, told: Path | None = None) -> None:
        super().__init__()
        self._watched, self._times, self._told = watched, times, told

    def append(self, late: list[str]) -> None:
        super().append(late)
        if self._told is not None:
            self._told.touch()
        if len(self) == self._times:
            self._watched.supervisor.stop()


@pytest.mark.parametrize("status", [0, 1, 2])
def test_what_comes_after_another_begins_when_that_has_ended_well_or_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int
) -> None:
    monkeypatch.setattr(supervisor, "REST_S", 0.0)
    over = f"pathlib.Path({str(tmp_path / 'over')!r})"
    first = f"import pathlib, threading\nthreading.Event().wait(0.5)\n{over}.touch()\n"
    second = f"import pathlib\nprint('late' if {over}.exists() else 'early', flush=True)\n"
    watched = Watched(
        small("retention", f"{first}raise SystemExit({status})", ready="", every_s=1e6),
        small("backup", second + SERVE, every_s=1e6, after="retention"),
    )
    watched.at[1] = watched.supervisor.stop
    assert watched.run() == 0
    said = [line.split()[1] for line in watched.said if line.startswith("backup ")]
    assert said[0] == "late"


def test_a_program_that_is_not_there_is_an_error_like_any_other() -> None:
    nowhere = Standing(Program("a", lambda _: (), ready="x"), ("/nonexistent/program",))
    watched = Watched(nowhere, small("b", SERVE))
    watched.at[1] = watched.supervisor.stop
    assert watched.run() == 0
    assert any(line.startswith("a ") for line in watched.said)
