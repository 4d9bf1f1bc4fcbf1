"""Starts all programs, starts them again when they end, and ends them all in good order.

One loop takes what the children say from one queue. A program that fails is started again after a
pause that doubles, for ever: whatever was in its way may be mended meanwhile.
"""

import queue
import signal
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from collector.i18n import _
from collector.up.child import Child, Heard
from collector.up.standing import REST_S, Standing
from collector.up.telling import told

STOP_S = 15.0
PATIENCE_S = 20.0
"""Then it is said what is not ready yet."""
ALL = "up"
WAKE = Heard("")

Show = Callable[[str], None]


class Supervisor:
    """The programs of one district."""

    def __init__(
        self, standings: Sequence[Standing], show: Show, steady_s: Callable[[], float]
    ) -> None:
        """Take what is to run, where lines go, and the clock."""
        self._standings = {each.program.name: each for each in standings}
        self._show, self._steady_s = show, steady_s
        self._heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._signals = 0
        self._clean = True

    def stop(self) -> None:
        """End everything soon; the second time, at once. May be called by a signal."""
        self._signals += 1
        self._heard.put(WAKE)

    def run(self, on_ready: Callable[[str], None], on_all: Callable[[list[str]], None]) -> int:
        """Run until told to stop; return 0 if all ended in good order.

        `on_ready` is called with the name of each program that becomes ready, `on_all` with the
        names of those that are not: once when patience is over, and once when there are none.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        began_s, told_late, told_all = self._steady_s(), False, False
        for each in self._standings.values():
            if each.program.every_s:
                each.due_s = began_s + REST_S
        while not self._signals:
            self._start()
            dues = [each.due_s for each in self._standings.values() if self._is_next(each)]
            patience = [] if told_late or told_all else [began_s + PATIENCE_S]
            for name in self._take(min([*dues, *patience], default=None)):
                on_ready(name)
            late = [name for name, each in self._standings.items() if each.late]
            is_over = self._steady_s() >= began_s + PATIENCE_S
            if not told_all and (not late or (is_over and not told_late)):
                told_late, told_all = True, not late
                on_all(late)
        return self._end()

    def _is_next(self, each: Standing) -> bool:
        """Say whether one is started when it is due: nothing runs that it waits for."""
        before = self._standings.get(each.program.after)
        return each.child is None and (before is None or before.child is None)

    def _start(self) -> None:
        now_s = self._steady_s()
        for name, each in self._standings.items():
            if self._is_next(each) and each.due_s <= now_s:
                try:
                    each.started(Child(name, each.command, self._heard), now_s)
                except OSError as error:
                    each.ended(1, now_s)
                    self._say(name, f"{each.command[0]}: {error.strerror or error}")

    def _take(self, until_s: float | None) -> list[str]:
        """Wait until something is heard, not longer than given; return who became ready by it."""
        wait_s = None if until_s is None else max(0.0, until_s - self._steady_s())
        became = []
        with suppress(queue.Empty):
            heard = self._heard.get(timeout=wait_s)
            while True:
                if self._hear(heard):
                    became.append(heard.name)
                heard = self._heard.get_nowait()
        return became

    def _hear(self, heard: Heard) -> bool:
        """Show one thing that was heard; return whether its program became ready by it."""
        each = self._standings.get(heard.name)
        if each is None:
            return False
        if heard.status is None:
            shown, became = each.hear(heard.line)
            if shown is not None:
                self._say(heard.name, shown)
            return became
        wait_s = each.ended(heard.status, self._steady_s())
        self._tell_end(each, heard.status, wait_s)
        return False

    def _tell_end(self, each: Standing, status: int, wait_s: float) -> None:
        name = each.program.name
        if self._signals:
            self._say(name, _("ended ({status})").format(status=status))
        elif not each.program.every_s or status:
            text = _("ended ({status}); started again in {s:.0f} s").format(status=status, s=wait_s)
            if (shown := each.once(text)) is not None:
                self._say(name, shown)

    def _end(self) -> int:
        self._say(ALL, _("stopping"))
        everyone = self._standings.values()
        self._end_all([each for each in everyone if not each.program.last])
        self._end_all([each for each in everyone if each.program.last])
        self._say(ALL, _("stopped"))
        return 0 if self._clean else 1

    def _end_all(self, standings: Iterable[Standing]) -> None:
        """Ask some to end, wait for them, and kill whoever does not."""
        running = [each for each in standings if each.child is not None]
        for each in running:
            if each.child is not None:
                each.child.ask_to_stop()
        until_s = self._steady_s() + STOP_S
        while any(each.child is not None for each in running):
            before = self._steady_s()
            if self._signals > 1 or before >= until_s:
                self._kill(running)
                until_s = before + STOP_S
            self._take(until_s)

    def _kill(self, running: Iterable[Standing]) -> None:
        self._signals = 1
        for each in running:
            if each.child is not None:
                self._clean = False
                self._say(each.program.name, _("does not end: killed"))
                each.child.kill()

    def _say(self, name: str, text: str) -> None:
        self._show(told(name, text))
