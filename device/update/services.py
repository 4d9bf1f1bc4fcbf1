"""The gate's services, as systemd knows them: started anew, tried, and watched for a while.

systemd is asked by its own command; what a release is, is not known here.
"""

import subprocess
from collections.abc import Callable

SYSTEMCTL = "/usr/bin/systemctl"
SCANNER, UPLINK, TRIAL = "gate-scanner.service", "gate-uplink.service", "gate-trial.service"
TURN_S = 0.5
STEADY_S = 10.0
"""A service that was ready so long without a restart is no service that falls over at once."""


class Services:
    """systemd's word on the services."""

    def __init__(self, now_s: Callable[[], float], wait: Callable[[float], None]) -> None:
        """Take a clock that never jumps, and how to wait so many seconds."""
        self._now_s, self._wait = now_s, wait

    def can_run(self) -> bool:
        """Say whether the release on trial starts as the services' user, behind their walls."""
        return self._asked("start", TRIAL).returncode == 0

    def restart(self) -> None:
        """Start both anew, and do not wait for them."""
        self._asked("restart", "--no-block", SCANNER, UPLINK)

    def are_well(self, within_s: float) -> bool:
        """Wait until both are ready and stay so; False if that has not come within so long."""
        end, since, known = self._now_s() + within_s, None, ""
        while self._now_s() < end:
            state = self._state()
            if not state or state != known:
                since, known = (self._now_s() if state else None), state
            elif since is not None and self._now_s() - since >= STEADY_S:
                return True
            self._wait(TURN_S)
        return False

    def _state(self) -> str:
        """Return what changes when a service is started anew; nothing unless both are ready."""
        said = self._asked("show", "--property=ActiveState,InvocationID", SCANNER, UPLINK).stdout
        return said if said.count("ActiveState=active\n") == 2 else ""

    def _asked(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603  (systemd's own command, and words from above)
            [SYSTEMCTL, *words], check=False, capture_output=True, text=True
        )
